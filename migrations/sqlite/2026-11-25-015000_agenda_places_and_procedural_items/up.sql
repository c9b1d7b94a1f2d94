-- An item that is taken off an agenda stays on record for the questions that were about it (reading 25).
ALTER TABLE agenda_items ADD COLUMN removed_at TIMESTAMP;
-- Places are counted from 1 without gaps, and no two items of an agenda have one place.
UPDATE agenda_items SET position = counted.place
FROM (
    SELECT id, CAST(ROW_NUMBER() OVER (PARTITION BY meeting_id ORDER BY position, id) AS INTEGER) AS place FROM agenda_items
) AS counted
WHERE counted.id = agenda_items.id;
CREATE UNIQUE INDEX agenda_items_place ON agenda_items (meeting_id, position) WHERE removed_at IS NULL;
-- The standing items of a meeting are on its agenda, and no question can be about them.
UPDATE agenda_items SET kind = 'procedural'
WHERE kind = 'ordinary' AND (
    lower(title) IN ('minutes', 'apologies', 'public question time', 'declarations of interest', 'declaration of interest')
    OR lower(title) LIKE 'apologies for%'
    OR lower(title) LIKE 'declaration of interest%'
    OR lower(title) LIKE 'declarations of interest%'
    OR lower(title) LIKE 'declarations of disclosable%'
    OR lower(title) LIKE 'minutes of the last%'
    OR lower(title) LIKE 'minutes of the previous%'
    OR lower(title) LIKE 'minutes of the meeting%'
    OR lower(title) LIKE 'chair_s announcement%'
    OR lower(title) LIKE 'chairman_s announcement%'
    OR lower(title) LIKE 'chairs announcement%'
    OR lower(title) LIKE 'chair announcement%'
    OR lower(title) LIKE '%public question time%'
);
