-- Attempts of a cluster's task from one on (:after), in its own database: how they stand, and how they ended.
SELECT a.id AS attempt, t.identity AS trial, a.state, a.error, a.cpu_seconds, a.peak_bytes, a.core_version, a.kernels,
	a.data_digest, a.data_variant, a.weights_digest,
	coalesce(a.seconds, (julianday('now') - julianday(a.started_at)) * 86400) AS seconds
FROM attempts AS a
JOIN trials AS t ON t.id = a.trial
WHERE a.id > CAST(:after AS INTEGER)
ORDER BY a.id
LIMIT 1000;
