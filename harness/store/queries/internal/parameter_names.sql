-- The names of all parameters.
SELECT DISTINCT name
FROM parameters
ORDER BY name;
