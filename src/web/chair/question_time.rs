//! The chair's screen of a meeting: what comes next, the clocks, the list. A reload shows the truth; every press is checked by the
//! server when it arrives.

use actix_web::{http::StatusCode, web};
use askama::Template;

use crate::{
    documents,
    domain::{
        agenda::AgendaItem,
        codes::Code,
        id::{MeetingId, QuestionId},
        local_time,
        meeting::MeetingStatus,
        refusal::{NextMeeting, RefusalWords},
        standing_order::question_time::{Phase, View},
        wording::RuleNames,
    },
    service::{
        ServiceError,
        chair_list::{self, ChairList, Listed},
        event_log, question_time, views,
    },
    web::{
        Answer, Failure, Form, Staff,
        chair::{
            HOME,
            acts::Asked,
            closing,
            next_step::{self, NextStep},
            rows::{self, MinutesForm, Row},
            screen, words,
        },
        components::{Choice, FieldProblem},
        live::{
            self,
            clocks::{self, Clock},
        },
        officer::ground_choices,
        page::Page,
        pages,
    },
};

/// What the council calls the rule and its clauses.
pub(super) fn names(staff: &Staff) -> &RuleNames {
    &staff.service().settings.council.rule
}

/// What is said above the list when an act was not carried out.
#[derive(Debug, Default)]
pub(super) struct Notice {
    title: String,
    problems: Vec<FieldProblem>,
}

impl Notice {
    /// The notice for an error that belongs on the screen, and the answer's status.
    ///
    /// # Errors
    /// Any other error, as a failure.
    pub(super) fn of(
        names: &RuleNames,
        error: ServiceError,
        field: impl Fn(&str) -> String,
    ) -> Result<(Self, StatusCode), Failure> {
        let lines = |lines: Vec<String>| lines.into_iter().map(FieldProblem::general).collect();
        match error {
            ServiceError::Refused(refusals) => Ok((
                Self {
                    title: refusals
                        .first()
                        .map_or("This cannot be done", |refusal| refusal.title())
                        .to_owned(),
                    problems: lines(
                        refusals
                            .iter()
                            .flat_map(|refusal| {
                                let words = RefusalWords::new(refusal, names, NextMeeting::Unknown);
                                [format!("{} ({})", words.reason, words.cited), words.remedy]
                            })
                            .collect(),
                    ),
                },
                StatusCode::UNPROCESSABLE_ENTITY,
            )),
            ServiceError::Conflict(why) => Ok((
                Self {
                    title: "This was not done".to_owned(),
                    problems: lines(vec![
                        why,
                        "This page shows how public question time stands now.".to_owned(),
                    ]),
                },
                StatusCode::CONFLICT,
            )),
            ServiceError::Invalid(errors) => Ok((
                Self {
                    title: "There is a problem".to_owned(),
                    problems: errors
                        .iter()
                        .map(|error| FieldProblem::new(field(error.field), &error.message))
                        .collect(),
                },
                StatusCode::UNPROCESSABLE_ENTITY,
            )),
            other => Err(other.into()),
        }
    }
}

impl Notice {
    /// Says what was done since whoever was too late had looked, and by whom, so that they need not find it out.
    pub(super) async fn since(
        &mut self,
        staff: &Staff,
        list: &ChairList,
        seen: i32,
    ) -> Result<(), ServiceError> {
        let meeting = list.meeting.meeting().id;
        let acting = staff.acting();
        let log = staff
            .run(move |service| event_log::event_log(service, &acting, meeting))
            .await?;
        let done: Vec<String> = log
            .iter()
            .filter(|logged| logged.recorded.seq > seen)
            .map(|logged| {
                let what = words::event(list, &logged.recorded.event);
                format!("{what} ({})", logged.by)
            })
            .collect();
        if !done.is_empty() {
            self.problems.push(FieldProblem::general(format!(
                "Since you looked: {}.",
                done.join("; ")
            )));
        }
        Ok(())
    }
}

/// A written response that is or was owed after the meeting.
struct Owed {
    name: String,
    reference: String,
    why: &'static str,
    due: String,
    sent: bool,
    href: String,
}

