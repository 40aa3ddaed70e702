-- The data sets that finished trials of the core were run on.
SELECT trials.dataset, a.data_variant, a.data_digest, count(*), ''
FROM attempts AS a
JOIN trials ON trials.id = a.trial
WHERE a.state = 'done' AND a.deleted_at IS NULL AND a.core_version > 0
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3;
