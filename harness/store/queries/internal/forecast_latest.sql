-- The latest attempt of every trial.
SELECT identity, state, core_version, data_digest
FROM trials
JOIN attempts ON attempts.id = (SELECT max(id) FROM attempts WHERE trial = trials.id AND deleted_at IS NULL);
