DROP INDEX written_responses_owner;
DROP INDEX written_responses_due;
CREATE INDEX written_responses_due ON written_responses (state, due_on);
DROP TRIGGER questioners_changed_delete ON questioners;
DROP TRIGGER questioners_changed_update ON questioners;
DROP FUNCTION questioners_changed();
