-- Trials whose latest attempt ended badly with this core.
SELECT identity
FROM trials
JOIN attempts ON attempts.id = (SELECT max(id) FROM attempts WHERE trial = trials.id AND deleted_at IS NULL)
WHERE core_version = :core AND (state = 'diverged' OR (state IN ('failed', 'timeout') AND :failed = 'too'))
ORDER BY identity;
