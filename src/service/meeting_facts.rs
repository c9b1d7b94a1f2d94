//! What is the same for every question to a meeting, read once for each revision and not for each question.
//!
//! The database counts every change of what public pages show, and with it every change of a board, a meeting, an agenda or the calendar
//! (by triggers, so that no act can forget to; no submission counts). A transaction reads that one number and knows whether what this
//! node remembers is what it would read itself: on any number of nodes, and at any moment.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    domain::{agenda::AgendaItem, id::MeetingId, meeting::Board, standing_order::notice::Deadline},
    service::{Service, ServiceError},
    store::{
        connection::Db,
        meetings::{self, MeetingRecord},
        public_changes,
    },
};

/// More meetings than ever take questions at one time.
const MAX_REMEMBERED: usize = 64;

/// What is the same for every question to a meeting.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingFacts {
    /// The meeting as recorded.
    pub record: MeetingRecord,
    /// Its board.
    pub board: Board,
    /// Its agenda, in order.
    pub agenda: Vec<AgendaItem>,
    /// Its deadline by the present calendar (clause (iii)).
    pub deadline: Deadline,
}

/// The facts of meetings as this node remembers them.
#[derive(Debug, Default)]
pub struct RememberedFacts(RwLock<HashMap<MeetingId, (i64, Arc<MeetingFacts>)>>);

impl RememberedFacts {
    /// The facts of a meeting as remembered, whether or not they still hold.
    pub fn last_known(&self, id: MeetingId) -> Option<Arc<MeetingFacts>> {
        let remembered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        remembered.get(&id).map(|(_, facts)| Arc::clone(facts))
    }

    fn at(&self, id: MeetingId, revision: i64) -> Option<Arc<MeetingFacts>> {
        let remembered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match remembered.get(&id) {
            Some((known, facts)) if *known == revision => Some(Arc::clone(facts)),
            _ => None,
        }
    }

    fn remember(&self, id: MeetingId, revision: i64, facts: Arc<MeetingFacts>) {
        let mut remembered = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MAX_REMEMBERED && !remembered.contains_key(&id) {
            remembered.clear();
        }
        remembered.insert(id, (revision, facts));
    }
}

impl Service {
    /// The facts of a meeting as this transaction sees them, and whether they had to be read.
    ///
    /// What was read is not remembered: a transaction that writes may read what is never committed.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the meeting, and those of the store.
    pub(super) fn meeting_facts(
        &self,
        db: &mut Db,
        id: MeetingId,
    ) -> Result<(Arc<MeetingFacts>, bool), ServiceError> {
        let revision = public_changes::revision(db)?;
        match self.facts.at(id, revision) {
            Some(facts) => Ok((facts, false)),
            None => Ok((Arc::new(self.read_facts(db, id)?), true)),
        }
    }

    /// Remembers the facts of a meeting for those who come after.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the meeting, and those of the store.
    pub(super) fn remember_facts(&self, id: MeetingId) -> Result<(), ServiceError> {
        self.store.read(|db| {
            let revision = public_changes::revision(db)?;
            if self.facts.at(id, revision).is_none() {
                let facts = self.read_facts(db, id)?;
                self.facts.remember(id, revision, Arc::new(facts));
            }
            Ok(())
        })
    }

    fn read_facts(&self, db: &mut Db, id: MeetingId) -> Result<MeetingFacts, ServiceError> {
        let record = meetings::meeting(db, id)?;
        Ok(MeetingFacts {
            board: meetings::board(db, record.meeting.board_id)?,
            agenda: meetings::agenda(db, id)?,
            deadline: self.deadline(db, &record.meeting)?,
            record,
        })
    }
}
