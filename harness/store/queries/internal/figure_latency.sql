-- Of every finished trial of a sweep and number format, the kernel variant with the smallest median, by the latest measurement of each.
SELECT DISTINCT f.trial, l.number_format, l.kernels, l.samples, l.histogram, l.noise, c.value
FROM finished AS f
JOIN latencies AS l ON l.attempt = f.attempt
LEFT JOIN facts AS c ON c.environment = l.environment AND c.name = 'cpu'
WHERE f.sweep = :sweep AND l.id = (SELECT k.id FROM latencies AS k WHERE k.attempt = l.attempt
	AND k.number_format = l.number_format AND k.batch = 1 AND NOT EXISTS (SELECT 1 FROM latencies AS m
	WHERE m.attempt = k.attempt AND m.number_format = k.number_format AND m.batch = 1
	AND m.kernels = k.kernels AND m.id > k.id) ORDER BY k.p50, k.id LIMIT 1)
ORDER BY l.number_format, f.trial;
