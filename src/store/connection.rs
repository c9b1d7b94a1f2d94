//! A connection to either database, and where connections come from.
//!
//! [`Db`] is one type over SQLite and PostgreSQL, so that every query is written once. Which of the two it is follows
//! from the [`DatabaseUrl`]'s scheme alone; a URL of neither is refused when the settings are read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use secrecy::{ExposeSecret, SecretString};

use super::error::StoreError;
use crate::private_files;

/// A connection to the database, whichever it is.
///
/// Only `store/dialect.rs` may ask which (see [`on_each!`](crate::on_each)).
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// A PostgreSQL session.
    Postgres(diesel::PgConnection),
    /// An open SQLite file.
    Sqlite(diesel::SqliteConnection),
}

/// The backend of [`Db`], for `into_boxed::<Backend>()` and for hand-written column types.
pub type Backend = <Db as Connection>::Backend;

/// Where the database is: `sqlite://data/question-time.db` (a path, absolute with a third slash) or
/// `postgres://user:password@host/name`.
#[derive(Clone)]
pub struct DatabaseUrl(Place);

#[derive(Clone)]
enum Place {
    Sqlite(PathBuf),
    Postgres(SecretString),
}

/// Why a text is not the URL of a database. It does not repeat the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Neither scheme.
    #[error("the database URL must start with sqlite:// or postgres://")]
    Scheme,
    /// SQLite without a file. A database in memory would be another one for each connection.
    #[error("the SQLite URL must name a file, for example sqlite://data/question-time.db")]
    NoFile,
}

impl DatabaseUrl {
    /// Reads a database URL.
    ///
    /// # Errors
    /// [`UrlError`] says what is wrong with it.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path.ends_with('/') || path.contains(":memory:") {
                return Err(UrlError::NoFile);
            }
            Ok(Self(Place::Sqlite(PathBuf::from(path))))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self(Place::Postgres(with_time_outs(url).into())))
        } else {
            Err(UrlError::Scheme)
        }
    }

    /// The URL of the SQLite file at `path`.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// The SQLite file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Place::Sqlite(path) => Some(path),
            Place::Postgres(_) => None,
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Place::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// Without these, libpq waits for minutes for a host that has gone.
fn with_time_outs(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in [
        ("connect_timeout", "5"),
        ("keepalives_idle", "30"),
        ("keepalives_interval", "10"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "15000"),
        ("application_name", "public-question-time"),
    ] {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(value);
        }
    }
    url
}

/// How the store reaches its database and how long it waits for it.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// Where the database is.
    pub url: DatabaseUrl,
    /// Connections kept at most: for reading on SQLite (which has one more, for writing), for everything on PostgreSQL.
    pub connections: u32,
    /// How long a transaction waits for a connection before it fails as busy or unavailable.
    pub connection_wait: Duration,
    /// How long a transaction may go on waiting and starting again before it fails as busy.
    pub deadline: Duration,
    /// The longest a single statement may run (PostgreSQL).
    pub statement_timeout: Duration,
    /// The longest a statement waits for a lock of another process, before the transaction starts again.
    pub lock_timeout: Duration,
}

impl StoreSettings {
    /// The usual settings for the database at `url`: 8 connections, 5 seconds for a connection, 15 for a transaction.
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            connections: 8,
            connection_wait: Duration::from_secs(5),
            deadline: Duration::from_secs(15),
            statement_timeout: Duration::from_secs(15),
            lock_timeout: Duration::from_secs(2),
        }
    }
}

/// What a connection allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// SQLite refuses writes on it.
    Read,
    /// Reads and writes.
    Write,
}

/// Opens connections of one kind; the pool's source.
#[derive(Debug, Clone)]
pub(super) struct Source {
    settings: StoreSettings,
    access: Access,
}

impl Source {
    pub(super) fn new(settings: &StoreSettings, access: Access) -> Self {
        Self {
            settings: settings.clone(),
            access,
        }
    }

    /// Opens a connection and sets it up.
    pub(super) fn open(&self) -> Result<Db, StoreError> {
        match &self.settings.url.0 {
            Place::Sqlite(path) => open_sqlite(path, &self.settings, self.access),
            Place::Postgres(url) => open_postgres(url, &self.settings),
        }
    }
}

