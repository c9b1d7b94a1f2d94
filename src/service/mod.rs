//! FLOOR 2: what people do. One file for each act, one write transaction each: load what the rule needs, ask the domain, write
//! the change, the audit entry and the letters together.
//!
//! Nothing here knows of HTTP, pages or mail servers. Everything here blocks: callers run it on a thread for blocking work.

pub mod actor;
pub mod admit_question;
pub mod api_tokens;
pub mod approve_question;
pub mod archive;
pub mod arrange_for_questioner;
pub mod boards;
pub mod bounces;
pub mod calendar;
pub mod chair_list;
pub mod change_matter;
pub mod confirm_address;
pub mod contact_details;
pub mod counts;
pub mod deliver_outbox;
pub mod desk;
pub mod dossier;
pub mod draft_space;
pub mod drafts;
pub mod error;
pub mod event_log;
pub mod evidence;
pub mod follow_up;
pub mod import_postcodes;
pub mod judge_people;
pub mod known_device;
pub mod letters;
pub mod letters_in_sight;
pub mod load_seeds;
mod meeting_facts;
pub mod meetings;
pub mod minutes;
pub mod next_meeting;
pub mod notify_changes;
pub mod officer_notices;
pub mod outbox;
pub mod password;
pub mod people;
pub mod permission;
pub mod private_link;
pub mod question_time;
pub mod redact_question;
pub mod reject_question;
pub mod reject_several;
pub mod remove_personal_details;
pub mod reopen_question;
pub mod replace_question;
pub mod responses;
pub mod restore_question;
pub mod search;
pub mod seeds;
pub mod show_name;
pub mod sign_in;
pub mod staff_accounts;
pub mod submit_question;
pub mod throttle;
pub mod typed_question;
pub mod views;
pub mod visibility;
pub mod your_question;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{
    clock::SharedClock,
    config::{SecretKey, Settings},
    domain::{
        codes::Code,
        id::counted_uuid_v7,
        meeting::Meeting,
        standing_order::{figures::Figures, notice::Deadline},
        wording::Wording,
        working_days::WorkingDays,
    },
    store::{
        audit::{self, Entry},
        calendar as stored_calendar,
        connection::Db,
        dialect,
        questions::Question,
        rows,
        transaction::Store,
    },
};
use actor::Acting;
pub use error::{FieldError, ServiceError};

/// Everything that an act needs: the store, the clock, the settings and the secret. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    /// The database.
    pub store: Store,
    /// The only source of now.
    pub clock: SharedClock,
    /// Every setting.
    pub settings: Arc<Settings>,
    key: Arc<SecretKey>,
    /// What hashes passwords.
    pub hasher: Arc<password::Hasher>,
    /// Every question, to be searched.
    pub archive: Arc<archive::Kept>,
    /// Who asks at the meetings that officers look at, to be compared.
    pub people: Arc<people::People>,
    /// What has been done since the start.
    pub counts: Arc<counts::Counts>,
    facts: Arc<meeting_facts::RememberedFacts>,
    /// How much the drafts take.
    pub drafts: Arc<draft_space::Counted>,
}

impl Service {
    /// Puts the service together.
    pub fn new(store: Store, clock: SharedClock, settings: Arc<Settings>, key: SecretKey) -> Self {
        Self {
            store,
            clock,
            settings,
            key: Arc::new(key),
            hasher: Arc::default(),
            archive: Arc::default(),
            people: Arc::default(),
            counts: Arc::default(),
            facts: Arc::default(),
            drafts: Arc::default(),
        }
    }

    /// Now, from the clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// By how much this node's clock is ahead of the database's: at the middle of the time that the question took.
    ///
    /// # Errors
    /// [`ServiceError`] where the database does not answer.
    pub fn clock_offset(&self) -> Result<TimeDelta, ServiceError> {
        let before = self.clock.now();
        let theirs = self.store.read(dialect::database_time)?;
        let after = self.clock.now();
        Ok(before + (after - before) / 2 - theirs)
    }

    /// Now, by the clock that never steps while it is being looked at: for the two clocks of question time.
    pub fn steady_now(&self) -> DateTime<Utc> {
        self.clock.steady()
    }

