-- How many results (metrics and outputs: their digest) of two attempts of programs differ; no row: one of them is not of a program.
SELECT x.weights_digest IS NOT y.weights_digest
FROM attempts AS x, attempts AS y
WHERE x.id = CAST(:a AS INTEGER) AND y.id = CAST(:b AS INTEGER) AND x.core_version = 0 AND y.core_version = 0;
