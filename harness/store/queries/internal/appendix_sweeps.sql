-- The sweeps and how far they are, as Markdown.
SELECT '`sweeps/' || s.name || '.yaml`', s.title, t.done, t.trials, substr(s.digest, 1, 16) || ' ...', ')'
FROM sweeps AS s
JOIN status AS t ON t.sweep = s.name
ORDER BY s.name;
