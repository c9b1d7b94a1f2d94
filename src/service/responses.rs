//! Written responses: owed, given to an officer, written, sent, corrected (clause (ix), reading 15).

use chrono::NaiveDate;

use crate::{
    domain::{
        id::{QuestionId, ResponseId, StaffId},
        local_time,
        published_reply::{self, Personal},
        refusal::Refusal,
        standing_order::written_response::{self, Reason, Reply, ResponseState},
        status::{Act, Status},
        text,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{About, Letter, SendInstead},
        permission,
        views::{self, MeetingView},
        visibility::{QuestionForStaff, Viewer},
    },
    store::{
        connection::Db,
        questions::{self, Question, QuestionerDetails},
        responses::{self, SentReply, WrittenResponse},
        staff::StaffMember,
    },
};

/// Notes that a written response is owed and tells the questioner by when.
///
/// # Errors
/// Those of the store.
pub(super) fn owe(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    question: &Question,
    meeting: &MeetingView,
    reason: Reason,
    owed_from: NaiveDate,
) -> Result<(), ServiceError> {
    let calendar = service.working_days(db)?;
    let days = service
        .figures(meeting.meeting())
        .written_response_working_days();
    let due = written_response::due_on(owed_from, days, &calendar).ok_or_else(|| {
        ServiceError::Internal("the calendar has no working day for a written response".to_owned())
    })?;
    let response = WrittenResponse {
        id: service.new_id(),
        question_id: question.id,
        reason,
        state: ResponseState::Owed,
        owner_id: None,
        owed_from,
        due_on: due.date,
        draft: String::new(),
        version: 1,
    };
    responses::insert(db, &response)?;
    service.audit(
        db,
        acting,
        "owe_response",
        ("question", &question.id.to_string()),
        None,
        Some(serde_json::json!({ "reason": reason, "due_on": response.due_on })),
    )?;
    let matter = views::matter_words(question, meeting.published_agenda());
    let about = About::new(question, &matter, &meeting.board, meeting.meeting());
    let details = questions::questioner(db, question.id)?;
    let due_on = response.due_on;
    // whoever's meeting was cancelled gets one letter that says both
    let letter = if reason == Reason::MeetingCancelled {
        let next =
            views::next_meeting_of_board(service, db, meeting.meeting())?.map(|next| SendInstead {
                date: next.meeting().date,
                deadline: next.deadline.at,
            });
        Letter::MeetingCancelled {
            about,
            due_on,
            next,
        }
    } else {
        Letter::ResponseOwed {
            about,
            reason,
            due_on,
        }
    };
    service.write_letter(db, question, details.as_ref(), &letter)?;
    Ok(())
}

/// Decides that a question which the rule refused gets a written response all the same (reading 4).
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since.
pub fn keep_for_response(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = questions::question(db, id)?;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        if was.status != Status::Refused {
            return Err(ServiceError::Conflict(
                "Only a question that was refused can be answered in writing instead.".to_owned(),
            ));
        }
        let late = was
            .refusals
            .iter()
            .any(|refusal| matches!(refusal, Refusal::Late { .. }));
        let reason = if late {
            Reason::LateAndKept
        } else {
            Reason::NotAccepted
        };
        let mut question = was.clone();
        question.status = was.status.after(Act::Owe)?;
        question.version += 1;
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        service.audit_question(
            db,
            acting,
            "owe",
            Some(&was),
            &question,
            serde_json::json!({ "reason": reason }),
        )?;
        let meeting = views::meeting(service, db, was.meeting_id)?;
        let today = local_time::london_date(service.now());
        owe(service, db, acting, &question, &meeting, reason, today)?;
        Ok(question)
    })
}

/// A written response with its question.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseView {
    /// The response.
    pub response: WrittenResponse,
    /// The question that it answers, so far as whoever looks may see it.
    pub question: QuestionForStaff,
}

/// One written response.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`].
pub fn look(
    service: &Service,
    acting: &Acting,
    id: ResponseId,
) -> Result<ResponseView, ServiceError> {
    service.store.read(|db| {
        let response = theirs(db, acting, id)?;
        view(service, db, acting, response)
    })
}

/// A response that whoever acts may read and write: a responding officer those that are theirs or nobody's yet, the proper officer
/// all.
fn theirs(db: &mut Db, acting: &Acting, id: ResponseId) -> Result<WrittenResponse, ServiceError> {
    let member = permission::responding(acting)?;
    let response = responses::response(db, id)?;
    if is_theirs(&response, member) {
        Ok(response)
    } else {
        Err(ServiceError::Forbidden(
            "This written response has been given to another officer.",
        ))
    }
}

