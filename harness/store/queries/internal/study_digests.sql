-- The digests of the trials of a sweep.
SELECT DISTINCT trial, weights_digest, data_digest, core_version
FROM digests
WHERE trial IN (SELECT trial FROM runs WHERE sweep = :sweep);
