//! The server's clock set forward or back during a meeting: whatever it shows, the fold holds.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{prelude::*, sample::Index};
use public_question_time::domain::standing_order::question_time::{QuestionTime, Stopwatch};

use super::{
    AnswerStarted, Closed, Held, MINUTE, Opened, SpeakingPaused, SpeakingStarted, called, finished,
    indicated,
};
use crate::given::{item_id, millis};
use crate::plain_meeting::{ALL_TIME, About, Act, EACH_TIME, Played, every_act, weight};

const QUESTIONS: usize = 4;
const HOUR: i64 = 60 * MINUTE;

/// Everything but the two clocks: what the chair did, whenever the server says that it was.
fn without_clocks(mut state: QuestionTime) -> String {
    state.clock = Stopwatch::default();
    state.opened_at = None;
    state.closed_at = None;
    if let Some(turn) = &mut state.turn {
        turn.clock = Stopwatch::default();
    }
    format!(
        "{:?} {:?} {:?} {} {:?}",
        state.phase, state.entries, state.turn, state.revision, state.undoable
    )
}

/// What either clock had run when it was last stopped: all that it shows before any instant at which it runs.
fn stopped_at(state: &QuestionTime) -> [TimeDelta; 2] {
    let ever = DateTime::<Utc>::MIN_UTC;
    let turn = state.turn.as_ref().map(|turn| turn.clock.elapsed(ever));
    [state.clock.elapsed(ever), turn.unwrap_or_default()]
}

fn steps() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => 0i64..60_000,
        1 => Just(HOUR),
        1 => Just(-HOUR),
        1 => any::<i32>().prop_map(i64::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_the_clock_shows_the_order_stands_and_no_clock_leaves_its_bounds(
        plan in prop::collection::vec((steps(), any::<Index>()), 1..50),
    ) {
        let mut held = Held::with(QUESTIONS as u128);
        // the same acts at one instant
        let mut still = held.clone();
        let about = About { questions: held.list.clone(), item: item_id(5) };
        let mut played = Played::new(QUESTIONS, false);
        for (step, choice) in plan {
            held.after(step);
            let state = held.state();
            let left = state.left(held.now, &held.figures);
            prop_assert!(TimeDelta::zero() <= left && left <= ALL_TIME);
            if let Some(left) = state.turn_left(held.now, &held.figures) {
                prop_assert!(TimeDelta::zero() <= left && left <= EACH_TIME);
            }
            let possible: Vec<Act> = every_act(QUESTIONS)
                .into_iter()
                .filter(|act| held.asks(&about.event(act, played.last())).is_ok())
                .flat_map(|act| std::iter::repeat_n(act.clone(), weight(&act)))
                .collect();
            // there is always something that may be done
            let act = choice.get(&possible).clone();
            let event = about.event(&act, played.last());
            let [stopped, turn_stopped] = stopped_at(&state);
            held.does(event.clone());
            still.record(event);
            played.takes(act.clone());
            if act != Act::Undo {
                // what had run until a clock was stopped is never taken off it
                let [kept, turn_kept] = stopped_at(&held.state());
                prop_assert!(stopped <= kept, "the meeting's clock went back");
                if held.state().turn.is_some() && state.turn.is_some() {
                    prop_assert!(turn_stopped <= turn_kept, "the questioner's clock went back");
                }
            }
            prop_assert_eq!(without_clocks(held.state()), without_clocks(still.state()));
        }
    }
}

#[test]
fn a_clock_set_back_in_a_turn_takes_no_time_from_anybody() {
    let mut held = Held::open(2);
    held.after(10 * MINUTE)
        .does(called(1))
        .does(SpeakingStarted)
        .after(MINUTE)
        .does(SpeakingPaused);
    held.does(SpeakingStarted).after(MINUTE);
    assert_eq!(held.turn_clock(), 2 * MINUTE);
    held.after(-HOUR);
    // what ran before the last stop is kept; what ran since is given back
    assert_eq!(held.turn_clock(), MINUTE);
    assert_eq!(held.meeting_clock(), 0);
    held.after(MINUTE);
    assert_eq!(
        held.turn_clock(),
        MINUTE,
        "it stands until the hour comes again"
    );
    // stopped and started again, the questioner's clock goes by the new time
    held.does(SpeakingPaused)
        .does(SpeakingStarted)
        .after(30_000);
    assert_eq!(held.turn_clock(), MINUTE + 30_000);
    held.does(AnswerStarted).does(finished(None));
    held.does(called(2)).does(SpeakingStarted).after(MINUTE);
    assert_eq!(held.turn_clock(), MINUTE, "the next turn is right");
    held.does(finished(None)).does(Closed);
    assert_eq!(held.meeting_clock(), 0);
}

#[test]
fn a_clock_set_forward_in_a_turn_ends_the_time_and_set_right_again_gives_it_back() {
    let mut held = Held::open(2);
    held.after(10 * MINUTE)
        .does(called(1))
        .does(SpeakingStarted);
    held.after(MINUTE + HOUR);
    assert_eq!(
        held.state().left(held.now, &held.figures),
        TimeDelta::zero()
    );
    assert_eq!(
        held.state().turn_left(held.now, &held.figures),
        Some(TimeDelta::zero())
    );
    // the turn can be ended, and nobody is called
    held.does(AnswerStarted).does(finished(None));
    assert!(held.asks(&called(2)).is_err());
    held.does(indicated(2));
    held.after(-HOUR);
    assert_eq!(held.meeting_clock(), 11 * MINUTE);
    held.does(called(2)).does(SpeakingStarted).after(1);
    assert_eq!(held.turn_clock(), 1);
    assert_eq!(
        held.state().left(held.now, &held.figures),
        millis(19 * MINUTE - 1)
    );
    held.does(finished(None)).does(Closed);
}

#[test]
fn a_clock_set_back_before_the_opening_changes_nothing_after_it() {
    let mut held = Held::with(1);
    held.does(indicated(1)).after(-HOUR).does(Opened);
    held.after(MINUTE);
    assert_eq!(held.meeting_clock(), MINUTE);
}
