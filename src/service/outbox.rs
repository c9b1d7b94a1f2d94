//! Putting letters into the outbox, in the transaction of the act that causes them.
//!
//! What a member of the public causes is limited for each mailbox, whatever the letter is: anybody can type anybody's address. A
//! letter over the limit is kept, shown to the officers, and sent when one of them says so.
//!
//! Letters leave in the order of their turns. A turn is an instant: the one at which the letter would have been written if its cause wrote
//! one every [`BETWEEN_TURNS`]. So whoever causes many letters at once waits behind whoever causes one, and nothing waits for ever.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{
        id::{LetterId, QuestionId},
        questioner::Confirmation,
        same_person::mailbox,
    },
    service::{Service, ServiceError, actor::Acting, letters::Letter},
    store::{
        connection::Db,
        letters::{self, LetterState, OutboxLetter},
        questions::{self, Question, QuestionerDetails},
        rows,
        staff::StaffMember,
    },
};

/// The purpose of the keyed hash of a mailbox.
const MAILBOX: &str = "mailbox";

/// The purpose of the keyed hash of the network that caused a letter.
const CAUSE: &str = "cause of a letter";

/// How far apart the turns of the letters are that one network causes at once.
const BETWEEN_TURNS: TimeDelta = TimeDelta::seconds(10);

/// By how much later the council's letters to many people take their turn than a letter to one: acknowledgements pass them.
const TO_MANY: TimeDelta = TimeDelta::seconds(30);

/// By how much later letters to officers take their turn: the public comes first.
const TO_STAFF: TimeDelta = TimeDelta::seconds(60);

/// What an officer reads of a letter that was held back.
pub const HELD_BACK: &str =
    "Held back: too many letters to this address within an hour. Send it again if it is wanted.";

/// How far back letters are counted.
pub(super) fn counted_within() -> TimeDelta {
    TimeDelta::hours(1)
}

