//! What a questioner does with the private link: look, withdraw, disown, send on (readings 4, 6 and 7). Looking changes nothing.
//! One function decides what is possible, for the pages, the API and the acts.

use chrono::NaiveDate;

use crate::{
    domain::{
        id::{DraftId, QuestionId},
        meeting::MeetingStatus,
        refusal::Refusal,
        standing_order::{
            one_question::releases_allowance,
            question_time::{Outcome, Phase, QuestionTime},
            rejection::Ground,
            repetition,
            written_response::ResponseState,
        },
        status::{Act, Status},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        draft_space::Owner,
        drafts,
        letters::{About, Letter},
        question_time,
        views::{self, MeetingView, QuestionView},
    },
    store::{
        connection::Db,
        questions::{self, DecisionKind, Question},
        responses,
    },
};

/// What a questioner sees of their question.
#[derive(Debug, Clone, PartialEq)]
pub struct YourQuestion {
    /// The question with all that belongs to it.
    pub view: QuestionView,
    /// Where question time stands, for a question that is or was on the list; as before it is opened for any other.
    pub question_time: QuestionTime,
    /// How many questions are to be put before it, where it is still on the list.
    pub before: Option<usize>,
    /// The board's next meeting that takes questions.
    pub next: Option<MeetingView>,
    /// What may be done by the link.
    pub possible: Possible,
}

/// What may be done by a private link now: the pages offer it, the API lists it, and the acts hold to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Possible {
    /// Withdrawing.
    pub withdraw: bool,
    /// Disowning.
    pub disown: bool,
    /// Sending the words on to the board's next meeting.
    pub next_meeting: Option<SendOn>,
    /// Sending other words to this meeting.
    pub same_meeting: bool,
    /// Having letters sent to another address.
    pub correct_address: bool,
    /// Asking the council to take a misused name off the record: the question was put, so it stands.
    pub name_off_the_record: bool,
}

/// How the words of a question may be sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendOn {
    /// As they are.
    Unchanged,
    /// Only in other words: unchanged they would be rejected again.
    Changed,
}

/// Decides what may be done by the private link of a question.
fn possible(
    question: &Question,
    view: &QuestionView,
    question_time: &QuestionTime,
    next: Option<&MeetingView>,
    next_window: Option<(NaiveDate, Option<NaiveDate>)>,
    takes_questions: bool,
    address_disputed: bool,
) -> Possible {
    let put = was_put(question, question_time);
    let rejection = view
        .decisions
        .iter()
        .rev()
        .find(|decision| decision.kind == DecisionKind::Rejected);
    let send_on = match question.status {
        Status::Refused => question
            .refusals
            .iter()
            .all(Refusal::may_be_sent_on)
            .then_some(SendOn::Unchanged),
        Status::Withdrawn | Status::Replaced => Some(SendOn::Unchanged),
        Status::ResponseOwed if view.meeting.meeting().status == MeetingStatus::Cancelled => {
            Some(SendOn::Unchanged)
        }
        Status::Rejected => rejection.and_then(|rejection| {
            rejection
                .grounds
                .iter()
                .map(|ground| after_rejection(*ground, next_window))
                .try_fold(SendOn::Unchanged, |so_far, ground| match ground? {
                    SendOn::Changed => Some(SendOn::Changed),
                    SendOn::Unchanged => Some(so_far),
                })
        }),
        _ => None,
    };
    let ended_in_time = match question.status {
        Status::Withdrawn => true,
        // whoever has a question at the meeting already cannot send another to it
        Status::Rejected => rejection.is_none_or(|rejection| {
            rejection
                .grounds
                .iter()
                .all(|ground| ground.leaves_another())
        }),
        _ => false,
    };
    Possible {
        withdraw: question.status.allows(Act::Withdraw) && !put,
        disown: question.status.allows(Act::Disown) && !put,
        next_meeting: send_on.filter(|_| next.is_some()),
        same_meeting: ended_in_time && takes_questions && send_on.is_some(),
        correct_address: view.questioner.is_some()
            && question.status != Status::Disowned
            && !address_disputed,
        name_off_the_record: put
            || matches!(
                question.status,
                Status::Answered | Status::DealtWith | Status::NotPut | Status::Responded
            ),
    }
}

