-- How much the drafts of a browser, of a client's address (under a keyed hash) and of all together take.
ALTER TABLE drafts ADD COLUMN client_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
UPDATE drafts SET bytes = length(CAST(fields AS BLOB));
CREATE INDEX drafts_visitor ON drafts (visitor_hash, updated_at, bytes);
CREATE INDEX drafts_client ON drafts (client_hash, updated_at, bytes);
