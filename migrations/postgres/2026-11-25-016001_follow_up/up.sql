-- What a board's minutes say where no question was received, and who writes its written responses where nobody else is named.
ALTER TABLE boards ADD COLUMN nil_return TEXT;
ALTER TABLE boards ADD COLUMN response_owner_id TEXT REFERENCES staff (id);
-- The date of the meeting for which the officers have been told that it was not closed.
ALTER TABLE meetings ADD COLUMN unclosed_told_for DATE;
-- The new date that a holding reply gave.
ALTER TABLE replies ADD COLUMN new_due_on DATE;
-- Who has been reminded of a written response, of which kind, for which due date: once each.
CREATE TABLE response_reminders (
    id TEXT PRIMARY KEY NOT NULL,
    response_id TEXT NOT NULL REFERENCES written_responses (id),
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    due_on DATE NOT NULL,
    sent_on DATE NOT NULL,
    CONSTRAINT response_reminders_key UNIQUE (response_id, recipient, kind, due_on)
);
CREATE INDEX response_reminders_recipient ON response_reminders (recipient, sent_on);
