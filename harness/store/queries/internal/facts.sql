-- All that is known of all environments. A long diff is shown by its length.
SELECT CAST(environment AS TEXT), name, CASE name WHEN 'diff' THEN length(value) || ' characters' ELSE value END
FROM facts
ORDER BY environment, name;
