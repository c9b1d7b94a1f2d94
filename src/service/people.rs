//! Who asks at the meetings that officers look at, indexed: a questioner is compared with the few who may be the same person, and not
//! with everybody at the meeting (reading 5).
//!
//! Like the archive it follows the database: before it is asked, the node looks whether questions or their questioners changed since it
//! looked last, and reads those. The first look at a meeting reads who asks there; each question that comes afterwards is read once. It
//! is in memory alone and names nobody's key: what was removed on schedule is gone at the next look.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    domain::{
        id::{MeetingId, QuestionId},
        same_person::{Comparison, Likeness, Profile, compare},
    },
    service::{ServiceError, evidence},
    store::{
        connection::Db,
        questions::{
            self, QuestionerDetails,
            changes::{self, Revision},
        },
    },
};

/// How many meetings are held. The one that was asked about least lately gives way.
const MAX_MEETINGS: usize = 32;

/// How many others a questioner is compared with: those with whom they share the rarest details.
const MAX_COMPARED: usize = 200;

/// No transaction that reads is open for longer.
const LONGEST_TRANSACTION: Duration = Duration::from_secs(60);

/// From this many changes on, what is held is read anew.
const MAX_FOLLOWED: usize = 5_000;

/// Another question at a meeting whose questioner may be the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The other question.
    pub id: QuestionId,
    /// What the two questioners have in common.
    pub comparison: Comparison,
}

impl Found {
    /// The strongest reason.
    pub fn strongest(&self) -> Option<Likeness> {
        self.comparison.reasons.first().copied()
    }

    fn refuses(&self) -> bool {
        self.comparison
            .reasons
            .iter()
            .any(|reason| reason.refuses())
    }
}

/// The questioners of the meetings that officers look at, as this node holds them.
#[derive(Debug, Default)]
pub struct People {
    held: RwLock<Held>,
    /// Makes hashes of details that mean nothing outside this process.
    hasher: RandomState,
    /// Counts how often a meeting was asked about.
    asked: AtomicU64,
}

#[derive(Debug, Default)]
struct Held {
    meetings: HashMap<MeetingId, AtMeeting>,
    /// The last change that is in it; none before it was first read.
    seen: Option<Revision>,
    /// When that was read.
    seen_at: Option<Instant>,
}

impl Held {
    /// Whether what is held is as new as a transaction that sees this revision. One that began before the last look sees an older one;
    /// where that goes on, it is another database.
    fn is_at(&self, now: Revision) -> bool {
        match self.seen {
            Some(seen) if seen == now => true,
            Some(seen) => {
                seen > now
                    && self
                        .seen_at
                        .is_some_and(|at| steady().duration_since(at) < LONGEST_TRANSACTION)
            }
            None => false,
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "measures how long ago something was read"
)]
fn steady() -> Instant {
    Instant::now()
}

/// Who asks at one meeting.
#[derive(Debug, Default)]
struct AtMeeting {
    people: HashMap<QuestionId, Indexed>,
    /// Of each detail, whose it is.
    by_key: HashMap<u64, Vec<QuestionId>>,
    last_asked: AtomicU64,
}

#[derive(Debug)]
struct Indexed {
    profile: Profile,
    keys: Vec<u64>,
}

impl AtMeeting {
    fn insert(&mut self, hasher: &RandomState, id: QuestionId, details: &QuestionerDetails) {
        self.remove(id);
        let profile = Profile::read(&evidence::person(details));
        let keys: Vec<u64> = profile
            .blocking_keys()
            .iter()
            .map(|key| hasher.hash_one(key))
            .collect();
        for key in &keys {
            self.by_key.entry(*key).or_default().push(id);
        }
        self.people.insert(id, Indexed { profile, keys });
    }

    fn remove(&mut self, id: QuestionId) {
        let Some(indexed) = self.people.remove(&id) else {
            return;
        };
        for key in indexed.keys {
            if let Some(ids) = self.by_key.get_mut(&key) {
                ids.retain(|held| *held != id);
                if ids.is_empty() {
                    self.by_key.remove(&key);
                }
            }
        }
    }

