-- The names of all sweeps.
SELECT name
FROM sweeps
ORDER BY name;
