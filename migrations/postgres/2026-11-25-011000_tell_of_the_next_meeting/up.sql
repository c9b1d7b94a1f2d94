-- When the questioner of a refused question was told of the board's next meeting. Empty while they wait to be told.
ALTER TABLE questions ADD COLUMN next_meeting_told_at TIMESTAMP;
-- nobody has been promised a letter so far
UPDATE questions SET next_meeting_told_at = recorded_at;
