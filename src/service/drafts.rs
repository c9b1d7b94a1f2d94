//! Drafts: what is typed is kept on the server from page to page, for the browser that typed it. One draft makes one question.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        id::{DraftId, MeetingId, QuestionId},
        questioner::Naming,
    },
    service::{
        Service, ServiceError,
        draft_space::{self, Owner},
        sha256_hex,
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        drafts::{self, DraftRecord, Held},
        meetings,
        questions::{self, Question, QuestionerDetails},
        rows,
    },
};

/// The content of a draft's row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Saved {
    #[serde(flatten)]
    typed: TypedQuestion,
    carried_from: Option<QuestionId>,
    details_of: Option<QuestionId>,
    marks: Marks,
}

/// What tells a draft that a program wrote from one that a person wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// When it was begun from the first page of the form; none where it carries a question on.
    pub begun_at: Option<DateTime<Utc>>,
    /// Whether the field was filled in that no person sees.
    pub trapped: bool,
    /// When it was first sent, where its sender was asked to confirm that they are a person.
    pub pressed: Option<Pressed>,
}

/// The moment at which a question arrived whole, and which question that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressed {
    /// The moment of receipt.
    pub at: DateTime<Utc>,
    /// A hash of everything that was sent.
    pub sent: String,
}

/// A draft, opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its identifier.
    pub id: DraftId,
    /// The meeting.
    pub meeting: MeetingView,
    /// What was typed so far.
    pub typed: TypedQuestion,
    /// The question whose text it carries to another meeting, if it does.
    pub carried_from: Option<QuestionId>,
    /// The question whose questioner's details are added when it is sent. They are never shown.
    pub details_of: Option<QuestionId>,
    /// The question that it has become, once it was sent.
    pub question: Option<Question>,
    /// What tells a program from a person.
    pub marks: Marks,
    /// The fields that were too long to be stored, just now: what was there before is stored instead.
    pub left_out: Vec<&'static str>,
}

impl Draft {
    /// A hash of everything that would be sent.
    pub fn digest(&self) -> String {
        let saved = serde_json::to_vec(&(&self.typed, self.details_of)).unwrap_or_default();
        sha256_hex(&saved)
    }
}

/// Begins a draft for a meeting, empty or with what was typed before.
///
/// # Errors
/// [`ServiceError::NotFound`] for the meeting.
pub fn begin(
    service: &Service,
    owner: &Owner,
    meeting: MeetingId,
    typed: &TypedQuestion,
) -> Result<DraftId, ServiceError> {
    let mut typed = typed.clone();
    typed.within_ceilings(&TypedQuestion::default());
    begin_with(
        service,
        owner,
        meeting,
        &Saved {
            typed,
            marks: Marks {
                begun_at: Some(service.now()),
                ..Marks::default()
            },
            ..Saved::default()
        },
    )
}

/// Stores something of a draft. Where the disk is full, drafts that nobody touches make way for it.
fn store<T>(
    service: &Service,
    act: impl Fn(&mut Db) -> Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    match service.store.write(&act) {
        Err(ServiceError::Unavailable) if draft_space::give_way(service).unwrap_or(false) => {
            service.store.write(&act)
        }
        stored => stored,
    }
}

fn begin_with(
    service: &Service,
    owner: &Owner,
    meeting: MeetingId,
    saved: &Saved,
) -> Result<DraftId, ServiceError> {
    let id: DraftId = service.new_id();
    let fields = rows::to_json(saved)?;
    let more = Held {
        drafts: 1,
        bytes: i64::try_from(fields.len()).unwrap_or(i64::MAX),
    };
    store(service, |db| {
        meetings::meeting(db, meeting)?;
        let draft = DraftRecord {
            id,
            visitor_hash: owner.browser.clone(),
            client_hash: owner.client.clone(),
            meeting_id: meeting,
            fields: fields.clone(),
            updated_at: service.now(),
        };
        drafts::insert(db, &draft)?;
        draft_space::make_room(service, db, owner, more)
    })?;
    service.drafts.add(more);
    Ok(id)
}

/// Opens a draft of this visitor's.
///
/// # Errors
/// [`ServiceError::NotFound`] where there is none, or it is another's.
pub fn open(service: &Service, visitor_hash: &str, id: DraftId) -> Result<Draft, ServiceError> {
    service
        .store
        .read(|db| open_in(service, db, visitor_hash, id))
}

