DROP TRIGGER questions_changed_insert;
DROP TRIGGER questions_changed_update;
DROP TRIGGER questions_changed_delete;
DROP TABLE question_changes;
