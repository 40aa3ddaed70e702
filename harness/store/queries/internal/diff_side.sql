-- A trial with its attempt that counts, and a label of it.
SELECT c.config, c.dataset, a.state, a.data_digest, a.data_variant, a.id, c.seed,
	(SELECT recipe FROM plan WHERE plan.trial = c.trial_id AND recipe IS NOT NULL LIMIT 1),
	(SELECT labels FROM plan WHERE plan.trial = c.trial_id LIMIT 1)
FROM counted AS c
LEFT JOIN attempts AS a ON a.id = coalesce(c.done, c.latest)
WHERE c.trial = :trial;
