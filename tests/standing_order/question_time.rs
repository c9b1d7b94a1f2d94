//! Clauses (i), (iv), (vii) and (viii), readings 12 to 14 and 17: the two clocks, the calling order, the supplementary.

use chrono::{DateTime, TimeDelta, Utc};
use public_question_time::domain::{
    codes::Code,
    id::QuestionId,
    refusal::{Clause, Refusal},
    standing_order::{
        figures::Figures,
        question_time::{Answer, Event, NotNow, Outcome, Phase, QuestionTime, Recorded, TurnPhase},
    },
};
use rstest::rstest;

use crate::given::{figures, figures_with, instant, item_id, millis, question_id};

mod clock_steps;
mod random_meetings;

const MINUTE: i64 = 60_000;

fn q(n: u128) -> QuestionId {
    question_id(n)
}

fn indicated(n: u128) -> Event {
    Event::Indicated { question: q(n) }
}

fn called(n: u128) -> Event {
    Event::Called { question: q(n) }
}

fn passed_over(n: u128) -> Event {
    Event::PassedOver { question: q(n) }
}

fn dealt_with(n: u128) -> Event {
    Event::DealtWith {
        question: q(n),
        item: item_id(5),
    }
}

fn finished(supplementary: Option<Answer>) -> Event {
    Event::Finished {
        answer: Answer::Given,
        supplementary,
    }
}

use Event::{
    Adjourned, AnswerStarted, Closed, Opened, Resumed, SpeakingPaused, SpeakingStarted,
    SupplementaryStarted,
};

/// A meeting as a chair would run it: what is not allowed is not recorded.
#[derive(Clone)]
struct Held {
    list: Vec<QuestionId>,
    events: Vec<Recorded>,
    now: DateTime<Utc>,
    figures: Figures,
}

impl Held {
    fn with(questions: u128) -> Self {
        Self {
            list: (1..=questions).map(q).collect(),
            events: Vec::new(),
            now: instant("2024-02-06T18:30:00Z"),
            figures: figures(),
        }
    }

    /// Opened, with everyone on the list ready to ask.
    fn open(questions: u128) -> Self {
        let mut held = Self::with(questions);
        for n in 1..=questions {
            held.does(indicated(n));
        }
        held.does(Opened);
        held
    }

    fn state(&self) -> QuestionTime {
        QuestionTime::fold(&self.list, &self.events, &self.figures)
    }

    fn after(&mut self, milliseconds: i64) -> &mut Self {
        self.now += millis(milliseconds);
        self
    }

    fn asks(&self, event: &Event) -> Result<(), NotNow> {
        self.state().allow(event, self.now, &self.figures)
    }

    fn does(&mut self, event: Event) -> &mut Self {
        if let Err(why) = self.asks(&event) {
            panic!("{event:?}: {why:?}");
        }
        self.record(event)
    }

    fn record(&mut self, event: Event) -> &mut Self {
        self.events.push(Recorded {
            seq: i32::try_from(self.events.len()).unwrap() + 1,
            at: self.now,
            event,
        });
        self
    }

    fn undoes(&mut self) -> &mut Self {
        let seq = self.state().undoable.unwrap();
        self.does(Event::Undone { seq })
    }

    fn meeting_clock(&self) -> i64 {
        self.state().clock.elapsed(self.now).num_milliseconds()
    }

    fn turn_clock(&self) -> i64 {
        self.state()
            .turn
            .unwrap()
            .clock
            .elapsed(self.now)
            .num_milliseconds()
    }

    fn outcome(&self, n: u128) -> Outcome {
        self.state().entry(q(n)).unwrap().outcome
    }

    #[track_caller]
    fn is_refused(&self, event: &Event, refusal: Refusal) {
        assert_eq!(self.asks(event), Err(NotNow::Refused(refusal)), "{event:?}");
    }

    #[track_caller]
    fn is_out_of_order(&self, event: &Event) {
        match self.asks(event) {
            Err(NotNow::OutOfOrder(why)) => assert!(why.ends_with('.'), "{why}"),
            other => panic!("{event:?}: {other:?}"),
        }
    }
}

