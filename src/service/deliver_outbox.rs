//! Delivering the outbox: every letter at least once, and none dropped silently.
//!
//! A worker claims a letter for a while (a lease), commits, hands the letter to a [`Postman`] with nothing locked, and settles
//! it: sent, put off, or given up and shown to the officers. A worker that dies leaves its lease behind, and another takes the
//! letter once it has run out; one that was only slow finds on settling that the letter is no longer its own, and changes
//! nothing. The one double that cannot be helped is a letter which the mail server took without saying so, and both copies
//! carry one Message-ID.

use std::{future::Future, pin::Pin, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;

use crate::{
    domain::{codes::Code, id::LetterId},
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{Letter, LetterLink},
        officer_notices, permission,
        private_link::MASKED_LINK,
    },
    store::{
        connection::Db,
        error::StoreError,
        letters::{self, AsSent, Attempt, LetterState, OutboxLetter},
        meetings, questions, rows,
    },
};

/// Where the desk shows letters that failed or wait to be printed.
pub const DESK_PATH: &str = "/staff/letters";

/// What happens to letters, as the audit trail calls it.
const SENT: &str = "letter_sent";
const FAILED: &str = "letter_failed";
const SENT_AGAIN: &str = "letter_sent_again";
const PRINTED: &str = "letter_printed";
const SETTLED: &str = "letter_settled_by_hand";
const CAME_BACK: &str = "letter_came_back";

/// How many characters an officer can write about a letter that came back.
pub const MAX_CAME_BACK_REASON: usize = 300;

/// The wait after the first failure; each further one is twice as long, up to the longest.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// How much of what a mail server said is kept.
const LONGEST_ERROR: usize = 500;

/// A letter on its way, as facts: whoever delivers it puts it into words.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Its identifier, from which its Message-ID comes.
    pub id: LetterId,
    /// What it says.
    pub letter: Letter,
    /// To whom.
    pub name: String,
    /// Where to; none for a letter that is printed.
    pub email: Option<String>,
    /// The reference of the question that it is about, if any.
    pub reference: Option<String>,
    /// The link that it carries: mostly the private link of that question, as it is now.
    pub private_link: Option<String>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// The token of this sending, for the address to which it comes back.
    pub bounce_token: String,
}

/// Why a letter was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// It may go later: the server is away, busy, or greylisting.
    Temporary(String),
    /// It will never go: the address is refused.
    Permanent(String),
}

/// What becomes of an attempt to deliver, in its own time.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<AsSent, Undelivered>> + Send + 'a>>;

/// Hands letters over: to a mail server, into a folder, into memory.
pub trait Postman: Send + Sync + 'static {
    /// Delivers one letter. The same letter may come again; it goes out with the same Message-ID.
    ///
    /// The future resolves to the words that were handed over, which are kept so that an officer can read them; to
    /// [`Undelivered`] where the letter was not handed over, or is not known to have been.
    fn deliver<'a>(&'a self, letter: &'a Outgoing) -> Delivering<'a>;
}

/// A letter that a worker holds.
#[derive(Debug, Clone)]
pub struct Claimed {
    row: OutboxLetter,
    reference: Option<String>,
    private_link: Option<String>,
    /// Until when it is the worker's.
    leased_until: DateTime<Utc>,
}

impl Claimed {
    /// The letter's identifier.
    pub fn id(&self) -> LetterId {
        self.row.id
    }
}

/// What became of a letter that a worker held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was handed over.
    Sent,
    /// It is tried again later.
    PutOff,
    /// It was given up, and an officer is shown why.
    Failed,
    /// The lease ran out first: whoever holds the letter now settles it.
    LeaseLost,
}

/// Writes the letters that are due because time has passed: the digest for the officers.
///
/// # Errors
/// [`ServiceError`] where the store fails.
pub async fn write_due_letters(service: &Service) -> Result<(), ServiceError> {
    on_the_store(service, officer_notices::write_due_digest)
        .await
        .map(drop)
}

