-- The steps of a finished program's trial, in the order in which a first difference is looked for.
SELECT DISTINCT metric, step, value
FROM series
WHERE trial = :trial
ORDER BY step, metric;
