-- Steps that a program has reported in an attempt after one of them.
SELECT metric, step, value
FROM steps
WHERE attempt = CAST(:attempt AS INTEGER) AND step > CAST(:step AS INTEGER)
ORDER BY step, metric
LIMIT 2000;