/// Takes up to `most` letters that are due for `worker`.
///
/// # Errors
/// [`ServiceError`] where the store fails.
pub async fn claim(
    service: &Service,
    worker: &str,
    most: u32,
) -> Result<Vec<Claimed>, ServiceError> {
    let worker = worker.to_owned();
    on_the_store(service, move |service| {
        service
            .store
            .write(|db| claim_in(service, db, &worker, most))
    })
    .await
}

fn claim_in(
    service: &Service,
    db: &mut Db,
    worker: &str,
    most: u32,
) -> Result<Vec<Claimed>, ServiceError> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let now = service.now();
    let until = now + span(service.settings.outbox.lease);
    letters::claim(db, worker, now, until, most)?
        .into_iter()
        .map(|row| {
            let (reference, private_link) = question_of(service, db, &row)?;
            Ok(Claimed {
                row,
                reference,
                private_link,
                leased_until: until,
            })
        })
        .collect()
}

/// A letter that a worker holds, and what came of handing it over.
#[derive(Debug, Clone)]
pub struct Attempted {
    claimed: Claimed,
    /// None where the lease had run out before.
    outcome: Option<Result<AsSent, Undelivered>>,
}

/// Hands over a letter that a worker holds. It is not settled yet.
pub async fn attempt(service: &Service, postman: &dyn Postman, claimed: Claimed) -> Attempted {
    // A worker that was stopped in between must not send what another has since taken over.
    if service.now() >= claimed.leased_until {
        return Attempted {
            claimed,
            outcome: None,
        };
    }
    let outcome = match rows::json::<Letter>(&claimed.row.letter) {
        Ok(letter) => {
            let outgoing = Outgoing {
                id: claimed.row.id,
                letter,
                name: claimed.row.recipient_name.clone(),
                email: claimed.row.recipient_email.clone(),
                reference: claimed.reference.clone(),
                private_link: claimed.private_link.clone(),
                written_at: claimed.row.created_at,
                bounce_token: service.bounce_token(
                    claimed.row.id,
                    claimed.row.attempts,
                    claimed.row.recipient_email.as_deref().unwrap_or_default(),
                ),
            };
            // The rest of the lease is for settling.
            let patience = service.settings.outbox.lease.mul_f64(0.8);
            tokio::time::timeout(patience, postman.deliver(&outgoing))
                .await
                .unwrap_or_else(|_| {
                    Err(Undelivered::Temporary(
                        "the mail server took too long".to_owned(),
                    ))
                })
        }
        Err(_) => Err(Undelivered::Permanent(
            "the stored letter cannot be read".to_owned(),
        )),
    };
    Attempted {
        claimed,
        outcome: Some(outcome),
    }
}

/// Settles letters and takes up to `most` others, in one transaction: under load a letter costs a share of a commit. Where that fails,
/// each is settled by itself, so that one letter which cannot be settled keeps no other.
///
/// # Errors
/// [`ServiceError`] where the store fails; letters that were not settled are tried again once their lease has run out.
pub async fn settle_and_claim(
    service: &Service,
    worker: &str,
    attempted: Vec<Attempted>,
    most: u32,
) -> Result<(Vec<Outcome>, Vec<Claimed>), ServiceError> {
    let worker = worker.to_owned();
    on_the_store(service, move |service| {
        let together = service.store.write(|db| {
            let outcomes = attempted
                .iter()
                .map(|letter| settle(service, db, &worker, letter))
                .collect::<Result<Vec<_>, ServiceError>>()?;
            Ok::<_, ServiceError>((outcomes, claim_in(service, db, &worker, most)?))
        });
        let settled = match together {
            Ok((outcomes, claimed)) => Ok((outcomes, claimed)),
            Err(error) if attempted.len() < 2 => Err(error),
            Err(_) => {
                let outcomes = attempted
                    .iter()
                    .map(|letter| {
                        service
                            .store
                            .write(|db| settle(service, db, &worker, letter))
                            .unwrap_or(Outcome::LeaseLost)
                    })
                    .collect();
                Ok((outcomes, Vec::new()))
            }
        };
        match &settled {
            Ok((outcomes, _)) => {
                for (letter, outcome) in attempted.iter().zip(outcomes) {
                    let row = &letter.claimed.row;
                    tracing::info!(letter = %row.id, kind = row.kind, ?outcome, "a letter was tried");
                }
            }
            Err(error) => tracing::error!(letters = attempted.len(), %error, "letters could not be settled"),
        }
        settled
    })
    .await
}

