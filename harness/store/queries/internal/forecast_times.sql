-- What the trials of each configuration cost on average. Processor seconds are those of an attempt as if it had done everything itself: phases that another trial
-- did for it, and those before a resume, are recorded with the time that they took then, on the clock.
SELECT configuration, avg(max(coalesce(attempts.cpu_seconds, attempts.seconds),
	coalesce(coalesce((SELECT sum(seconds) FROM phase_results WHERE attempt = attempts.id),
	0) * coalesce(attempts.cpu_seconds, attempts.seconds) / nullif(attempts.seconds, 0), 0)))
FROM attempts
JOIN trials ON trials.id = attempts.trial
WHERE state = 'done' AND deleted_at IS NULL
GROUP BY configuration;
