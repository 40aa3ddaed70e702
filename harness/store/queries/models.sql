-- Networks by data set and recipe: parameters and bytes, phase by phase.
-- columns: dataset, recipe, model, phase, name, params, trainable, weight_bytes, optimizer_bytes, training_bytes (both), trials (how many have exactly these numbers), macs and activation_bytes (for one image; of last phases)
-- parameters: sweep, dataset, recipe (each optional: only trials with that value)
SELECT dataset, recipe, model, phase, name, params, trainable, weight_bytes, optimizer_bytes, training_bytes,
	count(DISTINCT trial) AS trials, macs, activation_bytes
FROM models
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
GROUP BY dataset, recipe, model, phase, name, params, trainable, weight_bytes, optimizer_bytes, training_bytes, macs, activation_bytes
ORDER BY dataset, recipe, model, phase, name, params, trainable;
