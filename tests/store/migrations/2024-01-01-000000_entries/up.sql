CREATE TABLE entries (
    id TEXT PRIMARY KEY NOT NULL,
    heap TEXT NOT NULL,
    n INTEGER NOT NULL
);
CREATE TABLE readings (
    id INTEGER PRIMARY KEY NOT NULL,
    read_at TIMESTAMP NOT NULL,
    day DATE NOT NULL,
    at_time TIME NOT NULL,
    colour TEXT NOT NULL,
    document TEXT NOT NULL,
    settled_at TIMESTAMP
);
