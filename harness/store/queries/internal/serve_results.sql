-- The results of a finished trial.
SELECT DISTINCT test_accuracy, val_accuracy, test_loss, val_loss, epochs, params, cpu_seconds, peak_bytes, data_variant
FROM accuracy WHERE trial = :trial;
