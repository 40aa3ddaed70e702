-- Finished trials on changed test images (rotated, shifted, noisy ...: robustness in a sweep file), a row a change and strength; change
-- "none" are the images as they are.
-- columns: those of the view robust
-- parameters: sweep, dataset, recipe, change (each optional: only rows with that value)
SELECT *
FROM robust
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
AND (:change IS NULL OR change = :change)
ORDER BY sweep, dataset, recipe, augment, seed, trial, change, strength;
