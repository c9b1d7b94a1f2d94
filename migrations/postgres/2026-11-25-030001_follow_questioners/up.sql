-- Who asks is compared in memory (reading 5): a node follows what is put right, and what is removed on schedule.
CREATE FUNCTION questioners_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO question_changes (question_id) VALUES (COALESCE(NEW.question_id, OLD.question_id));
    RETURN NULL;
END
$$;
CREATE TRIGGER questioners_changed_update AFTER UPDATE ON questioners FOR EACH ROW
WHEN (OLD.name <> NEW.name OR OLD.email IS DISTINCT FROM NEW.email OR OLD.postcode <> NEW.postcode
    OR OLD.address <> NEW.address OR OLD.organisation IS DISTINCT FROM NEW.organisation)
EXECUTE FUNCTION questioners_changed();
CREATE TRIGGER questioners_changed_delete AFTER DELETE ON questioners
FOR EACH ROW EXECUTE FUNCTION questioners_changed();

-- Lists of written responses in their order, of everybody and of each officer.
DROP INDEX written_responses_due;
CREATE INDEX written_responses_due ON written_responses (state, due_on, id);
CREATE INDEX written_responses_owner ON written_responses (owner_id, state, due_on, id);
