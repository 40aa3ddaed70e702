-- Changes whenever something that a report shows has changed.
SELECT (SELECT count(*) FROM attempts) || ' ' || (SELECT count(*) FROM attempts WHERE state = 'done') || ' '
	|| coalesce((SELECT max(finished_at) FROM attempts), '') || ' ' || coalesce((SELECT max(frozen_at) FROM sweeps), '') AS stamp;
