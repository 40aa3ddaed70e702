-- The metrics of the finished trials of a sweep that a program executed, and what every trial has. A trial that has several plan
-- rows has every row of the view as often: DISTINCT.
SELECT DISTINCT trial, metric, value, seconds, cpu_seconds, peak_bytes
FROM measurements
WHERE sweep = :sweep
ORDER BY trial, metric;
