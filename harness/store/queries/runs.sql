-- The plan of a sweep: every trial with its state.
-- columns: those of the view runs
-- parameters: sweep, dataset, recipe, state (each optional: only trials with that value)
SELECT *
FROM runs
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
AND (:state IS NULL OR state = :state)
ORDER BY sweep, position;
