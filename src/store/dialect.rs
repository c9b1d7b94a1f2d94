//! The only file that asks which database it is.
//!
//! Diesel's two-database backend covers nearly every statement. The rest is here: how transactions begin, claiming rows
//! that another worker is not working on, inserting unless present, the database's own clock and upkeep.

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Integer, Text, Timestamp};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use super::connection::{Backend, Db};
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
/// PostgreSQL locks what a serializable transaction reads, and a scan of a whole table locks the whole of it: where there is an index it is
/// used, however small the table.
///
/// SQLite takes its write lock now: a transaction that reads first and asks for the lock later is refused at once,
/// whatever the busy timeout, when another has written in between.
pub(super) fn begin_write(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(
            c,
            "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL enable_seqscan = off",
        ),
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

/// Begins a part of an open transaction that can be undone by itself.
pub(super) fn begin_savepoint(db: &mut Db) -> QueryResult<()> {
    <Db as TransactionManager<Db>>::begin_transaction(db)
}

/// Keeps what was done since the savepoint. Fails where the transaction is over.
pub(super) fn release_savepoint(db: &mut Db) -> QueryResult<()> {
    match savepoints(db)? {
        Some(_) => <Db as TransactionManager<Db>>::commit_transaction(db),
        None => Err(DieselError::NotInTransaction),
    }
}

/// Undoes what was done since the savepoint, together with those that a panic left open inside it. Fails where the
/// transaction is over: SQLite ends it by itself on some failures, such as a full disk.
pub(super) fn roll_back_savepoint(db: &mut Db) -> QueryResult<()> {
    while savepoints(db)?.is_some() {
        <Db as TransactionManager<Db>>::rollback_transaction(db)?;
    }
    Ok(())
}

/// How many savepoints are open, if any is. Fails where no transaction is open.
fn savepoints(db: &mut Db) -> QueryResult<Option<NonZeroU32>> {
    let depth = <Db as TransactionManager<Db>>::transaction_manager_status_mut(db)
        .transaction_depth()?
        .ok_or(DieselError::NotInTransaction)?;
    Ok(NonZeroU32::new(depth.get() - 1))
}

/// Whether what is read may be undone later: in SQLite's writer a transaction sees what other members of its group wrote
/// (see [`group_commit`](super::group_commit)).
pub fn may_see_uncommitted(db: &mut Db) -> bool {
    match db {
        Db::Postgres(_) => false,
        Db::Sqlite(_) => matches!(savepoints(db), Ok(Some(_))),
    }
}

/// Whether writers of this process queue for one connection (SQLite has one writer at a time).
pub(super) fn has_one_writer(db: &Db) -> bool {
    matches!(db, Db::Sqlite(_))
}

/// A table of work that several workers share, and how a worker takes its next rows. Texts are SQL of the store, never
/// input. The table has the columns `id` (text), `leased_until` (timestamp) and `leased_by` (text).
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The table's name.
    pub table: &'static str,
    /// Which rows wait: a condition in which [`Claim::NOW`] stands for the present instant. Rows under another worker's lease are left
    /// out without being named here.
    pub ready: &'static str,
    /// Which come first: the columns of an ORDER BY.
    pub first: &'static str,
}

impl Claim {
    /// Stands for the present instant in [`Claim::ready`].
    pub const NOW: &'static str = "$3";
}

/// A statement that is kept prepared, unlike one of `diesel::sql_query`: the same text is prepared once for each connection.
/// It returns one column of text.
struct ClaimStatement<'a> {
    rows: &'a Claim,
    skip_locked: &'static str,
    worker: &'a str,
    now: Instant,
    until: Instant,
    limit: i64,
}

impl QueryId for ClaimStatement<'_> {
    type QueryId = ();
    /// The text says which statement it is: it depends on the table.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl diesel::query_builder::Query for ClaimStatement<'_> {
    type SqlType = Text;
}

impl<C> RunQueryDsl<C> for ClaimStatement<'_> {}

impl QueryFragment<Backend> for ClaimStatement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        let Claim {
            table,
            ready,
            first,
        } = self.rows;
        out.push_sql(&format!(
            "WITH taken AS MATERIALIZED (SELECT id FROM {table} WHERE ("
        ));
        for (n, part) in ready.split(Claim::NOW).enumerate() {
            if n > 0 {
                out.push_bind_param::<Timestamp, _>(&self.now)?;
            }
            out.push_sql(part);
        }
        out.push_sql(") AND (leased_until IS NULL OR leased_until <= ");
        out.push_bind_param::<Timestamp, _>(&self.now)?;
        out.push_sql(&format!(") ORDER BY {first} LIMIT "));
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(self.skip_locked);
        out.push_sql(&format!(") UPDATE {table} SET leased_by = "));
        out.push_bind_param::<Text, _>(self.worker)?;
        out.push_sql(", leased_until = ");
        out.push_bind_param::<Timestamp, _>(&self.until)?;
        out.push_sql(" WHERE id IN (SELECT id FROM taken) RETURNING id");
        Ok(())
    }
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
    let skip_locked = match db {
        // Rows that another worker is just claiming are passed over, not waited for.
        Db::Postgres(_) => " FOR UPDATE SKIP LOCKED",
        Db::Sqlite(_) => "",
    };
    Ok(ClaimStatement {
        rows,
        skip_locked,
        worker,
        now: now.into(),
        until: until.into(),
        limit: i64::from(limit),
    }
    .load(db)?)
}

/// A change of a question, as the database noted it down.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Change {
    /// The number of the change.
    #[diesel(sql_type = BigInt)]
    pub revision: i64,
    /// The number of the transaction that made it. (On SQLite, where transactions do not overlap, that of the change.)
    #[diesel(sql_type = BigInt)]
    pub transaction_id: i64,
    /// The question.
    #[diesel(sql_type = Text)]
    pub question_id: String,
}

/// The changes of questions that are visible and were made by this transaction or one that began to write after it.
///
/// # Errors
/// [`StoreError`] where the database cannot be asked.
pub fn changes_from(db: &mut Db, transaction_id: i64) -> Result<Vec<Change>, StoreError> {
    let sql = match db {
        // A number that another server gave, before the database was moved here, may be higher than any of this one's.
        Db::Postgres(_) => {
            "SELECT revision, transaction_id, question_id FROM question_changes WHERE transaction_id >= $1 \
             AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        }
        Db::Sqlite(_) => {
            "SELECT revision, revision AS transaction_id, question_id FROM question_changes WHERE revision >= ?1"
        }
    };
    Ok(diesel::sql_query(sql)
        .bind::<BigInt, _>(transaction_id)
        .load(db)?)
}

#[derive(QueryableByName)]
struct Horizon {
    #[diesel(sql_type = BigInt)]
    horizon: i64,
}

/// The first transaction that may still bring changes of questions: all before it have ended, and are visible if they were
/// committed.
///
/// # Errors
/// [`StoreError`] where the database cannot be asked.
pub fn changes_horizon(db: &mut Db) -> Result<i64, StoreError> {
    let sql = match db {
        Db::Postgres(_) => {
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon"
        }
        Db::Sqlite(_) => "SELECT coalesce(max(revision), 0) + 1 AS horizon FROM question_changes",
    };
    let row: Horizon = diesel::sql_query(sql).get_result(db)?;
    Ok(row.horizon)
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
