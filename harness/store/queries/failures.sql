-- Attempts that ended badly, with the reason, the latest first.
-- columns: those of the view failures
-- parameters: sweep (optional: only attempts that were started for it)
SELECT *
FROM failures
WHERE (:sweep IS NULL OR sweep = :sweep)
ORDER BY attempt DESC;
