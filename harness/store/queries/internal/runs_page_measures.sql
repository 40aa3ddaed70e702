-- As runs_measures.sql, of the trials in a JSON array.
SELECT DISTINCT trial, metric, value
FROM measurements
WHERE trial IN (SELECT value FROM json_each(:trials))
ORDER BY metric, trial;
