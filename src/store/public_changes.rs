//! The count of changes of what the public pages show, which the database's triggers keep.

use diesel::prelude::*;

use crate::store::{
    connection::{Db, Source, is_broken},
    error::StoreError,
    schema::public_changes,
    transaction::Store,
};

/// Returns the count of changes of what the public pages show. What is read after it is at least as new as it.
///
/// # Errors
/// [`StoreError`].
pub fn revision(db: &mut Db) -> Result<i64, StoreError> {
    Ok(public_changes::table
        .select(public_changes::revision)
        .first(db)?)
}

/// Reads the count over a connection of its own, so that it waits for nobody who reads or writes.
pub struct Reader {
    source: Source,
    db: Option<Db>,
}

impl Reader {
    /// Makes a reader; the first look opens its connection.
    pub fn new(store: &Store) -> Self {
        Self {
            source: store.source(),
            db: None,
        }
    }

    /// Returns the count as it is now. A connection that failed is opened again at the next look.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn revision(&mut self) -> Result<i64, StoreError> {
        let mut db = match self.db.take() {
            Some(db) => db,
            None => self.source.open()?,
        };
        let found = revision(&mut db);
        if found.is_ok() && !is_broken(&mut db) {
            self.db = Some(db);
        }
        found
    }
}
