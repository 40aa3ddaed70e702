-- Finished trials on corrupted test images (see retrial help robustness), a row per corruption and severity; "none": clean images.
-- columns: those of the view robust
-- parameters: sweep, dataset, recipe, corruption (each optional: only rows with that value)
SELECT *
FROM robust
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
AND (:corruption IS NULL OR corruption = :corruption)
ORDER BY sweep, dataset, recipe, augment, seed, trial, corruption, severity;
