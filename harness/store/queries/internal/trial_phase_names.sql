-- What the phases of a trial were called when it was run first.
SELECT p.phase, p.name, min(p.attempt)
FROM phase_results AS p
JOIN attempts AS a ON a.id = p.attempt
JOIN trials AS t ON t.id = a.trial
WHERE t.identity = :trial
GROUP BY p.phase;