    /// The others with whom a questioner shares a detail and who may be the same, what refuses first, then the likeliest.
    fn similar(&self, id: QuestionId) -> Vec<Found> {
        let Some(this) = self.people.get(&id) else {
            return Vec::new();
        };
        // a detail that few share says the most
        let mut shared: Vec<&Vec<QuestionId>> = this
            .keys
            .iter()
            .filter_map(|key| self.by_key.get(key))
            .collect();
        shared.sort_by_key(|ids| ids.len());
        let mut looked_at = HashSet::from([id]);
        let mut found = Vec::new();
        for other in shared.into_iter().flatten() {
            if looked_at.len() > MAX_COMPARED {
                break;
            }
            if !looked_at.insert(*other) {
                continue;
            }
            let Some(indexed) = self.people.get(other) else {
                continue;
            };
            let comparison = compare(&this.profile, &indexed.profile);
            if !comparison.reasons.is_empty() {
                found.push(Found {
                    id: *other,
                    comparison,
                });
            }
        }
        found.sort_by(|a, b| {
            b.refuses()
                .cmp(&a.refuses())
                .then(b.comparison.weight.total_cmp(&a.comparison.weight))
                .then(a.id.cmp(&b.id))
        });
        found
    }
}

impl People {
    /// The other questions at its meeting whose questioners may be the same as that of each of these, what refuses first, then the
    /// likeliest. `asked` names the questions with their meetings.
    ///
    /// In a transaction that writes, this comes before the first question is written: what is not committed is not to be held.
    ///
    /// # Errors
    /// Those of the store.
    pub fn similar(
        &self,
        db: &mut Db,
        asked: &[(MeetingId, QuestionId)],
    ) -> Result<Vec<Vec<Found>>, ServiceError> {
        let meetings: HashSet<MeetingId> = asked.iter().map(|(meeting, _)| *meeting).collect();
        self.catch_up(db, &meetings)?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(asked
            .iter()
            .map(|(meeting, id)| {
                let Some(at) = held.meetings.get(meeting) else {
                    return Vec::new();
                };
                at.last_asked.store(turn, Ordering::Relaxed);
                at.similar(*id)
            })
            .collect())
    }

    /// Brings what is held of these meetings to where the database is.
    fn catch_up(&self, db: &mut Db, meetings: &HashSet<MeetingId>) -> Result<(), ServiceError> {
        let now = changes::revision(db)?;
        let up_to_date = |held: &Held| {
            held.is_at(now) && meetings.iter().all(|id| held.meetings.contains_key(id))
        };
        if up_to_date(&self.held.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(());
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let changed = match held.seen {
            Some(seen) if seen < now => changes::since(db, seen)?,
            // somebody was faster, and further
            Some(_) if held.is_at(now) => Vec::new(),
            // the first time, or another database than before, as after a restore
            _ => {
                held.meetings.clear();
                held.seen = None;
                Vec::new()
            }
        };
        if changed.len() > MAX_FOLLOWED {
            held.meetings.clear();
        } else if !held.meetings.is_empty() {
            for ids in changed.chunks(500) {
                let found = questions::questioners_with_meetings(db, ids)?;
                for at in held.meetings.values_mut() {
                    for id in ids {
                        at.remove(*id);
                    }
                }
                for (meeting, id, details) in &found {
                    if let Some(at) = held.meetings.get_mut(meeting) {
                        at.insert(&self.hasher, *id, details);
                    }
                }
            }
        }
        if held.seen.is_none_or(|seen| seen < now) {
            held.seen = Some(now);
            held.seen_at = Some(steady());
        }
        let missing: Vec<MeetingId> = meetings
            .iter()
            .filter(|id| !held.meetings.contains_key(id))
            .copied()
            .collect();
        for meeting in missing {
            while held.meetings.len() >= MAX_MEETINGS.max(meetings.len()) {
                let Some(least) = held
                    .meetings
                    .iter()
                    .filter(|(id, _)| !meetings.contains(id))
                    .min_by_key(|(_, at)| at.last_asked.load(Ordering::Relaxed))
                    .map(|(id, _)| *id)
                else {
                    break;
                };
                held.meetings.remove(&least);
            }
            let mut at = AtMeeting::default();
            for (id, details) in questions::questioners_at(db, meeting)? {
                at.insert(&self.hasher, id, &details);
            }
            held.meetings.insert(meeting, at);
        }
        Ok(())
    }
}
