-- All attempts of a trial, also those that were taken back.
SELECT attempts.id AS attempt, state, started_at, seconds, core_version, kernels, data_variant, weights_digest,
	error, deleted_at
FROM attempts
JOIN trials ON trials.id = attempts.trial
WHERE identity = :trial
ORDER BY attempts.id;
