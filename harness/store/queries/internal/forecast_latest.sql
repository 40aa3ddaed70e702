-- The latest attempt of every trial.
SELECT c.trial, a.state, a.core_version, a.data_digest
FROM counted AS c
JOIN attempts AS a ON a.id = c.latest;
