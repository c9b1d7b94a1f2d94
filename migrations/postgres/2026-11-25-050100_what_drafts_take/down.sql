DROP INDEX drafts_client;
DROP INDEX drafts_visitor;
ALTER TABLE drafts DROP COLUMN bytes;
ALTER TABLE drafts DROP COLUMN client_hash;
