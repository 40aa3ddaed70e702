-- How far a task of a cluster is, from its own database: trials planned, done, ended badly, and where the running one is.
SELECT (SELECT count(*) FROM plan), (SELECT count(DISTINCT trial) FROM attempts WHERE state = 'done'),
	(SELECT count(DISTINCT trial) FROM attempts WHERE state IN ('failed', 'diverged', 'timeout')),
	coalesce((SELECT 'phase ' || (phase + 1) || ', epoch ' || (epoch + 1) FROM metrics
		WHERE attempt = (SELECT max(id) FROM attempts WHERE state = 'running')
		ORDER BY phase DESC, fold DESC, epoch DESC LIMIT 1),
	(SELECT 'step ' || max(step) FROM steps WHERE attempt = (SELECT max(id) FROM attempts WHERE state = 'running')));
