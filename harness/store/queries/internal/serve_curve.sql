-- Learning curves of a trial, also of a running one: its attempt that counts, first outputs; x counts epochs over all phases and folds; a program's series have their own steps.
WITH epoch AS (
	SELECT row_number() OVER (ORDER BY m.phase, m.fold, m.epoch) AS x, m.train_loss, m.train_accuracy, m.val_loss, m.val_accuracy
	FROM metrics AS m
	WHERE m.output = 0 AND m.attempt = (SELECT attempt FROM runs WHERE trial = :trial LIMIT 1)
)
SELECT 'val_accuracy' AS metric, x, val_accuracy AS y FROM epoch
UNION ALL SELECT 'val_loss', x, val_loss FROM epoch
UNION ALL SELECT 'train_accuracy', x, train_accuracy FROM epoch
UNION ALL SELECT 'train_loss', x, train_loss FROM epoch
UNION ALL SELECT s.metric, s.step, s.value FROM steps AS s WHERE s.attempt = (SELECT attempt FROM runs WHERE trial = :trial LIMIT 1);
