-- The files of all sweeps.
SELECT name, text
FROM sweeps
ORDER BY name;
