-- The plan rows of a trial.
SELECT sweep, position, state, labels, reason
FROM runs
WHERE trial = :trial
ORDER BY sweep, position;
