-- The values of one parameter.
SELECT trial, number, text
FROM parameters
WHERE name = :name;
