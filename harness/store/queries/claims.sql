-- The paper's claims and the measured values. `retrial claims` gives the verdicts.
-- columns: those of the view claims
-- parameters: sweep (optional: only that sweep's claims)
SELECT *
FROM claims
WHERE (:sweep IS NULL OR sweep = :sweep);
