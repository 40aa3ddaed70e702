-- Exported model files by data set, recipe and format, beside the bytes of the numbers that are in them (retrial export writes and records them).
-- columns: dataset, recipe, model, format, params, bytes (of the largest file; c: of the constants), weight_bytes (parameters as 32-bit floats), training_bytes (with the largest optimizer state of a phase: what the paper's file holds), test_accuracy (mean of the files that were evaluated), recorded_accuracy (mean of the same weights when they were trained), files
-- parameters: sweep, dataset, recipe (each optional: only trials with that value)
SELECT dataset, recipe, model, format, params, max(bytes) AS bytes, weight_bytes, training_bytes,
	avg(test_accuracy) AS test_accuracy, avg(recorded_accuracy) AS recorded_accuracy, count(*) AS files
FROM (
	SELECT DISTINCT f.attempt, x.fold, f.dataset, f.recipe, f.model, x.format, r.params, x.bytes, r.weight_bytes, x.test_accuracy,
		(SELECT max(p.weight_bytes + p.optimizer_bytes) FROM phase_results AS p WHERE p.attempt = f.attempt) AS training_bytes,
		(SELECT avg(s.test_accuracy) FROM scores AS s WHERE s.attempt = f.attempt AND s.phase = r.last_phase AND s.fold = x.fold) AS recorded_accuracy
	FROM finished AS f
	JOIN model_files AS x ON x.attempt = f.attempt
	JOIN results AS r ON r.attempt = f.attempt
	WHERE (:sweep IS NULL OR f.sweep = :sweep)
	AND (:dataset IS NULL OR f.dataset = :dataset)
	AND (:recipe IS NULL OR f.recipe = :recipe)
)
GROUP BY dataset, recipe, model, format
ORDER BY dataset, recipe, model, bytes;
