-- SQLite has one writer, so its changes become visible in the order of their revisions: there is nothing to add.
SELECT 1;
