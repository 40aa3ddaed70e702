-- What a trial is.
SELECT identity, configuration, dataset, model, seed
FROM trials
WHERE identity = :trial;
