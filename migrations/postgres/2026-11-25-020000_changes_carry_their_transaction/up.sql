-- A change of a question carries the number of its transaction, so that those who follow the changes need no order of commits and
-- nobody waits at a commit for another.
ALTER TABLE question_changes
    ADD COLUMN transaction_id BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX question_changes_transaction ON question_changes (transaction_id);
DROP TRIGGER questions_changed_insert ON questions;
DROP TRIGGER questions_changed_update ON questions;
DROP TRIGGER questions_changed_delete ON questions;
CREATE OR REPLACE FUNCTION questions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO question_changes (question_id) VALUES (COALESCE(NEW.id, OLD.id));
    RETURN NULL;
END
$$;
CREATE TRIGGER questions_changed_insert AFTER INSERT ON questions
FOR EACH ROW EXECUTE FUNCTION questions_changed();
CREATE TRIGGER questions_changed_update AFTER UPDATE ON questions FOR EACH ROW
WHEN (OLD.put_on IS DISTINCT FROM NEW.put_on OR OLD.public_text <> NEW.public_text OR OLD.original_text <> NEW.original_text)
EXECUTE FUNCTION questions_changed();
CREATE TRIGGER questions_changed_delete AFTER DELETE ON questions
FOR EACH ROW EXECUTE FUNCTION questions_changed();
