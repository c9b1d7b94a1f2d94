//! Copies of an SQLite database: made while others write, looked at without being changed, and put in its place.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, Utc};
use diesel::{
    connection::SimpleConnection, migration::MigrationSource, prelude::*, sql_types::Text,
    sqlite::Sqlite,
};

use super::{
    audit,
    connection::Db,
    dialect,
    error::StoreError,
    migrate::{SCHEMA, Standing},
    schema::{audit_entries, meetings, questioners, questions},
    transaction::Store,
    types::Instant,
};
use crate::{domain::id::QuestionId, private_files};

/// How long a copy waits for locks of others.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a database is asked to be closed by others, and how long after each no.
const TRIES_TO_CLOSE: u32 = 40;
const PAUSE_TO_CLOSE: Duration = Duration::from_millis(50);

/// A copy that has been looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Its size in bytes.
    pub bytes: u64,
    /// Migrations of this release that it has not had: restoring brings it up to date.
    pub pending: Vec<String>,
    /// The last act that it holds; none where it holds none.
    pub last_act: Option<DateTime<Utc>>,
    /// Meetings in it.
    pub meetings: i64,
    /// Questions in it.
    pub questions: i64,
    /// Questions whose personal details are in it.
    pub questioners: i64,
}

/// Why a file is no copy that can be restored, or a copy could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file of this name exists. Nothing is written over.
    #[error("{} exists already, and no file is written over: choose another name", .0.display())]
    Exists(PathBuf),
    /// It is no file, or cannot be read or written.
    #[error("{}: {source}", .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was copied without the log that belonged to it.
    #[error("{} has a write-ahead log beside it, so the file alone is not the whole database: open it once with the sqlite3 shell, or make the copy with the command backup", .0.display())]
    HasLog(PathBuf),
    /// It is not a database, or damaged.
    #[error("{}: {problem}", .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What was found.
        problem: String,
    },
    /// It is a database of something else.
    #[error("{} is not a database of this service", .0.display())]
    Foreign(PathBuf),
    /// A newer release made it.
    #[error("{} was made by a newer release: restore it with that one", .0.display())]
    Newer(PathBuf),
    /// The database that is copied, or written to, failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CopyError {
    /// Names the file with which something went wrong.
    pub fn io(file: &Path) -> impl Fn(io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io {
            file: file.clone(),
            source,
        }
    }
}

/// Copies the database into a new file while others read and write it, and looks at the copy before it gets its name. Once this
/// returns, the copy and its name are on the disk.
///
/// # Errors
/// [`CopyError`]; then no file of that name has been left.
pub fn make(store: &Store, file: &Path) -> Result<Examined, CopyError> {
    if file.exists() {
        return Err(CopyError::Exists(file.to_owned()));
    }
    let unfinished = private_files::beside(file, ".partial");
    let made = fill(store, &unfinished)
        .and_then(|examined| take_name(&unfinished, file).map(|()| examined));
    if made.is_err() {
        // the error that is told is the first one
        let _ = fs::remove_file(&unfinished);
    }
    made
}

fn fill(store: &Store, file: &Path) -> Result<Examined, CopyError> {
    let path = file
        .to_str()
        .ok_or_else(|| StoreError::other("the file's path is not UTF-8"))?;
    store.patiently(PATIENCE, |store| {
        // what a copy that was killed, or met a lock, has left is of no use
        begin_anew(file)?;
        store.maintain(|db| dialect::copy_into(db, path))
    })?;
    sync(file)?;
    examine(file)
}

fn begin_anew(file: &Path) -> Result<(), StoreError> {
    let removed = match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    removed
        .and_then(|()| private_files::create_new(file).map(drop))
        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", file.display())))
}

/// Waits until a file's content is on the disk.
///
/// # Errors
/// [`CopyError::Io`].
pub fn sync(file: &Path) -> Result<(), CopyError> {
    fs::File::open(file)
        .and_then(|opened| opened.sync_all())
        .map_err(CopyError::io(file))
}

/// Gives a finished file its name, unless another file has got it meanwhile.
fn take_name(unfinished: &Path, file: &Path) -> Result<(), CopyError> {
    // renaming writes over whatever is there: an empty file of our own holds the name
    private_files::create_new(file).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Exists(file.to_owned()),
        _ => CopyError::io(file)(error),
    })?;
    fs::rename(unfinished, file)
        .and_then(|()| private_files::sync_directory_of(file))
        .map_err(CopyError::io(file))
}

