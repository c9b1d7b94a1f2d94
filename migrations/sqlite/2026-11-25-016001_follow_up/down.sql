DROP TABLE response_reminders;
ALTER TABLE replies DROP COLUMN new_due_on;
ALTER TABLE meetings DROP COLUMN unclosed_told_for;
ALTER TABLE boards DROP COLUMN response_owner_id;
ALTER TABLE boards DROP COLUMN nil_return;