fn open_sqlite(path: &Path, settings: &StoreSettings, access: Access) -> Result<Db, StoreError> {
    create_private(path)?;
    let path = path
        .to_str()
        .ok_or_else(|| StoreError::Unavailable("the database's path is not UTF-8".into()))?;
    let mut connection =
        SqliteConnection::establish(path).map_err(|e| StoreError::Unavailable(e.to_string()))?;
    // The time-out comes first: switching to WAL takes a lock.
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {};",
        settings.lock_timeout.as_millis()
    ))?;
    // FULL: a commit is on the disk before it is acknowledged. secure_delete: what a purge removes is overwritten.
    // temp_store: sorted personal details stay out of temporary files. The log is cut back to 16 MB once a long reader
    // that let it grow has gone.
    connection.batch_execute(
        "PRAGMA journal_mode = WAL; \
         PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; \
         PRAGMA secure_delete = ON; \
         PRAGMA temp_store = MEMORY; \
         PRAGMA wal_autocheckpoint = 1000; \
         PRAGMA journal_size_limit = 16777216; \
         PRAGMA trusted_schema = OFF;",
    )?;
    if access == Access::Read {
        connection.batch_execute("PRAGMA query_only = ON;")?;
    }
    Ok(Db::Sqlite(connection))
}

/// Makes the file and the directories above it where they are missing, for this user alone. SQLite gives its log and
/// shared memory the mode of the database file.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let create = || -> std::io::Result<()> {
        if path.exists() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            private_files::create_directories(parent)?;
        }
        let mut options = std::fs::OpenOptions::new();
        private_files::open(options.create(true).append(true), path).map(drop)
    };
    create().map_err(|e| match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Unavailable(format!("{}: {e}", path.display())),
    })
}

fn open_postgres(url: &SecretString, settings: &StoreSettings) -> Result<Db, StoreError> {
    let mut connection = PgConnection::establish(url.expose_secret())
        .map_err(|e| StoreError::Unavailable(e.to_string()))?;
    // A client that dies between two statements must not hold its locks for ever.
    connection.batch_execute(&format!(
        "SET TIME ZONE 'UTC'; \
         SET client_min_messages = warning; \
         SET statement_timeout = {}; \
         SET lock_timeout = {}; \
         SET idle_in_transaction_session_timeout = 30000; \
         SET jit = off; \
         SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off';",
        settings.statement_timeout.as_millis(),
        settings.lock_timeout.as_millis(),
    ))?;
    // Only a superuser, or a role to whom it was granted, may choose the language; see `StoreError::from_message`.
    let _ = connection.batch_execute("SET lc_messages = 'C'");
    Ok(Db::Postgres(connection))
}

impl r2d2::ManageConnection for Source {
    type Connection = Db;
    type Error = StoreError;

    fn connect(&self) -> Result<Db, StoreError> {
        self.open()
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), StoreError> {
        Ok(db.ping()?)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        is_broken(db)
    }
}

/// Whether a connection must be closed instead of being used again: it was lost, or is still in a transaction, or the
/// use it was put to ended in a panic.
pub(super) fn is_broken(db: &mut Db) -> bool {
    std::thread::panicking() || R2D2Connection::is_broken(db)
}

/// Tells the log about connections that could not be opened.
#[derive(Debug)]
pub(super) struct ToLog;

impl r2d2::HandleError<StoreError> for ToLog {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "no connection to the database");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides_and_nothing_else_does() {
        assert_eq!(
            DatabaseUrl::parse("sqlite://data/q.db").unwrap().file(),
            Some(Path::new("data/q.db"))
        );
        assert_eq!(
            DatabaseUrl::parse("sqlite:///var/q.db").unwrap().file(),
            Some(Path::new("/var/q.db"))
        );
        assert!(
            DatabaseUrl::parse("postgres://localhost/q")
                .unwrap()
                .file()
                .is_none()
        );
        for wrong in ["host=localhost port=5432", "data/q.db", "mysql://x", ""] {
            assert_eq!(
                DatabaseUrl::parse(wrong).unwrap_err(),
                UrlError::Scheme,
                "{wrong}"
            );
        }
        for wrong in ["sqlite://", "sqlite://:memory:", "sqlite://data/"] {
            assert_eq!(
                DatabaseUrl::parse(wrong).unwrap_err(),
                UrlError::NoFile,
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::parse("postgres://pqt:secret@localhost/q").unwrap();
        assert!(!format!("{:?}", StoreSettings::new(url)).contains("secret"));
    }

    #[test]
    fn time_outs_given_in_the_url_stand() {
        let url = with_time_outs("postgres://localhost/q?connect_timeout=1");
        assert!(url.contains("connect_timeout=1&") && !url.contains("connect_timeout=5"));
    }
}
