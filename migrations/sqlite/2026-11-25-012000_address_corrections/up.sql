-- Addresses to which questioners asked, by their private link, to have letters sent. They go with the questioner's details.
CREATE TABLE address_corrections (
    id TEXT PRIMARY KEY NOT NULL,
    question_id TEXT NOT NULL REFERENCES questioners (question_id) ON DELETE CASCADE,
    old_email TEXT,
    new_email TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    superseded_at TIMESTAMP,
    stopped_at TIMESTAMP
);
CREATE INDEX address_corrections_question ON address_corrections (question_id);
