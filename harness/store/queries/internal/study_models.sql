-- The sizes of the networks of a sweep, phase by phase.
SELECT trial, training_bytes, trainable
FROM models
WHERE sweep = :sweep
ORDER BY phase;
