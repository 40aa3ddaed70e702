-- Phases and folds of finished trials: epochs, why they stopped, accuracy and loss of the weights that they keep.
-- columns: those of the view phases
-- parameters: sweep, dataset, recipe (each optional: only trials with that value); trial (optional: an identity or its first digits)
SELECT *
FROM phases
WHERE (:sweep IS NULL OR sweep = :sweep)
AND (:dataset IS NULL OR dataset = :dataset)
AND (:recipe IS NULL OR recipe = :recipe)
AND (:trial IS NULL OR trial GLOB :trial || '*')
ORDER BY sweep, dataset, recipe, augment, seed, trial, phase, fold;
