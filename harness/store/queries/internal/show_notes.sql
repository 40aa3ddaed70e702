-- The notes on a trial.
SELECT written_at, text
FROM notes
JOIN trials ON trials.id = notes.trial
WHERE identity = :trial
ORDER BY notes.id;
