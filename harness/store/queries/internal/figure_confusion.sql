-- The predictions of the last phase of a trial, first output.
SELECT DISTINCT q.fold, q.classes
FROM finished AS f
JOIN predictions AS q ON q.attempt = f.attempt
WHERE f.sweep = :sweep AND f.trial = :trial AND q.output = 0 AND q.phase = (SELECT max(p.phase)
	FROM phases AS p WHERE p.trial = f.trial AND p.sweep = f.sweep AND (:phase = '' OR p.name = :phase))
ORDER BY q.fold;