/// Hands over a letter that `worker` holds, and settles it.
///
/// # Errors
/// [`ServiceError`] where the store fails; the letter is tried again once the lease has run out.
pub async fn deliver(
    service: &Service,
    postman: &dyn Postman,
    worker: &str,
    claimed: Claimed,
) -> Result<Outcome, ServiceError> {
    let attempted = attempt(service, postman, claimed).await;
    let (outcomes, _) = settle_and_claim(service, worker, vec![attempted], 0).await?;
    Ok(outcomes.into_iter().next().unwrap_or(Outcome::LeaseLost))
}

/// How many letters came to which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Handed over.
    pub sent: u32,
    /// Put off.
    pub put_off: u32,
    /// Given up.
    pub failed: u32,
    /// Taken over by another worker meanwhile.
    pub lost: u32,
}

/// Delivers the letters that are due now, one after another, `most` at most.
///
/// # Errors
/// [`ServiceError`] where the store fails.
pub async fn deliver_once(
    service: &Service,
    postman: &dyn Postman,
    worker: &str,
    most: u32,
) -> Result<Delivered, ServiceError> {
    write_due_letters(service).await?;
    let mut delivered = Delivered::default();
    for _ in 0..most {
        let Some(claimed) = claim(service, worker, 1).await?.pop() else {
            break;
        };
        match deliver(service, postman, worker, claimed).await? {
            Outcome::Sent => delivered.sent += 1,
            Outcome::PutOff => delivered.put_off += 1,
            Outcome::Failed => delivered.failed += 1,
            Outcome::LeaseLost => delivered.lost += 1,
        }
    }
    Ok(delivered)
}

/// Writes down what became of an attempt: in one transaction with the audit entry and the word to the officers.
fn settle(
    service: &Service,
    db: &mut Db,
    worker: &str,
    letter: &Attempted,
) -> Result<Outcome, ServiceError> {
    let claimed = &letter.claimed;
    let Some(attempted) = &letter.outcome else {
        return Ok(Outcome::LeaseLost);
    };
    let row = &claimed.row;
    let now = service.now();
    let readdressed = match letters::letter(db, row.id) {
        Ok(current) => current.recipient_email != row.recipient_email,
        // removed with the personal details
        Err(StoreError::NotFound) => return Ok(Outcome::LeaseLost),
        Err(error) => return Err(error.into()),
    };
    let (outcome, next, error) = match attempted {
        // the address was put right while the letter was under way: it goes to the right one as well
        _ if readdressed => (Outcome::PutOff, now, None),
        Ok(_) => (Outcome::Sent, now, None),
        Err(Undelivered::Permanent(why)) => (Outcome::Failed, now, Some(why)),
        Err(Undelivered::Temporary(why)) => {
            let given_up_at = row.waiting_since + span(service.settings.outbox.retry_for);
            if now >= given_up_at {
                (Outcome::Failed, now, Some(why))
            } else {
                // the last attempt comes when the time is up, not a while before it
                let next = (now + wait(row.attempts, rand::random())).min(given_up_at);
                (Outcome::PutOff, next, Some(why))
            }
        }
    };
    let error = error.map(|why| without_addresses(why));
    let attempt = Attempt {
        state: match outcome {
            Outcome::Sent => LetterState::Sent,
            Outcome::Failed => LetterState::Failed,
            Outcome::PutOff | Outcome::LeaseLost => LetterState::Waiting,
        },
        next_attempt_at: next,
        error: error.clone(),
        at: now,
        as_sent: attempted
            .as_ref()
            .ok()
            .map(|sent| without_private_link(sent, claimed.private_link.as_deref())),
    };
    if !letters::settle(db, row.id, worker, &attempt)? {
        return Ok(Outcome::LeaseLost);
    }
    match outcome {
        Outcome::Sent => audit(service, db, &Acting::system(), SENT, row, attempt.state)?,
        Outcome::Failed => {
            audit(service, db, &Acting::system(), FAILED, row, attempt.state)?;
            tell_of_failure(service, db, row, &error.unwrap_or_default())?;
        }
        Outcome::PutOff | Outcome::LeaseLost => {}
    }
    Ok(outcome)
}

