-- The metrics of finished trials that programs executed. A trial that has several plan rows has every row of the view as often: DISTINCT.
SELECT DISTINCT trial, metric, value
FROM measurements
ORDER BY metric, trial;
