//! Running question time: an act of the chair becomes an event in the transaction that checks it (clauses (i), (iv), (vii),
//! (viii)); closing settles every question that is on the list (clause (ix)).

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        id::{MeetingId, QuestionId},
        local_time,
        meeting::MeetingStatus,
        refusal::Refusal,
        standing_order::{
            figures::Figures,
            question_time::{Event, Outcome, QuestionTime, Recorded},
            written_response::{Ending, Reason, settled},
        },
        status::{Act, Status},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        permission::{self, Onlooker},
        responses,
        views::{self, MeetingView},
        visibility::{self, Viewer},
    },
    store::{
        connection::Db,
        meetings, question_time as stored,
        questions::{self, DecisionKind, Question},
    },
};

/// The questions that are or were on the chair's list, in order of receipt. Closing puts what nobody decided among those that are
/// owed a written response, and cancelling too: these were never on it.
///
/// # Errors
/// Those of the store.
pub fn listed(db: &mut Db, meeting: MeetingId) -> Result<Vec<Question>, ServiceError> {
    let mut list = Vec::new();
    for question in questions::at_meeting(db, meeting)? {
        // a question that was refused and is answered in writing was never on the list
        if question.refusals.is_empty() && was_approved(db, &question)? {
            list.push(question);
        }
    }
    Ok(list)
}

/// Whether a question was approved before it came to where it stands.
fn was_approved(db: &mut Db, question: &Question) -> Result<bool, ServiceError> {
    Ok(match question.status {
        Status::Approved | Status::Answered | Status::DealtWith | Status::NotPut => true,
        Status::ResponseOwed | Status::Responded => {
            question.put_on.is_some()
                || questions::decisions(db, question.id)?
                    .iter()
                    .rev()
                    .find(|decision| decision.kind != DecisionKind::MatchJudged)
                    .is_some_and(|decision| decision.kind == DecisionKind::Approved)
        }
        _ => false,
    })
}

/// Where question time stands.
///
/// # Errors
/// Those of the store.
pub fn state(
    service: &Service,
    db: &mut Db,
    meeting: &MeetingView,
) -> Result<QuestionTime, ServiceError> {
    let list: Vec<QuestionId> = listed(db, meeting.meeting().id)?
        .iter()
        .map(|question| question.id)
        .collect();
    let events = stored::events(db, meeting.meeting().id)?;
    Ok(QuestionTime::fold(
        &list,
        &events,
        service.figures(meeting.meeting()),
    ))
}

/// The chair's screen: the meeting, its list, where question time stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ChairView {
    /// The meeting.
    pub meeting: MeetingView,
    /// The questions on the list, in order of receipt.
    pub questions: Vec<Question>,
    /// Where question time stands; its entries are in calling order.
    pub state: QuestionTime,
    /// How many questions still wait for a decision.
    pub undecided: usize,
    /// Every event so far.
    pub events: Vec<Recorded>,
}

/// What the chair sees.
///
/// # Errors
/// [`ServiceError::NotFound`] and those of the store.
pub fn look(service: &Service, db: &mut Db, id: MeetingId) -> Result<ChairView, ServiceError> {
    let meeting = views::meeting(service, db, id)?;
    // nobody in the room needs the words as they came
    let questions: Vec<Question> = listed(db, id)?
        .into_iter()
        .map(|question| visibility::question(question, Viewer::Chair))
        .collect();
    let list: Vec<QuestionId> = questions.iter().map(|question| question.id).collect();
    let events = stored::events(db, id)?;
    let state = QuestionTime::fold(&list, &events, service.figures(meeting.meeting()));
    let undecided = questions::at_meeting(db, id)?
        .iter()
        .filter(|question| question.status == Status::Submitted)
        .count();
    Ok(ChairView {
        meeting,
        questions,
        state,
        undecided,
        events,
    })
}

/// What an onlooker of the API sees: the chair of the board and the proper officer what [`look`] gives, a room's display what of it
/// is [`for_publication`].
///
/// # Errors
/// [`ServiceError::SignedOut`], [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
pub fn watch(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    id: MeetingId,
) -> Result<ChairView, ServiceError> {
    let board = meetings::meeting(db, id)?.meeting.board_id;
    let onlooker = permission::display_or_chair(acting, board)?;
    let view = look(service, db, id)?;
    match onlooker {
        Onlooker::Chair(_) => Ok(view),
        Onlooker::Display => Ok(for_publication(service, view)),
    }
}

