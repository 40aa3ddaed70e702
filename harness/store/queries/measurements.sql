-- Results of finished trials that programs executed, a row for each metric.
-- columns: those of the view measurements
-- parameters: sweep (optional); metric (optional: its name); trial (optional: an identity or its first digits)
SELECT *
FROM measurements
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:metric IS NULL OR metric = :metric)
AND (:trial IS NULL OR trial GLOB :trial || '*')
ORDER BY sweep, trial, metric, labels;
