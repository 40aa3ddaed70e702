-- The weights that a finished trial kept.
SELECT phase, fold, bytes
FROM weights
WHERE attempt = (SELECT max(attempt) FROM finished WHERE trial = :trial)
ORDER BY phase, fold;
