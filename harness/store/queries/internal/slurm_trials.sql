-- Trials of a sweep's plan and how they stand, by identity.
SELECT trial, min(state) AS state
FROM runs
WHERE sweep = :sweep
GROUP BY trial
ORDER BY trial;
