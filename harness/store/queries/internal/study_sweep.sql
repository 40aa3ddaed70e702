-- The digest of the file that a sweep was frozen from.
SELECT digest
FROM sweeps
WHERE name = :sweep;
