-- Results that a program has reported in an attempt.
SELECT metric, value
FROM measures
WHERE attempt = CAST(:attempt AS INTEGER)
ORDER BY metric;
