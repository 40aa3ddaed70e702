-- Attempts at work (a trial that is done may be run again), with the last epoch, or a program's last step, that is recorded of each.
SELECT DISTINCT s.name AS sweep, t.identity AS trial, t.dataset, p.recipe, t.seed,
	(SELECT json_group_object(l.name, l.value) FROM labels AS l WHERE l.sweep = p.sweep AND l.position = p.position) AS labels, a.pid, max(0,
	(julianday('now') - julianday(a.started_at)) * 86400) AS seconds, max(0,
	(julianday('now') - julianday(a.heartbeat)) * 86400) AS heartbeat_age, m.phase, m.fold, m.epoch, t.config,
	(SELECT max(step) FROM steps WHERE attempt = a.id) AS step, (SELECT group_concat(x.metric || ' ' || printf('%.6g', x.value), ', ')
	FROM steps AS x WHERE x.attempt = a.id AND x.step = (SELECT max(step) FROM steps WHERE attempt = a.id)) AS reported
FROM attempts AS a
JOIN trials AS t ON t.id = a.trial
JOIN plan AS p ON p.trial = a.trial
JOIN sweeps AS s ON s.id = p.sweep
LEFT JOIN (SELECT attempt, phase, fold, epoch, row_number() OVER (PARTITION BY attempt ORDER BY phase DESC,
	fold DESC, epoch DESC) AS n FROM metrics WHERE attempt IN (SELECT id FROM attempts
	WHERE state = 'running')) AS m ON m.attempt = a.id AND m.n = 1
WHERE a.state = 'running' AND (:sweep IS NULL OR s.name = :sweep)
ORDER BY s.name, a.id;
