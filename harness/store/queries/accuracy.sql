-- Finished trials with their scalar results (test accuracy, losses, epochs, sizes, seconds).
-- columns: those of the view accuracy
-- parameters: sweep, dataset, recipe (each optional: only trials with that value)
SELECT *
FROM accuracy
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
ORDER BY sweep, dataset, recipe, augment, seed, trial;
