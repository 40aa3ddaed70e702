-- How many digests of two attempts are in one of them alone, and how many the first has.
WITH d AS (SELECT p.attempt, p.phase, p.fold, p.weights_digest, q.output, q.digest FROM phase_results AS p LEFT
	JOIN predictions AS q ON q.attempt = p.attempt AND q.phase = p.phase AND q.fold = p.fold), x AS (SELECT phase,
	fold, weights_digest, output, digest FROM d WHERE attempt = CAST(:a AS INTEGER)), y AS (SELECT phase, fold,
	weights_digest, output, digest FROM d WHERE attempt = CAST(:b AS INTEGER))
SELECT (SELECT count(*) FROM (SELECT * FROM x EXCEPT SELECT * FROM y)) + (SELECT count(*) FROM (SELECT *
	FROM y EXCEPT SELECT * FROM x)), (SELECT count(*) FROM x);
