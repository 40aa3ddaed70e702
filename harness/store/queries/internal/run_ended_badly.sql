-- Trials whose latest attempt ended badly with this core (0: a program), and on these inputs if they are named.
SELECT identity
FROM trials
JOIN attempts ON attempts.id = (SELECT max(id) FROM attempts WHERE trial = trials.id AND deleted_at IS NULL)
WHERE core_version = :core AND (:inputs IS NULL OR data_digest = :inputs)
	AND (state = 'diverged' OR (state IN ('failed', 'timeout') AND :failed = 'too'))
ORDER BY identity;
