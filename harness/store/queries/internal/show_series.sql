-- The series of a finished trial that a program executed: how long each is, and its first and last value.
SELECT DISTINCT metric, count(*) OVER w AS steps, first_value(value) OVER w AS first, last_value(value) OVER w AS last, min(value) OVER w AS min,
	max(value) OVER w AS max
FROM (SELECT DISTINCT metric, step, value FROM series WHERE trial = :trial)
WINDOW w AS (PARTITION BY metric ORDER BY step ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
ORDER BY metric;
