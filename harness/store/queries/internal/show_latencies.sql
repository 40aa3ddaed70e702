-- How fast the networks of a trial answer.
SELECT DISTINCT measured_at, number_format, batch, p50_us, p90_us, p99_us, images_per_second, kernels, cpu
FROM latency
WHERE trial = :trial
ORDER BY measured_at, number_format, batch;
