-- The weights that a finished trial kept.
SELECT w.phase, w.fold, w.bytes
FROM counted AS c
JOIN weights AS w ON w.attempt = c.done
WHERE c.trial = :trial
ORDER BY w.phase, w.fold;
