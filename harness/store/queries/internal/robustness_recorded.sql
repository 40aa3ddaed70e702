-- The corrupted images on which the networks of an attempt were evaluated.
SELECT fold, corruption, severity
FROM robustness
WHERE attempt = CAST(:attempt AS INTEGER) AND output = 0;
