ALTER TABLE letters DROP COLUMN waiting_since;
ALTER TABLE letters DROP COLUMN sent_text;
ALTER TABLE letters DROP COLUMN sent_subject;
