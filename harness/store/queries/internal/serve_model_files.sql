-- Exported files of a trial's network.
SELECT DISTINCT m.format, CASE WHEN m.fold < 0 THEN NULL ELSE m.fold + 1 END AS fold, m.bytes, m.test_accuracy
FROM model_files AS m JOIN finished AS f ON f.attempt = m.attempt WHERE f.trial = :trial;
