//! The outbox: letters written with the act that causes them, and sent afterwards, each at least once.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    coded,
    domain::{
        codes::Code,
        id::{LetterId, QuestionId},
    },
    store::{
        connection::Db,
        dialect::{self, Claim},
        error::StoreError,
        rows,
        schema::{letters, meetings, questions},
        types::Instant,
    },
};

coded! {
    /// Where a letter stands.
    pub enum LetterState {
        /// It waits to be sent.
        Waiting = "waiting",
        /// It was handed over to the mail server.
        Sent = "sent",
        /// It can't be sent; an officer is shown why.
        Failed = "failed",
        /// There is no e-mail address: it waits to be printed and posted.
        ToPrint = "to_print",
        /// It was printed and posted.
        Printed = "printed",
        /// An officer dealt with the failure in another way.
        Settled = "settled",
    }
}

/// The words of a letter as they were when it went out. The private link is not among them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AsSent {
    /// The subject.
    pub subject: String,
    /// The text, as plain text.
    pub text: String,
}

/// A letter in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxLetter {
    /// Its identifier; its Message-ID comes from it, so that a second copy can be recognised.
    pub id: LetterId,
    /// The kind, such as `acknowledgement`.
    pub kind: String,
    /// The question that it is about, if any.
    pub question_id: Option<QuestionId>,
    /// Where it goes; none means that it is printed.
    pub recipient_email: Option<String>,
    /// To whom.
    pub recipient_name: String,
    /// The letter's content as JSON.
    pub letter: String,
    /// Where it stands.
    pub state: LetterState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next.
    pub next_attempt_at: DateTime<Utc>,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was sent, printed or given up.
    pub settled_at: Option<DateTime<Utc>>,
    /// The words that went out last, once it was sent or printed.
    pub as_sent: Option<AsSent>,
    /// When it began to wait: when it was written, or when an officer last sent it again.
    pub waiting_since: DateTime<Utc>,
    /// The keyed hash of what it counts against, where letters of its kind are limited.
    pub quota_key: Option<String>,
    /// Its place in the order in which letters leave.
    pub turn_at: DateTime<Utc>,
    /// The keyed hash of the network that caused it, while it waits.
    pub caused_by: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = letters)]
struct LetterRow {
    id: String,
    kind: String,
    question_id: Option<String>,
    recipient_email: Option<String>,
    recipient_name: String,
    letter: String,
    state: String,
    attempts: i32,
    next_attempt_at: Instant,
    last_error: Option<String>,
    created_at: Instant,
    settled_at: Option<Instant>,
    sent_subject: Option<String>,
    sent_text: Option<String>,
    waiting_since: Option<Instant>,
    quota_key: Option<String>,
    turn_at: Option<Instant>,
    caused_by: Option<String>,
}

impl TryFrom<LetterRow> for OutboxLetter {
    type Error = StoreError;
    fn try_from(row: LetterRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: rows::parsed(&row.id)?,
            kind: row.kind,
            question_id: rows::parsed_option(row.question_id.as_deref())?,
            recipient_email: row.recipient_email,
            recipient_name: row.recipient_name,
            letter: row.letter,
            state: rows::coded(&row.state)?,
            attempts: row.attempts,
            next_attempt_at: row.next_attempt_at.utc(),
            last_error: row.last_error,
            created_at: row.created_at.utc(),
            settled_at: row.settled_at.map(Instant::utc),
            as_sent: row
                .sent_subject
                .zip(row.sent_text)
                .map(|(subject, text)| AsSent { subject, text }),
            waiting_since: row.waiting_since.unwrap_or(row.created_at).utc(),
            quota_key: row.quota_key,
            turn_at: row.turn_at.unwrap_or(row.created_at).utc(),
            caused_by: row.caused_by,
        })
    }
}

