//! Signing in and out, and one's own password.
//!
//! A session is 32 random bytes in a cookie, kept by their hash. It ends by itself after a while without use and, whatever
//! is done, after a working day; it ends at once when its account is closed or its password changed.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::json;

use crate::{
    domain::text,
    service::{
        FieldError, Service, ServiceError,
        actor::{Acting, Who},
        known_device::KnownDevice,
        letters::{AccountNotice, Letter},
        password::Password,
        permission, sha256_hex,
        staff_accounts::MADE_OF_NAMES,
        throttle::{Source, Throttle},
    },
    store::{
        connection::Db,
        failed_sign_ins,
        staff::{self, SessionRecord, StaffMember},
    },
};

/// A session's last use is noted at most this often, so that looking at pages writes little.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The longest e-mail address (RFC 5321, section 4.5.3.1.3, less its angle brackets).
const MAX_EMAIL_CHARACTERS: usize = 254;

/// The owner of an account is told of failed attempts at most this often.
const OWNER_TOLD_EVERY: TimeDelta = TimeDelta::days(1);

/// How failed attempts at no account are counted.
const UNKNOWN_ACCOUNT: &str = "unknown";

/// An attempt to sign in.
pub struct Attempt {
    account: String,
    password: String,
    source: Source,
    known_device: bool,
    /// The client's address, as it is counted.
    client: IpAddr,
    /// The request, for the audit trail.
    pub request_id: Option<String>,
    /// The token of the session that the browser had until now, if any: it ends.
    pub replaces: Option<String>,
    /// The browser, in a few words.
    pub browser: String,
}

impl Attempt {
    /// Whether the account was signed in to on this device before.
    pub fn is_from_known_device(&self) -> bool {
        self.known_device
    }
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
    /// The browser, in a few words.
    pub browser: String,
}

/// An account's e-mail address as it is compared.
pub fn account_of(email: &str) -> String {
    text::single_line(email).to_lowercase()
}

impl Service {
    /// Reads what was typed to sign in. `device` is the value of the account's device cookie. Remembers nothing and hashes nothing.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where something is missing or too long.
    pub fn attempt(
        &self,
        email: &str,
        password: &str,
        client: IpAddr,
        device: Option<&str>,
    ) -> Result<Attempt, ServiceError> {
        let too_long = email.chars().count() > 2 * MAX_EMAIL_CHARACTERS;
        let account = if too_long {
            String::new()
        } else {
            account_of(email)
        };
        let mut wrong = Vec::new();
        if too_long || account.chars().count() > MAX_EMAIL_CHARACTERS {
            wrong.push(FieldError::new(
                "email",
                "too_long",
                format!("Email address must be {MAX_EMAIL_CHARACTERS} characters or fewer"),
            ));
        } else if account.is_empty() {
            wrong.push(FieldError::new(
                "email",
                "empty",
                "Enter your email address",
            ));
        }
        if password.is_empty() {
            wrong.push(FieldError::new("password", "empty", "Enter your password"));
        }
        if !wrong.is_empty() {
            return Err(ServiceError::Invalid(wrong));
        }
        let device: Option<KnownDevice> =
            device.and_then(|cookie| self.known_device(&account, cookie));
        Ok(Attempt {
            source: self.source_of_attempt(&account, client, device.as_ref()),
            known_device: device.is_some(),
            account,
            password: password.to_owned(),
            client,
            request_id: None,
            replaces: None,
            browser: String::new(),
        })
    }

    /// Checks whether an attempt has to wait, before it waits for its turn to be hashed.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`].
    pub fn may_try(&self, throttle: &Throttle, attempt: &Attempt) -> Result<(), ServiceError> {
        throttle.check(&attempt.source, self.now())
    }

