-- Counts the changes of what the public pages show: a page is rendered once for each count and answered from memory while the count
-- stays the same. Triggers count, so that no act can forget to. A question counts when it is or was on the list of a meeting, or
-- published; one that is submitted, refused or rejected changes no page, so that a rush of submissions renders nothing anew.
CREATE TABLE public_changes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL
);
INSERT INTO public_changes (id, revision) VALUES (1, 1);
CREATE FUNCTION public_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- once for each transaction, however many rows it changed
    UPDATE public_changes SET revision = revision + 1 WHERE xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END
$$;
CREATE FUNCTION public_question_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- the first question that came for a meeting that is over: its page does not say any more that none came
    IF (SELECT status FROM meetings WHERE id = NEW.meeting_id) <> 'scheduled'
        AND NOT EXISTS (SELECT 1 FROM questions WHERE meeting_id = NEW.meeting_id AND status <> 'disowned' AND id <> NEW.id)
    THEN
        UPDATE public_changes SET revision = revision + 1 WHERE xmin <> pg_current_xact_id()::xid;
    END IF;
    RETURN NULL;
END
$$;
-- deferred to the commit: nothing is locked after it, so it can't be part of a deadlock, and nobody waits for long
CREATE CONSTRAINT TRIGGER public_changes_boards AFTER INSERT OR UPDATE OR DELETE ON boards
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_meetings AFTER INSERT OR UPDATE OR DELETE ON meetings
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_agenda_items AFTER INSERT OR UPDATE OR DELETE ON agenda_items
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_calendar_days AFTER INSERT OR UPDATE OR DELETE ON calendar_days
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_question_time_events AFTER INSERT OR UPDATE OR DELETE ON question_time_events
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_minutes AFTER INSERT OR UPDATE OR DELETE ON minutes
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_written_responses AFTER INSERT OR UPDATE OR DELETE ON written_responses
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_replies AFTER INSERT OR UPDATE OR DELETE ON replies
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_questions_insert AFTER INSERT ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.status IN ('approved', 'answered', 'dealt_with', 'not_put', 'response_owed', 'responded') OR NEW.put_on IS NOT NULL)
EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_questions_first AFTER INSERT ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.status <> 'disowned')
EXECUTE FUNCTION public_question_added();
CREATE CONSTRAINT TRIGGER public_changes_questions_update AFTER UPDATE ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.status IN ('approved', 'answered', 'dealt_with', 'not_put', 'response_owed', 'responded') OR NEW.status IN ('approved', 'answered', 'dealt_with', 'not_put', 'response_owed', 'responded')
    OR OLD.put_on IS NOT NULL OR NEW.put_on IS NOT NULL
    -- whether any question came is said of a meeting that is over
    OR (OLD.status = 'disowned') <> (NEW.status = 'disowned') OR OLD.meeting_id <> NEW.meeting_id)
EXECUTE FUNCTION public_changed();
CREATE CONSTRAINT TRIGGER public_changes_questions_delete AFTER DELETE ON questions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_changed();
