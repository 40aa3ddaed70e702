-- The steps of a metric of a finished program's trial, ascending.
SELECT DISTINCT step, value
FROM series
WHERE trial = :trial AND metric = :metric
ORDER BY step;