fn open_in(
    service: &Service,
    db: &mut Db,
    visitor_hash: &str,
    id: DraftId,
) -> Result<Draft, ServiceError> {
    let record = drafts::find(db, id, visitor_hash)?;
    let saved: Saved = rows::json(&record.fields)?;
    Ok(Draft {
        id,
        meeting: views::meeting(service, db, record.meeting_id)?,
        typed: saved.typed,
        carried_from: saved.carried_from,
        details_of: usable(db, saved.details_of)?,
        question: questions::of_draft(db, id)?,
        marks: saved.marks,
        left_out: Vec::new(),
    })
}

/// Saves a part of what was typed, whether or not it is well formed. What is longer than its ceiling is not stored: the draft that is
/// returned has it, for the page, and names it in `left_out`.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where the draft has been sent; [`ServiceError::NoRoom`].
pub fn save(
    service: &Service,
    visitor_hash: &str,
    id: DraftId,
    change: impl Fn(&mut TypedQuestion),
) -> Result<Draft, ServiceError> {
    save_with(service, visitor_hash, id, |typed, _| change(typed))
}

/// Does the same with what tells a program from a person.
///
/// # Errors
/// As [`save`].
pub fn save_with(
    service: &Service,
    visitor_hash: &str,
    id: DraftId,
    change: impl Fn(&mut TypedQuestion, &mut Marks),
) -> Result<Draft, ServiceError> {
    let (draft, more) = store(service, |db| {
        let record = drafts::find(db, id, visitor_hash)?;
        let mut draft = open_in(service, db, visitor_hash, id)?;
        if draft.question.is_some() {
            return Err(ServiceError::Conflict(
                "This question has already been sent.".to_owned(),
            ));
        }
        let before = draft.typed.clone();
        change(&mut draft.typed, &mut draft.marks);
        if draft.typed.questioner != TypedQuestioner::default() {
            // details typed now replace those given before
            draft.details_of = None;
        }
        let mut typed = draft.typed.clone();
        draft.left_out = typed.within_ceilings(&before);
        let saved = Saved {
            typed,
            carried_from: draft.carried_from,
            details_of: draft.details_of,
            marks: draft.marks.clone(),
        };
        let fields = rows::to_json(&saved)?;
        let bytes = |fields: &str| i64::try_from(fields.len()).unwrap_or(i64::MAX);
        let more = Held {
            drafts: 0,
            bytes: bytes(&fields) - bytes(&record.fields),
        };
        drafts::save(db, id, &fields, service.now())?;
        if more.bytes > 0 {
            let owner = Owner {
                browser: record.visitor_hash,
                client: record.client_hash,
            };
            draft_space::make_room(service, db, &owner, more)?;
        }
        Ok((draft, more))
    })?;
    service.drafts.add(more);
    Ok(draft)
}

/// Begins a draft for the meeting of one that this visitor cannot open, with what was typed on one page: their browser has lost the
/// cookie. Of the other draft it takes the meeting alone.
///
/// # Errors
/// [`ServiceError::NotFound`] where the other draft has been sent or is gone too.
pub fn begin_again(
    service: &Service,
    owner: &Owner,
    lost: DraftId,
    change: impl Fn(&mut TypedQuestion, &mut Marks),
) -> Result<Draft, ServiceError> {
    let meeting = service.store.read(|db| {
        if questions::of_draft(db, lost)?.is_some() {
            return Err(ServiceError::NotFound);
        }
        Ok(drafts::meeting_of(db, lost)?)
    })?;
    let id = begin(service, owner, meeting, &TypedQuestion::default())?;
    save_with(service, &owner.browser, id, change)
}

/// Throws away everything that a browser has begun, and the way from it to what it has sent.
///
/// # Errors
/// Those of the store.
pub fn clear(service: &Service, visitor_hash: &str) -> Result<(), ServiceError> {
    service
        .store
        .write(|db| Ok(drafts::delete_of_browser(db, visitor_hash)?))
}

/// Throws a draft away: the questioner found the answer, or changed their mind.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where the draft has been sent.
pub fn discard(service: &Service, visitor_hash: &str, id: DraftId) -> Result<(), ServiceError> {
    service.store.write(|db| {
        let draft = drafts::find(db, id, visitor_hash)?;
        if questions::of_draft(db, id)?.is_some() {
            return Err(ServiceError::Conflict(
                "This question has already been sent.".to_owned(),
            ));
        }
        Ok(drafts::delete(db, draft.id)?)
    })
}

