//! How much room drafts may take: those of one browser, of one client address, and all together. Whoever writes without being known must
//! not be able to fill the disk.
//!
//! Where there is no more room, the drafts that were touched longest ago go first, never one that somebody may still be writing. Where
//! that is not enough, nothing more is stored, and whoever typed it is told so, with what they typed.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    config,
    service::{Service, ServiceError},
    store::{
        connection::Db,
        drafts::{self, Held, Whose},
    },
};

/// For how long a count of everybody's drafts is believed, with what was added since.
const COUNTED_FOR: TimeDelta = TimeDelta::seconds(10);

/// How many drafts are removed in one transaction.
const AT_ONCE: i64 = 200;

/// Whose a draft is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Hash of the browser's cookie.
    pub browser: String,
    /// Keyed hash of the client's address.
    pub client: String,
}

/// How much everybody's drafts take, as last counted: a look at each of them for each one that begins would itself be an attack.
#[derive(Debug, Default)]
pub struct Counted(Mutex<Option<(DateTime<Utc>, Held)>>);

impl Counted {
    fn known(&self, now: DateTime<Utc>) -> Option<Held> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted
            .filter(|(at, _)| now - *at < COUNTED_FOR)
            .map(|(_, held)| held)
    }

    fn set(&self, now: DateTime<Utc>, held: Held) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, held));
    }

    /// Notes what was stored since.
    pub fn add(&self, more: Held) {
        if let Some((_, held)) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            held.drafts += more.drafts;
            held.bytes += more.bytes;
        }
    }
}

/// Sees to it that there is room for what has just been added in this transaction, or says when there may be.
///
/// # Errors
/// [`ServiceError::NoRoom`].
pub fn make_room(
    service: &Service,
    db: &mut Db,
    owner: &Owner,
    more: Held,
) -> Result<(), ServiceError> {
    let limits = &service.settings.drafts;
    let now = service.now();
    let untouched = now - limits.untouched;
    let browser = Whose::Browser(&owner.browser);
    let client = Whose::Client(&owner.client);
    let bounds = [
        (
            browser,
            limits.of_browser(),
            "You have started as many questions in this browser as we can keep.",
        ),
        (
            client,
            limits.of_address(),
            "As many questions have been started from your connection as we can keep. Other people may use the same connection, for example in a library.",
        ),
        (
            Whose::All,
            limits.of_all(),
            "More questions have been started than we can keep.",
        ),
    ];
    for (whose, bound, why) in bounds {
        if whose == Whose::Client("") {
            continue;
        }
        // what is counted here has the new already, what was counted before has not
        let look = |db: &mut Db| -> Result<Held, ServiceError> {
            let counted = drafts::held(db, whose)?;
            if whose == Whose::All {
                let before = Held {
                    drafts: counted.drafts - more.drafts,
                    bytes: counted.bytes - more.bytes,
                };
                service.drafts.set(now, before);
            }
            Ok(counted)
        };
        let known = service.drafts.known(now).filter(|_| whose == Whose::All);
        let fits = |held: Held| held.drafts <= bound.drafts && held.bytes <= bound.bytes;
        let mut held = match known {
            Some(before) => Held {
                drafts: before.drafts + more.drafts,
                bytes: before.bytes + more.bytes,
            },
            None => look(db)?,
        };
        while !fits(held) {
            if drafts::delete_untouched(db, whose, untouched, AT_ONCE)? == 0 {
                let oldest = drafts::oldest(db, whose)?.unwrap_or(now);
                let wait = (oldest - untouched).max(TimeDelta::seconds(1));
                return Err(ServiceError::NoRoom(why, wait));
            }
            held = look(db)?;
        }
    }
    Ok(())
}

/// Removes some of the drafts that were touched longest ago, because the disk is full; whether there were any.
///
/// # Errors
/// Those of the store, whose disk may be too full even for this.
pub fn give_way(service: &Service) -> Result<bool, ServiceError> {
    let before = service.now() - service.settings.drafts.untouched;
    let removed = service.store.write(|db| {
        Ok::<_, ServiceError>(drafts::delete_untouched(db, Whose::All, before, AT_ONCE)?)
    })?;
    tracing::warn!(
        removed,
        "the disk is full: drafts that nobody touches have been removed"
    );
    Ok(removed > 0)
}

impl config::Drafts {
    fn of_browser(&self) -> Held {
        // the number bounds the bytes: each draft has a ceiling
        Held {
            drafts: self.per_browser,
            bytes: i64::MAX,
        }
    }

    fn of_address(&self) -> Held {
        Held {
            drafts: self.per_address,
            bytes: self.megabytes_per_address * 1_000_000,
        }
    }

    fn of_all(&self) -> Held {
        Held {
            drafts: self.in_all,
            bytes: self.megabytes_in_all * 1_000_000,
        }
    }
}
