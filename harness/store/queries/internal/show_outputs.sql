-- The output files of a finished trial that a program executed.
SELECT path, outputs.bytes, outputs.digest, CASE WHEN contents.digest IS NULL THEN 'no' ELSE 'yes' END AS kept
FROM outputs
LEFT JOIN contents ON contents.digest = outputs.digest
WHERE attempt = (SELECT max(attempt) FROM finished WHERE trial = :trial)
ORDER BY path;
