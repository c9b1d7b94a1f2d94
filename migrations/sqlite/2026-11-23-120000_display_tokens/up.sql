-- A display token only reads, and acts for nobody. It has no account at all, rather than one that is not to be used: no release,
-- an older one beside this one included, can take it for a token of that account.
-- SQLite cannot drop NOT NULL from a column, so the table is made anew. Nothing refers to it.
CREATE TABLE api_tokens_anew (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash TEXT NOT NULL CONSTRAINT api_tokens_token_hash_key UNIQUE,
    access TEXT NOT NULL CONSTRAINT api_tokens_access_check CHECK (access IN ('full', 'display')),
    staff_id TEXT REFERENCES staff (id),
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    CONSTRAINT api_tokens_acts_for_check CHECK ((access = 'full') = (staff_id IS NOT NULL))
);
INSERT INTO api_tokens_anew (id, token_hash, access, staff_id, name, created_at, expires_at, revoked_at)
SELECT id, token_hash, 'full', staff_id, name, created_at, expires_at, revoked_at FROM api_tokens;
DROP TABLE api_tokens;
ALTER TABLE api_tokens_anew RENAME TO api_tokens;