/// The view as the room and the public see it. Before the day of the meeting no question is on it. While question time goes on it is the
/// list that the room has on paper; once it is over, only what was put, which is then published.
pub fn for_publication(service: &Service, mut view: ChairView) -> ChairView {
    if is_too_early(&view.meeting, service.now()) {
        view.state.entries.clear();
        view.questions.clear();
    } else if view.meeting.meeting().status != MeetingStatus::Scheduled {
        view.questions.retain(Question::is_published);
        let shown: Vec<QuestionId> = view.questions.iter().map(|question| question.id).collect();
        view.state
            .entries
            .retain(|entry| shown.contains(&entry.question));
    }
    view
}

/// Does an act: the chair of the board, or the proper officer beside the chair. The limits are checked against the server's time
/// in the transaction that appends the event.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Refused`] where a clause says no; [`ServiceError::Conflict`] where it makes no
/// sense in this state.
pub fn act(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    event: &Event,
) -> Result<ChairView, ServiceError> {
    service
        .store
        .write(|db| record(service, db, acting, meeting, event))
}

/// Does what was asked by somebody who looked at the list when its revision was `seen`, as [`act`] does.
///
/// `asked` makes the event from where question time stood then. If that very event was recorded next, this is the same press
/// sent twice, and nothing more is done. It is too late where what it did has been changed back since, as when a clock that was
/// stopped runs again. What is said of "the present turn" or of the whole order is not done to another turn, or over another's
/// order, that has come since.
///
/// # Errors
/// Those of [`act`]; [`ServiceError::Conflict`] where the turn or the order is another than the one seen.
pub fn act_on_seen(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    seen: i32,
    asked: impl Fn(&QuestionTime) -> Result<Event, ServiceError>,
) -> Result<ChairView, ServiceError> {
    service.store.write(|db| {
        let view = views::meeting(service, db, meeting)?;
        permission::chair_of(acting, view.board.id)?;
        let list: Vec<QuestionId> = listed(db, meeting)?.iter().map(|q| q.id).collect();
        let events = stored::events(db, meeting)?;
        let figures = service.figures(view.meeting());
        let known = events.partition_point(|recorded| recorded.seq <= seen);
        let (before, since) = events.split_at(known);
        let then = QuestionTime::fold(&list, before, figures);
        let event = asked(&then)?;
        let moved_on = || {
            ServiceError::Conflict(
                "The list has moved on since you opened it, so nothing was done.".to_owned(),
            )
        };
        let now = QuestionTime::fold(&list, &events, figures);
        let turn = |state: &QuestionTime| {
            state
                .turn
                .as_ref()
                .map(|turn| (turn.question, turn.supplementaries))
        };
        if let Some(next) = since.first().filter(|next| next.event == event) {
            let with_it: Vec<Recorded> = before.iter().chain([next]).cloned().collect();
            let done = QuestionTime::fold(&list, &with_it, figures);
            let at = service.steady_now();
            // what could not be done twice can be done again: it does not hold any more
            let changed_back = turn(&then) == turn(&now)
                && done.allow(&event, at, figures).is_err()
                && now.allow(&event, at, figures).is_ok();
            if changed_back {
                return Err(moved_on());
            }
            return look(service, db, meeting);
        }
        if !since.is_empty() {
            let order = |state: &QuestionTime| -> Vec<QuestionId> {
                state.entries.iter().map(|entry| entry.question).collect()
            };
            let other = match &event {
                Event::SpeakingStarted
                | Event::SpeakingPaused
                | Event::AnswerStarted
                | Event::SupplementaryStarted
                | Event::Finished { .. } => turn(&then) != turn(&now),
                Event::Reordered { .. } => order(&then) != order(&now),
                _ => false,
            };
            if other {
                return Err(moved_on());
            }
        }
        record(service, db, acting, meeting, &event)
    })
}

/// Whether the day of the meeting has not come, so that opening or closing must be a mistake: closing ends the taking of questions
/// for good. A demonstration is tried on any day.
pub fn is_too_early(meeting: &MeetingView, now: DateTime<Utc>) -> bool {
    let meeting = meeting.meeting();
    !meeting.demonstration && local_time::london_date(now) < meeting.date
}

