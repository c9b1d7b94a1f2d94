//! Drafts: what is typed is kept on the server from page to page, for the browser that typed it. One draft makes one question.

use serde::{Deserialize, Serialize};

use crate::{
    domain::id::{DraftId, MeetingId, QuestionId},
    service::{
        Service, ServiceError,
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        drafts::{self, DraftRecord},
        meetings,
        questions::{self, Question, QuestionerDetails},
        rows,
    },
};

/// What a draft's row keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    #[serde(flatten)]
    typed: TypedQuestion,
    carried_from: Option<QuestionId>,
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
    /// The question that it has become, once it was sent.
    pub question: Option<Question>,
}

/// Begins a draft for a meeting, empty or with what was typed before.
///
/// # Errors
/// [`ServiceError::NotFound`] for the meeting.
pub fn begin(
    service: &Service,
    visitor_hash: &str,
    meeting: MeetingId,
    typed: &TypedQuestion,
) -> Result<DraftId, ServiceError> {
    begin_with(
        service,
        visitor_hash,
        meeting,
        &Kept {
            typed: typed.clone(),
            carried_from: None,
        },
    )
}

fn begin_with(
    service: &Service,
    visitor_hash: &str,
    meeting: MeetingId,
    kept: &Kept,
) -> Result<DraftId, ServiceError> {
    let id: DraftId = service.new_id();
    let fields = rows::to_json(kept)?;
    service.store.write(|db| {
        meetings::meeting(db, meeting)?;
        let draft = DraftRecord {
            id,
            visitor_hash: visitor_hash.to_owned(),
            meeting_id: meeting,
            fields: fields.clone(),
            updated_at: service.now(),
        };
        drafts::insert(db, &draft)?;
        Ok(id)
    })
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
    let kept: Kept = rows::json(&record.fields)?;
    Ok(Draft {
        id,
        meeting: views::meeting(service, db, record.meeting_id)?,
        typed: kept.typed,
        carried_from: kept.carried_from,
        question: questions::of_draft(db, id)?,
    })
}

/// Saves a part of what was typed, whether or not it is well formed: nothing that was typed is lost.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where the draft has been sent.
pub fn save(
    service: &Service,
    visitor_hash: &str,
    id: DraftId,
    change: impl Fn(&mut TypedQuestion),
) -> Result<Draft, ServiceError> {
    service.store.write(|db| {
        let mut draft = open_in(service, db, visitor_hash, id)?;
        if draft.question.is_some() {
            return Err(ServiceError::Conflict(
                "This question has already been sent.".to_owned(),
            ));
        }
        change(&mut draft.typed);
        let kept = Kept {
            typed: draft.typed.clone(),
            carried_from: draft.carried_from,
        };
        drafts::save(db, id, &rows::to_json(&kept)?, service.now())?;
        Ok(draft)
    })
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

/// Begins a draft for the board's next meeting with everything that a question holds, so that a question which came late or was
/// rejected can be sent on in one action (reading 4).
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where no later meeting of the board is known yet.
pub fn carry_to_next_meeting(
    service: &Service,
    visitor_hash: &str,
    question: QuestionId,
) -> Result<DraftId, ServiceError> {
    let (meeting, typed) = service.store.read(|db| {
        let question = questions::question(db, question)?;
        let held = meetings::meeting(db, question.meeting_id)?;
        let next = views::next_meeting_of_board(service, db, &held.meeting)?.ok_or_else(|| {
            ServiceError::Conflict(
                "The board's next meeting is not known yet. Your question has been kept."
                    .to_owned(),
            )
        })?;
        let details = questions::questioner(db, question.id)?;
        let agenda = meetings::agenda(db, held.meeting.id)?;
        let mut typed = carried(&question, details.as_ref());
        if !next.meeting().agenda_published {
            typed.matter.matter = views::matter_words(&question, &agenda)
                .chars()
                .take(200)
                .collect();
        }
        Ok::<_, ServiceError>((next.meeting().id, typed))
    })?;
    let kept = Kept {
        typed,
        carried_from: Some(question),
    };
    begin_with(service, visitor_hash, meeting, &kept)
}

fn carried(question: &Question, details: Option<&QuestionerDetails>) -> TypedQuestion {
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    TypedQuestion {
        matter: TypedMatter::default(),
        text: TypedText {
            question: question.public_text.clone(),
        },
        questioner: details.map_or_else(TypedQuestioner::default, |details| TypedQuestioner {
            name: details.name.clone(),
            organisation: details.organisation.clone().unwrap_or_default(),
            address: details.address.clone(),
            postcode: details.postcode.clone(),
            email: details.email.clone().unwrap_or_default(),
            telephone: details.telephone.clone().unwrap_or_default(),
            needs: details.needs.clone().unwrap_or_default(),
            resident: yes_or_no(details.resident),
            publish_name: yes_or_no(details.publish_name),
        }),
        difference: question.difference.clone().unwrap_or_default(),
    }
}
