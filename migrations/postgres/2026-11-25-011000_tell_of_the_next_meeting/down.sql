ALTER TABLE questions DROP COLUMN next_meeting_told_at;
