-- Trials whose identity begins as typed, and what they are.
SELECT DISTINCT substr(trial, 1, 12), dataset || ' ' || coalesce(recipe, '') || ', seed ' || seed || ', ' || state
FROM runs
WHERE substr(trial, 1, length(:typed)) = :typed
ORDER BY sweep, position
LIMIT 400;
