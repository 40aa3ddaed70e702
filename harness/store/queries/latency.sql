-- Inference time of trained networks: microseconds per call by data set, recipe, number format, batch and machine, the latest measurement first.
-- columns: those of the view latency without the histogram
-- parameters: sweep, dataset, recipe (each optional: only trials with that value)
SELECT trial, sweep, dataset, recipe, augment, model, seed, kernels, number_format, batch, samples, p50_us, p90_us, p99_us, min_us,
	images_per_second, noise, load, mhz, cpu, measured_at
FROM latency
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
ORDER BY sweep, dataset, recipe, augment, seed, trial, number_format, batch, measured_at DESC;
