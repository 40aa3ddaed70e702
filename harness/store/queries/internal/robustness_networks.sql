-- Of the attempt of a trial that counts, a row for each network that its last phase left behind.
SELECT a.id, p.phase, p.fold, w.attempt IS NOT NULL, a.core_version
FROM counted AS c
JOIN attempts AS a ON a.id = c.done
JOIN results AS r ON r.attempt = a.id
JOIN phase_results AS p ON p.attempt = a.id AND p.phase = r.last_phase
LEFT JOIN weights AS w ON w.attempt = a.id AND w.phase = p.phase AND w.fold = p.fold
WHERE c.trial = :trial
ORDER BY p.fold;
