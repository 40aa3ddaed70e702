-- The phases and folds of a trial.
SELECT DISTINCT phase, name, fold, val_loss_1, val_accuracy_1, test_loss_1, test_accuracy_1
FROM phases
WHERE sweep = :sweep AND trial = :trial
ORDER BY phase, fold;
