-- The finished trials of a sweep with their scalar results, and the latency of one image at a time in 32-bit floats: of the
-- kernel variant that is fastest by the latest measurement of each.
SELECT a.*, (SELECT min(l.p50) FROM finished AS f JOIN latencies AS l ON l.attempt = f.attempt
	WHERE f.trial = a.trial AND l.batch = 1 AND l.number_format = 'fp32' AND NOT EXISTS (SELECT 1
	FROM latencies AS m WHERE m.attempt = l.attempt AND m.batch = 1 AND m.number_format = 'fp32'
	AND m.kernels = l.kernels AND m.id > l.id)) AS latency
FROM accuracy AS a
WHERE a.sweep = :sweep;