/// A question that still waits for a decision.
struct Undecided {
    reference: String,
    href: String,
}

/// Something that the public screen can show.
struct ViewChoice {
    act: &'static str,
    text: &'static str,
    on: bool,
}

fn show_act(view: View) -> &'static str {
    match view {
        View::Name => "show:name",
        View::Clock => "show:clock",
        View::List => "show:list",
    }
}

/// The question that is being put.
struct Present {
    name: String,
    reference: String,
    matter: String,
    text: String,
    arranged: String,
}

impl Present {
    fn of(listed: &Listed) -> Self {
        Self {
            name: listed.room_name.short(),
            reference: listed.question.reference.to_string(),
            matter: listed.matter.clone(),
            text: listed.question.public_text.clone(),
            arranged: listed.arranged.clone().unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "chair/question_time.html")]
struct Screen {
    page: Page,
    notice: Notice,
    action: String,
    base: String,
    board: String,
    when: String,
    venue: String,
    cancelled: bool,
    closed: bool,
    phase: &'static str,
    phase_code: &'static str,
    view: &'static str,
    views: Vec<ViewChoice>,
    screen: String,
    present: Option<Present>,
    next_name: String,
    as_of: String,
    seen: i32,
    next: NextStep,
    question: String,
    undo: String,
    turn_clock: Option<Clock>,
    clock: Option<Clock>,
    stream: String,
    mark: String,
    forecast: String,
    /// To whom closing makes a written response owed, where closing comes next.
    owing: closing::Owing,
    rows: Vec<Row>,
    /// The first of those that wait for a decision.
    undecided: Vec<Undecided>,
    undecided_count: usize,
    items: Vec<Choice>,
    grounds: Vec<Choice>,
    owed: Vec<Owed>,
    /// How many are owed or have got a written response, named or not.
    owed_count: usize,
}

impl Screen {
    fn undecided_more(&self) -> usize {
        self.undecided_count.saturating_sub(self.undecided.len())
    }

    fn owed_more(&self) -> String {
        closing::and_more(self.owed_count.saturating_sub(self.owed.len()))
    }

    fn record_page(&self) -> String {
        format!("{}/record", self.base)
    }

    fn close_page(&self) -> String {
        format!("{}/close", self.base)
    }

    /// The button that takes the last act back says which.
    fn undo_words(&self) -> String {
        format!("Undo: {}", self.undo)
    }

    fn about_question(&self, waits: &bool) -> &'static str {
        if *waits {
            "The question; deal with it under an item, or reject it"
        } else {
            "The question"
        }
    }

    fn paper(&self, paper: &str) -> String {
        self.base
            .replace("/question-time", &format!("/papers/{paper}"))
    }

    /// The id of a control of one question's form.
    fn id(&self, name: &str, reference: &str) -> String {
        format!("{name}-{reference}")
    }

    /// What is wrong with the agenda item of one question's form; empty where nothing is.
    fn item_error(&self, reference: &str) -> &str {
        let id = self.id("item", reference);
        self.notice
            .problems
            .iter()
            .find(|problem| problem.field_id == id)
            .map_or("", |problem| &problem.message)
    }

    fn item_is_wrong(&self, reference: &str) -> bool {
        !self.item_error(reference).is_empty()
    }
}

fn forecast(list: &ChairList, service: &crate::service::Service) -> String {
    let forecast = list.forecast(service);
    let figures = service.figures(list.meeting.meeting());
    match (list.state.phase, forecast.of) {
        (Phase::Closed, _) | (_, 0) => String::new(),
        _ if list.state.left(list.now, figures).is_zero() => {
            "The time is over: nobody else can be called.".to_owned()
        }
        (_, 1) if forecast.reached == 1 => "At this pace the question will be reached.".to_owned(),
        (_, of) if forecast.reached >= of => {
            format!("At this pace all {of} questions will be reached.")
        }
        (_, of) => format!(
            "At this pace {} of {of} questions will be reached.",
            forecast.reached
        ),
    }
}

