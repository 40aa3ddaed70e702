-- How many trials are finished.
SELECT count(DISTINCT trial)
FROM attempts
WHERE state = 'done' AND deleted_at IS NULL;
