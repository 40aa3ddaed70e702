-- The predictions of the last phase of a trial: all folds and outputs.
SELECT DISTINCT q.classes, q.fold, q.output
FROM finished AS f
JOIN predictions AS q ON q.attempt = f.attempt
WHERE f.sweep = :sweep AND f.trial = :trial AND q.phase = (SELECT max(p.phase)
	FROM phases AS p WHERE p.trial = f.trial AND p.sweep = f.sweep)
ORDER BY q.fold, q.output;
