-- The predictions of the last phases of two attempts, where both have that fold and output.
SELECT x.fold + 1, x.output + 1, x.classes, y.classes
FROM predictions AS x
JOIN predictions AS y ON y.fold = x.fold AND y.output = x.output
WHERE x.attempt = CAST(:a AS INTEGER) AND y.attempt = CAST(:b AS INTEGER) AND x.phase = (SELECT max(phase)
	FROM phase_results WHERE attempt = CAST(:a AS INTEGER)) AND y.phase = (SELECT max(phase)
	FROM phase_results WHERE attempt = CAST(:b AS INTEGER)) AND x.count = y.count
ORDER BY x.fold, x.output;
