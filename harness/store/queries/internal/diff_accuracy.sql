-- The test accuracies of two attempts by phase (k-fold: means over folds).
WITH s AS (SELECT s.attempt, s.phase, s.output, p.name, avg(s.test_accuracy) AS accuracy FROM scores AS s
	JOIN phase_results AS p ON p.attempt = s.attempt AND p.phase = s.phase AND p.fold = s.fold
	WHERE s.attempt IN (CAST(:a AS INTEGER), CAST(:b AS INTEGER)) GROUP BY s.attempt, s.phase, s.output),
	n AS (SELECT DISTINCT phase, output FROM s)
SELECT n.phase + 1 AS phase, x.name AS name_A, y.name AS name_B, n.output + 1 AS output, x.accuracy AS A,
	y.accuracy AS B, y.accuracy - x.accuracy AS "B - A"
FROM n
LEFT JOIN s AS x ON x.attempt = CAST(:a AS INTEGER) AND x.phase = n.phase AND x.output = n.output
LEFT JOIN s AS y ON y.attempt = CAST(:b AS INTEGER) AND y.phase = n.phase AND y.output = n.output
ORDER BY 1, 4;
