//! Written responses: owed, given to an officer, written, sent, corrected (clause (ix), reading 15).

use std::collections::BTreeSet;

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
        letters::{About, EarlierResponse, Letter, ResponseDue, SendInstead},
        permission,
        views::{self, MeetingView},
        visibility::{QuestionForStaff, Viewer},
    },
    store::{
        connection::Db,
        meetings,
        questions::{self, Question, QuestionerDetails},
        responses::{self, Place, Reminder, SentReply, Whose, WrittenResponse},
        staff::{self, StaffMember},
    },
};

/// When a response that is owed from a day on is due, by the figures that hold for the meeting.
///
/// # Errors
/// [`ServiceError::Internal`] where the calendar has no working day for it, and those of the store.
pub(super) fn due_on(
    service: &Service,
    db: &mut Db,
    meeting: &MeetingView,
    owed_from: NaiveDate,
) -> Result<NaiveDate, ServiceError> {
    let calendar = service.working_days(db)?;
    let days = service
        .figures(meeting.meeting())
        .written_response_working_days();
    let due = written_response::due_on(owed_from, days, &calendar).ok_or_else(|| {
        ServiceError::Internal("the calendar has no working day for a written response".to_owned())
    })?;
    Ok(due.date)
}

/// Notes that a written response is owed, for an act that tells the questioner itself. It goes to whoever writes the board's
/// responses, if anybody does; [`tell_owners`] tells them. The caller adds it to the audit trail.
///
/// # Errors
/// Those of the store.
pub(super) fn record_owed(
    service: &Service,
    db: &mut Db,
    question: &Question,
    meeting: &MeetingView,
    reason: Reason,
    owed_from: NaiveDate,
) -> Result<WrittenResponse, ServiceError> {
    let owner_id = match meeting.board.response_owner {
        Some(owner) => Some(staff::member(db, owner)?)
            .filter(StaffMember::may_respond)
            .map(|member| member.id),
        None => None,
    };
    let response = WrittenResponse {
        id: service.new_id(),
        question_id: question.id,
        reason,
        state: ResponseState::Owed,
        owner_id,
        owed_from,
        due_on: due_on(service, db, meeting, owed_from)?,
        draft: String::new(),
        version: 1,
    };
    responses::insert(db, &response)?;
    Ok(response)
}

/// Notes that a written response is owed, as [`record_owed`] does, and tells the questioner by when.
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
) -> Result<WrittenResponse, ServiceError> {
    let response = record_owed(service, db, question, meeting, reason, owed_from)?;
    let due_on = response.due_on;
    let matter = views::matter_words(question, meeting.published_agenda());
    let about = About::new(question, &matter, &meeting.board, meeting.meeting());
    let details = questions::questioner(db, question.id)?;
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
    service.write_letter(db, acting, question, details.as_ref(), &letter)?;
    Ok(response)
}

/// A response as letters to officers list it.
///
/// # Errors
/// Those of the store.
pub(super) fn in_a_letter(
    service: &Service,
    db: &mut Db,
    response: &WrittenResponse,
) -> Result<ResponseDue, ServiceError> {
    let question = questions::question(db, response.question_id)?;
    let meeting = meetings::meeting(db, question.meeting_id)?.meeting;
    let owner = match response.owner_id {
        Some(owner) => Some(staff::member(db, owner)?.name),
        None => None,
    };
    Ok(ResponseDue {
        reference: question.reference.to_string(),
        board: meetings::board(db, meeting.board_id)?.name,
        date: meeting.date,
        due_on: response.due_on,
        overdue: response.due_on < local_time::london_date(service.now()),
        owner,
        path: format!("/staff/responses/{}", response.id),
    })
}

