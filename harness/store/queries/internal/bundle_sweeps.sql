-- The files of all sweeps, and where they were read.
SELECT name, path, text
FROM sweeps
ORDER BY name;