/// Puts a letter into the outbox.
///
/// # Errors
/// [`StoreError`].
pub fn insert(db: &mut Db, letter: &OutboxLetter) -> Result<(), StoreError> {
    let row = LetterRow {
        id: letter.id.to_string(),
        kind: letter.kind.clone(),
        question_id: letter.question_id.map(|id| id.to_string()),
        recipient_email: letter.recipient_email.clone(),
        recipient_name: letter.recipient_name.clone(),
        letter: letter.letter.clone(),
        state: letter.state.code().to_owned(),
        attempts: letter.attempts,
        next_attempt_at: letter.next_attempt_at.into(),
        last_error: letter.last_error.clone(),
        created_at: letter.created_at.into(),
        settled_at: letter.settled_at.map(Into::into),
        sent_subject: letter.as_sent.as_ref().map(|sent| sent.subject.clone()),
        sent_text: letter.as_sent.as_ref().map(|sent| sent.text.clone()),
        waiting_since: Some(letter.waiting_since.into()),
        quota_key: letter.quota_key.clone(),
        turn_at: Some(letter.turn_at.into()),
        caused_by: letter.caused_by.clone(),
    };
    diesel::insert_into(letters::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// One letter.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn letter(db: &mut Db, id: LetterId) -> Result<OutboxLetter, StoreError> {
    letters::table
        .find(id.to_string())
        .select(LetterRow::as_select())
        .first(db)?
        .try_into()
}

/// The letters about a question, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn of_question(db: &mut Db, question: QuestionId) -> Result<Vec<OutboxLetter>, StoreError> {
    let rows = letters::table
        .filter(letters::question_id.eq(question.to_string()))
        .order(letters::id)
        .select(LetterRow::as_select())
        .load(db)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The letters that stand so, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn with_state(
    db: &mut Db,
    state: LetterState,
    most: i64,
) -> Result<Vec<OutboxLetter>, StoreError> {
    let rows = letters::table
        .filter(letters::state.eq(state.code()))
        .order(letters::id)
        .limit(most)
        .select(LetterRow::as_select())
        .load(db)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Which letters a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that stand so; empty for all.
    pub states: Vec<LetterState>,
    /// Those about this question; none for all.
    pub question: Option<QuestionId>,
}

/// In which order a page of letters comes, and after which letter it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    OldestFirst {
        /// The last letter of the page before.
        after: Option<LetterId>,
    },
    /// The latest first.
    LatestFirst {
        /// The last letter of the page before.
        before: Option<LetterId>,
    },
}

/// A page of letters, `max` at most.
///
/// # Errors
/// [`StoreError`].
pub fn page(
    db: &mut Db,
    filter: &Filter,
    order: Order,
    max: i64,
) -> Result<Vec<OutboxLetter>, StoreError> {
    let states: Vec<Option<LetterState>> = if filter.states.is_empty() {
        vec![None]
    } else {
        filter.states.iter().copied().map(Some).collect()
    };
    // one statement for each state, so that each reads a page from an index in its order; the pages are then merged
    let mut found: Vec<OutboxLetter> = Vec::new();
    for state in states {
        let mut query = letters::table
            .limit(max)
            .select(LetterRow::as_select())
            .into_boxed();
        if let Some(state) = state {
            query = query.filter(letters::state.eq(state.code()));
        }
        if let Some(question) = filter.question {
            query = query.filter(letters::question_id.eq(question.to_string()));
        }
        query = match order {
            Order::OldestFirst { after } => {
                if let Some(after) = after {
                    query = query.filter(letters::id.gt(after.to_string()));
                }
                query.order(letters::id.asc())
            }
            Order::LatestFirst { before } => {
                if let Some(before) = before {
                    query = query.filter(letters::id.lt(before.to_string()));
                }
                query.order(letters::id.desc())
            }
        };
        for row in query.load(db)? {
            found.push(row.try_into()?);
        }
    }
    found.sort_by_key(|letter| letter.id);
    if let Order::LatestFirst { .. } = order {
        found.reverse();
    }
    found.truncate(usize::try_from(max).unwrap_or(usize::MAX));
    Ok(found)
}

/// The letters that have waited since before an instant: how many, and the one that has waited longest.
///
/// # Errors
/// [`StoreError`].
pub fn waiting_since_before(
    db: &mut Db,
    before: DateTime<Utc>,
) -> Result<Option<(i64, OutboxLetter)>, StoreError> {
    let before = Some(Instant::from(before));
    let oldest = letters::table
        .filter(letters::state.eq(LetterState::Waiting.code()))
        .filter(letters::waiting_since.le(before))
        .order((letters::waiting_since, letters::id))
        .select(LetterRow::as_select())
        .first(db)
        .optional()?;
    let Some(oldest) = oldest else {
        return Ok(None);
    };
    let count = letters::table
        .filter(letters::state.eq(LetterState::Waiting.code()))
        .filter(letters::waiting_since.le(before))
        .count()
        .get_result(db)?;
    Ok(Some((count, oldest.try_into()?)))
}

/// How many letters are looked through for one that is about a meeting on certain days.
const MAX_LOOKED_THROUGH: i64 = 200;

