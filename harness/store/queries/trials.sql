-- Every finished trial with its configuration, data and results. `retrial verify FOLDER` needs it and `digests`.
-- columns: trial (identity), dataset, recipe (all labels of it), model, seed, sweeps (whose plans have it), core_version, data_variant, data_digest,
--   weights_digest, test_accuracy and the other scalar results as in the view accuracy, epochs, params, labels (of every plan row that it is: recipe,
--   ablation and other axes, JSON objects), environment (number of the program and machine that ran it), config (canonical text, with the phases)
-- parameters: sweep (optional: only trials of that sweep's plan)
SELECT
	f.trial, f.dataset, group_concat(DISTINCT f.recipe) AS recipe, f.model, f.seed, group_concat(DISTINCT f.sweep) AS sweeps,
	a.core_version, a.data_variant, a.data_digest, a.weights_digest,
	r.test_accuracy, r.test_accuracy_1, r.test_accuracy_2, r.val_accuracy, r.test_loss, r.val_loss, r.epochs, r.params,
	group_concat(DISTINCT f.labels) AS labels, a.environment,
	t.config
FROM (SELECT * FROM finished ORDER BY trial, sweep, position) AS f
JOIN attempts AS a ON a.id = f.attempt
JOIN results AS r ON r.attempt = f.attempt
JOIN trials AS t ON t.identity = f.trial
WHERE :sweep IS NULL
OR f.trial IN (SELECT runs.trial FROM runs WHERE runs.sweep = :sweep)
GROUP BY f.trial
ORDER BY f.trial;
