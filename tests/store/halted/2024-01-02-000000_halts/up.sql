CREATE TABLE half_made (id TEXT PRIMARY KEY NOT NULL);
INSERT INTO half_made (id) SELECT id FROM a_table_that_is_not_there;
