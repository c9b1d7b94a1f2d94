-- Which questions changed, in the order in which the changes were committed: each node's search follows it.
CREATE TABLE question_changes (
    revision INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    question_id TEXT NOT NULL
);
INSERT INTO question_changes (question_id) SELECT id FROM questions ORDER BY id;
CREATE TRIGGER questions_changed_insert AFTER INSERT ON questions
BEGIN INSERT INTO question_changes (question_id) VALUES (NEW.id); END;
CREATE TRIGGER questions_changed_update AFTER UPDATE ON questions
WHEN OLD.put_on IS NOT NEW.put_on OR OLD.public_text IS NOT NEW.public_text OR OLD.original_text IS NOT NEW.original_text
BEGIN INSERT INTO question_changes (question_id) VALUES (NEW.id); END;
CREATE TRIGGER questions_changed_delete AFTER DELETE ON questions
BEGIN INSERT INTO question_changes (question_id) VALUES (OLD.id); END;
