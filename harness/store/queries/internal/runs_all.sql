-- The plan rows, with all columns that `retrial runs` knows; the first ones are those of runs.sql.
SELECT r.trial, r.sweep, r.dataset, r.labels, r.seed, r.state, r.attempts, r.seconds, r.test_accuracy, r.started_at, r.reason, r.tags,
	r.position, r.model, r.configuration, e.test_accuracy_1, e.test_accuracy_2, e.val_accuracy, e.test_loss, e.val_loss, e.epochs,
	e.params, e.weight_bytes, e.optimizer_bytes, e.macs, e.activation_bytes, a.cpu_seconds, a.peak_bytes, a.data_variant
FROM runs AS r
LEFT JOIN results AS e ON e.attempt = r.attempt
LEFT JOIN attempts AS a ON a.id = r.attempt
ORDER BY r.sweep, r.position;
