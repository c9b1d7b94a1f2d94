DROP INDEX written_responses_owner;
DROP INDEX written_responses_due;
CREATE INDEX written_responses_due ON written_responses (state, due_on);
DROP TRIGGER questioners_changed_delete;
DROP TRIGGER questioners_changed_update;
