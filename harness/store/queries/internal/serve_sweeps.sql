-- All sweeps with their progress, for the live page: one pass over the plan rows.
SELECT r.sweep, sweeps.title, r.trials, r.done, r.running, r.failed, r.diverged, r.timeout, r.interrupted, r.skipped,
	r.running + r.queued + r.interrupted AS left, r._mean_seconds
FROM (
	SELECT sweep, count(*) AS trials, sum(state = 'done') AS done, sum(state = 'running') AS running,
		sum(state = 'queued') AS queued, sum(state = 'failed') AS failed, sum(state = 'diverged') AS diverged,
		sum(state = 'timeout') AS timeout, sum(state = 'interrupted') AS interrupted, sum(state = 'skipped') AS skipped,
		avg(CASE WHEN state = 'done' THEN seconds END) AS _mean_seconds
	FROM runs
	GROUP BY sweep
) AS r JOIN sweeps ON sweeps.name = r.sweep
ORDER BY sweeps.frozen_at DESC, r.sweep;
