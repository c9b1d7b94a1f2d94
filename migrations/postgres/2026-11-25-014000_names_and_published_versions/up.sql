-- How somebody is named in what is published and called in the room, and their number where they are not named there (reading 21).
ALTER TABLE questions ADD COLUMN naming TEXT NOT NULL DEFAULT 'withheld'
    CONSTRAINT questions_naming_check CHECK (naming IN ('name', 'organisation', 'withheld'));
ALTER TABLE questions ADD COLUMN room_number INTEGER;
UPDATE questions SET naming = 'name'
WHERE published_name <> 'A resident of the borough';
UPDATE questions SET room_number = (
    SELECT COUNT(*) FROM questions AS earlier
    WHERE earlier.meeting_id = questions.meeting_id AND earlier.naming = 'withheld' AND earlier.id <= questions.id
)
WHERE naming = 'withheld';
CREATE UNIQUE INDEX questions_room_number_key ON questions (meeting_id, room_number);

-- The matter as published, once it has been redacted (reading 20).
ALTER TABLE questions ADD COLUMN public_matter TEXT;

-- A reply has a published version of its own. A holding reply is not published. What has been published so far stays so.
ALTER TABLE replies ADD COLUMN published_body TEXT;
UPDATE replies SET published_body = body WHERE reply <> 'holding';

-- Somebody under 18: the address, e-mail address and telephone number are those of a parent or carer.
ALTER TABLE questioners ADD COLUMN under_18 BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE questioners ADD COLUMN carer_name TEXT;
