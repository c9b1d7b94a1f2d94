-- What a letter counts against: a keyed hash of the mailbox of a letter that a member of the public caused, or of the officers' notices.
ALTER TABLE letters ADD COLUMN quota_key TEXT;
CREATE INDEX letters_quota ON letters (quota_key, created_at);
-- New questions of which the officers are told in the next digest.
CREATE TABLE pending_notices (
    question_id TEXT PRIMARY KEY NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    noticed_at TIMESTAMP NOT NULL
);
CREATE INDEX pending_notices_at ON pending_notices (noticed_at);