fn may_be_dealt_with_under(item: &&AgendaItem) -> bool {
    // question time itself is where a question is put
    question_time::may_be_dealt_with_under(item) && !documents::is_public_question_time(item)
}

/// The agenda items under which a question can be dealt with.
pub(super) fn item_choices(list: &ChairList) -> Vec<Choice> {
    let mut items = vec![Choice::new("", "Choose an item")];
    items.extend(
        list.meeting
            .agenda
            .iter()
            .filter(may_be_dealt_with_under)
            .map(|item| {
                Choice::new(
                    item.id.to_string(),
                    format!("{}. {}", item.position, item.title),
                )
            }),
    );
    items
}

fn owed(list: &ChairList, staff: &Staff) -> Vec<Owed> {
    let listed = list.listed.iter().filter_map(|listed| {
        let response = listed.response.as_ref()?;
        Some((&listed.question, response))
    });
    let others = list
        .never_decided
        .iter()
        .map(|(question, response)| (question, response));
    listed
        .chain(others)
        .map(|(question, response)| Owed {
            name: views::room_name(question, &list.meeting).to_string(),
            reference: question.reference.to_string(),
            why: response.reason.about_questioner(),
            due: local_time::long_date(response.due_on),
            sent: !response.state.is_owed(),
            href: if staff.member().may_respond() {
                format!("/staff/responses/{}", response.id)
            } else {
                String::new()
            },
        })
        .collect()
}

/// Shows the screen: a list as it stands, a notice above it, a form that was sent and not taken.
pub(super) fn render(
    staff: &Staff,
    list: &ChairList,
    (notice, status): (Notice, StatusCode),
    sent: Option<(QuestionId, MinutesForm)>,
) -> Answer {
    let meeting = list.meeting.meeting();
    let figures = staff.service().figures(meeting);
    let scheduled = meeting.status == MeetingStatus::Scheduled;
    let closed = meeting.status == MeetingStatus::Held || list.state.phase == Phase::Closed;
    let running = scheduled && !closed;
    let next = if running {
        next_step::of(list, figures)
    } else {
        NextStep::default()
    };
    let present = list
        .state
        .turn
        .as_ref()
        .and_then(|turn| list.question(turn.question))
        .map(|listed| listed.room_name.short());
    let mut rows = rows::of(list, &list.calls(staff.service()), figures);
    if closed || !scheduled {
        for row in &mut rows {
            row.waits = false;
        }
    }
    if let Some((id, form)) = sent
        && let Some(row) = rows.iter_mut().find(|row| row.id == id.to_string())
    {
        row.minutes = Some(form);
    }
    let items = item_choices(list);
    let base = screen(meeting.id);
    let owed = if closed {
        owed(list, staff)
    } else {
        Vec::new()
    };
    let template = Screen {
        page: staff
            .page("Public question time")
            .within(HOME)
            .with_errors(!notice.problems.is_empty()),
        notice,
        action: base.clone(),
        base,
        board: list.meeting.board.name.clone(),
        when: local_time::time_on_day(list.meeting.starts_at()),
        venue: meeting.venue.clone(),
        cancelled: meeting.status == MeetingStatus::Cancelled,
        closed,
        phase: words::phase(list.state.phase),
        phase_code: list.state.phase.code(),
        view: words::view(list.state.view),
        views: View::ALL
            .iter()
            .map(|&view| ViewChoice {
                act: show_act(view),
                text: words::view(view),
                on: view == list.state.view,
            })
            .collect(),
        screen: live::screen::address(meeting.id),
        present: list
            .state
            .turn
            .as_ref()
            .and_then(|turn| list.question(turn.question))
            .filter(|_| running)
            .map(Present::of),
        next_name: list
            .state
            .next()
            .filter(|_| !list.state.left(list.now, figures).is_zero())
            .and_then(|id| list.question(id))
            .map(|listed| listed.room_name.to_string())
            .unwrap_or_default(),
        as_of: local_time::clock_time_with_seconds(local_time::london(list.now).time()),
        seen: list.state.revision,
        owing: if next.close_next {
            closing::owing(list)
        } else {
            closing::Owing::default()
        },
        question: next.question.map(|id| id.to_string()).unwrap_or_default(),
        next,
        undo: if running {
            list.undoable()
                .map(|recorded| words::event(list, &recorded.event))
                .unwrap_or_default()
        } else {
            String::new()
        },
        turn_clock: clocks::of_turn(
            &list.state,
            present.as_deref().unwrap_or("the questioner"),
            figures,
        )
        .filter(|_| running)
        .map(|clock| clock.at(list.now)),
        clock: clocks::of_meeting(&list.state, figures)
            .filter(|_| running)
            .map(|clock| clock.at(list.now)),
        stream: live::staff_stream(meeting.id),
        mark: list.mark.as_str().to_owned(),
        forecast: if running {
            forecast(list, staff.service())
        } else {
            String::new()
        },
        rows,
        undecided_count: list.undecided_count(),
        undecided: list
            .undecided
            .iter()
            .map(|question| Undecided {
                reference: question.reference.to_string(),
                href: format!("/staff/questions/{}", question.id),
            })
            .collect(),
        items,
        grounds: ground_choices(
            &staff.service().wording(meeting),
            &[],
            staff.member().is_proper_officer(),
        ),
        owed_count: if closed {
            owed.len()
                + list
                    .never_decided_count()
                    .saturating_sub(list.never_decided.len())
        } else {
            0
        },
        owed,
    };
    pages::page_with(status, &template)
}

