ALTER TABLE questioners DROP COLUMN carer_name;
ALTER TABLE questioners DROP COLUMN under_18;
ALTER TABLE replies DROP COLUMN published_body;
ALTER TABLE questions DROP COLUMN public_matter;
DROP INDEX questions_room_number_key;
ALTER TABLE questions DROP COLUMN room_number;
ALTER TABLE questions DROP COLUMN naming;