    /// Signs somebody in. A wrong password, an unknown address and a closed account are answered alike, in words and in time.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where anything is wrong; [`ServiceError::TooMany`] after too many failures; those of the store.
    pub fn sign_in(
        &self,
        throttle: &Throttle,
        attempt: &Attempt,
    ) -> Result<NewSession, ServiceError> {
        let slowed = throttle.count(&attempt.source, self.now())?;
        let found = self
            .store
            .read(|db| Ok::<_, ServiceError>(staff::by_email(db, &attempt.account)?))?;
        let right = self.hasher.is_right(
            &attempt.password,
            found.as_ref().map(|member| member.password_hash.as_str()),
        );
        match found {
            Some(member) if right && member.active => {
                throttle.forget(&attempt.source);
                if self.is_over(&member) {
                    return Err(ServiceError::field(
                        "password",
                        "over",
                        "This password has expired. Ask an administrator for a new one",
                    ));
                }
                let token = self.begin_session(&member, attempt)?;
                Ok(NewSession { token, member })
            }
            found => {
                self.note_failure(found.as_ref(), attempt, slowed)?;
                Err(ServiceError::field(
                    "email",
                    "wrong",
                    "Enter the email address and password of your account",
                ))
            }
        }
    }

    /// Whether an issued password was not changed in time.
    fn is_over(&self, member: &StaffMember) -> bool {
        member
            .password_issued_at
            .is_some_and(|issued| self.now() - issued > self.settings.sessions.issued_password)
    }

