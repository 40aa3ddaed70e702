-- The validation accuracies of a trial in the order of training, from the named phase on where the recipe has one; without k-fold, of a dual phase the first output.
SELECT DISTINCT phase, epoch, val_accuracy
FROM epochs
WHERE sweep = :sweep AND trial = :trial AND fold < 0 AND output = 0 AND phase >= coalesce((SELECT min(phase)
	FROM phases WHERE sweep = :sweep AND trial = :trial AND name = :phase), 0)
ORDER BY phase, epoch;
