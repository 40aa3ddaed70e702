-- The phases of a finished trial.
SELECT DISTINCT phase, name, fold, epochs_run, stopped, seconds, best_epoch_1, best_epoch_2, val_accuracy_1,
	val_accuracy_2, test_accuracy_1, test_accuracy_2, trainable
FROM phases
WHERE trial = :trial
ORDER BY phase, fold;