/// Tells each officer which of these responses have been given to them, in one e-mail each; not whoever gave them to themselves.
///
/// # Errors
/// Those of the store.
pub(super) fn tell_owners(
    service: &Service,
    db: &mut Db,
    by: Option<StaffId>,
    given: &[WrittenResponse],
) -> Result<(), ServiceError> {
    let owners: BTreeSet<StaffId> = given
        .iter()
        .filter_map(|response| response.owner_id)
        .filter(|owner| Some(*owner) != by)
        .collect();
    for owner in owners {
        let mut responses = Vec::new();
        for response in given.iter().filter(|given| given.owner_id == Some(owner)) {
            responses.push(in_a_letter(service, db, response)?);
        }
        let member = staff::member(db, owner)?;
        service.write_to_staff(db, &member, &Letter::ResponsesGiven { responses })?;
    }
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
        if !matches!(was.status, Status::Refused | Status::Replaced) {
            return Err(ServiceError::Conflict(
                "Only a question that was refused or replaced can be answered in writing instead."
                    .to_owned(),
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
        let meeting = views::meeting(service, db, was.meeting_id)?;
        let today = local_time::london_date(service.now());
        let response = owe(service, db, acting, &question, &meeting, reason, today)?;
        service.audit_question(
            db,
            acting,
            "owe",
            Some(&was),
            &question,
            serde_json::json!({ "reason": reason, "due_on": response.due_on }),
        )?;
        tell_owners(service, db, acting.staff_id(), &[response])?;
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
        let response = response_of(db, acting, id)?;
        view(service, db, acting, response)
    })
}

/// A response that whoever acts may read and write: a responding officer those that are theirs or nobody's yet, the proper officer
/// all.
fn response_of(
    db: &mut Db,
    acting: &Acting,
    id: ResponseId,
) -> Result<WrittenResponse, ServiceError> {
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

/// Which written responses a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that are owed, by due date: one officer's, or everybody's.
    Owed(Option<StaffId>),
    /// Those that are owed and have been given to nobody, by due date.
    Unassigned,
    /// Those that were sent, the latest first: one officer's, or everybody's.
    Sent(Option<StaffId>),
}

/// Whose written responses somebody may read: the proper officer everybody's, a responding officer their own and those of nobody.
pub fn theirs(member: &StaffMember) -> Vec<Whose> {
    if member.is_proper_officer() {
        vec![Whose::Anybody]
    } else {
        vec![Whose::Of(member.id), Whose::Nobody]
    }
}

/// A page of written responses, from those after a place. A responding officer has those that are theirs, or nobody's.
///
/// # Errors
/// [`ServiceError::Forbidden`].
pub fn list(
    service: &Service,
    acting: &Acting,
    which: Which,
    after: Option<Place>,
    max: i64,
) -> Result<Vec<ResponseView>, ServiceError> {
    let member = permission::responding(acting)?;
    let owed = !matches!(which, Which::Sent(_));
    let whose = match which {
        Which::Unassigned => vec![Whose::Nobody],
        Which::Owed(None) | Which::Sent(None) => theirs(member),
        Which::Owed(Some(owner)) | Which::Sent(Some(owner))
            if member.is_proper_officer() || owner == member.id =>
        {
            vec![Whose::Of(owner)]
        }
        Which::Owed(Some(_)) | Which::Sent(Some(_)) => Vec::new(),
    };
    service.store.read(|db| {
        responses::list(db, owed, &whose, after, max)?
            .into_iter()
            .map(|response| view(service, db, acting, response))
            .collect()
    })
}

/// Saves what has been written so far and who writes it. Nothing is sent to the questioner; an officer to whom it is given is
/// told by e-mail. Whoever gives it to a colleague still gets it back once, as it was saved.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] for an officer who does not write responses;
/// [`ServiceError::Conflict`] where it has changed since.
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
        let mut response = response_of(db, acting, id)?;
        if response.version != version {
            return Err(ServiceError::changed());
        }
        let was_owner = response.owner_id;
        if let Some(owner) = owner
            && was_owner != Some(owner)
            && !staff::member(db, owner)?.may_respond()
        {
            return Err(ServiceError::field(
                "owner",
                "choice",
                "Select somebody who writes written responses",
            ));
        }
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
        if owner != was_owner && response.state.is_owed() {
            tell_owners(service, db, acting.staff_id(), std::slice::from_ref(&response))?;
        }
        view(service, db, acting, response)
    })
}

/// What a chase is called among the reminders.
const CHASE: &str = "chase";

