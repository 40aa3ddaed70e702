-- The outputs of a finished program's trial.
SELECT path, digest
FROM outputs
WHERE attempt = (SELECT max(attempt) FROM finished WHERE trial = :trial)
ORDER BY path;
