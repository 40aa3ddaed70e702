-- The accuracies of the trials of a sweep on changed test images. (:any NULL: no rows, for a sweep that names no changes.)
SELECT DISTINCT trial, change, strength, test_accuracy, unchanged
FROM robust
WHERE sweep = :sweep AND :any IS NOT NULL
ORDER BY trial, change, strength;