/// Tells the officers that a letter could not be sent, or came back. A letter about a letter about a letter would never end.
///
/// # Errors
/// Those of the store.
pub(super) fn tell_of_failure(
    service: &Service,
    db: &mut Db,
    row: &OutboxLetter,
    error: &str,
) -> Result<(), ServiceError> {
    if matches!(
        rows::json::<Letter>(&row.letter),
        Ok(Letter::OfficerLetterFailed { .. })
    ) {
        return Ok(());
    }
    let reference = match row.question_id {
        Some(id) => Some(questions::question(db, id)?.reference.to_string()),
        None => None,
    };
    officer_notices::tell_of_failed_letter(service, db, |last| Letter::OfficerLetterFailed {
        letter: row.kind.clone(),
        reference,
        error: error.to_owned(),
        path: DESK_PATH.to_owned(),
        last,
    })
}

/// Puts a letter that was sent or posted among those that failed, with what is known of it.
///
/// # Errors
/// Those of the store.
pub(super) fn came_back_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    row: &OutboxLetter,
    error: &str,
) -> Result<(), ServiceError> {
    letters::set_last_error(db, row.id, error)?;
    service.change_state(db, acting, row, CAME_BACK, LetterState::Failed)
}

/// The words of a letter without the private link: whoever reads them must not be able to act as the questioner.
fn without_private_link(sent: &AsSent, link: Option<&str>) -> AsSent {
    let Some(link) = link else {
        return sent.clone();
    };
    // the token alone opens the question as well as the whole address does
    let token = link.rsplit('/').next().unwrap_or(link);
    let masked = |text: &str| text.replace(link, MASKED_LINK).replace(token, MASKED_LINK);
    AsSent {
        subject: masked(&sent.subject),
        text: masked(&sent.text),
    }
}

/// How long a letter waits after so many earlier failures: doubling, between half and the whole of the step, so that letters
/// which failed together do not all come back together.
fn wait(earlier_failures: i32, random: u32) -> TimeDelta {
    let doublings = u32::try_from(earlier_failures.clamp(0, 16)).unwrap_or(0);
    let whole = (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
    let half = whole / 2;
    let share = i64::from(random) * half.num_milliseconds() / i64::from(u32::MAX);
    half + TimeDelta::milliseconds(share)
}

/// What a server said, in one line and without the addresses that it repeats.
pub(super) fn without_addresses(said: &str) -> String {
    let words: Vec<&str> = said
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.contains('@') {
                "(address)"
            } else {
                word
            }
        })
        .collect();
    words.join(" ").chars().take(LONGEST_ERROR).collect()
}

/// A letter on the officers' desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTheDesk {
    /// The letter.
    pub letter: OutboxLetter,
    /// The reference of its question, if it is about one.
    pub reference: Option<String>,
    /// Where a letter to be printed goes, a line to an entry: the name comes first. Empty once the details were removed.
    pub postal_address: Vec<String>,
    /// The date of the meeting for which its question is.
    pub meeting_date: Option<NaiveDate>,
}

impl Service {
    /// A page of letters for the desk, `max` at most.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] and others.
    pub fn letters_page(
        &self,
        acting: &Acting,
        filter: &letters::Filter,
        order: letters::Order,
        max: i64,
    ) -> Result<Vec<OnTheDesk>, ServiceError> {
        permission::proper_officer(acting)?;
        self.store.read(|db| {
            letters::page(db, filter, order, max)?
                .into_iter()
                .map(|row| on_the_desk(db, row))
                .collect()
        })
    }

