-- The canonical text of a trial.
SELECT config
FROM trials
WHERE identity = :trial;
