//! Giving notice of a question (clause (iii)): the rule is read to it, and it is stored whatever the rule says.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        id::{DraftId, MeetingId, QuestionId},
        local_time,
        question::{Channel, Matter},
        questioner::{Confirmation, Naming},
        reference::Reference,
        refusal::NextMeeting,
        same_person::{self, AllowanceKey},
        standing_order::{Circumstances, Exception, Notice, admit},
        status::Status,
        text,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{About, Letter},
        meeting_facts::MeetingFacts,
        next_meeting, officer_notices, permission,
        typed_question::{TypedQuestion, WellFormed},
        views,
    },
    store::{
        connection::Db,
        drafts, postcodes,
        questions::{self, HashedKey, Question, QuestionerDetails, RecordedException, Remembered},
    },
};

/// A question as it came to the service.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The meeting.
    pub meeting: MeetingId,
    /// What was typed.
    pub typed: TypedQuestion,
    /// How it came.
    pub channel: Channel,
    /// The moment of receipt: stamped once the whole request had arrived, or the officer's for a question on paper.
    pub received_at: DateTime<Utc>,
    /// The draft that it was written in.
    pub draft: Option<DraftId>,
    /// The question whose text it carries to another meeting.
    pub carried_from: Option<QuestionId>,
    /// The key under which a program may repeat the request.
    pub idempotency_key: Option<String>,
    /// Exceptions that the officer who enters it makes, each with its reason.
    pub exceptions: Vec<(Exception, String)>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The question: submitted, or refused with the refusals that it holds.
    pub question: Question,
    /// Whether the same request had already made it.
    pub repeated: bool,
}

impl Service {
    /// The keys of a questioner as the store knows them: keyed hashes, so that the table of allowances names nobody.
    pub fn hashed_keys(
        &self,
        questioner: &crate::domain::questioner::Questioner,
    ) -> Vec<HashedKey> {
        same_person::keys(questioner)
            .into_iter()
            .map(|key| HashedKey {
                of: key.of,
                hash: self.keyed_hex("allowance", &key.text),
            })
            .collect()
    }
}

/// Gives notice of a question. A refusal by rule is not an error here: the question is kept with its refusals.
///
/// # Errors
/// [`ServiceError::Invalid`] with every field that is wrong; [`ServiceError::NotFound`] for the meeting;
/// [`ServiceError::Conflict`] for an idempotency key that stands for another request; [`ServiceError::Busy`].
pub fn submit(
    service: &Service,
    acting: &Acting,
    submission: &Submission,
) -> Result<Submitted, ServiceError> {
    if submission.channel.entered_by_officer() {
        permission::proper_officer(acting)?;
        if submission.received_at > service.now() {
            return Err(ServiceError::field(
                "received_at",
                "future",
                "The moment of receipt must be in the past",
            ));
        }
    }
    if !submission.exceptions.is_empty() {
        permission::proper_officer(acting)?;
    }
    if submission
        .exceptions
        .iter()
        .any(|(_, reason)| text::several_lines(reason).is_empty())
    {
        return Err(ServiceError::field(
            "exception_reason",
            "empty",
            "Enter the reason for the exception",
        ));
    }
    // What needs no database is worked out before the transaction, in which one waits for another.
    let prepared = Prepared::new(service, acting, submission)?;
    let (submitted, facts_are_new) = service
        .store
        .write(|db| submit_in(service, db, acting, submission, &prepared))?;
    if facts_are_new && let Err(error) = service.remember_facts(submission.meeting) {
        tracing::warn!(%error, "the facts of a meeting could not be remembered");
    }
    if !submitted.repeated {
        service.counts.submitted_as(submitted.question.status);
    }
    Ok(submitted)
}

/// What is worked out of a submission before it is stored.
struct Prepared {
    key: Option<String>,
    request_hash: String,
    /// Whether the agenda was thought to be out when it was read, and what it comes to then.
    agenda_published: bool,
    read: Result<Read, ServiceError>,
}

/// A submission as read, with the keys of its questioner.
#[derive(Clone)]
struct Read {
    well_formed: WellFormed,
    keys: Vec<AllowanceKey>,
    hashed: Vec<HashedKey>,
}

impl Read {
    fn new(
        service: &Service,
        submission: &Submission,
        agenda_published: bool,
    ) -> Result<Self, ServiceError> {
        let well_formed = submission.typed.parse(agenda_published)?;
        Ok(Self {
            keys: same_person::keys(&well_formed.questioner),
            hashed: service.hashed_keys(&well_formed.questioner),
            well_formed,
        })
    }
}

impl Prepared {
    fn new(
        service: &Service,
        acting: &Acting,
        submission: &Submission,
    ) -> Result<Self, ServiceError> {
        let key = submission.idempotency_key.as_ref().map(|key| {
            // two programs may choose the same key
            let whose = acting
                .staff_id()
                .map(|id| id.to_string())
                .unwrap_or_default();
            service.keyed_hex("idempotency key", &format!("{whose}\u{1f}{key}"))
        });
        let agenda_published = service
            .facts
            .last_known(submission.meeting)
            .is_some_and(|facts| facts.record.meeting.agenda_published);
        Ok(Self {
            key,
            request_hash: request_hash(service, submission)?,
            agenda_published,
            read: Read::new(service, submission, agenda_published),
        })
    }

