-- The epochs of a trial outside of k-fold. A trial that has several plan rows has every row of the views as often: DISTINCT.
SELECT DISTINCT phase, epoch, output, train_loss, train_accuracy, val_loss, val_accuracy
FROM epochs
WHERE sweep = :sweep AND trial = :trial AND fold < 0
ORDER BY phase, epoch, output;
