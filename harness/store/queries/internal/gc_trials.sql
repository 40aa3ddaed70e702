-- All trials, and whether they need their state files: a plan has them and they are not done yet, or they run right now.
SELECT c.config, (EXISTS (SELECT 1 FROM plan WHERE plan.trial = c.trial_id) AND c.done IS NULL)
	OR EXISTS (SELECT 1 FROM attempts AS a WHERE a.trial = c.trial_id AND a.state = 'running')
FROM counted AS c;
