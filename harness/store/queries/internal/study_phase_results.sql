-- The results of one phase of a sweep: means over its folds and outputs, as the view accuracy has them for the last phase.
SELECT trial, avg((test_accuracy_1 + coalesce(test_accuracy_2, test_accuracy_1)) / 2) AS test_accuracy,
	avg(test_accuracy_1) AS test_accuracy_1, avg(test_accuracy_2) AS test_accuracy_2,
	avg((val_accuracy_1 + coalesce(val_accuracy_2, val_accuracy_1)) / 2) AS val_accuracy,
	avg((val_accuracy_1 + coalesce(val_accuracy_2, val_accuracy_1) - test_accuracy_1 - coalesce(test_accuracy_2,
	test_accuracy_1)) / 2) AS val_optimism, avg((test_loss_1 + coalesce(test_loss_2,
	test_loss_1)) / 2) AS test_loss, avg((val_loss_1 + coalesce(val_loss_2, val_loss_1)) / 2) AS val_loss,
	sum(epochs_run) AS epochs, sum(seconds) AS seconds
FROM (SELECT DISTINCT trial, phase, fold, epochs_run, seconds, test_accuracy_1, test_accuracy_2, val_accuracy_1,
	val_accuracy_2, test_loss_1, test_loss_2, val_loss_1, val_loss_2 FROM phases WHERE sweep = :sweep
	AND name = :phase)
GROUP BY trial, phase
ORDER BY phase;
