-- What a program's trial was run on: files, variables and patterns.
SELECT name, bytes, input_files.digest
FROM input_files
WHERE inputs = (SELECT data_digest FROM attempts WHERE id = (SELECT max(attempt) FROM finished WHERE trial = :trial))
ORDER BY name;
