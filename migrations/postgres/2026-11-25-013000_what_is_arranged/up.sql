-- What has been arranged for a questioner at the meeting, in the proper officer's words: the chair sees it, and not what was told.
ALTER TABLE questioners ADD COLUMN arranged TEXT;