/// The list, for whoever may run this board's question time.
pub(super) async fn look(staff: &Staff, id: MeetingId) -> Result<ChairList, ServiceError> {
    let acting = staff.acting();
    staff
        .run(move |service| chair_list::open(service, &acting, id))
        .await
}

/// The address names a meeting, or nothing.
pub(super) fn meeting_id(path: &str) -> Result<MeetingId, ServiceError> {
    path.parse().map_err(|_| ServiceError::NotFound)
}

/// The screen.
pub async fn show(staff: Staff, path: web::Path<String>) -> Answer {
    let list = look(&staff, meeting_id(&path)?).await?;
    render(&staff, &list, (Notice::default(), StatusCode::OK), None)
}

/// A press of a button.
pub async fn act(staff: Staff, path: web::Path<String>, form: Form) -> Answer {
    let id = meeting_id(&path)?;
    let asked = Asked::read(&form.fields);
    let acting = staff.acting();
    let wanted = asked.clone();
    let done = staff
        .run(move |service| {
            question_time::act_on_seen(service, &acting, id, wanted.seen, |then| wanted.event(then))
        })
        .await;
    match done {
        // without a script the page is loaded anew: the focus goes back to the button that was pressed
        Ok(_) => Ok(pages::see_other(&format!(
            "{}{}",
            screen(id),
            asked.mover()
        ))),
        Err(error @ (ServiceError::Forbidden(_) | ServiceError::NotFound)) => Err(error.into()),
        Err(error) => {
            let list = look(&staff, id).await?;
            let about = asked
                .question()
                .and_then(|question| list.question(question))
                .map(|listed| listed.question.reference.to_string())
                .unwrap_or_default();
            let mut notice = Notice::of(names(&staff), error, |field| format!("{field}-{about}"))?;
            notice.0.since(&staff, &list, asked.seen).await?;
            render(&staff, &list, notice, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        refusal::{Clause, Refusal},
        standing_order::question_time::NotNow,
    };

    #[test]
    fn a_refusal_says_the_clause_the_reason_and_what_can_be_done() {
        let refused: ServiceError =
            NotNow::Refused(Refusal::QuestionTimeOver { minutes: 30 }).into();
        let names = RuleNames {
            rule: "Standing Order 34(9)".to_owned(),
            kind: "Standing Order".to_owned(),
            clauses: [(Clause::I, "34(9)(i)".to_owned())].into(),
            board: "Board".to_owned(),
            boards: "Boards".to_owned(),
            officer: "Officer".to_owned(),
        };
        let (notice, status) = Notice::of(&names, refused, str::to_owned).unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(notice.title, "Public question time is over");
        assert!(notice.problems[0].message.contains("34(9)(i)"));
        assert!(notice.problems[1].message.contains("written response"));
    }
}
