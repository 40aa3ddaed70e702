-- The inputs that the latest attempt of a program's trial was run on.
SELECT data_digest
FROM attempts
WHERE id = (SELECT max(b.id) FROM attempts AS b JOIN trials AS t ON t.id = b.trial WHERE t.identity = :trial AND b.deleted_at IS NULL);
