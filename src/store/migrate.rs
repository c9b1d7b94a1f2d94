//! The schema's history, carried in the program and brought up to date at start.
//!
//! Each database has its own migrations, with the same versions. Several processes may start at once: each migration
//! runs in one transaction of its own under a lock, so that a process killed half-way leaves nothing behind and the next
//! one takes up where it stopped. A migration must therefore not ask to run outside a transaction.

use std::time::Duration;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::dialect;
use super::error::StoreError;
use super::transaction::Store;

/// One history for each database.
pub struct Migrations {
    /// SQLite's.
    pub sqlite: EmbeddedMigrations,
    /// PostgreSQL's.
    pub postgres: EmbeddedMigrations,
}

/// The service's own schema.
pub const SCHEMA: Migrations = Migrations {
    sqlite: embed_migrations!("migrations/sqlite"),
    postgres: embed_migrations!("migrations/postgres"),
};

/// How long a process waits for another one that is migrating.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a database stands to a set of migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Versions still to be run, in order.
    pub pending: Vec<String>,
    /// Versions that were run and that this program does not know: a newer release has been here.
    pub unknown: Vec<String>,
}

impl Migrations {
    /// Runs what is pending, in order, and gives the versions that this call ran.
    ///
    /// # Errors
    /// [`StoreError`]; what had been run before the failing migration stays. A database that a newer release has
    /// migrated is refused untouched.
    pub fn run(&self, store: &Store) -> Result<Vec<String>, StoreError> {
        let unknown = self.standing(store)?.unknown;
        if !unknown.is_empty() {
            return Err(StoreError::other(format!(
                "the schema is newer than this release: {}",
                unknown.join(", ")
            )));
        }
        let mut run = Vec::new();
        while let Some(version) = store.patiently(PATIENCE, |store| {
            store.maintain(|db| dialect::run_next_migration(db, self))
        })? {
            run.push(version);
        }
        Ok(run)
    }

    /// What is pending, and what this program does not know.
    ///
    /// # Errors
    /// [`StoreError`] where the database cannot be asked.
    pub fn standing(&self, store: &Store) -> Result<Standing, StoreError> {
        let (pending, unknown) = store.patiently(PATIENCE, |store| {
            store.maintain(|db| dialect::compare_migrations(db, self))
        })?;
        Ok(Standing { pending, unknown })
    }

    /// The versions still to be run, in order.
    ///
    /// # Errors
    /// [`StoreError`] where the database cannot be asked.
    pub fn pending(&self, store: &Store) -> Result<Vec<String>, StoreError> {
        Ok(self.standing(store)?.pending)
    }
}
