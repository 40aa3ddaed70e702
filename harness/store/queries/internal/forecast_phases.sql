-- What each phase of the latest done attempts cost, in processor seconds.
SELECT attempts.id, config, p.phase, p.seconds * coalesce(attempts.cpu_seconds, attempts.seconds) / attempts.seconds
FROM attempts
JOIN trials ON trials.id = attempts.trial
JOIN phase_results AS p ON p.attempt = attempts.id AND p.fold < 0
WHERE attempts.seconds > 0 AND attempts.id IN (SELECT id FROM attempts WHERE state = 'done'
	AND deleted_at IS NULL ORDER BY id DESC LIMIT 500)
ORDER BY attempts.id, p.phase;
