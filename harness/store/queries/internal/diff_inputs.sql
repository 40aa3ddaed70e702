-- The inputs of two attempts that differ.
WITH x AS (SELECT name, digest FROM input_files WHERE inputs = (SELECT data_digest FROM attempts WHERE id = CAST(:a AS INTEGER))),
	y AS (SELECT name, digest FROM input_files WHERE inputs = (SELECT data_digest FROM attempts WHERE id = CAST(:b AS INTEGER))),
	n AS (SELECT name FROM x UNION SELECT name FROM y)
SELECT n.name AS input, substr(x.digest, 1, 12) AS A, substr(y.digest, 1, 12) AS B
FROM n
LEFT JOIN x ON x.name = n.name
LEFT JOIN y ON y.name = n.name
WHERE x.digest IS NOT y.digest
ORDER BY 1;
