//! Where the records are kept.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::reader::{Reader, Unit};

/// The database's settings.
#[derive(Debug, Clone)]
pub struct Database {
    /// `sqlite://path`, `postgres://…` or `postgresql://…`. Secret, since a password may stand in it.
    pub url: SecretString,
    /// Connections kept open.
    pub pool_size: u32,
    /// How long to wait for a connection or for another writer.
    pub wait: Duration,
}

impl Database {
    /// Whether the records are in an SQLite file, which has one writer.
    pub fn is_sqlite(&self) -> bool {
        self.url.expose_secret().starts_with("sqlite:")
    }

    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let url = reader.any_text("database.url").and_then(|text| {
            if is_database_url(&text) {
                return Some(SecretString::from(text));
            }
            // Never quoted: a password may stand in it.
            reader.problem(
                "database.url",
                "is not right: it must be sqlite://path/to/file or postgres://user:password@host/name",
            );
            None
        });
        let pool_size = reader.number("database.pool_size", 1..=200_u32);
        let wait = reader.duration(
            "database.wait_milliseconds",
            Unit::Milliseconds,
            100..=60_000,
        );
        Some(Self {
            url: url?,
            pool_size,
            wait,
        })
    }
}

/// A database in memory is none: each connection of the pool would have its own.
fn is_database_url(text: &str) -> bool {
    match text.split_once("://") {
        Some(("sqlite", path)) => !path.is_empty() && !path.contains(":memory:"),
        Some(("postgres" | "postgresql", place)) => !place.is_empty(),
        _ => false,
    }
}
