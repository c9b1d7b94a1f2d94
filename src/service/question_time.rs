//! Running question time: an act of the chair becomes an event in the transaction that checks it (clauses (i), (iv), (vii),
//! (viii)); closing settles every question that is on the list (clause (ix)).

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        agenda::AgendaItem,
        id::{AgendaItemId, MeetingId, QuestionId},
        local_time,
        meeting::{MeetingStatus, Stage},
        refusal::Refusal,
        standing_order::{
            figures::Figures,
            question_time::{Event, Noted, Outcome, Phase, QuestionTime, Recorded},
            written_response::{Ending, Reason, settled},
        },
        status::{Act, Status},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{About, Letter},
        permission::{self, Onlooker},
        responses,
        views::{self, MeetingView},
        visibility::{self, Viewer},
    },
    store::{
        connection::Db,
        meetings, question_time as stored,
        questions::{self, Question, Waiting},
    },
};

/// Returns where question time stands. It reads the list of a meeting, which is as long as officers made it, and its events.
///
/// # Errors
/// Those of the store.
pub fn state(
    service: &Service,
    db: &mut Db,
    meeting: &MeetingView,
) -> Result<QuestionTime, ServiceError> {
    let list = questions::ids_on_list(db, meeting.meeting().id)?;
    let events = stored::events(db, meeting.meeting().id)?;
    Ok(folded(service, meeting, &list, &events))
}

/// Returns where question time stands as far as it concerns one question: one that was never on the list has no part in it, and nothing
/// is read for it.
///
/// # Errors
/// Those of the store.
pub fn state_for(
    service: &Service,
    db: &mut Db,
    meeting: &MeetingView,
    question: QuestionId,
) -> Result<QuestionTime, ServiceError> {
    if questions::is_on_list(db, question)? {
        state(service, db, meeting)
    } else {
        Ok(folded(service, meeting, &[], &[]))
    }
}

/// Folds the events of a meeting. One that was held is over, whether its log has a close or not.
fn folded(
    service: &Service,
    meeting: &MeetingView,
    list: &[QuestionId],
    events: &[Recorded],
) -> QuestionTime {
    let state = QuestionTime::fold(list, events, service.figures(meeting.meeting()));
    let left_open = matches!(state.phase, Phase::Open | Phase::Adjourned);
    if left_open && meeting.meeting().status == MeetingStatus::Held {
        state.over()
    } else {
        state
    }
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
    let questions: Vec<Question> = questions::on_list(db, id)?
        .into_iter()
        .map(|question| visibility::question(question, Viewer::Chair))
        .collect();
    let list: Vec<QuestionId> = questions.iter().map(|question| question.id).collect();
    let events = stored::events(db, id)?;
    let state = folded(service, &meeting, &list, &events);
    let undecided = questions::count_waiting(db, id, Waiting::Submitted)?;
    Ok(ChairView {
        meeting,
        questions,
        state,
        undecided: usize::try_from(undecided).unwrap_or(0),
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
        let list = questions::ids_on_list(db, meeting)?;
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
    !meeting.meeting().demonstration && meeting.stage(now) == Stage::Coming
}

/// Whether what happened can be recorded without the clocks: from the day of the meeting until its question time is closed.
pub fn takes_notes(meeting: &MeetingView, now: DateTime<Utc>) -> bool {
    let stage = meeting.stage(now);
    stage.takes_notes() || (meeting.meeting().demonstration && stage == Stage::Coming)
}

/// Whether a question can be dealt with as part of an item: one about which questions may be asked (clause (vi)).
pub fn may_be_dealt_with_under(item: &AgendaItem) -> bool {
    item.not_for_questions().is_none()
}

/// Checks that an event may be recorded for the meeting on this day.
fn check_day(meeting: &MeetingView, event: &Event, now: DateTime<Utc>) -> Result<(), ServiceError> {
    let screen_after_the_meeting =
        meeting.meeting().status == MeetingStatus::Held && matches!(event, Event::Shown { .. });
    if meeting.meeting().status != MeetingStatus::Scheduled && !screen_after_the_meeting {
        return Err(ServiceError::Conflict(match meeting.meeting().status {
            MeetingStatus::Cancelled => "The meeting has been cancelled.".to_owned(),
            _ => "Public question time has been closed.".to_owned(),
        }));
    }
    let ends_or_begins = matches!(event, Event::Opened | Event::Closed | Event::Noted { .. });
    if ends_or_begins && is_too_early(meeting, now) {
        return Err(ServiceError::Conflict(format!(
            "The meeting is on {}. Public question time can be opened and closed from that day.",
            local_time::long_date(meeting.meeting().date)
        )));
    }
    let too_late = meeting.stage(now) == Stage::Unclosed && !meeting.meeting().demonstration;
    if *event == Event::Opened && too_late {
        return Err(ServiceError::Conflict(
            "The day of the meeting has passed, so public question time cannot be opened. Record what happened and close it."
                .to_owned(),
        ));
    }
    Ok(())
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
    append(service, db, acting, &view, event)?;
    if *event == Event::Closed {
        let ending = ending(service, db, &view)?;
        settle(service, db, acting, &view, ending)?;
    }
    look(service, db, meeting)
}

/// Checks an event and appends it to the log.
fn append(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    view: &MeetingView,
    event: &Event,
) -> Result<(), ServiceError> {
    let meeting = view.meeting().id;
    let member = permission::chair_of(acting, view.board.id)?;
    let now = service.steady_now();
    check_day(view, event, now)?;
    let state = state(service, db, view)?;
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
        if let Some(refusal) = views::agenda_refusal(&called, view) {
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
    )
}

/// What somebody says, without the clocks, happened to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRecord {
    /// It was asked, or was not.
    Noted(Noted),
    /// It was dealt with as part of an agenda item.
    DealtWith(AgendaItemId),
}

impl OnRecord {
    fn event(self, question: QuestionId) -> Event {
        match self {
            Self::Noted(happened) => Event::Noted { question, happened },
            Self::DealtWith(item) => Event::DealtWith { question, item },
        }
    }
}

/// Whether what happened to a question is still to be said before question time can be closed on the record.
pub fn is_to_be_noted(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Waiting | Outcome::Called | Outcome::PassedOver
    )
}

