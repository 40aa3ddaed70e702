-- Trials of a sweep's plan and how they stand, in the order of the plan (another one would read a large file to and fro).
SELECT trial, state
FROM runs
WHERE sweep = :sweep;
