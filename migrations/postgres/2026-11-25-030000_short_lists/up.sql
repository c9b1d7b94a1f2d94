-- What is asked for again and again is found by an index, however many questions a meeting has.

-- Whether a question is or was on the chair's list.
ALTER TABLE questions ADD COLUMN on_list BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE questions SET on_list = TRUE
WHERE refusals = '[]' AND (
    status IN ('approved', 'answered', 'dealt_with', 'not_put')
    OR (status IN ('response_owed', 'responded') AND (
        put_on IS NOT NULL
        OR (
            SELECT decision FROM decisions
            WHERE decisions.question_id = questions.id
              AND decision IN ('approved', 'rejected', 'reopened', 'reconsidered', 'replaced')
            ORDER BY decisions.id DESC LIMIT 1
        ) = 'approved'
    ))
);

-- Whether the rule refused it for what an officer can set aside, and nobody has decided that the refusal stands.
ALTER TABLE questions ADD COLUMN refusal_open BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE questions SET refusal_open = TRUE
WHERE status = 'refused'
  AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(questions.refusals::jsonb) AS refusal
    WHERE refusal ->> 'kind' NOT IN ('late', 'second_question', 'outside_borough')
  )
  AND NOT EXISTS (
    SELECT 1 FROM decisions WHERE decisions.question_id = questions.id AND decision = 'refusal_stands'
  );

DROP INDEX questions_status;
CREATE INDEX questions_status ON questions (status, id);
CREATE INDEX questions_standing ON questions (meeting_id, status, id);
CREATE INDEX questions_on_list ON questions (meeting_id, received_at, id) WHERE on_list;
CREATE INDEX questions_refusal_open ON questions (meeting_id, id) WHERE refusal_open;
CREATE INDEX questions_kept ON questions (meeting_id, id)
    WHERE refusals <> '[]' AND status IN ('response_owed', 'responded');
CREATE INDEX questions_published ON questions (id) WHERE put_on IS NOT NULL;
CREATE INDEX questions_published_at ON questions (meeting_id, received_at, id) WHERE put_on IS NOT NULL;
CREATE INDEX decisions_earlier ON decisions (earlier_question_id) WHERE earlier_question_id IS NOT NULL;