// --- the meeting's clock, clause (i)

#[test]
fn the_thirty_minutes_run_from_opening_to_closing_through_answers_and_waiting() {
    let mut held = Held::open(2);
    held.after(MINUTE)
        .does(called(1))
        .after(MINUTE)
        .does(SpeakingStarted);
    held.after(MINUTE)
        .does(AnswerStarted)
        .after(5 * MINUTE)
        .does(finished(None));
    assert_eq!(held.meeting_clock(), 8 * MINUTE);
    held.after(2 * MINUTE).does(Closed);
    held.after(60 * MINUTE);
    assert_eq!(held.meeting_clock(), 10 * MINUTE);
    assert_eq!(
        held.state().left(held.now, &held.figures),
        millis(20 * MINUTE)
    );
    assert_eq!(
        held.state().opened_at,
        Some(instant("2024-02-06T18:30:00Z"))
    );
    assert_eq!(
        held.state().closed_at,
        Some(instant("2024-02-06T18:40:00Z"))
    );
}

#[rstest]
#[case::just_opened(0, true)]
#[case::with_a_millisecond_left(30 * MINUTE - 1, true)]
#[case::at_thirty_minutes_exactly(30 * MINUTE, false)]
#[case::later(31 * MINUTE, false)]
fn nobody_is_called_once_the_thirty_minutes_are_over(#[case] after: i64, #[case] may: bool) {
    let mut held = Held::open(1);
    held.after(after);
    if may {
        held.does(called(1));
    } else {
        held.is_refused(&called(1), Refusal::QuestionTimeOver { minutes: 30 });
        assert_eq!(
            Refusal::QuestionTimeOver { minutes: 30 }.clause(),
            Clause::I
        );
        assert_eq!(
            held.state().left(held.now, &held.figures),
            TimeDelta::zero()
        );
    }
}

#[test]
fn the_questioner_then_speaking_may_finish_that_turn_to_the_end() {
    let mut held = Held::open(2);
    held.after(30 * MINUTE - 1).does(called(1)).after(1);
    held.does(SpeakingStarted)
        .after(MINUTE)
        .does(SpeakingPaused)
        .after(MINUTE)
        .does(SpeakingStarted);
    held.after(MINUTE)
        .does(AnswerStarted)
        .after(MINUTE)
        .does(SupplementaryStarted);
    held.after(MINUTE - 1)
        .does(AnswerStarted)
        .after(MINUTE)
        .does(finished(Some(Answer::Given)));
    held.is_refused(&called(2), Refusal::QuestionTimeOver { minutes: 30 });
    held.does(Closed);
    assert_eq!(held.outcome(2), Outcome::Waiting);
}

#[test]
fn an_adjournment_stops_the_meeting_clock_and_nothing_else_does() {
    let mut held = Held::open(1);
    held.after(10 * MINUTE).does(Adjourned).after(45 * MINUTE);
    assert_eq!(held.meeting_clock(), 10 * MINUTE);
    assert_eq!(held.state().phase, Phase::Adjourned);
    held.does(Resumed).after(20 * MINUTE - 1);
    assert!(held.asks(&called(1)).is_ok());
    held.after(1);
    held.is_refused(&called(1), Refusal::QuestionTimeOver { minutes: 30 });
    held.does(Adjourned).after(MINUTE).does(Resumed);
    held.is_refused(&called(1), Refusal::QuestionTimeOver { minutes: 30 });
}

#[rstest]
#[case(called(2))]
#[case(SpeakingStarted)]
#[case(SpeakingPaused)]
#[case(AnswerStarted)]
#[case(SupplementaryStarted)]
#[case(finished(None))]
#[case(Adjourned)]
#[case(Opened)]
fn nothing_of_a_turn_happens_in_an_adjournment(#[case] event: Event) {
    let mut held = Held::open(2);
    held.does(called(1))
        .does(SpeakingStarted)
        .after(1000)
        .does(Adjourned)
        .after(1000);
    held.is_out_of_order(&event);
}