/// Whether a question has been put, or is being put: then it stands.
fn was_put(question: &Question, state: &QuestionTime) -> bool {
    let being_put = state
        .turn
        .as_ref()
        .is_some_and(|turn| turn.question == question.id);
    let put = state.entry(question.id).is_some_and(|entry| {
        matches!(
            entry.outcome,
            Outcome::Put { .. } | Outcome::DealtWith { .. }
        )
    });
    being_put || put || question.is_published()
}

/// How a question that was rejected on this ground may be sent on, if at all. `window` is when the comparison of the next meeting
/// begins, and when the earlier question was put.
fn after_rejection(
    ground: Ground,
    window: Option<(NaiveDate, Option<NaiveDate>)>,
) -> Option<SendOn> {
    match ground {
        Ground::SubstantiallyTheSame => Some(match window {
            Some((from, Some(put_on))) if put_on < from => SendOn::Unchanged,
            _ => SendOn::Changed,
        }),
        Ground::Defamatory
        | Ground::Frivolous
        | Ground::Offensive
        | Ground::Abusive
        | Ground::Racist
        | Ground::ConfidentialOrExempt => Some(SendOn::Changed),
        // what is wrong with it is wrong for this meeting alone
        Ground::NotOnAgenda | Ground::AlreadyAsked => Some(SendOn::Unchanged),
        // other words would not make it a matter for the board, or its questioner a resident
        Ground::NotResident
        | Ground::NotCouncilMatter
        | Ground::PlanningApplication
        | Ground::LicensingApplication
        | Ground::PrivateMatter => None,
    }
}

/// Opens a private link.
///
/// # Errors
/// [`ServiceError::NotFound`], alike for every link that does not open a question.
pub fn look(service: &Service, token: &str) -> Result<YourQuestion, ServiceError> {
    service.store.read(|db| {
        let question = service.question_by_token(db, token)?;
        look_in(service, db, &question)
    })
}

pub(super) fn look_in(
    service: &Service,
    db: &mut Db,
    question: &Question,
) -> Result<YourQuestion, ServiceError> {
    let view = views::question(service, db, question.id)?;
    let question_time = question_time::state_for(service, db, &view.meeting, question.id)?;
    let before = (question.status == Status::Approved && question_time.phase != Phase::Closed)
        .then(|| places_before(&question_time, question.id))
        .flatten();
    let next = views::next_meeting_of_board(service, db, view.meeting.meeting())?;
    let earlier = view
        .decisions
        .iter()
        .rev()
        .find_map(questions::Decision::same_as);
    let earlier_put_on = match earlier {
        Some(id) => questions::question(db, id)?.put_on,
        None => None,
    };
    let window = next.as_ref().map(|next| {
        let meeting = next.meeting();
        let months = service.figures(meeting).repetition_window();
        (
            repetition::window(meeting.date, months).from,
            earlier_put_on,
        )
    });
    let address_disputed = questions::address_corrections(db, question.id)?
        .iter()
        .any(|correction| correction.stopped_at.is_some());
    let possible = possible(
        question,
        &view,
        &question_time,
        next.as_ref(),
        window,
        view.meeting.takes_questions(service.now()),
        address_disputed,
    );
    Ok(YourQuestion {
        view,
        question_time,
        before,
        next,
        possible,
    })
}

/// Begins a draft with a question's words, for the board's next meeting or for the same one.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where the question cannot be sent there.
pub fn send_on(
    service: &Service,
    owner: &Owner,
    token: &str,
    to: SendTo,
) -> Result<DraftId, ServiceError> {
    let (question, meeting) = service.store.read(|db| {
        let question = service.question_by_token(db, token)?;
        let seen = look_in(service, db, &question)?;
        let meeting = match to {
            SendTo::NextMeeting => seen
                .next
                .filter(|_| seen.possible.next_meeting.is_some())
                .map(|next| next.meeting().id),
            SendTo::SameMeeting => seen.possible.same_meeting.then_some(question.meeting_id),
        };
        let meeting = meeting.ok_or_else(|| {
            ServiceError::Conflict("Your question cannot be sent there.".to_owned())
        })?;
        Ok::<_, ServiceError>((question, meeting))
    })?;
    drafts::carry_by_link(service, owner, &question, meeting)
}

