-- Digests of weights and predictions of every finished trial: the same in every run of the trial.
-- columns: those of the view digests; the first is the trial's identity, nothing depends on time, machine or sweep
-- parameters: sweep (optional: only trials of that sweep's plan)
SELECT *
FROM digests
WHERE :sweep IS NULL
OR trial IN (SELECT runs.trial FROM runs WHERE runs.sweep = :sweep)
ORDER BY trial, phase, fold, output;
