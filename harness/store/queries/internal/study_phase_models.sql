-- The sizes of the networks of one phase of a sweep.
SELECT trial, params, trainable, weight_bytes, optimizer_bytes, training_bytes
FROM models
WHERE sweep = :sweep AND name = :phase
ORDER BY phase;
