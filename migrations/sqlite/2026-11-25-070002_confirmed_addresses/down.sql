ALTER TABLE questioners DROP COLUMN confirmed_by;
ALTER TABLE questioners DROP COLUMN confirmed_at;