    /// The submission as read for a meeting whose agenda is out, or is not.
    fn read(
        &self,
        service: &Service,
        submission: &Submission,
        agenda_published: bool,
    ) -> Result<Read, ServiceError> {
        match agenda_published == self.agenda_published {
            true => self.read.clone(),
            false => Read::new(service, submission, agenda_published),
        }
    }
}

fn submit_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    submission: &Submission,
    prepared: &Prepared,
) -> Result<(Submitted, bool), ServiceError> {
    let repeated = |question| {
        let submitted = Submitted {
            question,
            repeated: true,
        };
        Ok((submitted, false))
    };
    if let Some(draft) = submission.draft
        && let Some(question) = questions::of_draft(db, draft)?
    {
        return repeated(question);
    }
    if let Some(key) = &prepared.key
        && let Some(earlier) = questions::remembered(db, key)?
    {
        if earlier.request_hash != prepared.request_hash {
            return Err(ServiceError::Conflict(
                "This Idempotency-Key has been used for another request.".to_owned(),
            ));
        }
        return repeated(questions::question(db, earlier.question_id)?);
    }

    let (facts, facts_are_new) = service.meeting_facts(db, submission.meeting)?;
    let MeetingFacts {
        record,
        board,
        agenda,
        deadline,
    } = &*facts;
    let meeting = &record.meeting;
    if !submission.exceptions.is_empty()
        && let Some(why) = meeting
            .stage(local_time::london_date(service.now()))
            .why_nothing_can_be_put()
    {
        return Err(ServiceError::Conflict(why.to_owned()));
    }
    let Read {
        well_formed:
            WellFormed {
                matter,
                text,
                questioner,
                difference,
            },
        keys,
        hashed,
    } = prepared.read(service, submission, meeting.agenda_published)?;
    let postcode_check = postcodes::check(db, &questioner.postcode)?;
    let allowance = service.figures(meeting).questions_per_person();
    let slots = Slots::find(db, meeting.id, &hashed, i32::from(allowance.get()))?;
    let held: Vec<_> = keys
        .into_iter()
        .zip(&slots.free)
        .filter(|(_, free)| free.is_none())
        .map(|(key, _)| key)
        .collect();
    let exceptions: Vec<Exception> = submission
        .exceptions
        .iter()
        .map(|(exception, _)| *exception)
        .collect();
    let judged = admit(
        Notice {
            received_at: submission.received_at,
            questioner: &questioner,
            matter: &matter,
        },
        Circumstances {
            meeting,
            agenda,
            deadline,
            postcode: postcode_check,
            held_keys: &held,
            allowance,
            exceptions: &exceptions,
        },
    );

    let admitted = judged.is_ok();
    let now = service.now();
    let (agenda_item_id, matter_words) = match &matter {
        // an item of another meeting's agenda was refused, and can't be referred to
        Matter::Item(id) => (
            agenda.iter().any(|item| item.id == *id).then_some(*id),
            None,
        ),
        Matter::Described(words) => (None, Some(words.as_str().to_owned())),
    };
    let question = Question {
        id: service.new_id(),
        reference: free_reference(db, submission.received_at)?,
        meeting_id: meeting.id,
        agenda_item_id,
        matter: matter_words,
        original_text: text.as_str().to_owned(),
        public_text: text.as_str().to_owned(),
        published_name: questioner.published_name(),
        naming: questioner.naming,
        room_number: match questioner.naming {
            Naming::Withheld => Some(questions::next_room_number(db, meeting.id)?),
            Naming::Name | Naming::Organisation => None,
        },
        public_matter: None,
        status: if admitted {
            Status::Submitted
        } else {
            Status::Refused
        },
        channel: submission.channel,
        received_at: submission.received_at,
        recorded_at: now,
        deadline_at: deadline.at,
        refusals: judged.err().unwrap_or_default(),
        postcode_check,
        difference,
        carried_from: submission.carried_from,
        draft_id: submission.draft,
        link_version: 1,
        entered_by: if submission.channel.entered_by_officer() {
            acting.staff_id()
        } else {
            None
        },
        put_on: None,
        version: 1,
    };
    questions::insert(db, &question)?;
    let mut details = QuestionerDetails::new(question.id, &questioner);
    if !acting.is_public() && details.email.is_some() {
        details.confirm(Confirmation::Officer, now);
    }
    questions::insert_questioner(db, &details)?;
    if admitted {
        slots.take(service, db, &question, &hashed)?;
    }
    for (exception, reason) in &submission.exceptions {
        record_exception(service, db, acting, &question, *exception, reason)?;
    }
    if let Some(key) = &prepared.key {
        questions::remember(
            db,
            key,
            &Remembered {
                request_hash: prepared.request_hash.clone(),
                question_id: question.id,
            },
            now,
        )?;
    }
    if let Some(draft) = submission.draft {
        // what was typed now lives with the question; the row stays, so that its owner can find the way there
        drafts::save(db, draft, "{}", now)?;
    }
    let kinds: Vec<&str> = question
        .refusals
        .iter()
        .map(|refusal| refusal.kind())
        .collect();
    service.audit_question(
        db,
        acting,
        "submit",
        None,
        &question,
        serde_json::json!({ "channel": question.channel, "refusals": kinds }),
    )?;

    let words = views::matter_words(&question, agenda);
    let about = About::new(&question, &words, board, meeting);
    let letter = if admitted {
        Letter::Acknowledgement {
            about,
            received_at: question.received_at,
            deadline: deadline.at,
            provisional: deadline.provisional,
        }
    } else {
        let (next_meeting, _) = next_meeting::known(service, db, &question, meeting)?;
        if matches!(next_meeting, NextMeeting::On(_)) {
            questions::told_of_next_meeting(db, question.id, now)?;
        }
        Letter::Refused {
            about,
            received_at: question.received_at,
            refusals: question.refusals.clone(),
            next_meeting,
        }
    };
    service.write_letter(db, acting, &question, Some(&details), &letter)?;
    if acting.staff_id().is_none() || !submission.channel.entered_by_officer() {
        officer_notices::tell_of(service, db, &question, board, meeting)?;
    }
    let submitted = Submitted {
        question,
        repeated: false,
    };
    Ok((submitted, facts_are_new))
}

