-- A page of the plan rows, with the columns of runs.sql: only these rows are computed.
SELECT r.trial, r.sweep, r.dataset, r.labels, r.seed, r.state, r.attempts, r.seconds, r.test_accuracy, r.started_at, r.reason, r.tags
FROM (
	SELECT sweeps.name AS sweep, plan.position AS position
	FROM plan JOIN sweeps ON sweeps.id = plan.sweep
	ORDER BY sweeps.name, plan.position
	LIMIT CAST(:limit AS INTEGER) OFFSET CAST(:from AS INTEGER)
) AS p CROSS JOIN runs AS r ON r.sweep = p.sweep AND r.position = p.position
ORDER BY r.sweep, r.position;
