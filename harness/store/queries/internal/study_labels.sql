-- The labels of the rows of a plan, in its order.
SELECT l.position AS position, l.name AS name, l.value AS value
FROM labels AS l
JOIN sweeps ON sweeps.id = l.sweep
WHERE sweeps.name = :sweep
ORDER BY l.position, l.name;
