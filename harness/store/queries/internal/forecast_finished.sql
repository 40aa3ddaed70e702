-- How many trials are finished.
SELECT count(*)
FROM counted
WHERE done IS NOT NULL;