/// Returns whether one of the letters that stand so, and have waited since before an instant, is about a question for a meeting on one
/// of these days, both included. It looks through the 200 that have waited longest.
///
/// # Errors
/// [`StoreError`].
pub fn any_for_meetings_between(
    db: &mut Db,
    state: LetterState,
    before: DateTime<Utc>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<bool, StoreError> {
    let about: Vec<Option<String>> = letters::table
        .filter(letters::state.eq(state.code()))
        .filter(letters::waiting_since.le(Some(Instant::from(before))))
        .order((letters::waiting_since, letters::id))
        .limit(MAX_LOOKED_THROUGH)
        .select(letters::question_id)
        .load(db)?;
    let mut about: Vec<String> = about.into_iter().flatten().collect();
    about.sort_unstable();
    about.dedup();
    // two statements: joined, a database may go through all questions of the meetings on these days
    let at: Vec<String> = questions::table
        .filter(questions::id.eq_any(about))
        .select(questions::meeting_id)
        .distinct()
        .load(db)?;
    Ok(diesel::select(diesel::dsl::exists(
        meetings::table
            .filter(meetings::id.eq_any(at))
            .filter(meetings::meeting_date.between(from, to)),
    ))
    .get_result(db)?)
}

/// How many letters stand so.
///
/// # Errors
/// [`StoreError`].
pub fn count(db: &mut Db, state: LetterState) -> Result<i64, StoreError> {
    Ok(letters::table
        .filter(letters::state.eq(state.code()))
        .count()
        .get_result(db)?)
}

const DUE: Claim = Claim {
    table: "letters",
    ready: "state = 'waiting' AND next_attempt_at <= $3",
    first: "turn_at, id",
};

/// Takes letters that are due for a worker, whose they are until the lease ends.
///
/// # Errors
/// [`StoreError`].
pub fn claim(
    db: &mut Db,
    worker: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    most: u32,
) -> Result<Vec<OutboxLetter>, StoreError> {
    let ids = dialect::claim(db, &DUE, worker, now, until, most)?;
    let rows = letters::table
        .filter(letters::id.eq_any(ids))
        .order((letters::turn_at, letters::id))
        .select(LetterRow::as_select())
        .load(db)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What became of an attempt to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Where the letter stands now.
    pub state: LetterState,
    /// When it is tried next, where it still waits.
    pub next_attempt_at: DateTime<Utc>,
    /// What went wrong.
    pub error: Option<String>,
    /// When that was.
    pub at: DateTime<Utc>,
    /// The words that went out, where it was handed over.
    pub as_sent: Option<AsSent>,
}

/// Settles a letter that `worker` holds; whether it still held it. A worker that lost its lease changes nothing.
///
/// # Errors
/// [`StoreError`].
pub fn settle(
    db: &mut Db,
    id: LetterId,
    worker: &str,
    attempt: &Attempt,
) -> Result<bool, StoreError> {
    let settled_at = (attempt.state != LetterState::Waiting).then(|| Instant::from(attempt.at));
    let changed = diesel::update(
        letters::table
            .filter(letters::id.eq(id.to_string()))
            .filter(letters::leased_by.eq(worker)),
    )
    .set((
        letters::state.eq(attempt.state.code()),
        letters::attempts.eq(letters::attempts + 1),
        letters::next_attempt_at.eq(Instant::from(attempt.next_attempt_at)),
        letters::last_error.eq(attempt.error.as_deref()),
        letters::settled_at.eq(settled_at),
        letters::leased_by.eq(None::<String>),
        letters::leased_until.eq(None::<Instant>),
        // who caused it matters only while it waits
        (attempt.state != LetterState::Waiting).then(|| letters::caused_by.eq(None::<String>)),
        attempt.as_sent.as_ref().map(|sent| {
            (
                letters::sent_subject.eq(Some(&sent.subject)),
                letters::sent_text.eq(Some(&sent.text)),
            )
        }),
    ))
    .execute(db)?;
    Ok(changed == 1)
}

/// Stores the words that went out.
///
/// # Errors
/// [`StoreError`].
pub fn keep_as_sent(db: &mut Db, id: LetterId, as_sent: &AsSent) -> Result<(), StoreError> {
    diesel::update(letters::table.find(id.to_string()))
        .set((
            letters::sent_subject.eq(Some(&as_sent.subject)),
            letters::sent_text.eq(Some(&as_sent.text)),
        ))
        .execute(db)?;
    Ok(())
}

/// Stores what is known of a failure that nobody saw at hand-over: a letter that came back.
///
/// # Errors
/// [`StoreError`].
pub fn set_last_error(db: &mut Db, id: LetterId, error: &str) -> Result<(), StoreError> {
    diesel::update(letters::table.find(id.to_string()))
        .set(letters::last_error.eq(Some(error)))
        .execute(db)?;
    Ok(())
}

/// Gives a letter another address: none means that it is printed.
///
/// # Errors
/// [`StoreError`].
pub fn set_recipient(
    db: &mut Db,
    id: LetterId,
    name: &str,
    email: Option<&str>,
) -> Result<(), StoreError> {
    diesel::update(letters::table.find(id.to_string()))
        .set((
            letters::recipient_name.eq(name),
            letters::recipient_email.eq(email),
        ))
        .execute(db)?;
    Ok(())
}

/// Moves a letter from one state to another by an officer's act; whether it stood there. A letter that waits again is due at
/// once.
///
/// # Errors
/// [`StoreError`].
pub fn change_state(
    db: &mut Db,
    id: LetterId,
    from: LetterState,
    to: LetterState,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let settled_at = (to != LetterState::Waiting).then(|| Instant::from(at));
    let changed = diesel::update(
        letters::table
            .filter(letters::id.eq(id.to_string()))
            .filter(letters::state.eq(from.code())),
    )
    .set((
        letters::state.eq(to.code()),
        letters::next_attempt_at.eq(Instant::from(at)),
        letters::settled_at.eq(settled_at),
    ))
    .execute(db)?;
    if changed == 1 && to == LetterState::Waiting {
        diesel::update(letters::table.find(id.to_string()))
            .set((
                letters::waiting_since.eq(Some(Instant::from(at))),
                letters::turn_at.eq(Some(Instant::from(at))),
            ))
            .execute(db)?;
    }
    Ok(changed == 1)
}

/// Sends a question's waiting and failed letters to another address; those that belong to one address stay there. Returns how
/// many there were. Without an e-mail address they are printed.
///
/// # Errors
/// [`StoreError`].
pub fn redirect(
    db: &mut Db,
    question: QuestionId,
    email: Option<&str>,
    name: &str,
    bound_to_an_address: &[&str],
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let state = match email {
        Some(_) => LetterState::Waiting,
        None => LetterState::ToPrint,
    };
    Ok(diesel::update(
        letters::table
            .filter(letters::question_id.eq(question.to_string()))
            .filter(
                letters::state.eq_any([LetterState::Waiting.code(), LetterState::Failed.code()]),
            )
            .filter(letters::kind.ne_all(bound_to_an_address.to_vec())),
    )
    .set((
        letters::recipient_email.eq(email),
        letters::recipient_name.eq(name),
        letters::state.eq(state.code()),
        letters::attempts.eq(0),
        letters::next_attempt_at.eq(Instant::from(at)),
        letters::last_error.eq(None::<String>),
        letters::settled_at.eq(None::<Instant>),
    ))
    .execute(db)?)
}

/// How many letters count against a quota since an instant, of which it reads `max` at most.
///
/// # Errors
/// [`StoreError`].
pub fn counted(
    db: &mut Db,
    quota_key: &str,
    since: DateTime<Utc>,
    max: u32,
) -> Result<u32, StoreError> {
    let found: Vec<Instant> = letters::table
        .filter(letters::quota_key.eq(quota_key))
        .filter(letters::created_at.gt(Instant::from(since)))
        .order(letters::created_at.desc())
        .limit(i64::from(max))
        .select(letters::created_at)
        .load(db)?;
    Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
}

/// The last place in the order of leaving among the waiting letters of one cause, if one waits.
///
/// # Errors
/// [`StoreError`].
pub fn last_turn(db: &mut Db, caused_by: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let last: Option<Option<Instant>> = letters::table
        .filter(letters::caused_by.eq(caused_by))
        .order(letters::turn_at.desc())
        .select(letters::turn_at)
        .first(db)
        .optional()?;
    Ok(last.flatten().map(Instant::utc))
}

/// The last place in the order of leaving among the waiting letters about a question, if one waits.
///
/// # Errors
/// [`StoreError`].
pub fn last_turn_about(
    db: &mut Db,
    question: QuestionId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let last: Option<Option<Instant>> = letters::table
        .filter(letters::question_id.eq(question.to_string()))
        .filter(letters::state.eq(LetterState::Waiting.code()))
        .order(letters::turn_at.desc())
        .select(letters::turn_at)
        .first(db)
        .optional()?;
    Ok(last.flatten().map(Instant::utc))
}

/// Replaces the content of a letter that has not left yet.
///
/// # Errors
/// [`StoreError`].
pub fn rewrite(db: &mut Db, id: LetterId, letter: &str) -> Result<(), StoreError> {
    diesel::update(letters::table.find(id.to_string()))
        .set(letters::letter.eq(letter))
        .execute(db)?;
    Ok(())
}
