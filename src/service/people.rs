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
            changes::{self, Followed},
        },
    },
};

/// How many meetings are held. The one that was asked about least lately gives way.
const MAX_MEETINGS: usize = 32;

/// How many others a questioner is compared with: those with whom they share the rarest details.
const MAX_COMPARED: usize = 200;

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
    /// How far they have followed the changes; none before any meeting was read.
    followed: Option<Followed>,
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
    /// # Errors
    /// Those of the store; [`ServiceError::Internal`] in a transaction that writes: what is never committed is not to be held.
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
        {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(followed) = &held.followed
                && meetings.iter().all(|id| held.meetings.contains_key(id))
                && changes::since(db, followed)?.is_nothing()
            {
                return Ok(());
            }
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let changed = match &held.followed {
            // somebody may have been faster, and further
            Some(followed) => {
                let changes = changes::since(db, followed)?;
                held.followed = Some(changes.followed);
                changes.questions
            }
            None => Vec::new(),
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
        let missing: Vec<MeetingId> = meetings
            .iter()
            .filter(|id| !held.meetings.contains_key(id))
            .copied()
            .collect();
        if !missing.is_empty() {
            // This state may be older than what the others were followed to. Then they are followed again from here.
            held.followed = Some(changes::up_to_now(db)?);
        }
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
