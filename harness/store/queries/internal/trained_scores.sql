-- What the network of a fold scored on the test images.
SELECT s.output, s.test_accuracy, q.count, q.digest
FROM scores AS s
JOIN predictions AS q ON q.attempt = s.attempt AND q.phase = s.phase AND q.fold = s.fold AND q.output = s.output
WHERE s.attempt = CAST(:attempt AS INTEGER) AND s.phase = CAST(:phase AS INTEGER) AND s.fold = CAST(:fold AS INTEGER)
ORDER BY s.output;