    /// A new identifier that sorts by the present time, and after those made before it by this process.
    pub fn new_id<T: From<uuid::Uuid>>(&self) -> T {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let count = MADE.fetch_add(1, Ordering::Relaxed);
        counted_uuid_v7(self.now(), count, rand::random()).into()
    }

    /// The figures that hold for a meeting.
    pub fn figures(&self, meeting: &Meeting) -> &Figures {
        self.settings.standing_order.for_meeting(meeting.date)
    }

    /// What sentences about a meeting are made of: the figures that hold for it, and the council's names.
    pub fn wording(&self, meeting: &Meeting) -> Wording<'_> {
        self.settings.wording(meeting.date)
    }

    /// The calendar: bank holidays and closure days of the configuration, and the days that the council has added since.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn working_days(&self, db: &mut Db) -> Result<WorkingDays, ServiceError> {
        Ok(self
            .settings
            .working_days()
            .clone()
            .with(stored_calendar::added_days(db)?))
    }

    /// The deadline of a meeting by the present calendar (clause (iii)).
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails, or where there is no working day before the meeting.
    pub fn deadline(&self, db: &mut Db, meeting: &Meeting) -> Result<Deadline, ServiceError> {
        let calendar = self.working_days(db)?;
        self.deadline_by(&calendar, meeting)
    }

    /// The deadline of a meeting by a calendar that has been read (clause (iii)).
    ///
    /// # Errors
    /// [`ServiceError`] where there is no working day before the meeting.
    pub fn deadline_by(
        &self,
        calendar: &WorkingDays,
        meeting: &Meeting,
    ) -> Result<Deadline, ServiceError> {
        self.figures(meeting)
            .notice()
            .reckon(meeting.date, calendar)
            .map_err(|error| ServiceError::Internal(error.to_string()))
    }

    /// A keyed hash (HMAC-SHA-256, RFC 2104) for a purpose; the same text for another purpose gives another hash.
    pub fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        // a key of any length is a key of HMAC
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.expose()) else {
            return [0; 32];
        };
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The keyed hash in hexadecimal.
    pub fn keyed_hex(&self, purpose: &str, text: &str) -> String {
        hex(&self.keyed_hash(purpose, &[text.as_bytes()]))
    }

    /// Adds to the audit trail. `was` and `became` hold no personal details.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn audit(
        &self,
        db: &mut Db,
        acting: &Acting,
        act: &str,
        subject: (&str, &str),
        was: Option<serde_json::Value>,
        became: Option<serde_json::Value>,
    ) -> Result<(), ServiceError> {
        let entry = Entry {
            id: self.new_id::<uuid::Uuid>().to_string(),
            occurred_at: self.now().into(),
            actor_kind: acting.kind().code().to_owned(),
            actor_id: acting.staff_id().map(|id| id.to_string()),
            act: act.to_owned(),
            subject_kind: subject.0.to_owned(),
            subject_id: subject.1.to_owned(),
            was: was.map(|value| rows::to_json(&value)).transpose()?,
            became: became.map(|value| rows::to_json(&value)).transpose()?,
            request_id: acting.request_id.clone(),
        };
        Ok(audit::append(db, &entry)?)
    }

    /// Adds an act on a question to the audit trail, with its status before and after.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn audit_question(
        &self,
        db: &mut Db,
        acting: &Acting,
        act: &str,
        was: Option<&Question>,
        became: &Question,
        more: serde_json::Value,
    ) -> Result<(), ServiceError> {
        let state = |q: &Question| serde_json::json!({ "status": q.status, "version": q.version, "meeting": q.meeting_id });
        let mut after = state(became);
        if let (Some(after), serde_json::Value::Object(more)) = (after.as_object_mut(), more) {
            after.extend(more);
        }
        self.audit(
            db,
            acting,
            act,
            ("question", &became.id.to_string()),
            was.map(state),
            Some(after),
        )
    }
}

/// SHA-256 in hexadecimal, for tokens that are random enough to need no key.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // writing to a String can't fail
            let _ = write!(text, "{byte:02x}");
            text
        })
}
