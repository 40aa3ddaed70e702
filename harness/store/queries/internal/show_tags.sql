-- The tags of a trial.
SELECT tag
FROM tags
JOIN trials ON trials.id = tags.trial
WHERE identity = :trial
ORDER BY tag;