/// Records an event in the transaction that checks it.
fn record(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    meeting: MeetingId,
    event: &Event,
) -> Result<ChairView, ServiceError> {
    let view = views::meeting(service, db, meeting)?;
    let member = permission::chair_of(acting, view.board.id)?;
    let screen_after_the_meeting =
        view.meeting().status == MeetingStatus::Held && matches!(event, Event::Shown { .. });
    if view.meeting().status != MeetingStatus::Scheduled && !screen_after_the_meeting {
        return Err(ServiceError::Conflict(match view.meeting().status {
            MeetingStatus::Cancelled => "The meeting has been cancelled.".to_owned(),
            _ => "Public question time has been closed.".to_owned(),
        }));
    }
    let now = service.steady_now();
    if matches!(event, Event::Opened | Event::Closed) && is_too_early(&view, now) {
        return Err(ServiceError::Conflict(format!(
            "The meeting is on {}. Public question time can be opened and closed from that day.",
            local_time::long_date(view.meeting().date)
        )));
    }
    let state = state(service, db, &view)?;
    state.allow(event, now, service.figures(view.meeting()))?;
    if let Event::DealtWith { item, .. } = event {
        let Some(item) = view.agenda.iter().find(|on_agenda| on_agenda.id == *item) else {
            return Err(ServiceError::field(
                "item",
                "choice",
                "Select the agenda item that it is dealt with under",
            ));
        };
        if let Some(why) = item.not_for_questions() {
            return Err(ServiceError::Refused(vec![Refusal::ItemNotForQuestions {
                item: item.title.clone(),
                why,
            }]));
        }
    }
    if let Event::Called { question } = event {
        // clauses (ii) and (vi) hold when a question is called as well (reading 25)
        let called = questions::question(db, *question)?;
        if let Some(refusal) = views::agenda_refusal(&called, &view) {
            return Err(ServiceError::Refused(vec![refusal]));
        }
    }
    stored::append(db, meeting, state.revision + 1, event, now, member.id)?;
    service.audit(
        db,
        acting,
        event.code(),
        ("meeting", &meeting.to_string()),
        None,
        Some(
            serde_json::to_value(event)
                .map_err(|_| ServiceError::Internal("an event has no JSON form".to_owned()))?,
        ),
    )?;
    if *event == Event::Closed {
        settle(service, db, acting, &view)?;
    }
    look(service, db, meeting)
}

/// What closing makes of a question: the act, why a written response is owed if it is, and whether the question was put. None
/// where closing leaves it as it is.
fn becomes(
    question: &Question,
    state: &QuestionTime,
    ending: Ending,
    figures: &Figures,
) -> Option<(Act, Option<Reason>, bool)> {
    match question.status {
        Status::Submitted => Some((Act::Owe, Some(Reason::NotDecided), false)),
        Status::Approved => {
            let entry = state.entry(question.id)?;
            let (act, reason) = settled(entry, ending, figures);
            let put = matches!(
                entry.outcome,
                Outcome::Put { .. } | Outcome::DealtWith { .. }
            );
            Some((act, reason, put))
        }
        _ => None,
    }
}

/// What closing now would make owed in writing, and why, in order of receipt: the chair is told before it is done.
///
/// # Errors
/// Those of the store.
pub fn owed_on_closing(
    service: &Service,
    db: &mut Db,
    meeting: &MeetingView,
) -> Result<Vec<(Question, Reason)>, ServiceError> {
    let state = state(service, db, meeting)?;
    let figures = service.figures(meeting.meeting());
    let ending = state.ending(service.steady_now(), figures);
    Ok(questions::at_meeting(db, meeting.meeting().id)?
        .into_iter()
        .filter_map(|question| {
            let (_, reason, _) = becomes(&question, &state, ending, figures)?;
            Some((question, reason?))
        })
        .collect())
}

/// Turns what happened into where each question stands: answered, dealt with, or a written response owed.
fn settle(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    meeting: &MeetingView,
) -> Result<(), ServiceError> {
    let state = state(service, db, meeting)?;
    let figures = service.figures(meeting.meeting());
    let ending = state.ending(service.steady_now(), figures);
    let date = meeting.meeting().date;
    for was in questions::at_meeting(db, meeting.meeting().id)? {
        let Some((act, reason, put)) = becomes(&was, &state, ending, figures) else {
            continue;
        };
        let mut question = was.clone();
        question.status = was.status.after(act)?;
        question.put_on = put.then_some(date);
        question.version += 1;
        if !questions::update(db, &question)? {
            return Err(ServiceError::Busy);
        }
        if let Some(Outcome::DealtWith { item }) = state.entry(was.id).map(|entry| entry.outcome) {
            let mut minutes = questions::minutes(db, was.id)?;
            minutes.dealt_with = Some(item);
            minutes.version += 1;
            questions::write_minutes(db, was.id, &minutes)?;
        }
        service.audit_question(
            db,
            acting,
            act_name(act),
            Some(&was),
            &question,
            serde_json::json!({ "reason": reason }),
        )?;
        if let Some(reason) = reason {
            responses::owe(service, db, acting, &question, meeting, reason, date)?;
        }
    }
    let mut record = meeting.record.clone();
    record.meeting.status = MeetingStatus::Held;
    record.meeting.version += 1;
    if meetings::update_meeting(db, &record)? {
        Ok(())
    } else {
        Err(ServiceError::Busy)
    }
}

fn act_name(act: Act) -> &'static str {
    use crate::domain::codes::Code;
    act.code()
}
