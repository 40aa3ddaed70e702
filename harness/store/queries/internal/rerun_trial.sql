-- A trial, one sweep and recipe of it, and the data that it was run on.
SELECT c.config, (SELECT sweep FROM plan WHERE trial = c.trial_id LIMIT 1), (SELECT recipe FROM plan WHERE trial = c.trial_id LIMIT 1),
	a.data_digest
FROM counted AS c
LEFT JOIN attempts AS a ON a.id = c.done
WHERE c.trial = :trial;
