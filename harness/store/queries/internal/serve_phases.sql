-- The phases of a finished trial.
SELECT DISTINCT phase + 1 AS phase, name, CASE WHEN fold < 0 THEN NULL ELSE fold + 1 END AS fold, epochs_run AS epochs, stopped, seconds,
	val_accuracy_1 AS val_accuracy, test_accuracy_1 AS test_accuracy, val_accuracy_2, test_accuracy_2, trainable
FROM phases WHERE trial = :trial ORDER BY 1, 3;