    /// One letter with where it goes and its facts, for an officer to read or print. The private link in it is masked.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and others.
    pub fn letter_on_the_desk(
        &self,
        acting: &Acting,
        id: LetterId,
    ) -> Result<(OnTheDesk, Outgoing), ServiceError> {
        permission::proper_officer(acting)?;
        self.store.read(|db| {
            let row = letters::letter(db, id)?;
            let (reference, private_link) = question_of(self, db, &row)?;
            let outgoing = Outgoing {
                id: row.id,
                letter: rows::json(&row.letter)?,
                name: row.recipient_name.clone(),
                email: row.recipient_email.clone(),
                reference,
                private_link: private_link
                    .filter(|_| row.recipient_email.is_some())
                    .map(|_| MASKED_LINK.to_owned()),
                written_at: row.created_at,
                bounce_token: String::new(),
            };
            Ok((on_the_desk(db, row)?, outgoing))
        })
    }

    /// Sends a letter that failed once more, to the address that is now on record. It is tried as long as a new one.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has not failed, or has no address to go to.
    pub fn resend(&self, acting: &Acting, id: LetterId) -> Result<(), ServiceError> {
        permission::proper_officer(acting)?;
        self.store.write(|db| {
            let row = letters::letter(db, id)?;
            if row.recipient_email.is_none() {
                return Err(conflict(
                    "This letter has no email address to go to. Print it and post it, or add an email address to the contact details.",
                ));
            }
            match row.state {
                LetterState::Failed => {}
                LetterState::Waiting => {
                    return Err(conflict("This letter is already waiting to be sent."));
                }
                LetterState::Sent => {
                    return Err(conflict(
                        "This letter has been sent. If it came back, record that first.",
                    ));
                }
                LetterState::ToPrint | LetterState::Printed | LetterState::Settled => {
                    return Err(conflict("This letter did not fail, so it is not sent again."));
                }
            }
            self.change_state(db, acting, &row, SENT_AGAIN, LetterState::Waiting)
        })
    }

    /// Notes that a letter was printed and posted: one without an e-mail address, or one that could not be sent. `printed` is
    /// what was on the paper.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it does not wait to be printed and has not failed.
    pub fn mark_printed(
        &self,
        acting: &Acting,
        id: LetterId,
        printed: &AsSent,
    ) -> Result<(), ServiceError> {
        permission::proper_officer(acting)?;
        self.store.write(|db| {
            let row = letters::letter(db, id)?;
            match row.state {
                LetterState::ToPrint | LetterState::Failed => {}
                LetterState::Printed => {
                    return Err(conflict(
                        "This letter is already marked as printed and posted.",
                    ));
                }
                LetterState::Waiting | LetterState::Sent | LetterState::Settled => {
                    return Err(conflict("This letter does not need to be printed."));
                }
            }
            letters::keep_as_sent(db, id, printed)?;
            self.change_state(db, acting, &row, PRINTED, LetterState::Printed)
        })
    }

    /// Records that a letter which was sent or posted came back, with what the returned message said. It is then among the
    /// letters that could not be sent.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::Conflict`] where it was not sent.
    pub fn letter_came_back(
        &self,
        acting: &Acting,
        id: LetterId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        permission::proper_officer(acting)?;
        if reason.chars().count() > MAX_CAME_BACK_REASON {
            return Err(ServiceError::field(
                "reason",
                "too_long",
                format!(
                    "What the returned message says must be {MAX_CAME_BACK_REASON} characters or fewer"
                ),
            ));
        }
        self.store.write(|db| {
            let row = letters::letter(db, id)?;
            if !matches!(row.state, LetterState::Sent | LetterState::Printed) {
                return Err(conflict(
                    "Only a letter that was sent or posted can come back.",
                ));
            }
            let said = without_addresses(reason);
            let error = if said.is_empty() {
                "It came back.".to_owned()
            } else {
                format!("It came back: {said}")
            };
            came_back_in(self, db, acting, &row, &error)
        })
    }

    /// Notes that an officer dealt with a letter that failed in another way: by telephone, say.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has not failed.
    pub fn settle_by_hand(&self, acting: &Acting, id: LetterId) -> Result<(), ServiceError> {
        permission::proper_officer(acting)?;
        self.store.write(|db| {
            let row = letters::letter(db, id)?;
            if row.state != LetterState::Failed {
                return Err(conflict(
                    "This letter did not fail, so there is nothing to settle.",
                ));
            }
            self.change_state(db, acting, &row, SETTLED, LetterState::Settled)
        })
    }

