-- How many trials of each sweep stand how.
SELECT sweep, trials, done, running, queued, interrupted, failed, diverged, timeout, skipped
FROM status
WHERE :sweep IS NULL OR sweep = :sweep
ORDER BY sweep;
