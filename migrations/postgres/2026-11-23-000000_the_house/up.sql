-- Instants are UTC; local dates and times of day are Europe/London's. Ids are UUIDs of version 7 as text.

CREATE TABLE staff (
    id TEXT PRIMARY KEY NOT NULL,
    email TEXT NOT NULL CONSTRAINT staff_email_key UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    version INTEGER NOT NULL
);

CREATE TABLE boards (
    id TEXT PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL CONSTRAINT boards_slug_key UNIQUE,
    name TEXT NOT NULL,
    modern_gov_id INTEGER,
    minute_prefix TEXT,
    retired BOOLEAN NOT NULL,
    version INTEGER NOT NULL
);

-- A role held for every board has no board.
CREATE TABLE staff_roles (
    id TEXT PRIMARY KEY NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    role TEXT NOT NULL,
    board_id TEXT REFERENCES boards (id)
);
CREATE INDEX staff_roles_staff ON staff_roles (staff_id);

CREATE TABLE staff_sessions (
    token_hash TEXT PRIMARY KEY NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash TEXT NOT NULL CONSTRAINT api_tokens_token_hash_key UNIQUE,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);

CREATE TABLE meetings (
    id TEXT PRIMARY KEY NOT NULL,
    board_id TEXT NOT NULL REFERENCES boards (id),
    meeting_date DATE NOT NULL,
    starts TIME NOT NULL,
    venue TEXT NOT NULL,
    status TEXT NOT NULL,
    agenda_published BOOLEAN NOT NULL,
    demonstration BOOLEAN NOT NULL,
    moved_from DATE,
    -- the deadline as last told to people: a changed calendar is noticed against it (reading 3)
    deadline_at TIMESTAMP NOT NULL,
    deadline_provisional BOOLEAN NOT NULL,
    ended TIME,
    version INTEGER NOT NULL
);
CREATE INDEX meetings_date ON meetings (meeting_date);
CREATE INDEX meetings_board_date ON meetings (board_id, meeting_date);

CREATE TABLE agenda_items (
    id TEXT PRIMARY KEY NOT NULL,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    minute_number TEXT,
    part TEXT NOT NULL,
    kind TEXT NOT NULL
);
CREATE INDEX agenda_items_meeting ON agenda_items (meeting_id, position);

