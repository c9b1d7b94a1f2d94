-- The words of each letter as they were when it went out, with the private link left out; and since when it waits.
ALTER TABLE letters ADD COLUMN sent_subject TEXT;
ALTER TABLE letters ADD COLUMN sent_text TEXT;
ALTER TABLE letters ADD COLUMN waiting_since TIMESTAMP;
UPDATE letters SET waiting_since = created_at;
