-- Epochs of an attempt after one of them, a row an output.
SELECT phase, fold, epoch, output, train_loss, train_accuracy, val_loss, val_accuracy, seconds, images_per_second
FROM metrics
WHERE attempt = CAST(:attempt AS INTEGER)
	AND (phase, fold, epoch) > (CAST(:phase AS INTEGER), CAST(:fold AS INTEGER), CAST(:epoch AS INTEGER))
ORDER BY phase, fold, epoch, output
LIMIT 2000;