/// Whether somebody who writes responses may read and write this one.
pub fn is_theirs(response: &WrittenResponse, member: &StaffMember) -> bool {
    member.is_proper_officer() || response.owner_id.is_none_or(|owner| owner == member.id)
}

fn view(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    response: WrittenResponse,
) -> Result<ResponseView, ServiceError> {
    let viewer = Viewer::responding(acting)?;
    Ok(ResponseView {
        question: QuestionForStaff::new(
            views::question(service, db, response.question_id)?,
            viewer,
        ),
        response,
    })
}

/// The written responses owed, by due date; or those sent, latest first. A responding officer has those that are theirs, or nobody's.
///
/// # Errors
/// [`ServiceError::Forbidden`].
pub fn list(
    service: &Service,
    acting: &Acting,
    owed: bool,
    owner: Option<StaffId>,
) -> Result<Vec<ResponseView>, ServiceError> {
    let member = permission::responding(acting)?;
    service.store.read(|db| {
        let found = responses::list(db, owed, owner, 500)?;
        found
            .into_iter()
            .filter(|response| is_theirs(response, member))
            .map(|response| view(service, db, acting, response))
            .collect()
    })
}

/// Saves what has been written so far and who owes it, without sending anything. Whoever gives it to a colleague still gets it back
/// once, as it was saved.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since.
pub fn save_draft(
    service: &Service,
    acting: &Acting,
    id: ResponseId,
    version: i32,
    draft: &str,
    owner: Option<StaffId>,
) -> Result<ResponseView, ServiceError> {
    permission::responding(acting)?;
    let draft = text::several_lines(draft);
    service.store.write(|db| {
        let mut response = theirs(db, acting, id)?;
        if response.version != version {
            return Err(ServiceError::changed());
        }
        if let Some(owner) = owner {
            crate::store::staff::member(db, owner)?;
        }
        let was_owner = response.owner_id;
        response.draft.clone_from(&draft);
        response.owner_id = owner;
        response.version += 1;
        if !responses::update(db, &response)? {
            return Err(ServiceError::changed());
        }
        service.audit(
            db,
            acting,
            "write_response",
            ("question", &response.question_id.to_string()),
            Some(serde_json::json!({ "owner": was_owner })),
            Some(serde_json::json!({
                "owner": owner, "characters": draft.chars().count(), "response_version": response.version,
            })),
        )?;
        view(service, db, acting, response)
    })
}

/// The letter that a reply sends: the preview and the sending are one.
///
/// # Errors
/// [`ServiceError::Invalid`] without words; [`ServiceError::Conflict`] where the reply can't follow what was sent.
pub fn letter(view: &ResponseView, reply: Reply, body: &str) -> Result<Letter, ServiceError> {
    let body = text::several_lines(body);
    if body.is_empty() {
        return Err(ServiceError::field("body", "empty", "Enter the response"));
    }
    if body.chars().count() > 50_000 {
        return Err(ServiceError::field(
            "body",
            "too_long",
            "The response must be 50,000 characters or fewer",
        ));
    }
    view.response.state.after(reply)?;
    let question = &view.question;
    let mut about = About::new(
        &question.question,
        &question.matter,
        &question.meeting.board,
        question.meeting.meeting(),
    );
    // whoever may not see which words were left out knows that some were
    about.words_left_out = question.words_left_out;
    Ok(match reply {
        Reply::Holding => Letter::HoldingReply { about, body },
        Reply::Full => Letter::WrittenResponse {
            about,
            reason: view.response.reason,
            body,
        },
        Reply::Correction => Letter::Correction { about, body },
    })
}

/// The details of a questioner that the published version of a reply should not hold.
fn personal(details: Option<&QuestionerDetails>) -> Personal<'_> {
    details.map_or_else(Personal::default, |details| Personal {
        name: &details.name,
        organisation: details.organisation.as_deref(),
        address: &details.address,
        postcode: &details.postcode,
        email: details.email.as_deref(),
        telephone: details.telephone.as_deref(),
        carer: details.carer_name.as_deref(),
    })
}

/// The published version of a reply before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToPublish {
    /// The text.
    pub body: String,
    /// What in it looks like the questioner's details.
    pub details: Vec<String>,
}

