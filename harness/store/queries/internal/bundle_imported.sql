-- The imported data sets that finished trials were run on.
SELECT DISTINCT trials.dataset, a.data_digest
FROM attempts AS a
JOIN trials ON trials.id = a.trial
WHERE a.state = 'done' AND a.deleted_at IS NULL AND a.data_variant = 'imported'
ORDER BY 1, 2;
