-- The accuracies of the trials of a sweep on corrupted test images. (:any NULL: no rows, for a sweep that names no corruptions.)
SELECT DISTINCT trial, corruption, severity, test_accuracy, clean_accuracy
FROM robust
WHERE sweep = :sweep AND :any IS NOT NULL
ORDER BY trial, corruption, severity;
