-- What all attempts took; whether there are finished ones of the core, and of programs.
SELECT count(DISTINCT CASE WHEN state = 'done' THEN trial END), count(*), coalesce(sum(state NOT IN ('done',
	'running')), 0), (SELECT count(DISTINCT seed) FROM trials), coalesce(sum(cpu_seconds), 0) / 3600,
	coalesce(max(CASE WHEN state = 'done' THEN cpu_seconds END), 0) / 60,
	coalesce(avg(CASE WHEN state = 'done' THEN cpu_seconds END), 0) / 60, coalesce(max(peak_bytes), 0),
	coalesce(max(state = 'done' AND core_version > 0), 0), coalesce(max(state = 'done' AND core_version = 0), 0)
FROM attempts
WHERE deleted_at IS NULL;
