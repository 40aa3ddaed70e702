-- The words that trials have, and how many have each.
SELECT tag, count(*) AS trials
FROM tags
GROUP BY tag
ORDER BY tag;
