-- The environment of the attempt that counts (also of one that was taken back, when there is no other). A long diff is shown by its length.
SELECT name, CASE WHEN name IN ('diff', 'study_diff', 'study_packages') THEN length(value) || ' characters' ELSE value END AS value
FROM facts
WHERE environment = (SELECT environment FROM attempts JOIN trials ON trials.id = attempts.trial
	WHERE identity = :trial ORDER BY deleted_at IS NOT NULL, state = 'done' DESC, attempts.id DESC LIMIT 1)
ORDER BY name;
