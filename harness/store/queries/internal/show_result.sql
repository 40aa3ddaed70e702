-- The scalar results of a finished trial.
SELECT DISTINCT test_accuracy, test_accuracy_1, test_accuracy_2, val_accuracy, test_loss, val_loss, epochs, params,
	weight_bytes, optimizer_bytes, seconds, cpu_seconds, peak_bytes, data_variant, nonfinite
FROM accuracy
WHERE trial = :trial;
