-- The latest finished attempt of a trial; of those the latest with weights, if there is one. Its weights of the fold, or (-1) of the first.
SELECT a.id, t.config, a.core_version, a.data_digest, a.data_variant, w.phase, w.fold, w.bytes, p.weights_digest,
	(SELECT group_concat(fold, ', ') FROM (SELECT fold FROM weights WHERE attempt = a.id ORDER BY fold)) AS folds
FROM trials AS t
JOIN attempts AS a ON a.trial = t.id AND a.state = 'done' AND a.deleted_at IS NULL
LEFT JOIN weights AS w ON w.attempt = a.id AND (CAST(:fold AS INTEGER) < 0 OR w.fold = CAST(:fold AS INTEGER))
LEFT JOIN phase_results AS p ON p.attempt = a.id AND p.phase = w.phase AND p.fold = w.fold
WHERE t.identity = :trial
ORDER BY folds IS NOT NULL DESC, a.id DESC, w.fold
LIMIT 1;
