//! The only file that asks which database it is.
//!
//! Diesel's two-database backend covers nearly every statement. The rest is here: how transactions begin, claiming rows
//! that another worker is not working on, inserting unless present, the database's own clock and upkeep.

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Integer, Text, Timestamp};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use super::connection::Db;
use super::error::StoreError;
use super::migrate::Migrations;
use super::types::Instant;

/// Runs one expression on the concrete connection, for the few statements that the two-database backend does not cover:
/// `on_each!(db, |c| diesel::insert_into(t).values(v).on_conflict_do_nothing().execute(c))`.
#[macro_export]
macro_rules! on_each {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::store::connection::Db::Postgres($connection) => $body,
            $crate::store::connection::Db::Sqlite($connection) => $body,
        }
    };
}

/// Inserts one row unless a unique rule says that it is there already: `insert_unless_present!(db, table, values)` gives
/// the number of rows inserted (0 or 1) or a [`StoreError`].
#[macro_export]
macro_rules! insert_unless_present {
    ($db:expr, $table:expr, $values:expr) => {
        $crate::on_each!($db, |connection| ::diesel::RunQueryDsl::execute(
            ::diesel::insert_into($table)
                .values($values)
                .on_conflict_do_nothing(),
            connection
        ))
        .map_err($crate::store::error::StoreError::from)
    };
}

/// Begins a transaction that sees one consistent state and changes nothing.
pub(super) fn begin_read(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(
            c,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
        Db::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN DEFERRED"),
    }
}

/// Begins a transaction that writes as if it were alone.
///
/// SQLite takes its write lock now: a transaction that reads first and asks for the lock later is refused at once,
/// whatever the busy timeout, when another has written in between.
pub(super) fn begin_write(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL SERIALIZABLE")
        }
        Db::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
    }
}

/// Begins a transaction for one migration, alone among all processes that use this database, however long it takes.
fn begin_migration(db: &mut Db) -> QueryResult<()> {
    // Any number that nothing else locks in this database.
    const LOCK: i64 = 727_001;
    match db {
        Db::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")?;
            c.batch_execute(&format!(
                "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
            ))
        }
        Db::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
    }
}

/// Commits the outermost transaction.
///
/// PostgreSQL answers COMMIT with success in a transaction that a failed statement has spoiled, and rolls it back. The
/// statement before it fails there, so that a closure which swallowed an error is not told that its work was kept.
pub(super) fn commit(db: &mut Db) -> Result<(), StoreError> {
    match db {
        Db::Postgres(c) => Ok(c.batch_execute("SELECT 1; COMMIT")?),
        Db::Sqlite(c) => AnsiTransactionManager::commit_transaction(c).map_err(|error| {
            match &error {
                // In WAL mode a commit writes and syncs the log; only a full disk has an error code of its own.
                DieselError::DatabaseError(_, info) if info.message() == "disk I/O error" => {
                    StoreError::NotSynced
                }
                _ => error.into(),
            }
        }),
    }
}

/// Whether writers of this process stand in line for one connection (SQLite has one writer at a time).
pub(super) fn has_one_writer(db: &Db) -> bool {
    matches!(db, Db::Sqlite(_))
}

/// A table of work that several workers share, and how a worker takes its next rows. Texts are SQL of the store, never
/// input. The table has the columns `id` (text), `leased_until` (timestamp) and `leased_by` (text).
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The table's name.
    pub table: &'static str,
    /// Which rows wait: a condition in which `$3` is the present instant. Rows under another worker's lease are left
    /// out without being named here.
    pub ready: &'static str,
    /// Which come first: the columns of an ORDER BY.
    pub first: &'static str,
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Takes up to `limit` waiting rows for `worker`, who has until `until` to settle them, and gives their ids (in no
/// order). A lease that has run out is free again. Two workers never get the same row while its lease lasts.
///
/// Call it inside a write transaction of its own and commit before the work starts: nothing stays locked while a mail
/// server is being spoken to.
///
/// # Errors
/// [`StoreError`], of which contention is retried by the transaction.
pub fn claim(
    db: &mut Db,
    rows: &Claim,
    worker: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let Claim {
        table,
        ready,
        first,
    } = rows;
    let skip_locked = match db {
        // Rows that another worker is just claiming are passed over, not waited for.
        Db::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        Db::Sqlite(_) => "",
    };
    let sql = format!(
        "WITH taken AS MATERIALIZED ( \
             SELECT id FROM {table} \
             WHERE ({ready}) AND (leased_until IS NULL OR leased_until <= $3) \
             ORDER BY {first} LIMIT $4 {skip_locked}) \
         UPDATE {table} SET leased_by = $1, leased_until = $2 \
         WHERE id IN (SELECT id FROM taken) RETURNING id"
    );
    let sql = match db {
        Db::Postgres(_) => sql,
        // SQLite numbers `$1` by its first appearance, `?1` by its number.
        Db::Sqlite(_) => sql.replace('$', "?"),
    };
    let claimed: Vec<Claimed> = diesel::sql_query(sql)
        .bind::<Text, _>(worker)
        .bind::<Timestamp, _>(Instant::from(until))
        .bind::<Timestamp, _>(Instant::from(now))
        .bind::<BigInt, _>(i64::from(limit))
        .load(db)?;
    Ok(claimed.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = Timestamp)]
    now: Instant,
}

