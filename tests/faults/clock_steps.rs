//! The system clock steps an hour either way during a meeting, as it does where a machine's clock was wrong and is set right: both
//! clocks of question time go on as if nothing had happened, because they go by a clock that never steps.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use public_question_time::domain::standing_order::question_time::{Answer, Outcome};
use public_question_time::service::ServiceError;
use public_question_time::service::question_time::{self, ChairView};

use crate::databases::{Database, each_database};
use crate::listed::list;
use crate::plain_meeting::Act;
use crate::service::desk;

/// The evening of the meeting.
fn evening() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, 6, 18, 30, 0).unwrap()
}

/// Ten minutes into question time and a minute into the second turn the clock steps. Returns what is left of each clock before
/// and after the step, and what came of calling the next.
fn stepped(
    database: &Database,
    step: TimeDelta,
) -> ([[TimeDelta; 2]; 2], Result<(), ServiceError>) {
    let desk = desk(database);
    let listed = list(&desk, 4);
    desk.clock.set(evening());
    let act = |act: Act| -> Result<ChairView, ServiceError> {
        let event = listed.about.event(&act, None);
        question_time::act(&desk.service, &listed.chair, desk.meeting, &event)
    };
    let look = || {
        desk.service
            .store
            .read(|db| question_time::look(&desk.service, db, desk.meeting))
            .expect("the list")
    };
    let left = || {
        let view = look();
        let figures = desk.service.figures(view.meeting.meeting());
        let now = desk.service.steady_now();
        [
            view.state.left(now, figures),
            view.state.turn_left(now, figures).expect("a turn"),
        ]
    };
    for number in 0..4 {
        act(Act::Indicate(number)).expect("indicated");
    }
    for step in [
        Act::Open,
        Act::Call(0),
        Act::Speak,
        Act::Answer,
        Act::Finish(Answer::Given, None),
    ] {
        act(step).expect("done");
    }
    desk.clock.advance(TimeDelta::minutes(9));
    act(Act::Call(1)).expect("called");
    act(Act::Speak).expect("speaking");
    desk.clock.advance(TimeDelta::minutes(1));
    let before = left();
    let was = look();
    desk.clock.step(step);
    let after = left();
    let now = look();
    assert_eq!(now.events, was.events);
    assert_eq!(now.state, was.state, "the order and the turn are unchanged");

    // the turn is brought to its end, whatever the clock shows
    act(Act::Answer).expect("answered");
    act(Act::Finish(Answer::Given, None)).expect("finished");
    let called = act(Act::Call(2)).map(drop);
    if called.is_ok() {
        act(Act::PassOver(2)).expect("passed over");
    }
    act(Act::Close).expect("closed");
    let view = look();
    let outcomes: Vec<Outcome> = view.state.entries.iter().map(|e| e.outcome).collect();
    let put = Outcome::Put {
        answer: Answer::Given,
        supplementary: None,
    };
    assert_eq!(outcomes[..2], [put, put]);
    assert!(
        view.questions
            .iter()
            .all(|question| !question.status.is_live()),
        "everyone is accounted for"
    );
    let numbers: Vec<i32> = view.events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=view.state.revision).collect::<Vec<_>>());
    ([before, after], called)
}

#[test]
fn a_clock_that_is_set_an_hour_either_way_moves_neither_clock_of_question_time() {
    for step in [TimeDelta::hours(-1), TimeDelta::hours(1)] {
        each_database(|database| {
            let ([before, after], called) = stepped(database, step);
            assert_eq!(before, after, "{}: {step}", database.name);
            assert_eq!(after, [TimeDelta::minutes(20), TimeDelta::minutes(2)]);
            called.expect("the next is called");
        });
    }
}
