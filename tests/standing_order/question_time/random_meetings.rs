//! Meetings at random against a plain model, written from the rule and sharing nothing with the code: it keeps no instants,
//! but adds up milliseconds as they pass.

use chrono::TimeDelta;
use proptest::{prelude::*, sample::Index};
use public_question_time::domain::{
    standing_order::{
        question_time::{Answer, Entry, Event, Outcome, Phase, QuestionTime, TurnPhase},
        written_response::settled,
    },
    status,
};

use super::{Held, MINUTE, q};
use crate::given::{figures_with, item_id};

const QUESTIONS: usize = 4;
const ALL_TIME: i64 = 30 * MINUTE;
const EACH_TIME: i64 = 3 * MINUTE;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Indicate(usize),
    TakeBackIndication(usize),
    Order([usize; 2]),
    Open,
    Adjourn,
    Resume,
    Call(usize),
    Speak,
    Stop,
    Answer,
    Supplement,
    Finish(Answer, Option<Answer>),
    PassOver(usize),
    DealWith(usize),
    Close,
    Undo,
}

fn every_act() -> Vec<Act> {
    let (given, promised) = (Answer::Given, Answer::Promised);
    let mut acts = vec![
        Act::Open,
        Act::Adjourn,
        Act::Resume,
        Act::Speak,
        Act::Stop,
        Act::Answer,
        Act::Supplement,
        Act::Finish(given, None),
        Act::Finish(promised, None),
        Act::Finish(given, Some(promised)),
        Act::Finish(promised, Some(given)),
        Act::Close,
        Act::Undo,
        Act::Order([2, 0]),
        Act::Order([3, 1]),
    ];
    for n in 0..QUESTIONS {
        acts.extend([
            Act::Indicate(n),
            Act::TakeBackIndication(n),
            Act::Call(n),
            Act::PassOver(n),
            Act::DealWith(n),
        ]);
    }
    acts
}

