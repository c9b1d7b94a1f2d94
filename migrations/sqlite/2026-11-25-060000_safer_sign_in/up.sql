-- Since when a password stands that somebody else issued; NULL where its owner chose it.
ALTER TABLE staff ADD COLUMN password_issued_at TIMESTAMP;
-- The browser of a session in a few words, so that its owner knows it again.
ALTER TABLE staff_sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
-- How often signing in to an account failed, by the hour. The account is its identifier, or "unknown".
CREATE TABLE failed_sign_ins (
    account TEXT NOT NULL,
    hour TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL,
    owner_told_at TIMESTAMP,
    PRIMARY KEY (account, hour)
);
CREATE INDEX failed_sign_ins_hour ON failed_sign_ins (hour);
