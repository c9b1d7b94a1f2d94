CREATE TABLE staff (
    id TEXT PRIMARY KEY NOT NULL,
    email TEXT NOT NULL CONSTRAINT staff_email_key UNIQUE
);
CREATE TABLE allowances (
    id TEXT PRIMARY KEY NOT NULL,
    meeting_id TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    slot INTEGER NOT NULL,
    released_at TIMESTAMP
);
CREATE UNIQUE INDEX allowances_live_key ON allowances (meeting_id, key_hash, slot) WHERE released_at IS NULL;
CREATE TABLE question_time_events (
    meeting_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    PRIMARY KEY (meeting_id, seq)
);
CREATE TABLE letters (
    id TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent')),
    next_attempt_at TIMESTAMP NOT NULL,
    leased_by TEXT,
    leased_until TIMESTAMP
);
