-- Trials whose latest attempt ended badly or was interrupted: how it ended, and how many attempts of the trial failed with this core (0: a program), and on these inputs if they are named.
SELECT c.trial, a.state, (SELECT count(*) FROM attempts AS f
	WHERE f.trial = c.trial_id AND f.state IN ('failed', 'timeout') AND f.deleted_at IS NULL
		AND f.core_version = :core AND (:inputs IS NULL OR f.data_digest = :inputs)) AS failures
FROM counted AS c
JOIN attempts AS a ON a.id = c.latest
WHERE a.state = 'interrupted' OR (a.state IN ('failed', 'timeout', 'diverged')
	AND a.core_version = :core AND (:inputs IS NULL OR a.data_digest = :inputs))
ORDER BY c.trial;
