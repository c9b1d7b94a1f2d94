//! The system clock steps an hour either way during a meeting: what people see then, and that nothing else goes wrong.
//!
//! A step can't be told from time that passed, so the clocks are off by as much: a step back gives the time since each clock was
//! started once more, a step forward ends it. The order, the outcomes and the written responses do not depend on it.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use public_question_time::domain::standing_order::question_time::{Answer, Outcome};
use public_question_time::service::ServiceError;
use public_question_time::service::question_time::{self, ChairView};

use crate::databases::{Database, each_database};
use crate::listed::list;
use crate::plain_meeting::{ALL_TIME, Act, EACH_TIME};
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
        let now = desk.service.now();
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
    desk.clock.advance(step);
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
fn a_clock_that_steps_back_an_hour_gives_time_and_stops_nobody() {
    each_database(|database| {
        let ([before, after], called) = stepped(database, TimeDelta::hours(-1));
        println!("{}: back: {before:?}, then {after:?}", database.name);
        // nobody loses time, and nobody has more than the rule allows
        assert!(before[0] <= after[0] && after[0] <= ALL_TIME);
        assert!(before[1] <= after[1] && after[1] <= EACH_TIME);
        called.expect("the next is called");
    });
}

#[test]
fn a_clock_that_steps_forward_an_hour_ends_the_time_and_not_the_turn() {
    each_database(|database| {
        let ([before, after], called) = stepped(database, TimeDelta::hours(1));
        println!("{}: forward: {before:?}, then {after:?}", database.name);
        assert_eq!(after, [TimeDelta::zero(); 2]);
        assert!(matches!(called, Err(ServiceError::Refused(_))));
    });
}