#[rstest]
#[case(called(1))]
#[case(SpeakingStarted)]
#[case(AnswerStarted)]
#[case(SupplementaryStarted)]
#[case(SpeakingPaused)]
#[case(finished(None))]
#[case(Adjourned)]
#[case(Resumed)]
fn nothing_of_a_turn_happens_before_the_opening(#[case] event: Event) {
    let mut held = Held::with(1);
    held.does(indicated(1));
    held.is_out_of_order(&event);
}

#[rstest]
#[case(indicated(2))]
#[case(Event::IndicationWithdrawn { question: q(2) })]
#[case(Event::Reordered { order: vec![q(2), q(1)] })]
#[case(called(2))]
#[case(passed_over(2))]
#[case(dealt_with(2))]
#[case(Opened)]
#[case(Adjourned)]
#[case(Resumed)]
#[case(Closed)]
#[case(SpeakingStarted)]
#[case(Event::Undone { seq: 1 })]
#[case(Event::Undone { seq: 4 })]
fn closed_is_closed(#[case] event: Event) {
    let mut held = Held::open(2);
    held.does(Closed);
    held.is_out_of_order(&event);
    assert_eq!(held.state().undoable, None);
}

#[test]
fn it_is_not_closed_in_the_middle_of_a_turn() {
    let mut held = Held::open(1);
    held.does(called(1));
    held.is_out_of_order(&Closed);
    held.does(SpeakingStarted);
    held.is_out_of_order(&Closed);
    held.does(finished(None)).does(Closed);
}

// --- the questioner's clock, clause (viii)

#[test]
fn the_three_minutes_run_while_the_questioner_speaks_and_not_while_the_answer_is_given() {
    let mut held = Held::open(1);
    held.does(called(1)).after(MINUTE);
    assert_eq!(held.turn_clock(), 0, "called, not yet speaking");
    held.does(SpeakingStarted)
        .after(40_000)
        .does(SpeakingPaused)
        .after(MINUTE);
    assert_eq!(held.turn_clock(), 40_000, "stopped");
    held.does(SpeakingStarted)
        .after(20_000)
        .does(AnswerStarted)
        .after(7 * MINUTE);
    assert_eq!(
        held.turn_clock(),
        60_000,
        "the answer is not the questioner's time"
    );
    held.does(SupplementaryStarted).after(30_000);
    assert_eq!(held.turn_clock(), 90_000, "the supplementary is");
    held.does(AnswerStarted).after(MINUTE);
    assert_eq!(held.turn_clock(), 90_000);
    let left = held.state().turn_left(held.now, &held.figures);
    assert_eq!(left, Some(millis(90_000)));
}

#[rstest]
#[case::a_millisecond_left(3 * MINUTE - 1, true)]
#[case::at_three_minutes_exactly(3 * MINUTE, false)]
#[case::beyond(3 * MINUTE + 1, false)]
fn at_three_minutes_the_speaking_is_over(#[case] spoke: i64, #[case] may: bool) {
    let mut held = Held::open(1);
    held.does(called(1)).does(SpeakingStarted).after(spoke);
    let over = Refusal::SpeakingTimeOver { minutes: 3 };
    assert_eq!(over.clause(), Clause::Viii);
    let mut stopped = held.clone();
    stopped.does(SpeakingPaused);
    let mut answered = held.clone();
    answered.does(AnswerStarted);
    for (held, event) in [(stopped, SpeakingStarted), (answered, SupplementaryStarted)] {
        if may {
            assert_eq!(held.asks(&event), Ok(()), "{event:?}");
        } else {
            held.is_refused(&event, over.clone());
        }
        // what is left to do can always be done
        let supplementary = None;
        assert_eq!(held.asks(&finished(supplementary)), Ok(()));
    }
}

#[test]
fn at_three_minutes_nothing_is_left_and_never_less() {
    let mut held = Held::open(1);
    held.does(called(1)).does(SpeakingStarted).after(9 * MINUTE);
    let left = held.state().turn_left(held.now, &held.figures);
    assert_eq!(left, Some(TimeDelta::zero()));
}

#[test]
fn the_next_questioner_has_three_minutes_of_their_own() {
    let mut held = Held::open(2);
    held.does(called(1))
        .does(SpeakingStarted)
        .after(3 * MINUTE)
        .does(finished(None));
    held.does(called(2)).does(SpeakingStarted).after(1);
    assert_eq!(held.turn_clock(), 1);
}

