-- On which changed images the networks of an attempt were evaluated.
SELECT fold, change, strength
FROM robustness
WHERE attempt = CAST(:attempt AS INTEGER) AND output = 0;
