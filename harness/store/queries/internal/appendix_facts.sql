-- Facts of the environments of finished trials. :names is a list with a blank around each.
SELECT DISTINCT name, value
FROM facts
WHERE instr(:names, ' ' || name || ' ') > 0 AND environment IN (SELECT environment FROM attempts WHERE state = 'done')
ORDER BY name, value;
