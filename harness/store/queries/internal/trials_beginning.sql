-- Trials whose identity begins so, four at most. A range, so that the index is used; g comes after all hexadecimal digits.
SELECT identity
FROM trials
WHERE identity >= :beginning AND identity < :beginning || 'g'
ORDER BY identity
LIMIT 4;
