-- Display tokens end here: before, every token acts for an account.
DELETE FROM api_tokens WHERE access = 'display';
ALTER TABLE api_tokens
    DROP CONSTRAINT api_tokens_acts_for_check,
    DROP COLUMN access,
    ALTER COLUMN staff_id SET NOT NULL;