#[test]
fn an_adjournment_stops_the_questioner_too_and_gives_back_what_was_left() {
    let mut held = Held::open(1);
    held.does(called(1))
        .does(SpeakingStarted)
        .after(MINUTE)
        .does(Adjourned)
        .after(20 * MINUTE);
    assert_eq!(held.turn_clock(), MINUTE);
    held.does(Resumed).after(MINUTE);
    assert_eq!(held.turn_clock(), 2 * MINUTE);
    held.does(AnswerStarted)
        .does(Adjourned)
        .after(MINUTE)
        .does(Resumed)
        .after(MINUTE);
    assert_eq!(
        held.turn_clock(),
        2 * MINUTE,
        "it does not start with an answer"
    );
    held.does(SupplementaryStarted)
        .after(1)
        .does(SpeakingPaused)
        .does(Adjourned)
        .after(1);
    held.does(Resumed).after(MINUTE);
    assert_eq!(
        held.turn_clock(),
        2 * MINUTE + 1,
        "nor with a questioner who had been stopped"
    );
}

#[test]
fn where_the_figures_say_so_the_answer_counts_against_the_questioner() {
    let mut held = Held::open(1);
    held.figures = figures_with(|f| f.answer_counts_against_questioner = true);
    held.does(called(1))
        .after(MINUTE)
        .does(SpeakingStarted)
        .after(MINUTE)
        .does(AnswerStarted);
    held.after(MINUTE)
        .does(Adjourned)
        .after(MINUTE)
        .does(Resumed)
        .after(MINUTE - 1);
    assert_eq!(held.turn_clock(), 3 * MINUTE - 1);
    assert_eq!(held.asks(&SupplementaryStarted), Ok(()));
    held.after(1);
    held.is_refused(
        &SupplementaryStarted,
        Refusal::SpeakingTimeOver { minutes: 3 },
    );
}

#[test]
fn the_minutes_are_figures() {
    let mut held = Held::open(1);
    held.figures = figures_with(|f| {
        f.question_time_minutes = 15;
        f.questioner_minutes = 2;
    });
    held.after(15 * MINUTE);
    held.is_refused(&called(1), Refusal::QuestionTimeOver { minutes: 15 });
    let mut held = Held::open(1);
    held.figures = figures_with(|f| f.questioner_minutes = 2);
    held.does(called(1))
        .does(SpeakingStarted)
        .after(2 * MINUTE)
        .does(SpeakingPaused);
    held.is_refused(&SpeakingStarted, Refusal::SpeakingTimeOver { minutes: 2 });
}

#[test]
fn a_clock_set_back_never_takes_off_what_had_run_when_it_was_stopped() {
    let mut held = Held::open(1);
    held.after(10 * MINUTE)
        .does(Adjourned)
        .after(-60 * MINUTE)
        .does(Resumed);
    assert_eq!(held.meeting_clock(), 10 * MINUTE);
    held.after(-MINUTE);
    assert_eq!(held.meeting_clock(), 10 * MINUTE);
    held.after(2 * MINUTE);
    assert_eq!(held.meeting_clock(), 11 * MINUTE);
    held.after(-30 * MINUTE).does(Adjourned);
    assert_eq!(
        held.meeting_clock(),
        10 * MINUTE,
        "nor where it ran meanwhile"
    );
}

// --- the supplementary, clause (iv)

#[test]
fn one_supplementary_and_no_more() {
    let mut held = Held::open(1);
    held.does(called(1));
    held.is_out_of_order(&SupplementaryStarted);
    held.does(SpeakingStarted).after(1000);
    held.is_out_of_order(&SupplementaryStarted);
    held.does(AnswerStarted)
        .after(1000)
        .does(SupplementaryStarted)
        .after(1000);
    held.is_refused(
        &SupplementaryStarted,
        Refusal::SecondSupplementary { allowed: 1 },
    );
    held.does(SpeakingPaused).does(SpeakingStarted).after(1000);
    assert_eq!(
        held.state().turn.unwrap().phase,
        TurnPhase::Supplementary,
        "a supplementary that was stopped goes on as one"
    );
    held.does(AnswerStarted).after(1000);
    assert_eq!(
        held.state().turn.unwrap().phase,
        TurnPhase::AnsweringSupplementary
    );
    held.is_refused(
        &SupplementaryStarted,
        Refusal::SecondSupplementary { allowed: 1 },
    );
    assert_eq!(
        Refusal::SecondSupplementary { allowed: 1 }.clause(),
        Clause::Iv
    );
}

