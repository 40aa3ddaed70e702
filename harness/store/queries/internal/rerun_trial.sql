-- A trial, one sweep and recipe of it, and the data that it was run on.
SELECT t.config, (SELECT sweep FROM plan WHERE trial = t.id LIMIT 1), (SELECT recipe FROM plan
	WHERE trial = t.id LIMIT 1), (SELECT data_digest FROM attempts WHERE trial = t.id AND state = 'done'
	AND deleted_at IS NULL ORDER BY id DESC LIMIT 1)
FROM trials AS t
WHERE t.identity = :trial;
