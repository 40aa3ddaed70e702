-- What the program of a trial printed: how much of which attempt.
SELECT attempt, stream, total AS bytes, kept
FROM logs
JOIN attempts ON attempts.id = logs.attempt
JOIN trials ON trials.id = attempts.trial
WHERE identity = :trial
ORDER BY attempt, stream;
