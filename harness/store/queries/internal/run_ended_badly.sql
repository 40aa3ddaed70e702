-- Trials whose latest attempt ended badly with this core.
SELECT c.trial
FROM counted AS c
JOIN attempts AS a ON a.id = c.latest
WHERE a.core_version = :core AND (a.state = 'diverged' OR (a.state IN ('failed', 'timeout') AND :failed = 'too'))
ORDER BY c.trial;