#[rstest]
#[case(Answer::Given)]
#[case(Answer::Promised)]
fn what_became_of_the_supplementary_is_said_if_there_was_one_and_only_then(#[case] how: Answer) {
    let mut held = Held::open(1);
    held.does(called(1))
        .does(SpeakingStarted)
        .does(AnswerStarted);
    held.is_out_of_order(&finished(Some(how)));
    held.does(SupplementaryStarted);
    held.is_out_of_order(&finished(None));
    held.does(finished(Some(how)));
    assert_eq!(
        held.outcome(1),
        Outcome::Put {
            answer: Answer::Given,
            supplementary: Some(how)
        }
    );
}

#[rstest]
#[case(0)]
#[case(2)]
fn how_many_supplementaries_is_a_figure(#[case] allowed: u16) {
    let mut held = Held::open(1);
    held.figures = figures_with(|f| f.supplementaries_per_question = i64::from(allowed));
    held.does(called(1))
        .does(SpeakingStarted)
        .does(AnswerStarted);
    for _ in 0..allowed {
        held.does(SupplementaryStarted).does(AnswerStarted);
    }
    held.is_refused(
        &SupplementaryStarted,
        Refusal::SecondSupplementary { allowed },
    );
}

// --- indicating, passing over, dealing with: clause (vii), readings 13 and 17

#[test]
fn who_has_not_indicated_is_not_called() {
    let mut held = Held::with(2);
    held.does(indicated(2)).does(Opened);
    held.is_refused(&called(1), Refusal::NotIndicated);
    assert_eq!(Refusal::NotIndicated.clause(), Clause::Vii);
    assert_eq!(held.state().next(), Some(q(2)));
    held.does(indicated(1));
    assert_eq!(held.state().next(), Some(q(1)));
    held.does(Event::IndicationWithdrawn { question: q(1) });
    held.is_refused(&called(1), Refusal::NotIndicated);
    held.does(called(2));
}

#[test]
fn the_order_of_calling_is_the_chairs() {
    let mut held = Held::open(3);
    assert_eq!(held.state().next(), Some(q(1)));
    held.does(called(2))
        .does(SpeakingStarted)
        .does(finished(None));
    assert_eq!(held.state().next(), Some(q(1)));
    assert_eq!(held.state().waiting(), 2);
}

#[test]
fn one_at_a_time_and_each_once() {
    let mut held = Held::open(2);
    held.does(called(1));
    held.is_out_of_order(&called(2));
    held.is_out_of_order(&called(1));
    held.is_out_of_order(&indicated(1));
    held.does(SpeakingStarted).does(finished(None));
    held.is_out_of_order(&called(1));
    held.is_out_of_order(&passed_over(1));
    held.is_out_of_order(&dealt_with(1));
    held.is_out_of_order(&called(77));
    held.is_out_of_order(&indicated(77));
    held.is_out_of_order(&passed_over(77));
    held.is_out_of_order(&dealt_with(77));
}

#[test]
fn who_is_absent_is_passed_over_and_may_be_called_when_they_come() {
    let mut held = Held::with(2);
    held.does(Opened).does(passed_over(1));
    assert_eq!(held.outcome(1), Outcome::PassedOver);
    assert_eq!(held.state().waiting(), 1);
    held.is_refused(&called(1), Refusal::NotIndicated);
    held.does(indicated(1)).does(called(1));
    held.does(passed_over(1));
    assert_eq!(held.state().turn, None, "called, and not there");
    held.does(called(1)).does(SpeakingStarted);
    held.is_out_of_order(&passed_over(1));
    held.does(finished(None));
}

