-- The results of a finished program's trial.
SELECT DISTINCT metric, value
FROM measurements
WHERE trial = :trial
ORDER BY metric;