/// Records what happened to each question and closes public question time, in one act: for a meeting whose clocks nobody ran, on
/// its day or later. `seen` is the revision of the list that was looked at.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] where a question is left out; [`ServiceError::Conflict`] where the list
/// has changed since or question time is closed.
pub fn close_on_record(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    seen: i32,
    happened: &[(QuestionId, OnRecord)],
) -> Result<ChairView, ServiceError> {
    service.store.write(|db| {
        let view = views::meeting(service, db, meeting)?;
        permission::chair_of(acting, view.board.id)?;
        check_day(&view, &Event::Closed, service.steady_now())?;
        let state = state(service, db, &view)?;
        if state.revision != seen {
            return Err(ServiceError::Conflict(
                "The list has moved on since you opened it, so nothing was done.".to_owned(),
            ));
        }
        for entry in &state.entries {
            if !is_to_be_noted(entry.outcome) {
                continue;
            }
            let Some((_, what)) = happened.iter().find(|(id, _)| *id == entry.question) else {
                return Err(ServiceError::field(
                    "happened",
                    "choice",
                    "Select what happened to each question",
                ));
            };
            append(service, db, acting, &view, &what.event(entry.question))?;
        }
        record(service, db, acting, meeting, &Event::Closed)
    })
}

/// Closes the question time of a meeting that nobody closed (reading 23): what was recorded stands, and each other question gets
/// a written response. Whether it was there to be closed.
///
/// # Errors
/// Those of the store.
pub(super) fn close_unrecorded(
    service: &Service,
    db: &mut Db,
    meeting: &MeetingView,
) -> Result<bool, ServiceError> {
    if meeting.stage(service.now()) != Stage::Unclosed {
        return Ok(false);
    }
    let acting = Acting::system();
    service.audit(
        db,
        &acting,
        "close_unrecorded",
        ("meeting", &meeting.meeting().id.to_string()),
        None,
        None,
    )?;
    settle(service, db, &acting, meeting, Ending::Unrecorded)?;
    Ok(true)
}

/// How question time ended, or would if it were closed now.
fn ending(service: &Service, db: &mut Db, meeting: &MeetingView) -> Result<Ending, ServiceError> {
    let state = state(service, db, meeting)?;
    let figures = service.figures(meeting.meeting());
    Ok(match meeting.stage(service.now()) {
        Stage::Unclosed => state.ending_on_a_later_day(figures),
        _ => state.ending(service.steady_now(), figures),
    })
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

/// What closing now would make owed in writing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwedOnClosing {
    /// The questions on the list that would be owed a written response, and why, in order of receipt.
    pub listed: Vec<(Question, Reason)>,
    /// The first of those that nobody decided on, which are owed one as well.
    pub undecided: Vec<Question>,
    /// How many nobody decided on.
    pub undecided_count: usize,
}