CREATE TABLE deadline_changes (
    id TEXT PRIMARY KEY NOT NULL,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    old_at TIMESTAMP NOT NULL,
    new_at TIMESTAMP NOT NULL,
    reason TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
CREATE INDEX deadline_changes_changed ON deadline_changes (changed_at);

-- Days that the council adds to those of its configuration.
CREATE TABLE calendar_days (
    day DATE PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    added_by TEXT REFERENCES staff (id),
    added_at TIMESTAMP NOT NULL
);

CREATE TABLE questions (
    id TEXT PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL CONSTRAINT questions_reference_key UNIQUE,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    agenda_item_id TEXT REFERENCES agenda_items (id),
    matter TEXT,
    original_text TEXT NOT NULL,
    public_text TEXT NOT NULL,
    published_name TEXT NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    deadline_at TIMESTAMP NOT NULL,
    refusals TEXT NOT NULL,
    postcode_check TEXT NOT NULL,
    difference TEXT,
    carried_from TEXT REFERENCES questions (id),
    draft_id TEXT CONSTRAINT questions_draft_id_key UNIQUE,
    link_version INTEGER NOT NULL,
    entered_by TEXT REFERENCES staff (id),
    put_on DATE,
    version INTEGER NOT NULL
);
CREATE INDEX questions_meeting ON questions (meeting_id, received_at);
CREATE INDEX questions_status ON questions (status);
CREATE INDEX questions_put_on ON questions (put_on);

-- Personal details stand apart, so that they can be removed on schedule while the record of the question stays.
CREATE TABLE questioners (
    question_id TEXT PRIMARY KEY NOT NULL REFERENCES questions (id),
    name TEXT NOT NULL,
    organisation TEXT,
    address TEXT NOT NULL,
    postcode TEXT NOT NULL,
    email TEXT,
    telephone TEXT,
    needs TEXT,
    resident BOOLEAN NOT NULL,
    publish_name BOOLEAN NOT NULL
);

CREATE TABLE question_exceptions (
    id TEXT PRIMARY KEY NOT NULL,
    question_id TEXT NOT NULL REFERENCES questions (id),
    exception TEXT NOT NULL,
    reason TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX question_exceptions_question ON question_exceptions (question_id);

CREATE TABLE decisions (
    id TEXT PRIMARY KEY NOT NULL,
    question_id TEXT NOT NULL REFERENCES questions (id),
    decision TEXT NOT NULL,
    grounds TEXT NOT NULL,
    reason TEXT,
    earlier_question_id TEXT REFERENCES questions (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    decided_at TIMESTAMP NOT NULL
);
CREATE INDEX decisions_question ON decisions (question_id, decided_at);

-- Clause (iii): one question for each person or organisation. A key is hashed; a slot is one of the questions allowed.
CREATE TABLE allowances (
    id TEXT PRIMARY KEY NOT NULL,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    question_id TEXT NOT NULL REFERENCES questions (id),
    key_of TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    slot INTEGER NOT NULL,
    released_at TIMESTAMP
);
CREATE UNIQUE INDEX allowances_live_key ON allowances (meeting_id, key_hash, slot) WHERE released_at IS NULL;
CREATE INDEX allowances_question ON allowances (question_id);

CREATE TABLE question_time_events (
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    event TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    PRIMARY KEY (meeting_id, seq)
);

-- What the minutes say of a question that was put.
CREATE TABLE minutes (
    question_id TEXT PRIMARY KEY NOT NULL REFERENCES questions (id),
    response TEXT,
    answered_by TEXT,
    supplementary_text TEXT,
    supplementary_response TEXT,
    dealt_with_item_id TEXT REFERENCES agenda_items (id),
    version INTEGER NOT NULL
);

CREATE TABLE written_responses (
    id TEXT PRIMARY KEY NOT NULL,
    question_id TEXT NOT NULL CONSTRAINT written_responses_question_id_key UNIQUE REFERENCES questions (id),
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    owner_id TEXT REFERENCES staff (id),
    owed_from DATE NOT NULL,
    due_on DATE NOT NULL,
    draft TEXT NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX written_responses_due ON written_responses (state, due_on);

CREATE TABLE replies (
    id TEXT PRIMARY KEY NOT NULL,
    response_id TEXT NOT NULL REFERENCES written_responses (id),
    reply TEXT NOT NULL,
    body TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    replied_at TIMESTAMP NOT NULL
);
CREATE INDEX replies_response ON replies (response_id, replied_at);

CREATE TABLE drafts (
    id TEXT PRIMARY KEY NOT NULL,
    visitor_hash TEXT NOT NULL,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    fields TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX drafts_updated ON drafts (updated_at);

CREATE TABLE idempotency_keys (
    key_hash TEXT NOT NULL CONSTRAINT idempotency_keys_pkey PRIMARY KEY,
    request_hash TEXT NOT NULL,
    question_id TEXT NOT NULL REFERENCES questions (id),
    created_at TIMESTAMP NOT NULL
);

-- Letters are written here with the act that causes them, and sent afterwards.
CREATE TABLE letters (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    question_id TEXT REFERENCES questions (id),
    recipient_email TEXT,
    recipient_name TEXT NOT NULL,
    letter TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    leased_by TEXT,
    leased_until TIMESTAMP,
    last_error TEXT,
    created_at TIMESTAMP NOT NULL,
    settled_at TIMESTAMP
);
CREATE INDEX letters_due ON letters (state, next_attempt_at);
CREATE INDEX letters_question ON letters (question_id);

CREATE TABLE postcodes (
    postcode TEXT PRIMARY KEY NOT NULL,
    in_borough BOOLEAN NOT NULL
);

CREATE TABLE audit_entries (
    id TEXT PRIMARY KEY NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    act TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    was TEXT,
    became TEXT,
    request_id TEXT
);
CREATE INDEX audit_entries_subject ON audit_entries (subject_id, id);
CREATE FUNCTION audit_entries_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION audit_entries_append_only();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_append_only();
