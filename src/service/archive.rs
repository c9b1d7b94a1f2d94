//! Every question in memory, as the database has it, to be searched (reading 10).
//!
//! Before each search the node looks whether questions changed since it looked last, and reads those. That is one small query; it is
//! right on any number of nodes, after a rollback and after a restore.

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use chrono::NaiveDate;

use crate::{
    domain::{
        id::QuestionId,
        similarity::{Archive, Asked, Match},
    },
    service::ServiceError,
    store::{
        connection::Db,
        questions::changes::{self, Revision},
    },
};

/// The questions as this node holds them.
#[derive(Debug, Default)]
pub struct Kept {
    held: RwLock<Held>,
}

#[derive(Debug, Default)]
struct Held {
    archive: Archive,
    /// The last change that is in it; none before it was first read.
    seen: Option<Revision>,
}

impl Kept {
    /// The questions most like a text, best first, among those put on a date that counts. A question is not like itself.
    ///
    /// In a transaction that writes, this comes before the first question is written: what is not committed is not to be held.
    ///
    /// # Errors
    /// Those of the store.
    pub fn find(
        &self,
        db: &mut Db,
        text: &str,
        itself: Option<QuestionId>,
        counts: impl Fn(NaiveDate) -> bool,
        most: usize,
    ) -> Result<Vec<Match>, ServiceError> {
        let asked = Asked::read(text);
        self.catch_up(db)?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        Ok(held
            .archive
            .find(&asked, itself, |_, put_on| counts(put_on), most))
    }

    /// The questions most like a text among these, best first, at most `max` of them. A question is not like itself.
    ///
    /// # Errors
    /// Those of the store.
    pub fn find_among(
        &self,
        db: &mut Db,
        text: &str,
        itself: QuestionId,
        among: &HashSet<QuestionId>,
        max: usize,
    ) -> Result<Vec<Match>, ServiceError> {
        let asked = Asked::read(text);
        self.catch_up(db)?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let counts = |id, _| among.contains(&id);
        Ok(held.archive.find_among(&asked, Some(itself), counts, max))
    }

    /// How many questions are held.
    pub fn len(&self) -> usize {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.archive.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Brings what is held to where the database is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn catch_up(&self, db: &mut Db) -> Result<(), ServiceError> {
        let now = changes::revision(db)?;
        let seen = |held: &Held| held.seen == Some(now);
        if seen(&self.held.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(());
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        // somebody may have been faster, and further
        let now = changes::revision(db)?;
        let Held { archive, seen } = &mut *held;
        let changed = match *seen {
            Some(seen) if seen <= now => {
                let changed = changes::since(db, seen)?;
                let found = changes::searched(db, Some(&changed))?;
                for id in changed {
                    archive.release(id);
                }
                found
            }
            // the first time, or another database than before, as after a restore
            _ => {
                *archive = Archive::default();
                changes::searched(db, None)?
            }
        };
        for question in changed {
            archive.hold(question.id, question.put_on, &Asked::read(&question.text));
        }
        *seen = Some(now);
        Ok(())
    }
}