/// Asks whoever writes a response for it, by e-mail: once a day at most.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since, is not owed, is nobody's, or was asked for
/// today.
pub fn chase(
    service: &Service,
    acting: &Acting,
    id: ResponseId,
    version: i32,
) -> Result<WrittenResponse, ServiceError> {
    permission::proper_officer(acting)?;
    let today = local_time::london_date(service.now());
    service.store.write(|db| {
        let response = responses::response(db, id)?;
        if response.version != version {
            return Err(ServiceError::changed());
        }
        let conflict = |why: &str| Err(ServiceError::Conflict(why.to_owned()));
        if !response.state.is_owed() {
            return conflict("This written response is not owed any more.");
        }
        let Some(owner) = response.owner_id else {
            return conflict("Nobody has been given this written response. Assign it first.");
        };
        if responses::last_reminded_on(db, id, CHASE)? == Some(today) {
            return conflict("A reminder has already been sent today.");
        }
        let member = staff::member(db, owner)?;
        let letter = Letter::ResponseChased {
            response: in_a_letter(service, db, &response)?,
        };
        service.write_to_staff(db, &member, &letter)?;
        // one for each day: the date takes the place of the due date, of which there is one for many chases
        let reminder = Reminder {
            id: service.new_id::<uuid::Uuid>().to_string(),
            response_id: id.to_string(),
            recipient: owner.to_string(),
            kind: CHASE.to_owned(),
            due_on: today,
            sent_on: today,
        };
        responses::insert_reminder(db, &reminder)?;
        service.audit(
            db,
            acting,
            "chase_response",
            ("question", &response.question_id.to_string()),
            None,
            Some(serde_json::json!({ "owner": owner, "due_on": response.due_on })),
        )?;
        Ok(response)
    })
}

/// What was sent last as the response, and when: what a correction starts from.
pub fn last_sent(replies: &[SentReply]) -> Option<&SentReply> {
    replies
        .iter()
        .rev()
        .find(|sent| sent.reply != Reply::Holding)
}

/// Checks the date that a holding reply gives.
fn new_date(
    service: &Service,
    response: &WrittenResponse,
    date: Option<NaiveDate>,
) -> Result<NaiveDate, ServiceError> {
    let today = local_time::london_date(service.now());
    let wrong = |code, message: String| Err(ServiceError::field("new_due_on", code, &message));
    match date {
        None => wrong(
            "empty",
            "Enter the date by which you will send the response".to_owned(),
        ),
        Some(date) if date <= today => {
            wrong("past", "The new date must be in the future".to_owned())
        }
        Some(date) if date <= response.due_on => wrong(
            "early",
            format!(
                "The new date must be after {}, by which it is due now",
                local_time::long_date(response.due_on)
            ),
        ),
        Some(date) => Ok(date),
    }
}

/// The letter that a reply sends: the preview and the sending are one.
///
/// # Errors
/// [`ServiceError::Invalid`] without words, for a holding reply without a new date, and for a correction that changes nothing;
/// [`ServiceError::Conflict`] where the reply can't follow what was sent.
pub fn letter(
    service: &Service,
    view: &ResponseView,
    reply: Reply,
    body: &str,
    new_due_on: Option<NaiveDate>,
) -> Result<Letter, ServiceError> {
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
        Reply::Holding => Letter::HoldingReply {
            about,
            body,
            new_due_on: Some(new_date(service, &view.response, new_due_on)?),
        },
        Reply::Full => Letter::WrittenResponse {
            about,
            reason: view.response.reason,
            body,
        },
        Reply::Correction => {
            let earlier = last_sent(&question.replies);
            if earlier.is_some_and(|sent| sent.body == body) {
                return Err(ServiceError::field(
                    "body",
                    "unchanged",
                    "Change the response, or there is nothing to correct",
                ));
            }
            Letter::Correction {
                about,
                body,
                // a letter quotes what is published, from which words may have been taken out since (reading 20)
                earlier: earlier.and_then(|sent| {
                    Some(EarlierResponse {
                        sent_on: local_time::london_date(sent.replied_at),
                        body: sent.published_body.clone()?,
                    })
                }),
            }
        }
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
#[expect(
    clippy::too_many_arguments,
    reason = "who, which, as seen, and the four parts of what is sent"
)]
pub fn send(
    service: &Service,
    acting: &Acting,
    id: ResponseId,
    version: i32,
    reply: Reply,
    body: &str,
    published: Option<&str>,
    new_due_on: Option<NaiveDate>,
) -> Result<WrittenResponse, ServiceError> {
    let member = permission::responding(acting)?;
    service.store.write(|db| {
        let response = response_of(db, acting, id)?;
        let view = view(service, db, acting, response)?;
        if view.response.version != version {
            return Err(ServiceError::changed());
        }
        let letter = letter(service, &view, reply, body, new_due_on)?;
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
        let new_due_on = match &letter {
            Letter::HoldingReply { new_due_on, .. } => *new_due_on,
            _ => None,
        };
        // a holding reply moves the date from which the response is overdue
        response.due_on = new_due_on.unwrap_or(response.due_on);
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
                new_due_on,
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
            serde_json::json!({
                "reply": reply, "response_was": was, "response_version": response.version, "due_on": response.due_on,
            }),
        )?;
        service.write_letter(db, acting, &question, details.as_ref(), &letter)?;
        Ok(response)
    })
}
