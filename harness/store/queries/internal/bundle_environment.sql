-- What is known of all environments, without what names one machine or is long.
SELECT environment, name, value
FROM facts
WHERE name NOT IN ('diff', 'boot_id')
ORDER BY environment, name;
