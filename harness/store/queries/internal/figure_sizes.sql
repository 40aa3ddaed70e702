-- The files that the networks of a sweep were exported to.
SELECT DISTINCT f.trial, m.format, m.fold, m.bytes
FROM finished AS f
JOIN model_files AS m ON m.attempt = f.attempt
WHERE f.sweep = :sweep
ORDER BY m.format, f.trial, m.fold;
