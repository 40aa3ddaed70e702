-- An output of a finished trial that a program executed, with its content (NULL: not kept).
SELECT o.bytes, o.digest, c.content
FROM outputs AS o
LEFT JOIN contents AS c ON c.digest = o.digest
WHERE o.attempt = (SELECT max(attempt) FROM finished WHERE trial = :trial) AND o.path = :path;
