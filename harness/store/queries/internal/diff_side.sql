-- A trial with its attempt that counts, and a label of it.
SELECT t.config, t.dataset, a.state, a.data_digest, a.data_variant, a.id, t.seed, (SELECT recipe FROM plan
	WHERE plan.trial = t.id AND recipe IS NOT NULL LIMIT 1)
FROM trials AS t
LEFT JOIN attempts AS a ON a.trial = t.id AND a.deleted_at IS NULL
WHERE t.identity = :trial
ORDER BY a.state = 'done' DESC, a.id DESC
LIMIT 1;
