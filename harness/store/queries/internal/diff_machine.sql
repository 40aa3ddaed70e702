-- Facts of two attempts that differ: those of the machine.
WITH x AS (SELECT name, value FROM facts WHERE environment = (SELECT environment FROM attempts
	WHERE id = CAST(:a AS INTEGER))), y AS (SELECT name, value FROM facts
	WHERE environment = (SELECT environment FROM attempts WHERE id = CAST(:b AS INTEGER))), n AS (SELECT name
	FROM x UNION SELECT name FROM y)
SELECT n.name AS fact, CASE WHEN length(x.value) > 70 THEN length(x.value) || ' characters: ' || substr(x.value, 1,
	40) || '...' ELSE x.value END AS A, CASE WHEN length(y.value) > 70 THEN length(y.value) || ' characters: '
	|| substr(y.value, 1, 40) || '...' ELSE y.value END AS B
FROM n
LEFT JOIN x ON x.name = n.name
LEFT JOIN y ON y.name = n.name
WHERE x.value IS NOT y.value AND n.name <> 'boot_id' AND n.name NOT IN ('program_version', 'commit', 'dirty', 'diff',
	'diff_note', 'core_version', 'compiler', 'flags', 'program_sha256', 'kernels', 'study_commit', 'study_dirty', 'study_diff',
	'study_diff_note', 'study_version', 'study_packages')
ORDER BY 1;
