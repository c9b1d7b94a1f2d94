-- A display token only reads, and acts for nobody. It has no account at all, rather than one that is not to be used: no release,
-- an older one beside this one included, can take it for a token of that account.
ALTER TABLE api_tokens
    ADD COLUMN access TEXT NOT NULL DEFAULT 'full'
        CONSTRAINT api_tokens_access_check CHECK (access IN ('full', 'display')),
    ALTER COLUMN staff_id DROP NOT NULL;
-- those from before are full; from now on it is said
ALTER TABLE api_tokens
    ALTER COLUMN access DROP DEFAULT,
    ADD CONSTRAINT api_tokens_acts_for_check CHECK ((access = 'full') = (staff_id IS NOT NULL));
