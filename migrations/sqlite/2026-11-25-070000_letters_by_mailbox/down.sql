DROP TABLE pending_notices;
DROP INDEX letters_quota;
ALTER TABLE letters DROP COLUMN quota_key;
