-- Why trials are skipped, and how many.
SELECT sweep, reason, count(*) AS trials
FROM runs
WHERE state = 'skipped' AND (:sweep IS NULL OR sweep = :sweep)
GROUP BY sweep, reason
ORDER BY sweep, min(position);
