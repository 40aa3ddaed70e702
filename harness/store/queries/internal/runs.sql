-- The plan rows, with the columns that `retrial runs` shows when none are named.
SELECT trial, sweep, dataset, labels, seed, state, attempts, seconds, test_accuracy, started_at, reason, tags
FROM runs
ORDER BY sweep, position;