/// What makes a repeated request the same: everything that was sent, which the moment of receipt is only where an officer says it.
fn request_hash(service: &Service, submission: &Submission) -> Result<String, ServiceError> {
    let said_by_officer = submission
        .channel
        .entered_by_officer()
        .then_some((submission.received_at, &submission.exceptions));
    let body = crate::store::rows::to_json(&(
        submission.meeting,
        &submission.typed,
        submission.channel,
        said_by_officer,
    ))?;
    Ok(service.keyed_hex("request", &body))
}

fn free_reference(db: &mut Db, received_at: DateTime<Utc>) -> Result<Reference, ServiceError> {
    let day = local_time::london_date(received_at);
    for _ in 0..64 {
        let reference = Reference::new(day, rand::random());
        if !questions::reference_is_taken(db, &reference)? {
            return Ok(reference);
        }
    }
    Err(ServiceError::Internal(
        "no free reference was found".to_owned(),
    ))
}

/// For each of a questioner's keys, a slot of the allowance.
pub(super) struct Slots {
    /// A free slot for each key; none where the allowance is used up.
    pub free: Vec<Option<i32>>,
    /// The first slot beyond those held, for an exception.
    beyond: Vec<i32>,
}

impl Slots {
    pub fn find(
        db: &mut Db,
        meeting: MeetingId,
        keys: &[HashedKey],
        allowed: i32,
    ) -> Result<Self, ServiceError> {
        let held = questions::held_slots(db, meeting, keys)?;
        let of = |key: &HashedKey| {
            held.iter()
                .filter(|(hash, _)| *hash == key.hash)
                .map(|(_, slot)| *slot)
                .collect::<Vec<_>>()
        };
        Ok(Self {
            free: keys
                .iter()
                .map(|key| (0..allowed).find(|slot| !of(key).contains(slot)))
                .collect(),
            beyond: keys
                .iter()
                .map(|key| {
                    of(key)
                        .into_iter()
                        .max()
                        .map_or(0, |slot| slot + 1)
                        .max(allowed)
                })
                .collect(),
        })
    }

    /// Takes the slots for a question; where an officer's exception lets it in, slots beyond the allowance.
    pub fn take(
        &self,
        service: &Service,
        db: &mut Db,
        question: &Question,
        keys: &[HashedKey],
    ) -> Result<(), ServiceError> {
        for ((key, free), beyond) in keys.iter().zip(&self.free).zip(&self.beyond) {
            let id: uuid::Uuid = service.new_id();
            questions::take_slot(
                db,
                &id.to_string(),
                question.meeting_id,
                question.id,
                key,
                free.unwrap_or(*beyond),
            )?;
        }
        Ok(())
    }
}

pub(super) fn record_exception(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    question: &Question,
    exception: Exception,
    reason: &str,
) -> Result<(), ServiceError> {
    let Some(staff_id) = acting.staff_id() else {
        return Err(ServiceError::SignedOut);
    };
    let id: uuid::Uuid = service.new_id();
    let recorded = RecordedException {
        exception,
        reason: text::several_lines(reason),
        staff_id,
        made_at: service.now(),
    };
    questions::insert_exception(db, &id.to_string(), question.id, &recorded)?;
    service.audit(
        db,
        acting,
        "exception",
        ("question", &question.id.to_string()),
        None,
        Some(serde_json::json!({ "exception": exception })),
    )
}
