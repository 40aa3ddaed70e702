-- How many epochs a trial was trained, phase after phase, until its validation accuracy first was so many percent; a trial that never
-- comes that far has no row. As in convergence.sql: without k-fold (its validation images have been trained on), and of a dual phase the
-- first output.
SELECT trial, min(trained) AS trained
FROM (
	SELECT trial, val_accuracy, row_number() OVER (PARTITION BY trial ORDER BY phase, epoch) AS trained
	FROM (SELECT DISTINCT trial, phase, epoch, val_accuracy FROM epochs WHERE sweep = :sweep AND fold < 0 AND output = 0))
WHERE val_accuracy * 100 >= CAST(:percent AS REAL) - 1e-9
GROUP BY trial;