impl Service {
    /// Puts a letter to the questioner into the outbox: by e-mail where there is an address, to be printed where there is none.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn write_letter(
        &self,
        db: &mut Db,
        acting: &Acting,
        question: &Question,
        to: Option<&QuestionerDetails>,
        letter: &Letter,
    ) -> Result<(), ServiceError> {
        // the person's details may already have been removed
        let Some(to) = to else { return Ok(()) };
        let addressed = letter.addressed_to(to);
        let addressee = to.addressee().to_owned();
        self.write_letter_to(
            db,
            acting,
            question.id,
            to.email.clone(),
            addressee,
            &addressed,
        )
    }

    /// Puts a letter about a question into the outbox, to this address; to be printed where there is none.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn write_letter_to(
        &self,
        db: &mut Db,
        acting: &Acting,
        question: QuestionId,
        email: Option<String>,
        name: String,
        letter: &Letter,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let mut outbox = self.outbox_letter(letter, email, name, now)?;
        outbox.question_id = Some(question);
        if acting.is_public()
            && let Some(email) = &outbox.recipient_email
        {
            let key = self.mailbox_key(email);
            if self.has_room(db, &key)? || caused_it_themselves(db, question)? {
                outbox.quota_key = Some(key);
            } else {
                outbox.state = LetterState::Failed;
                outbox.last_error = Some(HELD_BACK.to_owned());
                outbox.settled_at = Some(now);
            }
        }
        if outbox.state == LetterState::Waiting {
            self.take_turn(db, acting, question, letter, &mut outbox)?;
        }
        Ok(letters::insert(db, &outbox)?)
    }

    /// Checks that a letter which this actor causes would go to this address now, and not be held back.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] where it would be held back.
    pub fn check_room(
        &self,
        db: &mut Db,
        acting: &Acting,
        email: &str,
    ) -> Result<(), ServiceError> {
        if !acting.is_public() || self.has_room(db, &self.mailbox_key(email))? {
            Ok(())
        } else {
            // by then the oldest letter that counts has left the hour
            Err(ServiceError::TooMany(
                counted_within().to_std().unwrap_or_default(),
            ))
        }
    }

    /// Gives a letter its place in the order in which letters leave.
    fn take_turn(
        &self,
        db: &mut Db,
        acting: &Acting,
        question: QuestionId,
        letter: &Letter,
        outbox: &mut OutboxLetter,
    ) -> Result<(), ServiceError> {
        outbox.turn_at = outbox.created_at
            + if goes_to_many(letter) {
                TO_MANY
            } else {
                TimeDelta::zero()
            };
        if let Some(network) = acting.network() {
            let cause = self.keyed_hex(CAUSE, &network.to_string());
            if let Some(last) = letters::last_turn(db, &cause)? {
                outbox.turn_at = outbox.turn_at.max(last + BETWEEN_TURNS);
            }
            outbox.caused_by = Some(cause);
        } else if let Some(last) = letters::last_turn_about(db, question)? {
            // no letter about a question passes an earlier one about it
            outbox.turn_at = outbox.turn_at.max(last);
        }
        Ok(())
    }

    fn has_room(&self, db: &mut Db, mailbox_key: &str) -> Result<bool, ServiceError> {
        let max = self.settings.limits.letters_per_address_per_hour;
        let since = self.now() - counted_within();
        Ok(letters::counted(db, mailbox_key, since, max)? < max)
    }

    /// The keyed hash under which the letters to a mailbox are counted.
    fn mailbox_key(&self, email: &str) -> String {
        self.keyed_hex(MAILBOX, &mailbox(email))
    }

    /// Puts a letter to each of the officers' addresses into the outbox.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn write_to_officers(&self, db: &mut Db, letter: &Letter) -> Result<(), ServiceError> {
        self.write_counted_to_officers(db, letter, None)
    }

    /// The same, where letters of its kind are counted under a key.
    pub(super) fn write_counted_to_officers(
        &self,
        db: &mut Db,
        letter: &Letter,
        quota_key: Option<&str>,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        for officer in &self.settings.mail.officers {
            let name = officer
                .name
                .clone()
                .unwrap_or_else(|| self.settings.council.committee_services_manager.clone());
            let mut outbox =
                self.outbox_letter(letter, Some(officer.email.to_string()), name, now)?;
            outbox.quota_key = quota_key.map(str::to_owned);
            outbox.turn_at = now + TO_STAFF;
            letters::insert(db, &outbox)?;
        }
        Ok(())
    }

    /// Puts a letter to a member of staff into the outbox.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn write_to_staff(
        &self,
        db: &mut Db,
        member: &StaffMember,
        letter: &Letter,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let (email, name) = (Some(member.email.clone()), member.name.clone());
        let mut outbox = self.outbox_letter(letter, email, name, now)?;
        outbox.turn_at = now + TO_STAFF;
        Ok(letters::insert(db, &outbox)?)
    }

    fn outbox_letter(
        &self,
        letter: &Letter,
        email: Option<String>,
        name: String,
        now: DateTime<Utc>,
    ) -> Result<OutboxLetter, ServiceError> {
        Ok(OutboxLetter {
            id: self.new_id::<LetterId>(),
            kind: letter.code().to_owned(),
            question_id: None,
            state: if email.is_some() {
                LetterState::Waiting
            } else {
                LetterState::ToPrint
            },
            recipient_email: email,
            recipient_name: name,
            letter: rows::to_json(letter)?,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            created_at: now,
            settled_at: None,
            as_sent: None,
            waiting_since: now,
            quota_key: None,
            turn_at: now,
            caused_by: None,
        })
    }
}

/// Whether the mailbox's owner has confirmed the question, so that letters about it are theirs. It is asked only where there is no room.
fn caused_it_themselves(db: &mut Db, question: QuestionId) -> Result<bool, ServiceError> {
    let confirmation =
        questions::questioner(db, question)?.and_then(|details| details.confirmation());
    Ok(matches!(
        confirmation,
        Some(Confirmation::Link | Confirmation::AddressLink)
    ))
}

/// Whether one act of the council's, or its follow-up, writes such a letter to everybody at a meeting.
fn goes_to_many(letter: &Letter) -> bool {
    matches!(
        letter,
        Letter::MeetingChanged { .. }
            | Letter::MeetingMoved { .. }
            | Letter::MeetingCancelled { .. }
            | Letter::DeadlineChanged { .. }
            | Letter::ResponseOwed { .. }
            | Letter::DealtWith { .. }
            | Letter::NotPut { .. }
            | Letter::NextMeeting { .. }
    )
}
