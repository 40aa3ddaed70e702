-- The finished trials that programs executed, under every plan that has them, with the sweep file as it was frozen.
SELECT f.trial AS trial, coalesce(f.sweep, '') AS sweep, f.seed AS seed, f.labels AS labels, a.data_digest AS inputs,
	s.path AS path, s.text AS text, t.config AS config
FROM finished AS f
JOIN attempts AS a ON a.id = f.attempt
JOIN trials AS t ON t.id = a.trial
LEFT JOIN sweeps AS s ON s.name = f.sweep
WHERE a.core_version = 0
ORDER BY f.sweep, f.position;
