-- All trials, and whether a plan has them that are not done yet.
SELECT t.config, EXISTS (SELECT 1 FROM plan WHERE plan.trial = t.id) AND NOT EXISTS (SELECT 1
	FROM attempts AS a WHERE a.trial = t.id AND a.state = 'done' AND a.deleted_at IS NULL)
FROM trials AS t;