/// Returns what closing now would make owed in writing: the chair is told before it is done. Of those that nobody decided on it reads
/// the first.
///
/// # Errors
/// Those of the store.
pub fn owed_on_closing(
    service: &Service,
    db: &mut Db,
    meeting: &MeetingView,
    undecided: i64,
) -> Result<OwedOnClosing, ServiceError> {
    let id = meeting.meeting().id;
    let state = state(service, db, meeting)?;
    let ending = ending(service, db, meeting)?;
    let figures = service.figures(meeting.meeting());
    let count = questions::count_waiting(db, id, Waiting::Submitted)?;
    Ok(OwedOnClosing {
        listed: questions::on_list(db, id)?
            .into_iter()
            .filter_map(|question| {
                let (_, reason, _) = becomes(&question, &state, ending, figures)?;
                Some((question, reason?))
            })
            .collect(),
        undecided: questions::waiting(db, id, Waiting::Submitted, None, undecided)?,
        undecided_count: usize::try_from(count).unwrap_or(0),
    })
}

/// Turns what happened into where each question stands: answered, dealt with, or a written response owed. Each questioner and
/// each officer to whom a response is given is told. The service does this, whoever closed question time, so that the trail of a
/// question has one entry of it.
fn settle(
    service: &Service,
    db: &mut Db,
    closed_by: &Acting,
    meeting: &MeetingView,
    ending: Ending,
) -> Result<(), ServiceError> {
    let state = state(service, db, meeting)?;
    let figures = service.figures(meeting.meeting());
    let date = meeting.meeting().date;
    let acting = Acting {
        request_id: closed_by.request_id.clone(),
        ..Acting::system()
    };
    // a response is not overdue on the day on which it becomes owed
    let owed_from = date.max(local_time::london_date(service.now()));
    let mut given = Vec::new();
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
        let mut more = serde_json::json!({ "reason": reason });
        match (act, state.entry(was.id).map(|entry| entry.outcome)) {
            (_, Some(Outcome::DealtWith { item })) => {
                let mut minutes = questions::minutes(db, was.id)?;
                minutes.dealt_with = Some(item);
                minutes.version += 1;
                questions::write_minutes(db, was.id, &minutes)?;
                tell_dealt_with(service, db, &acting, &question, meeting, item)?;
            }
            (Act::Lapse, _) => tell_not_put(service, db, &acting, &question, meeting)?,
            _ => {}
        }
        if let Some(reason) = reason {
            let response =
                responses::owe(service, db, &acting, &question, meeting, reason, owed_from)?;
            more = serde_json::json!({ "reason": reason, "due_on": response.due_on });
            given.push(response);
        }
        service.audit_question(db, &acting, act_name(act), Some(&was), &question, more)?;
    }
    responses::tell_owners(service, db, None, &given)?;
    let mut record = meeting.record.clone();
    record.meeting.status = MeetingStatus::Held;
    record.meeting.version += 1;
    if meetings::update_meeting(db, &record)? {
        Ok(())
    } else {
        Err(ServiceError::Busy)
    }
}

fn about(question: &Question, meeting: &MeetingView) -> About {
    let matter = views::matter_words(question, meeting.published_agenda());
    About::new(question, &matter, &meeting.board, meeting.meeting())
}

/// Tells the questioner under which item the question was dealt with.
fn tell_dealt_with(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    question: &Question,
    meeting: &MeetingView,
    item: AgendaItemId,
) -> Result<(), ServiceError> {
    let Some(item) = meeting.agenda.iter().find(|on_agenda| on_agenda.id == item) else {
        return Ok(());
    };
    let letter = Letter::DealtWith {
        about: about(question, meeting),
        position: item.position,
        item: item.title.clone(),
        minute_number: item.minute_number.clone(),
    };
    let details = questions::questioner(db, question.id)?;
    service.write_letter(db, acting, question, details.as_ref(), &letter)
}

/// Tells a questioner who was recorded as absent that the question was not put, where the council owes nothing for that.
fn tell_not_put(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    question: &Question,
    meeting: &MeetingView,
) -> Result<(), ServiceError> {
    let letter = Letter::NotPut {
        about: about(question, meeting),
    };
    let details = questions::questioner(db, question.id)?;
    service.write_letter(db, acting, question, details.as_ref(), &letter)
}

fn act_name(act: Act) -> &'static str {
    use crate::domain::codes::Code;
    act.code()
}
