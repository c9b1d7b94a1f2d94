-- Which questions changed, in the order in which the changes were committed: each node's search follows it.
CREATE TABLE question_changes (
    revision BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    question_id TEXT NOT NULL
);
INSERT INTO question_changes (question_id) SELECT id FROM questions ORDER BY id;
CREATE FUNCTION questions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a revision that is lower must not become visible after one that is higher: whoever comes here waits until the one before
    -- has committed
    PERFORM pg_advisory_xact_lock(hashtext('question_changes'));
    INSERT INTO question_changes (question_id) VALUES (COALESCE(NEW.id, OLD.id));
    RETURN NULL;
END
$$;
-- deferred to the commit: nothing is locked after it, so it can't be part of a deadlock, and nobody waits for long
CREATE CONSTRAINT TRIGGER questions_changed_insert AFTER INSERT ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION questions_changed();
CREATE CONSTRAINT TRIGGER questions_changed_update AFTER UPDATE ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.put_on IS DISTINCT FROM NEW.put_on OR OLD.public_text <> NEW.public_text OR OLD.original_text <> NEW.original_text)
EXECUTE FUNCTION questions_changed();
CREATE CONSTRAINT TRIGGER questions_changed_delete AFTER DELETE ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION questions_changed();
