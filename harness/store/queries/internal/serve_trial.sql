-- How a trial stands, a row a sweep that has it.
SELECT r.trial, r.sweep, r.dataset, r.recipe, r.augment, r.seed, r.state, r.attempts, r.started_at AS started, r.seconds, r.reason,
	t.config AS _config
FROM runs AS r JOIN trials AS t ON t.identity = r.trial WHERE r.trial = :trial ORDER BY r.sweep;
