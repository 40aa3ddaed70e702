-- How many epochs a trial was trained, phase after phase, until its validation accuracy first was so many percent (trained); of a trial that
-- never comes that far, how many it was trained until its last validation (censored). As in convergence.sql: without k-fold (its validation images have been
-- trained on), and of a dual phase the first output. With :phase, epochs are counted from the beginning of the phase of that name; trials
-- without such a phase have no row.
WITH
trained AS MATERIALIZED (
	SELECT DISTINCT trial, phase, name, epoch, val_accuracy FROM epochs WHERE sweep = :sweep AND fold < 0 AND output = 0),
start AS MATERIALIZED (
	SELECT trial, min(phase) AS phase FROM trained WHERE :phase = '' OR name = :phase GROUP BY trial)
SELECT trial, min(CASE WHEN reached THEN trained END) AS trained, CASE WHEN max(reached) THEN NULL ELSE max(trained) END AS censored
FROM (
	SELECT t.trial, t.val_accuracy, row_number() OVER (PARTITION BY t.trial ORDER BY t.phase, t.epoch) AS trained,
		coalesce(t.val_accuracy * 100 >= CAST(:percent AS REAL) - 1e-9, 0) AS reached
	FROM trained AS t JOIN start AS s ON s.trial = t.trial AND t.phase >= s.phase)
WHERE val_accuracy IS NOT NULL
GROUP BY trial;