/// Reads the published version of a reply, or proposes it where none is given; none for a holding reply, which is not published.
///
/// # Errors
/// [`ServiceError::Invalid`] where it has no words or too many.
pub fn to_publish(
    service: &Service,
    view: &ResponseView,
    reply: Reply,
    body: &str,
    typed: Option<&str>,
) -> Result<Option<ToPublish>, ServiceError> {
    let question = &view.question.question;
    let details = service
        .store
        .read(|db| Ok::<_, ServiceError>(questions::questioner(db, question.id)?))?;
    let Some(body) = published(question, details.as_ref(), reply, body, typed)? else {
        return Ok(None);
    };
    let found = published_reply::details_in(&body, personal(details.as_ref()), question.naming);
    Ok(Some(ToPublish {
        details: found.into_iter().map(str::to_owned).collect(),
        body,
    }))
}

fn published(
    question: &Question,
    details: Option<&QuestionerDetails>,
    reply: Reply,
    body: &str,
    typed: Option<&str>,
) -> Result<Option<String>, ServiceError> {
    if reply == Reply::Holding {
        return Ok(None);
    }
    let published = text::several_lines(&typed.map_or_else(
        || published_reply::propose(body, personal(details), question.naming),
        str::to_owned,
    ));
    if published.is_empty() {
        return Err(ServiceError::field(
            "published",
            "empty",
            "Enter what will be published",
        ));
    }
    if published.chars().count() > 50_000 {
        return Err(ServiceError::field(
            "published",
            "too_long",
            "What will be published must be 50,000 characters or fewer",
        ));
    }
    Ok(Some(published))
}

/// Sends a reply: a holding reply, the response, or a correction of it. `published` is the published version of the last two;
/// where it is none, the body without its greeting and the questioner's name.
///
/// # Errors
/// [`ServiceError::Forbidden`]; those of [`letter`]; [`ServiceError::Conflict`] where it has changed since.
pub fn send(
    service: &Service,
    acting: &Acting,
    id: ResponseId,
    version: i32,
    reply: Reply,
    body: &str,
    published: Option<&str>,
) -> Result<WrittenResponse, ServiceError> {
    let member = permission::responding(acting)?;
    service.store.write(|db| {
        let response = theirs(db, acting, id)?;
        let view = view(service, db, acting, response)?;
        if view.response.version != version {
            return Err(ServiceError::changed());
        }
        let letter = letter(&view, reply, body)?;
        let details = questions::questioner(db, view.response.question_id)?;
        if details.is_none() {
            return Err(ServiceError::Conflict(
                "The questioner's details have been removed on schedule, so nothing can be sent."
                    .to_owned(),
            ));
        }
        let was = view.response.state;
        let mut response = view.response.clone();
        response.state = was.after(reply)?;
        response.draft = String::new();
        response.owner_id = response.owner_id.or(Some(member.id));
        response.version += 1;
        if !responses::update(db, &response)? {
            return Err(ServiceError::changed());
        }
        let body = match &letter {
            Letter::HoldingReply { body, .. }
            | Letter::WrittenResponse { body, .. }
            | Letter::Correction { body, .. } => body.clone(),
            _ => String::new(),
        };
        let published_body = self::published(
            &view.question.question,
            details.as_ref(),
            reply,
            &body,
            published,
        )?;
        let reply_id: uuid::Uuid = service.new_id();
        responses::insert_reply(
            db,
            id,
            &SentReply {
                id: reply_id.to_string(),
                reply,
                body,
                published_body,
                staff_id: member.id,
                replied_at: service.now(),
            },
        )?;
        let was_question = &questions::question(db, view.response.question_id)?;
        let mut question = was_question.clone();
        match reply {
            Reply::Holding => {}
            Reply::Full => question.status = was_question.status.after(Act::Respond)?,
            Reply::Correction => question.status = was_question.status.after(Act::Correct)?,
        }
        if reply != Reply::Holding {
            question.version += 1;
            if !questions::update(db, &question)? {
                return Err(ServiceError::changed());
            }
        }
        service.audit_question(
            db,
            acting,
            "send_reply",
            Some(was_question),
            &question,
            serde_json::json!({ "reply": reply, "response_was": was, "response_version": response.version }),
        )?;
        service.write_letter(db, &question, details.as_ref(), &letter)?;
        Ok(response)
    })
}
