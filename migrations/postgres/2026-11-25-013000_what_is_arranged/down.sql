ALTER TABLE questioners DROP COLUMN arranged;
