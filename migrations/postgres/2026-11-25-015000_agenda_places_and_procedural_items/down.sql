UPDATE agenda_items SET kind = 'ordinary' WHERE kind = 'procedural';
DROP INDEX agenda_items_place;
-- an item that was taken off stays off as far as this can be said: it takes no questions
UPDATE agenda_items SET part = 'private' WHERE removed_at IS NOT NULL;
ALTER TABLE agenda_items DROP COLUMN removed_at;