    fn begin_session(
        &self,
        member: &StaffMember,
        attempt: &Attempt,
    ) -> Result<String, ServiceError> {
        let (token, session) = self.new_session(member, &attempt.browser);
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

    fn new_session(&self, member: &StaffMember, browser: &str) -> (String, SessionRecord) {
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let now = self.now();
        let session = SessionRecord {
            token_hash: sha256_hex(token.as_bytes()),
            staff_id: member.id,
            created_at: now,
            last_seen_at: now,
            browser: browser.to_owned(),
        };
        (token, session)
    }

    /// Counts a failed attempt, with one entry in the audit trail for each account and hour, and tells the owner where guessing goes
    /// on from many places.
    fn note_failure(
        &self,
        member: Option<&StaffMember>,
        attempt: &Attempt,
        slowed: bool,
    ) -> Result<(), ServiceError> {
        let acting = Acting {
            who: Who::System,
            request_id: attempt.request_id.clone(),
        };
        // what was typed is not noted: people type passwords into the wrong box
        let account = member.map_or_else(
            || UNKNOWN_ACCOUNT.to_owned(),
            |member| member.id.to_string(),
        );
        let now = self.now();
        tracing::info!(
            account,
            client = self.client_for_log(attempt.client),
            known_device = attempt.known_device,
            "a sign-in failed"
        );
        let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        self.store.write(|db| {
            if failed_sign_ins::count(db, &account, hour)? == 1 {
                let subject = ("staff", account.as_str());
                self.audit(db, &acting, "sign_in_failed", subject, None, None)?;
            }
            match member {
                Some(member) if slowed && member.active => {
                    self.tell_owner(db, &acting, member, hour, now)
                }
                _ => Ok(()),
            }
        })
    }

    fn tell_owner(
        &self,
        db: &mut Db,
        acting: &Acting,
        member: &StaffMember,
        hour: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let account = member.id.to_string();
        if failed_sign_ins::told_since(db, &account, now - OWNER_TOLD_EVERY)? {
            return Ok(());
        }
        failed_sign_ins::note_told(db, &account, hour, now)?;
        self.write_to_staff(
            db,
            member,
            &Letter::YourAccount {
                notice: AccountNotice::SignInsFailed,
            },
        )?;
        self.audit_staff(db, acting, "sign_ins_slowed", member)
    }

    /// A client's address as the log may show it: a keyed hash that is another each day, so that attempts of a day can be put
    /// together and nobody be followed.
    fn client_for_log(&self, client: IpAddr) -> String {
        let day = self.now().date_naive();
        let hash = self.keyed_hex("client in the log", &format!("{day} {client}"));
        hash.chars().take(12).collect()
    }

    pub(super) fn audit_staff(
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
        if !member.active || !self.still_holds(&session, now) {
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

    fn still_holds(&self, session: &SessionRecord, now: DateTime<Utc>) -> bool {
        let limits = &self.settings.sessions;
        now - session.last_seen_at <= limits.idle && now - session.created_at <= limits.absolute
    }

    /// Returns one's own sessions that still hold, the latest first.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`] and those of the store.
    pub fn own_sessions(&self, acting: &Acting) -> Result<Vec<SessionRecord>, ServiceError> {
        let member = permission::staff(acting)?;
        let now = self.now();
        let mut sessions = self
            .store
            .read(|db| Ok::<_, ServiceError>(staff::sessions_of(db, member.id)?))?;
        sessions.retain(|session| self.still_holds(session, now));
        Ok(sessions)
    }

    /// Ends one of one's own sessions, by the hash of its token. One that has ended already stays so.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`]; [`ServiceError::NotFound`] where it is somebody else's; those of the store.
    pub fn end_session(&self, acting: &Acting, token_hash: &str) -> Result<(), ServiceError> {
        let member = permission::staff(acting)?;
        self.store.write(|db| {
            let Some(session) = staff::session(db, token_hash)? else {
                return Ok(());
            };
            if session.staff_id != member.id {
                return Err(ServiceError::NotFound);
            }
            staff::delete_session(db, token_hash)?;
            self.audit_staff(db, acting, "end_session", member)
        })
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

    /// Ends all of a person's sessions, in every browser, and returns how many there were.
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

    /// Checks the password of somebody who is signed in and types it again before an act that needs it. Returns what is wrong with it,
    /// if anything.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`]; [`ServiceError::TooMany`] after too many failures.
    pub fn confirm_password(
        &self,
        acting: &Acting,
        throttle: &Throttle,
        typed: &str,
    ) -> Result<Option<FieldError>, ServiceError> {
        let member = permission::staff(acting)?;
        let wrong = |code, message| Ok(Some(FieldError::new("own_password", code, message)));
        if typed.is_empty() {
            return wrong("empty", "Enter your own password");
        }
        let source = self.source_of_confirmation(&member.email);
        throttle.count(&source, self.now())?;
        if self.hasher.is_right(typed, Some(&member.password_hash)) {
            throttle.forget(&source);
            return Ok(None);
        }
        wrong("wrong", "Your own password is not right")
    }

    /// Changes one's own password, ends every session and API token of the account and begins a new session, whose token it gives.
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
        match self.confirm_password(acting, throttle, &change.current)? {
            None => {}
            Some(error) if error.code == "empty" => wrong.push(FieldError::new(
                "current_password",
                "empty",
                "Enter your current password",
            )),
            Some(_) => wrong.push(FieldError::new(
                "current_password",
                "wrong",
                "The current password is not right",
            )),
        }
        match &new {
            Err(malformed) => wrong.push(FieldError::of("new_password", malformed.clone())),
            Ok(new) if new.expose() == change.current => wrong.push(FieldError::new(
                "new_password",
                "unchanged",
                "Choose a password that differs from the current one",
            )),
            Ok(new) if self.is_about(new, &member.name, &member.email) => {
                wrong.push(FieldError::new("new_password", "about_them", MADE_OF_NAMES));
            }
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
        let (token, session) = self.new_session(member, &change.browser);
        self.store.write(|db| {
            let mut member = staff::member(db, member.id)?;
            member.password_hash.clone_from(&hash);
            member.password_issued_at = None;
            member.version += 1;
            self.store_member(db, &member)?;
            staff::delete_sessions_of(db, member.id)?;
            let tokens = staff::revoke_tokens_of(db, member.id, self.now())?;
            staff::insert_session(db, &session)?;
            self.audit(
                db,
                acting,
                "change_password",
                ("staff", &member.id.to_string()),
                None,
                Some(json!({ "api_tokens_ended": tokens })),
            )
        })?;
        Ok(token)
    }

    /// Whether a password is little more than the names of its owner, the council or its places.
    pub(super) fn is_about(&self, password: &Password, name: &str, email: &str) -> bool {
        let council = &self.settings.council;
        let texts = [
            name,
            email,
            &council.name,
            &council.short_name,
            &council.service_name,
            &council.borough_name,
            &council.committee_services_manager,
        ];
        let texts = texts.into_iter().chain(
            council
                .address
                .iter()
                .chain(&council.places)
                .map(String::as_str),
        );
        password.is_made_of(texts)
    }
}
