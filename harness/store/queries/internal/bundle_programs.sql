-- The sets of inputs that finished trials of programs were run on, under every sweep that has such trials, with its file as it was
-- frozen.
SELECT DISTINCT s.name AS sweep, a.data_digest AS inputs, s.path AS path, s.text AS text
FROM finished AS f
JOIN attempts AS a ON a.id = f.attempt
JOIN sweeps AS s ON s.name = f.sweep
WHERE a.core_version = 0
ORDER BY s.name, a.data_digest;
