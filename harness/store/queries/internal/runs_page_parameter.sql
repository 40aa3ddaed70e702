-- As parameter.sql, of the trials in a JSON array.
SELECT trial, number, text
FROM parameters
WHERE name = :name AND trial IN (SELECT value FROM json_each(:trials));
