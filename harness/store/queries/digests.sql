-- What must be the same wherever and however often a trial is run: digests of weights and predictions of every finished trial.
-- columns: those of the view digests; the first is the trial's identity, nothing depends on time, machine or sweep
-- parameters: sweep (optional: only trials of that sweep's plan)
SELECT *
FROM digests
WHERE :sweep IS NULL
OR trial IN (SELECT runs.trial FROM runs WHERE runs.sweep = :sweep)
ORDER BY trial, phase, fold, output;
