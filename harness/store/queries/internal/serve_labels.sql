-- The labels of a trial, as a JSON object.
SELECT labels FROM runs WHERE trial = :trial LIMIT 1;
