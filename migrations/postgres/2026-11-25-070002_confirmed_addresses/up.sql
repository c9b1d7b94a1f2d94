-- When it became known that an e-mail address is the questioner's, and from what. Until then letters to it hold nothing that was typed.
ALTER TABLE questioners ADD COLUMN confirmed_at TIMESTAMP;
ALTER TABLE questioners ADD COLUMN confirmed_by TEXT;
-- What was sent before is taken for confirmed: its letters have quoted it already.
UPDATE questioners SET confirmed_by = 'earlier_release', confirmed_at =
    (SELECT recorded_at FROM questions WHERE questions.id = questioners.question_id);
