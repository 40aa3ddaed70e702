-- The latest attempt of every trial, and how many attempts of the trial failed on the same inputs.
SELECT c.trial, a.state, a.core_version, a.data_digest, CASE WHEN a.state IN ('failed', 'timeout') THEN
	(SELECT count(*) FROM attempts AS f
		WHERE f.trial = c.trial_id AND f.state IN ('failed', 'timeout') AND f.deleted_at IS NULL
			AND f.core_version = a.core_version AND f.data_digest IS a.data_digest) END AS failures
FROM counted AS c
JOIN attempts AS a ON a.id = c.latest;
