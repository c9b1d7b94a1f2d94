-- "Absent" was stored for whoever had not indicated, called or not. It stays only where the questioner was passed over.
UPDATE written_responses SET reason = 'not_called'
WHERE reason = 'absent' AND NOT EXISTS (
    SELECT 1 FROM question_time_events
    WHERE question_time_events.kind = 'passed_over'
      AND question_time_events.event LIKE '%' || written_responses.question_id || '%'
);
