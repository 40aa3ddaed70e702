-- What the inputs of this digest are made of.
SELECT name, digest
FROM input_files
WHERE inputs = :inputs
ORDER BY name;
