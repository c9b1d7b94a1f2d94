-- Display tokens end here: before, every token acts for an account.
CREATE TABLE api_tokens_anew (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash TEXT NOT NULL CONSTRAINT api_tokens_token_hash_key UNIQUE,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
INSERT INTO api_tokens_anew (id, token_hash, staff_id, name, created_at, expires_at, revoked_at)
SELECT id, token_hash, staff_id, name, created_at, expires_at, revoked_at FROM api_tokens WHERE access = 'full';
DROP TABLE api_tokens;
ALTER TABLE api_tokens_anew RENAME TO api_tokens;