/// The database's own clock, for measuring by how much this node's differs. (SQLite's is this computer's, in
/// milliseconds.)
///
/// # Errors
/// [`StoreError`] where the database cannot be asked.
pub fn database_time(db: &mut Db) -> Result<DateTime<Utc>, StoreError> {
    let sql = match db {
        Db::Postgres(_) => "SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now",
        Db::Sqlite(_) => "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS now",
    };
    let row: Now = diesel::sql_query(sql).get_result(db)?;
    Ok(row.now.utc())
}

#[derive(QueryableByName)]
struct Checkpointed {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Moves SQLite's write-ahead log into the file and empties it, so that what was purged is in neither. True where that
/// was done whole; false where a reader still needs the log. PostgreSQL sees to its own log: always true.
///
/// Call it through [`Store::maintain`](super::transaction::Store::maintain), outside a transaction.
///
/// # Errors
/// [`StoreError`] where the disk is full or fails.
pub fn empty_write_ahead_log(db: &mut Db) -> Result<bool, StoreError> {
    match db {
        Db::Postgres(_) => Ok(true),
        Db::Sqlite(c) => {
            let row: Checkpointed =
                diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(c)?;
            Ok(row.busy == 0)
        }
    }
}

/// Writes a consistent copy of an SQLite database into a file that is missing or empty, while others read and write it. What was
/// deleted is not in the copy. The copy is not synced to the disk.
///
/// Call it through [`Store::maintain`](super::transaction::Store::maintain), outside a transaction.
///
/// # Errors
/// [`StoreError`] where the disk is full or fails, and on PostgreSQL, which has means of its own.
pub fn copy_into(db: &mut Db, file: &str) -> Result<(), StoreError> {
    match db {
        Db::Postgres(_) => Err(StoreError::other("PostgreSQL is copied by pg_dump")),
        Db::Sqlite(c) => {
            diesel::sql_query("VACUUM INTO ?")
                .bind::<Text, _>(file)
                .execute(c)?;
            Ok(())
        }
    }
}

#[derive(QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

/// Moves SQLite's write-ahead log into the file and gives it up, so that the file alone is the database. SQLite refuses while
/// anybody else has the database open. PostgreSQL has no such file: nothing is done.
///
/// Call it through [`Store::maintain`](super::transaction::Store::maintain), outside a transaction.
///
/// # Errors
/// [`StoreError::Busy`] where the database is open elsewhere.
pub fn close_into_one_file(db: &mut Db) -> Result<(), StoreError> {
    match db {
        Db::Postgres(_) => Ok(()),
        Db::Sqlite(c) => {
            let mode: Mode = diesel::sql_query("PRAGMA journal_mode = DELETE").get_result(c)?;
            (mode.journal_mode == "delete")
                .then_some(())
                .ok_or(StoreError::Busy)
        }
    }
}

#[derive(QueryableByName)]
struct Problem {
    #[diesel(sql_type = Text)]
    problem: String,
}

/// Faults found in the database's structure and references: none where all is well. PostgreSQL checks its own and has
/// none to tell.
///
/// # Errors
/// [`StoreError`] where the check cannot be made.
pub fn integrity_problems(db: &mut Db) -> Result<Vec<String>, StoreError> {
    match db {
        Db::Postgres(_) => Ok(Vec::new()),
        Db::Sqlite(c) => {
            let rows: Vec<Problem> = diesel::sql_query(
                "SELECT integrity_check AS problem FROM pragma_integrity_check \
                 WHERE integrity_check <> 'ok' \
                 UNION ALL \
                 SELECT 'a row of ' || \"table\" || ' refers to a missing row of ' || parent \
                 FROM pragma_foreign_key_check",
            )
            .load(c)?;
            Ok(rows.into_iter().map(|row| row.problem).collect())
        }
    }
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// The size of the database in bytes, without SQLite's log.
///
/// # Errors
/// [`StoreError`] where the database cannot be asked.
pub fn size(db: &mut Db) -> Result<u64, StoreError> {
    let sql = match db {
        Db::Postgres(_) => "SELECT pg_database_size(current_database()) AS bytes",
        Db::Sqlite(_) => {
            "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
        }
    };
    let row: Size = diesel::sql_query(sql).get_result(db)?;
    Ok(row.bytes.unsigned_abs())
}

/// Runs the first migration that has not been run, in a transaction of its own: its version, or `None` where none is
/// left.
pub(super) fn run_next_migration(
    db: &mut Db,
    set: &Migrations,
) -> Result<Option<String>, StoreError> {
    // A table is changed on SQLite by making another in its place, which references must not prevent; the pragma has no
    // effect inside a transaction. They are checked before the commit.
    if let Db::Sqlite(c) = db {
        c.batch_execute("PRAGMA foreign_keys = OFF")?;
    }
    let run = in_migration(db, set);
    if let Db::Sqlite(c) = db {
        c.batch_execute("PRAGMA foreign_keys = ON")?;
    }
    run
}

fn in_migration(db: &mut Db, set: &Migrations) -> Result<Option<String>, StoreError> {
    begin_migration(db)?;
    let run = match db {
        Db::Postgres(c) => next(c, &set.postgres),
        Db::Sqlite(c) => next(c, &set.sqlite).and_then(|version| {
            let broken: Vec<Problem> = diesel::sql_query(
                "SELECT \"table\" AS problem FROM pragma_foreign_key_check LIMIT 1",
            )
            .load(c)?;
            match broken.first() {
                None => Ok(version),
                Some(_) => Err(StoreError::ForeignKey),
            }
        }),
    };
    finish(db, run)
}

/// Rolls back whatever is open. Where that fails the transaction manager knows, and the connection is not used again.
pub(super) fn roll_back(db: &mut Db) {
    let _ = <Db as TransactionManager<Db>>::rollback_transaction(db);
}

/// The versions of `set` that have not been run on this database, and those run on it that `set` does not hold.
pub(super) fn compare_migrations(
    db: &mut Db,
    set: &Migrations,
) -> Result<(Vec<String>, Vec<String>), StoreError> {
    // Under the lock: the first to look makes the table that keeps the versions, and two at once would collide.
    begin_migration(db)?;
    let compared = match db {
        Db::Postgres(c) => compare(c, &set.postgres),
        Db::Sqlite(c) => compare(c, &set.sqlite),
    };
    finish(db, compared)
}

/// Commits what went well and rolls back what did not.
fn finish<T>(db: &mut Db, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
    outcome
        .and_then(|value| commit(db).map(|()| value))
        .inspect_err(|_| roll_back(db))
}

/// Diesel takes a source by value and cannot copy an embedded one.
struct Borrowed<'a>(&'a EmbeddedMigrations);

impl<DB: diesel::backend::Backend> MigrationSource<DB> for Borrowed<'_> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        self.0.migrations()
    }
}