    fn change_state(
        &self,
        db: &mut Db,
        acting: &Acting,
        row: &OutboxLetter,
        act: &str,
        to: LetterState,
    ) -> Result<(), ServiceError> {
        if !letters::change_state(db, row.id, row.state, to, self.now())? {
            return Err(ServiceError::changed());
        }
        audit(self, db, acting, act, row, to)
    }
}

fn conflict(why: &str) -> ServiceError {
    ServiceError::Conflict(why.to_owned())
}

fn audit(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    act: &str,
    row: &OutboxLetter,
    became: LetterState,
) -> Result<(), ServiceError> {
    service.audit(
        db,
        acting,
        act,
        ("letter", &row.id.to_string()),
        Some(json!({ "state": row.state.code() })),
        Some(json!({ "state": became.code(), "kind": row.kind, "question": row.question_id })),
    )
}

fn on_the_desk(db: &mut Db, letter: OutboxLetter) -> Result<OnTheDesk, ServiceError> {
    let Some(id) = letter.question_id else {
        return Ok(OnTheDesk {
            letter,
            reference: None,
            postal_address: Vec::new(),
            meeting_date: None,
        });
    };
    let question = questions::question(db, id)?;
    let meeting_date = meetings::meeting(db, question.meeting_id)?.meeting.date;
    let postal_address = questions::questioner(db, id)?.map_or_else(Vec::new, |to| {
        let mut lines = vec![to.name];
        lines.extend(to.address.lines().map(str::to_owned));
        if !lines
            .last()
            .is_some_and(|last| last.eq_ignore_ascii_case(&to.postcode))
        {
            lines.push(to.postcode);
        }
        lines
    });
    Ok(OnTheDesk {
        letter,
        reference: Some(question.reference.to_string()),
        postal_address,
        meeting_date: Some(meeting_date),
    })
}

/// The reference of the question that a letter is about, and the link that the letter carries.
fn question_of(
    service: &Service,
    db: &mut Db,
    row: &OutboxLetter,
) -> Result<(Option<String>, Option<String>), ServiceError> {
    let Some(id) = row.question_id else {
        return Ok((None, None));
    };
    let question = questions::question(db, id)?;
    // what cannot be read is reported when it is to be sent
    let link = rows::json::<Letter>(&row.letter).map_or(LetterLink::None, |letter| letter.link());
    let address = match link {
        LetterLink::Question => Some(service.letter_link(id, question.link_version)),
        LetterLink::ConfirmAddress(correction) => Some(service.confirm_address_link(correction)),
        LetterLink::KeepAddress(correction) => Some(service.keep_address_link(correction)),
        LetterLink::None => None,
    };
    Ok((Some(question.reference.to_string()), address))
}

/// Runs something that blocks where blocking harms nobody.
async fn on_the_store<T: Send + 'static>(
    service: &Service,
    run: impl FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    let service = service.clone();
    tokio::task::spawn_blocking(move || run(&service))
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?
}

/// Settings are far below the longest span that chrono can hold.
fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour_and_differ_by_chance() {
        assert_eq!(wait(0, 0), TimeDelta::seconds(15));
        assert_eq!(wait(0, u32::MAX), TimeDelta::seconds(30));
        assert_eq!(wait(1, u32::MAX), TimeDelta::seconds(60));
        assert_eq!(wait(3, u32::MAX), TimeDelta::seconds(240));
        for failures in [7, 16, 1000, i32::MAX] {
            assert_eq!(wait(failures, 0), TimeDelta::minutes(30));
            assert_eq!(wait(failures, u32::MAX), TimeDelta::hours(1));
        }
        assert_eq!(wait(i32::MIN, u32::MAX), FIRST_WAIT);
    }

    #[test]
    fn what_a_server_said_is_kept_without_addresses_or_line_ends() {
        assert_eq!(
            without_addresses("550 5.1.1 <jo@example.org>: user\r\nunknown\u{1b}[31m"),
            "550 5.1.1 (address) user unknown [31m"
        );
        assert_eq!(without_addresses(&"x".repeat(10_000)).len(), LONGEST_ERROR);
    }
}
