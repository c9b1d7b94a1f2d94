//! Signing in and out, and one's own password.
//!
//! A session is 32 random bytes in a cookie, kept by their hash. It ends by itself after a while without use and, whatever
//! is done, after a working day; it ends at once when its account is closed or its password changed.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::{
    domain::text,
    service::{
        FieldError, Service, ServiceError,
        actor::{Acting, Who},
        password::Password,
        permission, sha256_hex,
    },
    store::{
        connection::Db,
        staff::{self, SessionRecord, StaffMember},
    },
};

/// A session's last use is noted at most this often, so that looking at pages writes little.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// An attempt to sign in.
pub struct Attempt {
    /// The e-mail address as typed.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// The client's address, as it is counted.
    pub client: IpAddr,
    /// The request, for the audit trail.
    pub request_id: Option<String>,
    /// The token of the session that the browser had until now, if any: it ends.
    pub replaces: Option<String>,
}

/// A new session.
pub struct NewSession {
    /// The token for the cookie. Only its hash is kept.
    pub token: String,
    /// Whose.
    pub member: StaffMember,
}

/// What somebody types to change their password.
pub struct PasswordChange {
    /// The password until now.
    pub current: String,
    /// The new one.
    pub new: String,
    /// The new one again.
    pub again: String,
    /// The client's address, as it is counted.
    pub client: IpAddr,
}

impl Service {
    /// Signs somebody in. A wrong password, an unknown address and a closed account are answered alike, in words and in time.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where anything is wrong; [`ServiceError::TooMany`] after too many failures; those of the store.
    pub fn sign_in(
        &self,
        throttle: &Throttle,
        attempt: &Attempt,
    ) -> Result<NewSession, ServiceError> {
        let email = text::single_line(&attempt.email).to_lowercase();
        let mut missing = Vec::new();
        if email.is_empty() {
            missing.push(FieldError::new(
                "email",
                "empty",
                "Enter your email address",
            ));
        }
        if attempt.password.is_empty() {
            missing.push(FieldError::new("password", "empty", "Enter your password"));
        }
        if !missing.is_empty() {
            return Err(ServiceError::Invalid(missing));
        }
        throttle.count(&email, attempt.client, self.now())?;
        let found = self
            .store
            .read(|db| Ok::<_, ServiceError>(staff::by_email(db, &email)?))?;
        let right = self.hasher.is_right(
            &attempt.password,
            found.as_ref().map(|member| member.password_hash.as_str()),
        );
        match found {
            Some(member) if right && member.active => {
                let token = self.begin_session(&member, attempt)?;
                throttle.forget(&email, attempt.client);
                Ok(NewSession { token, member })
            }
            found => {
                self.note_failure(found.as_ref(), attempt.request_id.clone())?;
                Err(ServiceError::field(
                    "email",
                    "wrong",
                    "Enter the email address and password of your account",
                ))
            }
        }
    }

    fn begin_session(
        &self,
        member: &StaffMember,
        attempt: &Attempt,
    ) -> Result<String, ServiceError> {
        let (token, session) = self.new_session(member);
        let acting = Acting {
            who: Who::Staff(member.clone()),
            request_id: attempt.request_id.clone(),
        };
        let before = attempt
            .replaces
            .as_ref()
            .map(|token| sha256_hex(token.as_bytes()));
        self.store.write(|db| {
            if let Some(before) = &before {
                staff::delete_session(db, before)?;
            }
            staff::insert_session(db, &session)?;
            self.audit_staff(db, &acting, "sign_in", member)
        })?;
        Ok(token)
    }

    fn new_session(&self, member: &StaffMember) -> (String, SessionRecord) {
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let now = self.now();
        let session = SessionRecord {
            token_hash: sha256_hex(token.as_bytes()),
            staff_id: member.id,
            created_at: now,
            last_seen_at: now,
        };
        (token, session)
    }

    fn note_failure(
        &self,
        member: Option<&StaffMember>,
        request_id: Option<String>,
    ) -> Result<(), ServiceError> {
        let acting = Acting {
            who: Who::System,
            request_id,
        };
        // what was typed is not noted: people type passwords into the wrong box
        let subject = member.map_or_else(|| "unknown".to_owned(), |member| member.id.to_string());
        self.store.write(|db| {
            self.audit(
                db,
                &acting,
                "sign_in_failed",
                ("staff", &subject),
                None,
                None,
            )
        })
    }

    fn audit_staff(
        &self,
        db: &mut Db,
        acting: &Acting,
        act: &str,
        member: &StaffMember,
    ) -> Result<(), ServiceError> {
        self.audit(
            db,
            acting,
            act,
            ("staff", &member.id.to_string()),
            None,
            None,
        )
    }

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

