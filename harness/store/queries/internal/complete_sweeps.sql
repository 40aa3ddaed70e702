-- All sweeps.
SELECT name, title
FROM sweeps
ORDER BY name;
