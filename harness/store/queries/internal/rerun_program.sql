-- The sweep file, as it was frozen last, of a plan that has this trial of a program.
SELECT s.path, s.text
FROM plan
JOIN sweeps AS s ON s.id = plan.sweep
JOIN trials AS t ON t.id = plan.trial
WHERE t.identity = :trial
ORDER BY s.frozen_at DESC, s.id DESC
LIMIT 1;
