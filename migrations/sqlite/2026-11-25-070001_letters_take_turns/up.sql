-- The order in which letters leave: each at the time at which it would have been written if its cause wrote one every few seconds.
ALTER TABLE letters ADD COLUMN turn_at TIMESTAMP;
UPDATE letters SET turn_at = created_at;
-- A keyed hash of the network that caused a letter which waits.
ALTER TABLE letters ADD COLUMN caused_by TEXT;
DROP INDEX letters_due;
CREATE INDEX letters_turn ON letters (state, turn_at, id, next_attempt_at);
CREATE INDEX letters_cause ON letters (caused_by, turn_at);