fn next<DB: diesel::backend::Backend>(
    connection: &mut impl MigrationHarness<DB>,
    set: &EmbeddedMigrations,
) -> Result<Option<String>, StoreError> {
    let pending = connection
        .pending_migrations(Borrowed(set))
        .map_err(failed)?;
    let Some(migration) = pending.first() else {
        return Ok(None);
    };
    let version = connection.run_migration(migration).map_err(failed)?;
    Ok(Some(version.to_string()))
}

fn compare<DB: diesel::backend::Backend>(
    connection: &mut impl MigrationHarness<DB>,
    set: &EmbeddedMigrations,
) -> Result<(Vec<String>, Vec<String>), StoreError> {
    let known: Vec<Box<dyn Migration<DB>>> = set.migrations().map_err(failed)?;
    let known: Vec<String> = known
        .iter()
        .map(|m| m.name().version().to_string())
        .collect();
    let run: Vec<String> = connection
        .applied_migrations()
        .map_err(failed)?
        .iter()
        .map(ToString::to_string)
        .collect();
    let without = |all: &[String], other: &[String]| {
        let mut rest: Vec<String> = all.iter().filter(|v| !other.contains(v)).cloned().collect();
        rest.sort();
        rest
    };
    Ok((without(&known, &run), without(&run, &known)))
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    match error.downcast::<DieselError>() {
        Ok(error) => (*error).into(),
        // Diesel keeps the type of a failing migration's error to itself; its words name the migration.
        Err(error) => StoreError::from_message(&error.to_string()),
    }
}
