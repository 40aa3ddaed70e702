-- Sweeps, and how many of their trials are done, running, queued, skipped, or ended badly.
-- columns: those of the view status
-- parameters: none
SELECT *
FROM status
ORDER BY sweep;
