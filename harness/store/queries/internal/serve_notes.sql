-- What people said of a trial.
SELECT 'tag' AS kind, g.tag AS text, NULL AS written FROM tags AS g JOIN trials AS t ON t.id = g.trial WHERE t.identity = :trial
UNION ALL
SELECT 'note', n.text, n.written_at FROM notes AS n JOIN trials AS t ON t.id = n.trial WHERE t.identity = :trial;