#[test]
fn passing_another_over_leaves_the_turn_alone() {
    let mut held = Held::open(2);
    held.does(called(1))
        .does(SpeakingStarted)
        .after(1000)
        .does(passed_over(2))
        .after(1000);
    assert_eq!(held.turn_clock(), 2000);
    assert_eq!(held.state().turn.unwrap().question, q(1));
}

#[test]
fn a_question_can_be_dealt_with_under_an_item_waiting_called_or_spoken() {
    for acts in [vec![], vec![called(1)], vec![called(1), SpeakingStarted]] {
        let mut held = Held::open(2);
        for act in acts {
            held.does(act);
        }
        held.does(dealt_with(1));
        assert_eq!(held.outcome(1), Outcome::DealtWith { item: item_id(5) });
        assert_eq!(held.state().turn, None);
        held.does(called(2));
    }
}

#[test]
fn a_question_is_not_finished_that_was_not_put() {
    let mut held = Held::open(1);
    held.does(called(1));
    held.is_out_of_order(&finished(None));
    held.is_out_of_order(&AnswerStarted);
    held.is_out_of_order(&SpeakingPaused);
}

// --- the order

#[rstest]
#[case(&[3, 1, 2], &[3, 1, 2])]
#[case(&[2], &[2, 1, 3])]
#[case(&[], &[1, 2, 3])]
fn the_chair_may_change_the_order(#[case] order: &[u128], #[case] expected: &[u128]) {
    let mut held = Held::open(3);
    held.does(Event::Reordered {
        order: order.iter().copied().map(q).collect(),
    });
    let now: Vec<_> = held.state().entries.iter().map(|e| e.question).collect();
    assert_eq!(now, expected.iter().copied().map(q).collect::<Vec<_>>());
    assert_eq!(held.state().next(), Some(q(expected[0])));
}

#[rstest]
#[case(&[1, 1, 2])]
#[case(&[1, 2, 3, 77])]
fn an_order_that_does_not_fit_the_list_is_out_of_order(#[case] order: &[u128]) {
    let order = order.iter().copied().map(q).collect();
    Held::open(3).is_out_of_order(&Event::Reordered { order });
}

#[test]
fn a_question_admitted_after_the_reordering_stands_at_the_end() {
    let mut held = Held::open(2);
    held.does(Event::Reordered {
        order: vec![q(2), q(1)],
    });
    held.list.insert(0, q(3));
    let now: Vec<_> = held.state().entries.iter().map(|e| e.question).collect();
    assert_eq!(now, [q(2), q(1), q(3)]);
}

// --- undo

#[test]
fn only_the_last_act_is_undone_and_then_the_one_before_it() {
    let mut held = Held::open(1);
    let opened = held.state();
    held.does(called(1)).after(5).does(SpeakingStarted).after(5);
    held.is_out_of_order(&Event::Undone { seq: 1 });
    held.undoes().undoes();
    let state = held.state();
    assert_eq!(state.undoable, opened.undoable);
    held.is_out_of_order(&Event::Undone { seq: 3 });
    held.undoes();
    assert_eq!(held.state().phase, Phase::NotOpened);
    assert_eq!(held.meeting_clock(), 0);
}

#[test]
fn undoing_a_finish_leaves_the_clocks_as_if_it_had_not_been() {
    let mut held = Held::open(2);
    held.does(called(1))
        .does(SpeakingStarted)
        .after(MINUTE)
        .does(finished(None));
    held.after(10_000).undoes().after(10_000);
    assert_eq!(held.turn_clock(), MINUTE + 20_000);
    assert_eq!(held.outcome(1), Outcome::Called);
}

#[test]
fn undoing_an_adjournment_runs_the_clock_through_it() {
    let mut held = Held::open(1);
    held.after(MINUTE)
        .does(Adjourned)
        .after(MINUTE)
        .undoes()
        .after(MINUTE);
    assert_eq!(held.meeting_clock(), 3 * MINUTE);
    assert_eq!(held.state().phase, Phase::Open);
}

