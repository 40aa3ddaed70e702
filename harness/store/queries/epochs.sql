-- Learning curves of finished trials: losses and accuracies of every epoch.
-- columns: those of the view epochs
-- parameters: sweep, dataset, recipe (each optional: only trials with that value); trial (optional: an identity or its first digits)
SELECT *
FROM epochs
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
AND (:trial IS NULL OR trial GLOB :trial || '*')
ORDER BY sweep, dataset, recipe, augment, seed, trial, phase, fold, epoch, output;