/// Where the words of a question are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendTo {
    /// To the board's next meeting.
    NextMeeting,
    /// To the meeting that it was sent to before.
    SameMeeting,
}

fn places_before(state: &QuestionTime, id: QuestionId) -> Option<usize> {
    let place = state
        .entries
        .iter()
        .position(|entry| entry.question == id)?;
    Some(
        state.entries[..place]
            .iter()
            .filter(|entry| matches!(entry.outcome, Outcome::Waiting | Outcome::Called))
            .count(),
    )
}

/// Withdraws the question. Before the deadline that gives the allowance back (reading 7).
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where it can't be withdrawn any more.
pub fn withdraw(service: &Service, acting: &Acting, token: &str) -> Result<Question, ServiceError> {
    end(service, acting, token, Act::Withdraw)
}

/// Disowns the question: it was sent in someone else's name. The allowance is free at once (reading 6).
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where it can't be disowned any more.
pub fn disown(service: &Service, acting: &Acting, token: &str) -> Result<Question, ServiceError> {
    end(service, acting, token, Act::Disown)
}

/// Withdraws a question at the questioner's word to an officer, by telephone say.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since or can't be withdrawn any more.
pub fn withdraw_for(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
) -> Result<Question, ServiceError> {
    crate::service::permission::proper_officer(acting)?;
    service.store.write(|db| {
        let question = questions::question(db, id)?;
        if question.version != version {
            return Err(ServiceError::changed());
        }
        end_in(service, db, acting, &question, Act::Withdraw, false)
    })
}

fn end(
    service: &Service,
    acting: &Acting,
    token: &str,
    act: Act,
) -> Result<Question, ServiceError> {
    service.store.write(|db| {
        let question = service.question_by_token(db, token)?;
        end_in(service, db, acting, &question, act, false)
    })
}

/// Withdraws a question because its questioner asks another one instead, which takes its allowance.
///
/// # Errors
/// [`ServiceError::Conflict`] where it cannot be withdrawn any more.
pub(super) fn exchange_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
) -> Result<Question, ServiceError> {
    end_in(service, db, acting, was, Act::Withdraw, true)
}

fn end_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
    act: Act,
    exchanged: bool,
) -> Result<Question, ServiceError> {
    let ended = match act {
        Act::Disown => Status::Disowned,
        _ => Status::Withdrawn,
    };
    if was.status == ended {
        // a link used twice has no further effect
        return Ok(was.clone());
    }
    let mut question = was.clone();
    question.status = was.status.after(act)?;
    question.version += 1;
    let seen = look_in(service, db, was)?;
    let may = match act {
        Act::Disown => seen.possible.disown,
        _ => seen.possible.withdraw,
    };
    if !may {
        return Err(ServiceError::Conflict(
            "The question has been put at the meeting, so it stays on the record. If your name was used without your agreement, contact us: we can take your name off the record.".to_owned(),
        ));
    }
    let view = seen.view;
    if !questions::update(db, &question)? {
        return Err(ServiceError::changed());
    }
    if let Some(mut response) = view
        .response
        .clone()
        .filter(|response| response.state.is_owed())
    {
        response.state = ResponseState::NotNeeded;
        response.version += 1;
        if !responses::update(db, &response)? {
            return Err(ServiceError::Busy);
        }
    }
    let now = service.now();
    let deadline = view.meeting.deadline.at;
    let releases = exchanged || releases_allowance(act, now, deadline);
    if releases {
        questions::release_slots(db, was.id, now)?;
    }
    service.audit_question(
        db,
        acting,
        if act == Act::Disown {
            "disown"
        } else {
            "withdraw"
        },
        Some(was),
        &question,
        serde_json::json!({ "allowance_released": releases }),
    )?;
    if act == Act::Withdraw {
        let letter = Letter::Withdrawn {
            about: About::new(
                &question,
                &view.matter,
                &view.meeting.board,
                view.meeting.meeting(),
            ),
            another_until: (releases && !exchanged && now <= deadline).then_some(deadline),
        };
        service.write_letter(db, acting, &question, view.questioner.as_ref(), &letter)?;
    }
    Ok(question)
}
