-- The results of a finished trial that a program executed.
SELECT DISTINCT metric AS name, value, nonfinite
FROM measurements
WHERE trial = :trial
ORDER BY metric;
