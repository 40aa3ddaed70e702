-- The epochs of a finished trial.
SELECT DISTINCT phase, fold, epoch, output, train_loss, train_accuracy, val_loss, val_accuracy
FROM epochs
WHERE trial = :trial;
