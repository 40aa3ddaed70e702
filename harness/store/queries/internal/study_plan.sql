-- The frozen plan of a sweep: what became of each row.
SELECT position, trial, seed, state, reason
FROM runs
WHERE sweep = :sweep
ORDER BY position;
