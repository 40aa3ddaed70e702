-- The results of two attempts that programs reported, side by side.
WITH x AS (SELECT metric, value FROM measures WHERE attempt = CAST(:a AS INTEGER)),
	y AS (SELECT metric, value FROM measures WHERE attempt = CAST(:b AS INTEGER)),
	n AS (SELECT metric FROM x UNION SELECT metric FROM y)
SELECT n.metric, x.value AS A, y.value AS B, y.value - x.value AS "B - A"
FROM n
LEFT JOIN x ON x.metric = n.metric
LEFT JOIN y ON y.metric = n.metric
ORDER BY 1;
