DROP TRIGGER questions_changed_insert ON questions;
DROP TRIGGER questions_changed_update ON questions;
DROP TRIGGER questions_changed_delete ON questions;
DROP FUNCTION questions_changed();
DROP TABLE question_changes;
