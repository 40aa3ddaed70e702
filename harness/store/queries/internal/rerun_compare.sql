-- Digests of the latest attempt that an earlier one of the same core version on the same data has
-- not, or the other way round. Of a program's attempt there is one, of its metrics and outputs.
WITH n AS (SELECT a.id, a.trial, a.core_version, a.data_digest FROM attempts AS a
	JOIN trials AS t ON t.id = a.trial WHERE t.identity = :trial ORDER BY a.id DESC LIMIT 1),
	o AS (SELECT max(a.id) AS id FROM attempts AS a, n WHERE a.trial = n.trial AND a.state = 'done'
	AND a.deleted_at IS NULL AND a.id < n.id AND a.core_version = n.core_version
	AND a.data_digest = n.data_digest), d AS (SELECT p.attempt, p.phase, p.fold, p.weights_digest, q.output,
	q.digest FROM phase_results AS p LEFT JOIN predictions AS q ON q.attempt = p.attempt AND q.phase = p.phase
	AND q.fold = p.fold WHERE p.attempt IN (SELECT id FROM n UNION SELECT id FROM o)), x AS (SELECT phase, fold,
	weights_digest, output, digest FROM d WHERE attempt = (SELECT id FROM n)), y AS (SELECT phase, fold,
	weights_digest, output, digest FROM d WHERE attempt = (SELECT id FROM o))
SELECT (SELECT id FROM n), (SELECT id FROM o), (SELECT count(*) FROM (SELECT * FROM x EXCEPT SELECT *
	FROM y)) + (SELECT count(*) FROM (SELECT * FROM y EXCEPT SELECT * FROM x)) + coalesce((SELECT p.weights_digest IS NOT q.weights_digest FROM attempts AS p,
	attempts AS q WHERE p.id = (SELECT id FROM n) AND q.id = (SELECT id FROM o)), 0);
