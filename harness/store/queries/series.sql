-- Series that programs reported in finished trials, a row for each step.
-- columns: those of the view series
-- parameters: sweep (optional); metric (optional: its name); trial (optional: an identity or its first digits)
SELECT *
FROM series
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:metric IS NULL OR metric = :metric)
AND (:trial IS NULL OR trial GLOB :trial || '*')
ORDER BY sweep, trial, metric, step, labels;
