-- The predictions of the first output after the last phase (its first fold).
SELECT f.dataset, q.classes FROM finished AS f JOIN predictions AS q ON q.attempt = f.attempt
WHERE f.trial = :trial AND q.output = 0 ORDER BY q.phase DESC, q.fold LIMIT 1;
