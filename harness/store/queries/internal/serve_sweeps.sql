-- All sweeps with their progress, for the live page.
SELECT s.sweep, sweeps.title, s.trials, s.done, s.running, s.failed, s.diverged, s.timeout, s.interrupted, s.skipped,
	s.running + s.queued + s.interrupted AS left,
	(SELECT avg(r.seconds) FROM runs AS r WHERE r.sweep = s.sweep AND r.state = 'done') AS _mean_seconds
FROM status AS s JOIN sweeps ON sweeps.name = s.sweep
ORDER BY sweeps.frozen_at DESC, s.sweep;
