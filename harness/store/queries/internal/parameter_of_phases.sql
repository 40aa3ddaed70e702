-- The values of a parameter in all phases that have it.
SELECT trial, number, text
FROM parameters
WHERE name GLOB '*.' || :name
ORDER BY trial, name;
