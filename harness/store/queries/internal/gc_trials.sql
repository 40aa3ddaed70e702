-- All trials, and whether a plan has them that are not done yet.
SELECT c.config, EXISTS (SELECT 1 FROM plan WHERE plan.trial = c.trial_id) AND c.done IS NULL
FROM counted AS c;
