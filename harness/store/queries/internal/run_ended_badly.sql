-- Trials whose latest attempt ended badly with this core (0: a program), and on these inputs if they are named.
SELECT c.trial
FROM counted AS c
JOIN attempts AS a ON a.id = c.latest
WHERE a.core_version = :core AND (:inputs IS NULL OR a.data_digest = :inputs)
	AND (a.state = 'diverged' OR (a.state IN ('failed', 'timeout') AND :failed = 'too'))
ORDER BY c.trial;
