-- Trials at work, with the last epoch that is recorded of each.
SELECT r.trial, r.sweep, r.dataset, r.recipe, r.seed, r.state,
	CAST(round((julianday('now') - julianday(r.started_at)) * 86400) AS INTEGER) AS "seconds so far",
	(SELECT m.phase + 1 FROM metrics AS m WHERE m.attempt = r.attempt ORDER BY m.phase DESC LIMIT 1) AS phase,
	(SELECT m.epoch + 1 FROM metrics AS m WHERE m.attempt = r.attempt ORDER BY m.phase DESC, m.fold DESC, m.epoch DESC LIMIT 1) AS epoch,
	(SELECT m.val_accuracy FROM metrics AS m WHERE m.attempt = r.attempt ORDER BY m.phase DESC, m.fold DESC, m.epoch DESC LIMIT 1)
		AS val_accuracy
FROM runs AS r
WHERE r.trial IN (SELECT t.identity FROM attempts AS a JOIN trials AS t ON t.id = a.trial WHERE a.state = 'running')
	AND r.state = 'running' AND (:sweep IS NULL OR r.sweep = :sweep) ORDER BY r.sweep, r.position LIMIT 101;
