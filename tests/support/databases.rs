//! One test, both databases.

use std::path::PathBuf;

use public_question_time::store::connection::{DatabaseUrl, StoreSettings};
use public_question_time::store::transaction::Store;

use super::postgres::PostgresDatabase;

/// An empty database of its own for one test, gone when this value is dropped.
pub struct Database {
    /// What it is, for messages.
    pub name: &'static str,
    url: DatabaseUrl,
    kept: Kept,
}

#[allow(
    dead_code,
    reason = "held for what happens when they are dropped: a file's directory, a server's database"
)]
enum Kept {
    File(tempfile::TempDir),
    Server(PostgresDatabase),
}

#[allow(
    dead_code,
    reason = "each test binary includes this file and uses what it needs"
)]
impl Database {
    /// An SQLite file that does not exist yet.
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self {
            name: "SQLite",
            url: DatabaseUrl::sqlite(directory.path().join("data/question-time.db")),
            kept: Kept::File(directory),
        }
    }

    /// An empty PostgreSQL database, where PostgreSQL is installed.
    pub fn postgres() -> Option<Self> {
        let database = PostgresDatabase::fresh()?;
        Some(Self {
            name: "PostgreSQL",
            url: DatabaseUrl::parse(&database.url()).expect("its URL"),
            kept: Kept::Server(database),
        })
    }

    /// Its URL.
    pub fn url(&self) -> DatabaseUrl {
        self.url.clone()
    }

    /// Its URL as the settings have it.
    pub fn url_text(&self) -> String {
        match &self.kept {
            Kept::File(_) => format!("sqlite://{}", self.url.file().expect("a file").display()),
            Kept::Server(database) => database.url(),
        }
    }

    /// The usual settings for it.
    pub fn settings(&self) -> StoreSettings {
        StoreSettings::new(self.url.clone())
    }

    /// Opens it with the usual settings. Each call is as another process would be: it shares nothing but the database.
    pub fn open(&self) -> Store {
        Store::open(&self.settings()).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    /// The SQLite file, where it is one.
    pub fn file(&self) -> Option<PathBuf> {
        self.url.file().map(ToOwned::to_owned)
    }
}

/// Runs `test` on an empty SQLite file and on an empty PostgreSQL database.
#[allow(
    dead_code,
    reason = "each test binary includes this file and uses what it needs"
)]
pub fn each_database(test: impl Fn(&Database)) {
    let on = |database: Database| {
        // Shown by the test harness only where the test fails.
        println!("on {}", database.name);
        test(&database);
    };
    on(Database::sqlite());
    if let Some(database) = Database::postgres() {
        on(database);
    }
}
