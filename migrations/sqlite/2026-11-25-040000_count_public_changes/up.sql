-- Counts the changes of what the public pages show: a page is rendered once for each count and answered from memory while the count
-- stays the same. Triggers count, so that no act can forget to. A question counts when it is or was on the list of a meeting, or
-- published; one that is submitted, refused or rejected changes no page, so that a rush of submissions renders nothing anew.
CREATE TABLE public_changes (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    revision BIGINT NOT NULL
);
INSERT INTO public_changes (id, revision) VALUES (1, 1);
CREATE TRIGGER public_changes_boards_insert AFTER INSERT ON boards
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_boards_update AFTER UPDATE ON boards
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_boards_delete AFTER DELETE ON boards
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_meetings_insert AFTER INSERT ON meetings
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_meetings_update AFTER UPDATE ON meetings
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_meetings_delete AFTER DELETE ON meetings
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_agenda_items_insert AFTER INSERT ON agenda_items
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_agenda_items_update AFTER UPDATE ON agenda_items
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_agenda_items_delete AFTER DELETE ON agenda_items
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_calendar_days_insert AFTER INSERT ON calendar_days
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_calendar_days_update AFTER UPDATE ON calendar_days
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_calendar_days_delete AFTER DELETE ON calendar_days
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_question_time_events_insert AFTER INSERT ON question_time_events
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_question_time_events_update AFTER UPDATE ON question_time_events
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_question_time_events_delete AFTER DELETE ON question_time_events
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_minutes_insert AFTER INSERT ON minutes
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_minutes_update AFTER UPDATE ON minutes
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_minutes_delete AFTER DELETE ON minutes
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_written_responses_insert AFTER INSERT ON written_responses
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_written_responses_update AFTER UPDATE ON written_responses
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_written_responses_delete AFTER DELETE ON written_responses
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_replies_insert AFTER INSERT ON replies
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_replies_update AFTER UPDATE ON replies
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_replies_delete AFTER DELETE ON replies
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_questions_insert AFTER INSERT ON questions
WHEN NEW.status IN ('approved', 'answered', 'dealt_with', 'not_put', 'response_owed', 'responded') OR NEW.put_on IS NOT NULL
    -- the first question that came for a meeting that is over: its page does not say any more that none came
    OR (NEW.status <> 'disowned'
        AND (SELECT status FROM meetings WHERE id = NEW.meeting_id) <> 'scheduled'
        AND NOT EXISTS (SELECT 1 FROM questions WHERE meeting_id = NEW.meeting_id AND status <> 'disowned' AND id <> NEW.id))
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_questions_update AFTER UPDATE ON questions
WHEN OLD.status IN ('approved', 'answered', 'dealt_with', 'not_put', 'response_owed', 'responded') OR NEW.status IN ('approved', 'answered', 'dealt_with', 'not_put', 'response_owed', 'responded')
    OR OLD.put_on IS NOT NULL OR NEW.put_on IS NOT NULL
    -- whether any question came is said of a meeting that is over
    OR (OLD.status = 'disowned') <> (NEW.status = 'disowned') OR OLD.meeting_id <> NEW.meeting_id
BEGIN UPDATE public_changes SET revision = revision + 1; END;
CREATE TRIGGER public_changes_questions_delete AFTER DELETE ON questions
BEGIN UPDATE public_changes SET revision = revision + 1; END;