    /// Ends the session of this token.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn sign_out(&self, acting: &Acting, token: &str) -> Result<(), ServiceError> {
        let member = permission::staff(acting)?;
        let hash = sha256_hex(token.as_bytes());
        self.store.write(|db| {
            staff::delete_session(db, &hash)?;
            self.audit_staff(db, acting, "sign_out", member)
        })
    }

    /// Ends every session of the person, in every browser; how many.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn sign_out_everywhere(&self, acting: &Acting) -> Result<usize, ServiceError> {
        let member = permission::staff(acting)?;
        self.store.write(|db| {
            let ended = staff::delete_sessions_of(db, member.id)?;
            self.audit(
                db,
                acting,
                "sign_out_everywhere",
                ("staff", &member.id.to_string()),
                None,
                Some(json!({ "sessions": ended })),
            )?;
            Ok(ended)
        })
    }

    /// Changes one's own password, ends every session of the account and begins a new one, whose token it gives.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the current password is wrong or the new one no good; [`ServiceError::TooMany`];
    /// those of the store.
    pub fn change_password(
        &self,
        acting: &Acting,
        throttle: &Throttle,
        change: &PasswordChange,
    ) -> Result<String, ServiceError> {
        let member = permission::staff(acting)?;
        let mut wrong = Vec::new();
        let new = Password::parse(&change.new);
        if change.current.is_empty() {
            wrong.push(FieldError::new(
                "current_password",
                "empty",
                "Enter your current password",
            ));
        } else {
            throttle.count(&member.email, change.client, self.now())?;
            if self
                .hasher
                .is_right(&change.current, Some(&member.password_hash))
            {
                throttle.forget(&member.email, change.client);
            } else {
                wrong.push(FieldError::new(
                    "current_password",
                    "wrong",
                    "The current password is not right",
                ));
            }
        }
        match &new {
            Err(malformed) => wrong.push(FieldError::of("new_password", malformed.clone())),
            Ok(new) if new.expose() == change.current => wrong.push(FieldError::new(
                "new_password",
                "unchanged",
                "Choose a password that differs from the current one",
            )),
            Ok(_) if change.new != change.again => wrong.push(FieldError::new(
                "new_password_again",
                "differs",
                "Type the new password again: the two differ",
            )),
            Ok(_) => {}
        }
        let new = match new {
            Ok(new) if wrong.is_empty() => new,
            _ => return Err(ServiceError::Invalid(wrong)),
        };
        let hash = self.hasher.hash(&new)?;
        let (token, session) = self.new_session(member);
        self.store.write(|db| {
            let mut member = staff::member(db, member.id)?;
            member.password_hash.clone_from(&hash);
            member.version += 1;
            self.store_member(db, &member)?;
            staff::delete_sessions_of(db, member.id)?;
            staff::insert_session(db, &session)?;
            self.audit_staff(db, acting, "change_password", &member)
        })?;
        Ok(token)
    }
}

/// After how long without a failure an account and address start afresh.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);

/// The longest wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

/// When more pairs than this are remembered, those that no longer matter are forgotten.
const MOST_REMEMBERED: usize = 10_000;

/// The account by its address, and from where somebody tries.
type Attempts = HashMap<(String, IpAddr), Failures>;

struct Failures {
    count: u32,
    blocked_until: DateTime<Utc>,
    last: DateTime<Utc>,
}

/// Slows down whoever guesses passwords: after a few failures for one account from one client address, each further one
/// doubles the wait. Another address is not held back, so that nobody can lock the owner out. Each process counts for itself.
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

    /// Counts an attempt as failed before it is made, so that many at once gain nothing. One that succeeds is
    /// [`forgotten`](Self::forget).
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] while the wait is not over.
    pub fn count(
        &self,
        email: &str,
        client: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        // the counts are whole at any instant, whoever panicked while holding them
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() > MOST_REMEMBERED {
            attempts.retain(|_, failures| now - failures.last < FORGOTTEN_AFTER);
        }
        let failures = attempts
            .entry((email.to_lowercase(), client))
            .or_insert(Failures {
                count: 0,
                blocked_until: now,
                last: now,
            });
        if now < failures.blocked_until {
            return Err(ServiceError::TooMany);
        }
        if now - failures.last >= FORGOTTEN_AFTER {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        if let Some(beyond) = failures.count.checked_sub(self.allowed) {
            let wait = TimeDelta::minutes(1_i64 << beyond.min(4)).min(LONGEST_WAIT);
            failures.blocked_until = now + wait;
        }
        Ok(())
    }

    /// Starts afresh after a success.
    pub fn forget(&self, email: &str, client: IpAddr) {
        self.attempts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&(email.to_lowercase(), client));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
    const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn guessing_gets_slower_and_slower() {
        let throttle = Throttle::new(3);
        let mut minute = 0;
        let mut heard_at = Vec::new();
        for _ in 0..9 {
            while throttle.count("a@example.org", HERE, at(minute)).is_err() {
                minute += 1;
            }
            heard_at.push(minute);
        }
        assert_eq!(heard_at, [0, 0, 0, 1, 3, 7, 15, 30, 45]);
    }

    #[test]
    fn the_owner_is_not_locked_out_from_elsewhere() {
        let throttle = Throttle::new(2);
        for _ in 0..2 {
            assert_eq!(throttle.count("A@example.org", HERE, at(0)), Ok(()));
        }
        assert_eq!(
            throttle.count("a@example.org", HERE, at(0)),
            Err(ServiceError::TooMany)
        );
        assert_eq!(throttle.count("a@example.org", ELSEWHERE, at(0)), Ok(()));
        assert_eq!(throttle.count("b@example.org", HERE, at(0)), Ok(()));
    }

    #[test]
    fn a_success_starts_afresh_and_so_does_an_hour() {
        let throttle = Throttle::new(2);
        for _ in 0..10 {
            assert_eq!(throttle.count("a@example.org", HERE, at(0)), Ok(()));
            throttle.forget("a@example.org", HERE);
        }
        for _ in 0..2 {
            assert_eq!(throttle.count("a@example.org", HERE, at(0)), Ok(()));
        }
        assert_eq!(throttle.count("a@example.org", HERE, at(61)), Ok(()));
        assert_eq!(throttle.count("a@example.org", HERE, at(61)), Ok(()));
        assert!(throttle.count("a@example.org", HERE, at(61)).is_err());
    }
}
