//! Every question in memory, as the database has it, to be searched (reading 10).
//!
//! Before each search the node looks whether questions changed since it looked last, and reads those. That is one small query, and
//! right on any number of nodes and after a rollback. A database that was restored is followed from the start, since the service is
//! started again for it.

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
        questions::changes::{self, Followed},
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
    /// How far it has followed the changes; none before it was first read.
    followed: Option<Followed>,
}

impl Kept {
    /// The questions most like a text, best first, among those put on a date that counts. A question is not like itself.
    ///
    /// # Errors
    /// Those of the store; [`ServiceError::Internal`] in a transaction that writes.
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
    /// Those of the store; [`ServiceError::Internal`] in a transaction that writes: what is never committed is not to be held.
    pub fn catch_up(&self, db: &mut Db) -> Result<(), ServiceError> {
        {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(followed) = &held.followed
                && changes::since(db, followed)?.is_nothing()
            {
                return Ok(());
            }
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let Held { archive, followed } = &mut *held;
        let (found, now) = match followed {
            // somebody may have been faster, and further
            Some(followed) => {
                let changes = changes::since(db, followed)?;
                let found = changes::searched(db, Some(&changes.questions))?;
                for id in changes.questions {
                    archive.release(id);
                }
                (found, changes.followed)
            }
            None => (changes::searched(db, None)?, changes::up_to_now(db)?),
        };
        for question in found {
            archive.hold(question.id, question.put_on, &Asked::read(&question.text));
        }
        *followed = Some(now);
        Ok(())
    }
}