/// How often an act is taken where it may be, so that meetings get somewhere.
fn weight(act: Act) -> usize {
    match act {
        Act::Open | Act::Call(_) | Act::Speak | Act::Answer => 8,
        Act::Supplement | Act::Indicate(_) | Act::Resume => 6,
        Act::Finish(..) | Act::Stop => 3,
        Act::Close => 0,
        _ => 1,
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Where {
    Called,
    Speaking,
    Answering,
}

#[derive(Debug, Clone, PartialEq)]
struct ModelTurn {
    question: usize,
    place: Where,
    used: i64,
    supplementaries: u32,
    spoke: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Model {
    opened: bool,
    adjourned: bool,
    closed: bool,
    used: i64,
    turn: Option<ModelTurn>,
    order: Vec<usize>,
    indicated: [bool; QUESTIONS],
    outcomes: [Outcome; QUESTIONS],
    calls_after_time: u32,
}

impl Model {
    fn new() -> Self {
        Self {
            opened: false,
            adjourned: false,
            closed: false,
            used: 0,
            turn: None,
            order: (0..QUESTIONS).collect(),
            indicated: [false; QUESTIONS],
            outcomes: [Outcome::Waiting; QUESTIONS],
            calls_after_time: 0,
        }
    }

    fn running(&self) -> bool {
        self.opened && !self.adjourned && !self.closed
    }

    fn pass(&mut self, milliseconds: i64, answer_counts: bool) {
        if self.running() {
            self.used += milliseconds;
            if let Some(turn) = &mut self.turn {
                match turn.place {
                    Where::Speaking => turn.used += milliseconds,
                    Where::Answering if answer_counts => turn.used += milliseconds,
                    _ => {}
                }
            }
        }
    }

    /// Whether the standing order and good order let the chair do it now.
    fn may(&self, act: Act, can_undo: bool) -> bool {
        let open_to = |n: usize| matches!(self.outcomes[n], Outcome::Waiting | Outcome::PassedOver);
        let in_turn = |n: usize| self.turn.as_ref().filter(|turn| turn.question == n);
        let turn = self.turn.as_ref().filter(|_| self.running());
        if self.closed {
            return false;
        }
        match act {
            Act::Indicate(n) | Act::TakeBackIndication(n) => open_to(n),
            Act::Order(_) => true,
            Act::Open => !self.opened,
            Act::Adjourn => self.running(),
            Act::Resume => self.opened && self.adjourned,
            Act::Call(n) => {
                self.running()
                    && self.turn.is_none()
                    && self.used < ALL_TIME
                    && self.indicated[n]
                    && open_to(n)
            }
            Act::Speak => turn.is_some_and(|t| t.place == Where::Called && t.used < EACH_TIME),
            Act::Stop => turn.is_some_and(|t| t.place == Where::Speaking),
            Act::Answer => turn.is_some_and(|t| t.spoke && t.place != Where::Answering),
            Act::Supplement => turn.is_some_and(|t| {
                t.supplementaries == 0 && t.place == Where::Answering && t.used < EACH_TIME
            }),
            Act::Finish(_, supplementary) => {
                turn.is_some_and(|t| t.spoke && supplementary.is_some() == (t.supplementaries == 1))
            }
            Act::PassOver(n) => in_turn(n).map_or(open_to(n), |t| !t.spoke),
            Act::DealWith(n) => in_turn(n).is_some() || open_to(n),
            Act::Close => self.turn.is_none(),
            Act::Undo => can_undo,
        }
    }

    fn take(&mut self, act: Act) {
        match act {
            Act::Indicate(n) => self.indicated[n] = true,
            Act::TakeBackIndication(n) => self.indicated[n] = false,
            Act::Order(first) => {
                let rest: Vec<_> = self
                    .order
                    .iter()
                    .copied()
                    .filter(|n| !first.contains(n))
                    .collect();
                self.order = first.into_iter().chain(rest).collect();
            }
            Act::Open => self.opened = true,
            Act::Adjourn => self.adjourned = true,
            Act::Resume => self.adjourned = false,
            Act::Call(question) => {
                self.calls_after_time += u32::from(self.used >= ALL_TIME);
                self.outcomes[question] = Outcome::Called;
                self.turn = Some(ModelTurn {
                    question,
                    place: Where::Called,
                    used: 0,
                    supplementaries: 0,
                    spoke: false,
                });
            }
            Act::Finish(answer, supplementary) => {
                if let Some(turn) = self.turn.take() {
                    self.outcomes[turn.question] = Outcome::Put {
                        answer,
                        supplementary,
                    };
                }
            }
            Act::PassOver(n) => self.end(n, Outcome::PassedOver),
            Act::DealWith(n) => self.end(n, Outcome::DealtWith { item: item_id(5) }),
            Act::Close => self.closed = true,
            Act::Undo => {}
            Act::Speak | Act::Stop | Act::Answer | Act::Supplement => {
                if let Some(turn) = &mut self.turn {
                    turn.supplementaries += u32::from(act == Act::Supplement);
                    turn.spoke |= act == Act::Speak;
                    turn.place = match act {
                        Act::Stop => Where::Called,
                        Act::Answer => Where::Answering,
                        _ => Where::Speaking,
                    };
                }
            }
        }
    }

    fn end(&mut self, n: usize, outcome: Outcome) {
        self.turn.take_if(|turn| turn.question == n);
        self.outcomes[n] = outcome;
    }
}

/// A meeting and its model, side by side.
struct Both {
    held: Held,
    /// Every step: the milliseconds before it, the act, its number, and whether it has been taken back.
    steps: Vec<(i64, Act, i32, bool)>,
    since: i64,
    answer_counts: bool,
}

impl Both {
    fn model(&self) -> Model {
        let mut model = Model::new();
        for &(before, act, _, taken_back) in &self.steps {
            model.pass(before, self.answer_counts);
            if !taken_back {
                model.take(act);
            }
        }
        model.pass(self.since, self.answer_counts);
        model
    }

    fn last(&self) -> Option<i32> {
        self.steps
            .iter()
            .rev()
            .find(|(_, act, _, taken_back)| !taken_back && *act != Act::Undo)
            .map(|step| step.2)
    }

    fn event(&self, act: Act) -> Event {
        let of = |n: usize| q(n as u128 + 1);
        match act {
            Act::Indicate(n) => Event::Indicated { question: of(n) },
            Act::TakeBackIndication(n) => Event::IndicationWithdrawn { question: of(n) },
            Act::Order(first) => Event::Reordered {
                order: first.into_iter().map(of).collect(),
            },
            Act::Open => Event::Opened,
            Act::Adjourn => Event::Adjourned,
            Act::Resume => Event::Resumed,
            Act::Call(n) => Event::Called { question: of(n) },
            Act::Speak => Event::SpeakingStarted,
            Act::Stop => Event::SpeakingPaused,
            Act::Answer => Event::AnswerStarted,
            Act::Supplement => Event::SupplementaryStarted,
            Act::Finish(answer, supplementary) => Event::Finished {
                answer,
                supplementary,
            },
            Act::PassOver(n) => Event::PassedOver { question: of(n) },
            Act::DealWith(n) => Event::DealtWith {
                question: of(n),
                item: item_id(5),
            },
            Act::Close => Event::Closed,
            Act::Undo => Event::Undone {
                seq: self.last().unwrap_or(0),
            },
        }
    }

    fn passes(&mut self, milliseconds: i64) {
        self.held.after(milliseconds);
        self.since += milliseconds;
    }

    fn does(&mut self, act: Act) {
        let event = self.event(act);
        if let Event::Undone { seq } = event {
            for step in &mut self.steps {
                step.3 |= step.2 == seq;
            }
        }
        self.held.does(event);
        let seq = self.held.events.last().unwrap().seq;
        self.steps
            .push((std::mem::take(&mut self.since), act, seq, false));
    }

    fn agree(&self, model: &Model, state: &QuestionTime) -> Result<(), TestCaseError> {
        let (now, figures) = (self.held.now, &self.held.figures);
        let phase = match (model.opened, model.adjourned, model.closed) {
            (_, _, true) => Phase::Closed,
            (_, true, _) => Phase::Adjourned,
            (true, ..) => Phase::Open,
            _ => Phase::NotOpened,
        };
        prop_assert_eq!(state.phase, phase);
        prop_assert_eq!(state.clock.elapsed(now).num_milliseconds(), model.used);
        let left = TimeDelta::milliseconds((ALL_TIME - model.used).max(0));
        prop_assert_eq!(state.left(now, figures), left);
        prop_assert_eq!(state.turn.is_some(), model.turn.is_some());
        if let (Some(turn), Some(expected)) = (&state.turn, &model.turn) {
            prop_assert_eq!(turn.question, q(expected.question as u128 + 1));
            prop_assert_eq!(turn.clock.elapsed(now).num_milliseconds(), expected.used);
            let left = TimeDelta::milliseconds((EACH_TIME - expected.used).max(0));
            prop_assert_eq!(state.turn_left(now, figures), Some(left));
            prop_assert!(turn.supplementaries <= 1);
            let place = match (expected.place, expected.supplementaries) {
                (Where::Called, _) => TurnPhase::Called,
                (Where::Speaking, 0) => TurnPhase::Speaking,
                (Where::Speaking, _) => TurnPhase::Supplementary,
                (Where::Answering, 0) => TurnPhase::Answering,
                (Where::Answering, _) => TurnPhase::AnsweringSupplementary,
            };
            prop_assert_eq!(turn.phase, place);
        }
        let entries: Vec<_> = model
            .order
            .iter()
            .map(|&n| Entry {
                question: q(n as u128 + 1),
                indicated: model.indicated[n],
                outcome: model.outcomes[n],
            })
            .collect();
        prop_assert_eq!(&state.entries, &entries, "everyone accounted for, in order");
        prop_assert_eq!(model.calls_after_time, 0);
        for act in every_act() {
            let may = model.may(act, self.last().is_some());
            let says = state.allow(&self.event(act), now, figures);
            prop_assert_eq!(says.is_ok(), may, "{:?}: {:?}", act, says);
        }
        Ok(())
    }
}

/// How long until the next act: often nothing, often just short of a limit, at it, or just beyond.
#[derive(Debug, Clone)]
enum Wait {
    For(i64),
    UntilTurnIsOver(i64),
    UntilTimeIsOver(i64),
}

fn waits() -> impl Strategy<Value = Wait> {
    prop_oneof![
        3 => Just(Wait::For(0)),
        3 => (1i64..1000).prop_map(Wait::For),
        4 => (1000i64..90_000).prop_map(Wait::For),
        1 => (90_000i64..400_000).prop_map(Wait::For),
        2 => (-1i64..=1).prop_map(Wait::UntilTurnIsOver),
        1 => (-1i64..=1).prop_map(Wait::UntilTimeIsOver),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_meeting_keeps_to_the_rule(
        answer_counts in any::<bool>(),
        plan in prop::collection::vec((waits(), any::<Index>()), 1..50),
    ) {
        let mut held = Held::with(QUESTIONS as u128);
        held.figures = figures_with(|f| f.answer_counts_against_questioner = answer_counts);
        let mut both = Both { held, steps: Vec::new(), since: 0, answer_counts };
        for (wait, choice) in plan {
            let before = both.model();
            let turn_used = before.turn.as_ref().map_or(0, |turn| turn.used);
            both.passes(match wait {
                Wait::For(time) => time,
                Wait::UntilTurnIsOver(more) => (EACH_TIME - turn_used + more).max(0),
                Wait::UntilTimeIsOver(more) => (ALL_TIME - before.used + more).max(0),
            });
            let model = both.model();
            let state = both.held.state();
            both.agree(&model, &state)?;
            let possible: Vec<Act> = every_act()
                .into_iter()
                .filter(|&act| model.may(act, both.last().is_some()))
                .flat_map(|act| std::iter::repeat_n(act, weight(act)))
                .collect();
            let act = *choice.get(&possible);
            both.does(act);
            if act != Act::Undo {
                // an act and its undoing leave all as it was, save the revision
                let mut undone = both.held.clone();
                undone.undoes();
                let mut back = undone.state();
                back.revision = state.revision;
                prop_assert_eq!(back, state, "undoing {:?}", act);
            }
        }
        let model = both.model();
        both.agree(&model, &both.held.state())?;

        // the chair brings it to an end
        if both.model().adjourned {
            both.does(Act::Resume);
        }
        if let Some(turn) = both.model().turn {
            both.does(match (turn.spoke, turn.supplementaries) {
                (false, _) => Act::PassOver(turn.question),
                (true, 0) => Act::Finish(Answer::Given, None),
                (true, _) => Act::Finish(Answer::Given, Some(Answer::Promised)),
            });
        }
        both.does(Act::Close);
        both.passes(MINUTE);
        let (model, state) = (both.model(), both.held.state());
        both.agree(&model, &state)?;
        prop_assert!(!state.clock.is_running());
        for entry in &state.entries {
            let answered = matches!(
                entry.outcome,
                Outcome::DealtWith { .. }
                    | Outcome::Put { answer: Answer::Given, supplementary: None | Some(Answer::Given) }
            );
            let (act, reason) = settled(entry, state.opened_at.is_some(), &both.held.figures);
            let owed = act == status::Act::Owe && reason.is_some();
            prop_assert!(answered != owed, "{:?} is answered or owed, one of the two", entry);
            prop_assert!(entry.outcome != Outcome::Called);
        }
    }
}
