-- Who asks is compared in memory (reading 5): a node follows what is put right, and what is removed on schedule.
CREATE TRIGGER questioners_changed_update AFTER UPDATE ON questioners
WHEN OLD.name IS NOT NEW.name OR OLD.email IS NOT NEW.email OR OLD.postcode IS NOT NEW.postcode
    OR OLD.address IS NOT NEW.address OR OLD.organisation IS NOT NEW.organisation
BEGIN INSERT INTO question_changes (question_id) VALUES (NEW.question_id); END;
CREATE TRIGGER questioners_changed_delete AFTER DELETE ON questioners
BEGIN INSERT INTO question_changes (question_id) VALUES (OLD.question_id); END;

-- Lists of written responses in their order, of everybody and of each officer.
DROP INDEX written_responses_due;
CREATE INDEX written_responses_due ON written_responses (state, due_on, id);
CREATE INDEX written_responses_owner ON written_responses (owner_id, state, due_on, id);