#[test]
fn undo_is_no_way_round_the_thirty_minutes() {
    let mut held = Held::open(2);
    held.after(29 * MINUTE)
        .does(called(1))
        .after(2 * MINUTE)
        .undoes();
    held.is_refused(&called(1), Refusal::QuestionTimeOver { minutes: 30 });
    held.is_refused(&called(2), Refusal::QuestionTimeOver { minutes: 30 });
}

#[test]
fn the_revision_grows_with_an_undo_too() {
    let mut held = Held::open(1);
    let before = held.state().revision;
    held.does(called(1)).undoes();
    assert_eq!(held.state().revision, before + 2);
}

// --- questions that leave the list

#[test]
fn events_of_a_question_withdrawn_since_are_passed_over() {
    let mut held = Held::open(3);
    held.does(called(2))
        .does(SpeakingStarted)
        .after(MINUTE)
        .does(finished(None));
    held.does(called(3)).does(SpeakingStarted).after(MINUTE);
    held.list.retain(|id| *id != q(2));
    let state = held.state();
    assert_eq!(state.entries.len(), 2);
    assert_eq!(state.turn.as_ref().unwrap().question, q(3));
    assert_eq!(held.turn_clock(), MINUTE);
    assert_eq!(
        held.meeting_clock(),
        2 * MINUTE,
        "the time that it took was taken"
    );
    assert!(state.entry(q(2)).is_none());
}

#[rstest]
#[case::called(&[called(1)])]
#[case::speaking(&[called(1), SpeakingStarted])]
#[case::answering(&[called(1), SpeakingStarted, AnswerStarted])]
#[case::supplementary(&[called(1), SpeakingStarted, AnswerStarted, SupplementaryStarted])]
fn a_question_rejected_in_the_middle_of_its_turn_ends_the_turn(#[case] acts: &[Event]) {
    let mut held = Held::open(2);
    for act in acts {
        held.after(1000).does(act.clone());
    }
    held.list.retain(|id| *id != q(1));
    assert_eq!(held.state().turn, None);
    for act in [
        SpeakingStarted,
        SpeakingPaused,
        AnswerStarted,
        SupplementaryStarted,
        finished(None),
    ] {
        held.is_out_of_order(&act);
    }
    held.does(called(2)).does(SpeakingStarted).after(1000);
    assert_eq!(held.turn_clock(), 1000);
    held.does(finished(None)).does(Closed);
}

#[test]
fn events_about_questions_that_never_were_do_no_harm() {
    let mut held = Held::open(1);
    for event in [
        indicated(77),
        called(77),
        SpeakingStarted,
        AnswerStarted,
        finished(None),
        passed_over(77),
        dealt_with(77),
        Event::Reordered {
            order: vec![q(77), q(1)],
        },
        Event::Undone { seq: 999 },
    ] {
        held.record(event);
    }
    assert_eq!(held.state().turn, None);
    assert_eq!(held.state().waiting(), 1);
    held.does(called(1));
}

#[test]
fn nobody_came_and_it_is_closed() {
    let mut held = Held::with(0);
    held.does(Opened).after(1000).does(Closed);
    assert_eq!(held.state().entries, []);
    assert_eq!(held.state().next(), None);
}

// --- what is stored

#[test]
fn each_event_is_stored_under_its_code_and_read_back() {
    let events = [
        indicated(1),
        Event::IndicationWithdrawn { question: q(1) },
        Event::Reordered {
            order: vec![q(2), q(1)],
        },
        Opened,
        Adjourned,
        Resumed,
        called(1),
        SpeakingStarted,
        SpeakingPaused,
        AnswerStarted,
        SupplementaryStarted,
        finished(None),
        finished(Some(Answer::Promised)),
        passed_over(1),
        dealt_with(1),
        Closed,
        Event::Undone { seq: 3 },
    ];
    let mut codes = std::collections::BTreeSet::new();
    for event in events {
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json["event"], event.code());
        assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        codes.insert(event.code());
    }
    assert_eq!(codes.len(), 16);
    assert_eq!(
        (Phase::ALL.len(), TurnPhase::ALL.len(), Answer::ALL.len()),
        (4, 5, 2)
    );
}
