//! Signing in and out.
//!
//! A session is 32 random bytes in a cookie, kept by their hash. It ends by itself after a while without use and, whatever
//! is done, after a working day; it ends at once when its account is closed.

use std::{collections::HashMap, net::IpAddr, sync::Mutex};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    service::{Service, ServiceError, sha256_hex},
    store::staff::{self, StaffMember},
};

/// A session's last use is noted at most this often, so that looking at pages writes little.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

impl Service {
    /// Whose session a cookie's token is, if it is one that still holds. Notes that it was used.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn signed_in(&self, token: &str) -> Result<Option<StaffMember>, ServiceError> {
        let now = self.now();
        let hash = sha256_hex(token.as_bytes());
        let found = self.store.read(|db| {
            let Some(session) = staff::session(db, &hash)? else {
                return Ok(None);
            };
            let member = staff::member(db, session.staff_id)?;
            Ok::<_, ServiceError>(Some((session, member)))
        })?;
        let Some((session, member)) = found else {
            return Ok(None);
        };
        let limits = &self.settings.sessions;
        if !member.active
            || now - session.last_seen_at > limits.idle
            || now - session.created_at > limits.absolute
        {
            return Ok(None);
        }
        if now - session.last_seen_at >= NOTED_EVERY {
            // a page that can be shown is not refused because its visit could not be noted
            let noted = self
                .store
                .write(|db| Ok::<_, ServiceError>(staff::touch_session(db, &hash, now)?));
            if let Err(error) = noted {
                tracing::warn!(%error, "a session's use was not noted");
            }
        }
        Ok(Some(member))
    }
}

/// Who has failed to sign in lately: the account by its address, from where.
type Attempts = HashMap<(String, IpAddr), Failures>;

struct Failures {
    count: u32,
    blocked_until: DateTime<Utc>,
    last: DateTime<Utc>,
}

/// Slows down whoever guesses passwords: after a few failures for one account from one client address, each further one
/// doubles the wait. Another address is not held back, so that nobody can lock the owner out.
pub struct Throttle {
    allowed: u32,
    attempts: Mutex<Attempts>,
}

impl Throttle {
    /// A throttle that bears so many failures before it makes anybody wait.
    pub fn new(allowed: u32) -> Self {
        Self {
            allowed,
            attempts: Mutex::default(),
        }
    }
}
