DROP TABLE failed_sign_ins;
ALTER TABLE staff_sessions DROP COLUMN browser;
ALTER TABLE staff DROP COLUMN password_issued_at;
