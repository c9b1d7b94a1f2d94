DROP TRIGGER questions_changed_insert ON questions;
DROP TRIGGER questions_changed_update ON questions;
DROP TRIGGER questions_changed_delete ON questions;
ALTER TABLE question_changes DROP COLUMN transaction_id;
CREATE OR REPLACE FUNCTION questions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('question_changes'));
    INSERT INTO question_changes (question_id) VALUES (COALESCE(NEW.id, OLD.id));
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER questions_changed_insert AFTER INSERT ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION questions_changed();
CREATE CONSTRAINT TRIGGER questions_changed_update AFTER UPDATE ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.put_on IS DISTINCT FROM NEW.put_on OR OLD.public_text <> NEW.public_text OR OLD.original_text <> NEW.original_text)
EXECUTE FUNCTION questions_changed();
CREATE CONSTRAINT TRIGGER questions_changed_delete AFTER DELETE ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION questions_changed();
