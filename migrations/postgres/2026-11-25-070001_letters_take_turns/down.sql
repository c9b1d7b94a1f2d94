DROP INDEX letters_cause;
DROP INDEX letters_turn;
CREATE INDEX letters_due ON letters (state, next_attempt_at);
ALTER TABLE letters DROP COLUMN caused_by;
ALTER TABLE letters DROP COLUMN turn_at;
