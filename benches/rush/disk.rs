//! What the disk gives with nothing of ours in between.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection};

diesel::table! {
    bare (id) { id -> BigInt, body -> Text, }
}

/// Durable commits a second of one row of 300 characters each, by one writer.
///
/// # Errors
/// Where SQLite fails.
pub fn commits_a_second(folder: &Path, time: Duration) -> anyhow::Result<f64> {
    rows_a_second(folder, 1, time)
}

/// Rows a second, so many to a durable commit.
///
/// # Errors
/// Where SQLite fails.
pub fn rows_a_second(folder: &Path, in_one: i64, time: Duration) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir_in(folder)?;
    let path = folder.path().join("bare.sqlite3");
    let mut db = SqliteConnection::establish(&path.to_string_lossy())?;
    db.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL);",
    )?;
    let body = "x".repeat(300);
    let (begun, mut rows) = (Instant::now(), 0);
    while begun.elapsed() < time {
        db.batch_execute("BEGIN IMMEDIATE")?;
        for _ in 0..in_one {
            rows += 1;
            diesel::insert_into(bare::table)
                .values((
                    diesel::ExpressionMethods::eq(bare::id, rows),
                    diesel::ExpressionMethods::eq(bare::body, &body),
                ))
                .execute(&mut db)?;
        }
        db.batch_execute("COMMIT")?;
    }
    Ok(rows as f64 / begun.elapsed().as_secs_f64())
}
