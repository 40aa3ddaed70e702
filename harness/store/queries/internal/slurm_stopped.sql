-- Attempts of a sweep that ended on request, after an epoch or by a program's leave.
SELECT count(*)
FROM attempts
WHERE sweep = (SELECT id FROM sweeps WHERE name = :sweep) AND state = 'interrupted'
	AND (error LIKE 'interrupted in phase %' OR error = 'ended on request');