/// Looks at a copy without changing it: its structure, its references, its schema and what it holds.
///
/// # Errors
/// [`CopyError`] where it could not be restored.
pub fn examine(file: &Path) -> Result<Examined, CopyError> {
    let bytes = fs::metadata(file).map_err(CopyError::io(file))?.len();
    let log = fs::metadata(private_files::beside(file, "-wal")).map_or(0, |log| log.len());
    if log > 0 {
        return Err(CopyError::HasLog(file.to_owned()));
    }
    let damaged = |problem: String| CopyError::Damaged {
        file: file.to_owned(),
        problem,
    };
    let mut db = open_unchanged(file).map_err(|error| damaged(error.to_string()))?;
    let problems =
        dialect::integrity_problems(&mut db).map_err(|error| damaged(error.to_string()))?;
    if let Some(problem) = problems.first() {
        return Err(damaged(format!("{} problems: {problem}", problems.len())));
    }
    let Standing { pending, unknown } =
        compare(&mut db)?.ok_or_else(|| CopyError::Foreign(file.to_owned()))?;
    if !unknown.is_empty() {
        return Err(CopyError::Newer(file.to_owned()));
    }
    let count = |error: diesel::result::Error| damaged(StoreError::from(error).to_string());
    Ok(Examined {
        bytes,
        pending,
        last_act: audit_entries::table
            .order(audit_entries::id.desc())
            .select(audit_entries::occurred_at)
            .first::<Instant>(&mut db)
            .optional()
            .map_err(count)?
            .map(Instant::utc),
        meetings: meetings::table.count().get_result(&mut db).map_err(count)?,
        questions: questions::table
            .count()
            .get_result(&mut db)
            .map_err(count)?,
        questioners: questioners::table
            .count()
            .get_result(&mut db)
            .map_err(count)?,
    })
}

/// Opens a file for reading alone, without the files that SQLite makes beside it otherwise.
fn open_unchanged(file: &Path) -> Result<Db, StoreError> {
    let absolute = std::path::absolute(file)
        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", file.display())))?;
    let path = absolute
        .to_str()
        .ok_or_else(|| StoreError::Unavailable("the file's path is not UTF-8".to_owned()))?;
    // RFC 3986: what would end the path or begin a code
    let path = path
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let mut connection = SqliteConnection::establish(&format!("file://{path}?mode=ro&immutable=1"))
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    connection.batch_execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")?;
    Ok(Db::Sqlite(connection))
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Returns the migrations that a file has still to run, and those that this release does not know; none where it has run none.
fn compare(db: &mut Db) -> Result<Option<Standing>, StoreError> {
    let run = diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version")
        .load::<Version>(db);
    let Ok(run) = run else {
        return Ok(None);
    };
    let known = MigrationSource::<Sqlite>::migrations(&SCHEMA.sqlite)
        .map_err(|error| StoreError::from_message(&error.to_string()))?;
    let known: Vec<String> = known
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let run: Vec<String> = run.into_iter().map(|row| row.version).collect();
    // another program may use the same table
    if !run.iter().any(|version| known.contains(version)) {
        return Ok(None);
    }
    let without = |all: &[String], other: &[String]| -> Vec<String> {
        let rest = all.iter().filter(|version| !other.contains(version));
        rest.cloned().collect()
    };
    Ok(Some(Standing {
        pending: without(&known, &run),
        unknown: without(&run, &known),
    }))
}

/// Makes the file alone the whole database, and returns the questions on which an act was carried out, by its audit trail.
///
/// # Errors
/// [`StoreError::Busy`] where anybody has the database open; others where it is damaged.
pub fn close(database: &Path, act: &str) -> Result<Vec<QuestionId>, StoreError> {
    let path = database
        .to_str()
        .ok_or_else(|| StoreError::Unavailable("the database's path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(path)
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    connection.batch_execute(
        "PRAGMA busy_timeout = 1000; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;",
    )?;
    let mut db = Db::Sqlite(connection);
    let subjects = audit::subjects_of(&mut db, act)?;
    // SQLite does not wait for this lock, and a pool that was dropped takes a moment to close its connections
    for _ in 0..TRIES_TO_CLOSE {
        match dialect::close_into_one_file(&mut db) {
            Err(StoreError::Busy) => std::thread::sleep(PAUSE_TO_CLOSE),
            closed => return closed.map(|()| subjects),
        }
    }
    Err(StoreError::Busy)
}

/// Puts a finished file in the place of the database, in one step, and keeps what was there under another name. Both are on the
/// same disk, and nobody has either open.
///
/// # Errors
/// [`CopyError`].
pub fn put_in_place(finished: &Path, database: &Path, aside: &Path) -> Result<(), CopyError> {
    if database.exists() {
        // a log that is still there belongs to what was there: it would spoil the other file
        for suffix in ["-wal", "-shm"] {
            let log = private_files::beside(database, suffix);
            if log.exists() {
                let kept = private_files::beside(aside, suffix);
                fs::rename(&log, &kept).map_err(CopyError::io(&log))?;
            }
        }
        // a second name first: at no instant is there no database, which a start would take for an empty one
        fs::hard_link(database, aside).map_err(CopyError::io(aside))?;
    }
    fs::rename(finished, database)
        .and_then(|()| private_files::sync_directory_of(database))
        .map_err(CopyError::io(database))
}
