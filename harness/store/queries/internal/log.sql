-- What the latest attempt of a trial printed (attempts that are taken back do not count), how the attempt stands, and the trial's
-- configuration: a row a stream, or one without a stream.
SELECT a.id AS attempt, a.state AS state, l.stream AS stream, l.total AS total, l.kept AS kept, l.content AS content,
	t.config AS config, t.identity AS trial
FROM trials AS t
LEFT JOIN attempts AS a ON a.id = (SELECT max(b.id) FROM attempts AS b WHERE b.trial = t.id AND b.deleted_at IS NULL
	AND (:attempt IS NULL OR b.id = :attempt))
LEFT JOIN logs AS l ON l.attempt = a.id
WHERE t.identity = :trial
ORDER BY l.stream DESC;