/// Begins a draft for a meeting with the words of a question and what it is about, for whoever holds its private
/// link. Nothing about the questioner goes with it: a link is no proof of who holds it.
///
/// # Errors
/// Those of the store.
pub(super) fn carry_by_link(
    service: &Service,
    owner: &Owner,
    question: &Question,
    meeting: MeetingId,
) -> Result<DraftId, ServiceError> {
    let typed = service.store.read(|db| carried(db, question))?;
    let saved = Saved {
        typed,
        carried_from: Some(question.id),
        ..Saved::default()
    };
    begin_with(service, owner, meeting, &saved)
}

/// Begins a draft for the board's next meeting in the browser in which a refused question was written (reading 4). The questioner's
/// details stay with that question: they are added when the new one is sent, and shown on no page.
///
/// # Errors
/// [`ServiceError::NotFound`] where the draft is another browser's or has not been sent; [`ServiceError::Conflict`] where no later
/// meeting of the board is known yet.
pub fn carry_sent_draft(
    service: &Service,
    owner: &Owner,
    draft: DraftId,
) -> Result<DraftId, ServiceError> {
    let (question, meeting, typed) = service.store.read(|db| {
        drafts::find(db, draft, &owner.browser)?;
        let question = questions::of_draft(db, draft)?.ok_or(ServiceError::NotFound)?;
        let from = meetings::meeting(db, question.meeting_id)?;
        let next = views::next_meeting_of_board(service, db, &from.meeting)?.ok_or_else(|| {
            ServiceError::Conflict(
                "The date of the board's next meeting is not known yet. Your question has been kept."
                    .to_owned(),
            )
        })?;
        Ok::<_, ServiceError>((question.id, next.meeting().id, carried(db, &question)?))
    })?;
    let saved = Saved {
        typed,
        carried_from: Some(question),
        details_of: Some(question),
        ..Saved::default()
    };
    begin_with(service, owner, meeting, &saved)
}

/// A question's words and matter as its private page shows them.
fn carried(db: &mut Db, question: &Question) -> Result<TypedQuestion, ServiceError> {
    let agenda = meetings::agenda(db, question.meeting_id)?;
    Ok(TypedQuestion {
        matter: TypedMatter {
            agenda_item: String::new(),
            matter: views::matter_words(question, &agenda)
                .chars()
                .take(200)
                .collect(),
        },
        text: TypedText {
            question: question.public_text.clone(),
        },
        ..TypedQuestion::default()
    })
}

/// Everything that a draft sends: what was typed, with the details given before where the draft uses those.
///
/// # Errors
/// Those of the store.
pub fn to_send(service: &Service, draft: &Draft) -> Result<TypedQuestion, ServiceError> {
    let mut typed = draft.typed.clone();
    if let Some(question) = draft.details_of
        && let (naming, Some(details)) = service.store.read(|db| {
            Ok::<_, ServiceError>((
                questions::question(db, question)?.naming,
                questions::questioner(db, question)?,
            ))
        })?
    {
        typed.questioner = TypedQuestioner::from(&details);
        if naming == Naming::Organisation {
            "organisation".clone_into(&mut typed.questioner.publish_name);
        }
    }
    Ok(typed)
}

/// The question whose details a draft uses, where they are still there and can still be read.
fn usable(db: &mut Db, details_of: Option<QuestionId>) -> Result<Option<QuestionId>, ServiceError> {
    let Some(question) = details_of else {
        return Ok(None);
    };
    Ok(questions::questioner(db, question)?
        .filter(|details| TypedQuestioner::from(details).problems().is_empty())
        .map(|_| question))
}

impl From<&QuestionerDetails> for TypedQuestioner {
    fn from(details: &QuestionerDetails) -> Self {
        let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        Self {
            name: details.name.clone(),
            organisation: details.organisation.clone().unwrap_or_default(),
            address: details.address.clone(),
            postcode: details.postcode.clone(),
            email: details.email.clone().unwrap_or_default(),
            telephone: details.telephone.clone().unwrap_or_default(),
            needs: details.needs.clone().unwrap_or_default(),
            resident: yes_or_no(details.resident),
            publish_name: yes_or_no(details.publish_name),
            under_18: yes_or_no(details.under_18),
            carer_name: details.carer_name.clone().unwrap_or_default(),
        }
    }
}
