-- Trials that ended badly.
SELECT sweep, trial, dataset, recipe, seed, labels, state, reason
FROM runs
WHERE state IN ('failed', 'diverged', 'timeout', 'interrupted') AND (:sweep IS NULL OR sweep = :sweep)
ORDER BY sweep, position;
