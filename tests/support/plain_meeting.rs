//! A plain model of question time, written from the rule and sharing nothing with the code: it keeps no instants, but adds up
//! the time as it passes, and takes back an act by playing the meeting again without it.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use public_question_time::domain::id::{AgendaItemId, QuestionId};
use public_question_time::domain::standing_order::figures::Figures;
use public_question_time::domain::standing_order::question_time::{
    Answer, Entry, Event, Outcome, Phase, QuestionTime, TurnPhase,
};

/// Clause (i).
pub const ALL_TIME: TimeDelta = TimeDelta::minutes(30);
/// Clause (viii).
pub const EACH_TIME: TimeDelta = TimeDelta::minutes(3);

/// What the chair may do; questions by their number in order of receipt, from 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Indicate(usize),
    TakeBackIndication(usize),
    /// These first; the others after them, as they were.
    Order(Vec<usize>),
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

/// Every act at a meeting with so many questions (four at least).
pub fn every_act(questions: usize) -> Vec<Act> {
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
        Act::Order(vec![2, 0]),
        Act::Order(vec![3, 1]),
    ];
    for n in 0..questions {
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
pub fn weight(act: &Act) -> usize {
    match act {
        Act::Open | Act::Call(_) | Act::Speak | Act::Answer => 8,
        Act::Supplement | Act::Indicate(_) | Act::Resume => 6,
        Act::Finish(..) | Act::Stop => 3,
        Act::Close => 0,
        _ => 1,
    }
}

/// How long until the next act: often nothing, often just short of a limit, at it, or just beyond.
#[derive(Debug, Clone)]
pub enum Wait {
    /// So many milliseconds.
    For(i64),
    /// Until so many milliseconds after the 3 minutes.
    UntilTurnIsOver(i64),
    /// Until so many milliseconds after the 30 minutes.
    UntilTimeIsOver(i64),
}

/// Waits at random.
pub fn waits() -> impl Strategy<Value = Wait> {
    prop_oneof![
        3 => Just(Wait::For(0)),
        3 => (1i64..1000).prop_map(Wait::For),
        4 => (1000i64..90_000).prop_map(Wait::For),
        1 => (90_000i64..400_000).prop_map(Wait::For),
        2 => (-1i64..=1).prop_map(Wait::UntilTurnIsOver),
        1 => (-1i64..=1).prop_map(Wait::UntilTimeIsOver),
    ]
}

impl Wait {
    /// How long it is as the meeting stands.
    pub fn time(&self, plain: &Plain) -> TimeDelta {
        let turn = plain.turn.as_ref().map(|turn| turn.used);
        let (until, more) = match *self {
            Self::For(more) => (TimeDelta::zero(), more),
            Self::UntilTurnIsOver(more) => (EACH_TIME - turn.unwrap_or_default(), more),
            Self::UntilTimeIsOver(more) => (ALL_TIME - plain.used, more),
        };
        (until + TimeDelta::milliseconds(more)).max(TimeDelta::zero())
    }
}

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Where {
    Called,
    Speaking,
    Answering,
}

/// A turn.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainTurn {
    pub question: usize,
    pub place: Where,
    pub used: TimeDelta,
    pub supplementaries: u16,
    pub spoke: bool,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Became {
    Waiting,
    Called,
    Put(Answer, Option<Answer>),
    PassedOver,
    DealtWith,
}

/// Why an act may not be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum No {
    /// A clause says so.
    Clause,
    /// It makes no sense as things stand.
    Senseless,
}

/// A meeting as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Plain {
    pub opened: bool,
    pub adjourned: bool,
    pub closed: bool,
    pub used: TimeDelta,
    pub turn: Option<PlainTurn>,
    pub order: Vec<usize>,
    pub indicated: Vec<bool>,
    pub became: Vec<Became>,
    answer_counts: bool,
}

impl Plain {
    fn new(questions: usize, answer_counts: bool) -> Self {
        Self {
            opened: false,
            adjourned: false,
            closed: false,
            used: TimeDelta::zero(),
            turn: None,
            order: (0..questions).collect(),
            indicated: vec![false; questions],
            became: vec![Became::Waiting; questions],
            answer_counts,
        }
    }

    fn running(&self) -> bool {
        self.opened && !self.adjourned && !self.closed
    }

    fn speaks(&self) -> bool {
        self.running()
            && self.turn.as_ref().is_some_and(|turn| match turn.place {
                Where::Speaking => true,
                Where::Answering => self.answer_counts,
                Where::Called => false,
            })
    }

    fn pass(&mut self, time: TimeDelta) {
        if self.speaks()
            && let Some(turn) = &mut self.turn
        {
            turn.used += time;
        }
        if self.running() {
            self.used += time;
        }
    }

    /// What is left of the 30 minutes.
    pub fn left(&self) -> TimeDelta {
        (ALL_TIME - self.used).max(TimeDelta::zero())
    }

    /// What is left of the 3 minutes.
    pub fn turn_left(&self) -> Option<TimeDelta> {
        let turn = self.turn.as_ref()?;
        Some((EACH_TIME - turn.used).max(TimeDelta::zero()))
    }

    /// Whether a written response is owed for the question if the meeting is closed as it stands (clause (ix)).
    pub fn owed(&self, n: usize) -> bool {
        !matches!(
            self.became[n],
            Became::DealtWith | Became::Put(Answer::Given, None | Some(Answer::Given))
        )
    }

    /// Whether the standing order and good order let the chair do it now; `takes_back` is what undo would take back.
    pub fn may(&self, act: &Act, takes_back: Option<i32>) -> Result<(), No> {
        let open_to = |n: usize| matches!(self.became[n], Became::Waiting | Became::PassedOver);
        let in_turn = |n: usize| self.turn.as_ref().filter(|turn| turn.question == n);
        let turn = self.turn.as_ref().filter(|_| self.running());
        let sensible = match *act {
            _ if self.closed => false,
            Act::Indicate(n) | Act::TakeBackIndication(n) => open_to(n),
            Act::Order(_) => true,
            Act::Open => !self.opened,
            Act::Adjourn => self.running(),
            Act::Resume => self.opened && self.adjourned,
            Act::Call(n) => self.running() && self.turn.is_none() && open_to(n),
            Act::Speak => turn.is_some_and(|t| t.place == Where::Called),
            Act::Stop => turn.is_some_and(|t| t.place == Where::Speaking),
            Act::Answer => turn.is_some_and(|t| t.spoke && t.place != Where::Answering),
            // the second is refused by its clause, wherever the turn stands
            Act::Supplement => {
                turn.is_some_and(|t| t.supplementaries > 0 || t.place == Where::Answering)
            }
            Act::Finish(_, supplementary) => {
                turn.is_some_and(|t| t.spoke && supplementary.is_some() == (t.supplementaries == 1))
            }
            Act::PassOver(n) => in_turn(n).map_or(open_to(n), |t| !t.spoke),
            Act::DealWith(n) => in_turn(n).is_some() || open_to(n),
            Act::Close => self.turn.is_none(),
            Act::Undo => takes_back.is_some(),
        };
        let allowed = match *act {
            // clauses (i) and (vii)
            Act::Call(n) => self.used < ALL_TIME && self.indicated[n],
            // clause (viii)
            Act::Speak => turn.is_none_or(|t| t.used < EACH_TIME),
            // clauses (iv) and (viii)
            Act::Supplement => turn.is_none_or(|t| t.supplementaries == 0 && t.used < EACH_TIME),
            _ => true,
        };
        match (sensible, allowed) {
            (true, true) => Ok(()),
            (true, false) => Err(No::Clause),
            (false, _) => Err(No::Senseless),
        }
    }

    fn take(&mut self, act: &Act) {
        match *act {
            Act::Indicate(n) => self.indicated[n] = true,
            Act::TakeBackIndication(n) => self.indicated[n] = false,
            Act::Order(ref first) => {
                let rest: Vec<_> = self
                    .order
                    .iter()
                    .copied()
                    .filter(|n| !first.contains(n))
                    .collect();
                self.order = first.iter().copied().chain(rest).collect();
            }
            Act::Open => self.opened = true,
            Act::Adjourn => self.adjourned = true,
            Act::Resume => self.adjourned = false,
            Act::Call(question) => {
                self.became[question] = Became::Called;
                self.turn = Some(PlainTurn {
                    question,
                    place: Where::Called,
                    used: TimeDelta::zero(),
                    supplementaries: 0,
                    spoke: false,
                });
            }
            Act::Finish(answer, supplementary) => {
                if let Some(turn) = self.turn.take() {
                    self.became[turn.question] = Became::Put(answer, supplementary);
                }
            }
            Act::PassOver(n) => self.end(n, Became::PassedOver),
            Act::DealWith(n) => self.end(n, Became::DealtWith),
            Act::Close => self.closed = true,
            Act::Undo => {}
            Act::Speak | Act::Stop | Act::Answer | Act::Supplement => {
                if let Some(turn) = &mut self.turn {
                    turn.supplementaries += u16::from(*act == Act::Supplement);
                    turn.spoke |= *act == Act::Speak;
                    turn.place = match act {
                        Act::Stop => Where::Called,
                        Act::Answer => Where::Answering,
                        _ => Where::Speaking,
                    };
                }
            }
        }
    }

    fn end(&mut self, n: usize, became: Became) {
        self.turn.take_if(|turn| turn.question == n);
        self.became[n] = became;
    }
}

/// What a press of a button comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Press {
    /// It is recorded.
    Counts,
    /// It is the same press again: nothing more is done.
    CountedAlready,
    /// It is refused, and changes nothing.
    Not(No),
}

#[derive(Debug, Clone, PartialEq)]
struct Step {
    /// The time that passed before it.
    before: TimeDelta,
    act: Act,
    /// Which step it takes back, by number from 1.
    takes_back: Option<i32>,
}

/// A meeting, act by act.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    questions: usize,
    answer_counts: bool,
    steps: Vec<Step>,
    since: TimeDelta,
}

impl Played {
    /// A meeting at which nothing has been done.
    pub fn new(questions: usize, answer_counts: bool) -> Self {
        Self {
            questions,
            answer_counts,
            steps: Vec::new(),
            since: TimeDelta::zero(),
        }
    }

    /// How many acts were done, the undoing of others among them.
    pub fn revision(&self) -> i32 {
        i32::try_from(self.steps.len()).expect("a short meeting")
    }

    fn up_to(&self, seen: i32) -> &[Step] {
        &self.steps[..usize::try_from(seen).expect("a revision")]
    }

    /// How it stands now.
    pub fn now(&self) -> Plain {
        let mut plain = self.at(self.revision());
        plain.pass(self.since);
        plain
    }

    /// How it stood when so many acts had been done.
    pub fn at(&self, seen: i32) -> Plain {
        let mut plain = Plain::new(self.questions, self.answer_counts);
        let steps = self.up_to(seen);
        for (step, number) in steps.iter().zip(1..) {
            plain.pass(step.before);
            if steps.iter().all(|later| later.takes_back != Some(number)) {
                plain.take(&step.act);
            }
        }
        plain
    }

    /// What undo would have taken back when so many acts had been done.
    pub fn last_at(&self, seen: i32) -> Option<i32> {
        let steps = self.up_to(seen);
        let stands = |(number, step): &(i32, &Step)| {
            step.act != Act::Undo && steps.iter().all(|later| later.takes_back != Some(*number))
        };
        (1..).zip(steps).filter(stands).last().map(|found| found.0)
    }

    /// What undo takes back now.
    pub fn last(&self) -> Option<i32> {
        self.last_at(self.revision())
    }

    /// Time passes.
    pub fn passes(&mut self, time: TimeDelta) {
        self.since += time;
    }

    /// It is done.
    pub fn takes(&mut self, act: Act) {
        let takes_back = self.last().filter(|_| act == Act::Undo);
        self.steps.push(Step {
            before: std::mem::take(&mut self.since),
            act,
            takes_back,
        });
    }

    /// What it comes to when somebody who saw the list at this revision presses this.
    pub fn press(&self, seen: i32, act: &Act) -> Press {
        let since = &self.steps[self.up_to(seen).len()..];
        let target = self.last_at(seen).filter(|_| *act == Act::Undo);
        let (then, now) = (self.at(seen), self.now());
        let turn = |plain: &Plain| {
            let turn = plain.turn.as_ref()?;
            Some((turn.question, turn.supplementaries))
        };
        if since
            .first()
            .is_some_and(|next| next.act == *act && next.takes_back == target)
        {
            let done = self.at(seen + 1);
            let changed_back = turn(&then) == turn(&now)
                && done.may(act, target).is_err()
                && now.may(act, target).is_ok();
            return if changed_back {
                Press::Not(No::Senseless)
            } else {
                Press::CountedAlready
            };
        }
        let another = match act {
            Act::Speak | Act::Stop | Act::Answer | Act::Supplement | Act::Finish(..) => {
                turn(&then) != turn(&now)
            }
            Act::Order(_) => then.order != now.order,
            Act::Undo => target != self.last(),
            _ => false,
        };
        if another {
            return Press::Not(No::Senseless);
        }
        match now.may(act, target) {
            Ok(()) => Press::Counts,
            Err(no) => Press::Not(no),
        }
    }
}

/// The questions and the agenda item that a meeting's acts are about.
#[derive(Debug, Clone)]
pub struct About {
    /// In order of receipt.
    pub questions: Vec<QuestionId>,
    /// The item that questions are dealt with under.
    pub item: AgendaItemId,
}

impl About {
    /// The act as it is recorded; `takes_back` is what undo takes back.
    pub fn event(&self, act: &Act, takes_back: Option<i32>) -> Event {
        let of = |n: usize| self.questions[n];
        match *act {
            Act::Indicate(n) => Event::Indicated { question: of(n) },
            Act::TakeBackIndication(n) => Event::IndicationWithdrawn { question: of(n) },
            Act::Order(ref first) => Event::Reordered {
                order: first.iter().copied().map(of).collect(),
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
                item: self.item,
            },
            Act::Close => Event::Closed,
            Act::Undo => Event::Undone {
                seq: takes_back.unwrap_or(0),
            },
        }
    }

    /// Compares everything that can be seen: list, outcomes, turn, and both clocks to the microsecond.
    pub fn agree(
        &self,
        plain: &Plain,
        state: &QuestionTime,
        now: DateTime<Utc>,
        figures: &Figures,
    ) {
        let phase = match (plain.opened, plain.adjourned, plain.closed) {
            (_, _, true) => Phase::Closed,
            (_, true, _) => Phase::Adjourned,
            (true, ..) => Phase::Open,
            _ => Phase::NotOpened,
        };
        assert_eq!(state.phase, phase);
        assert_eq!(state.clock.elapsed(now), plain.used, "the meeting's clock");
        assert_eq!(state.clock.is_running(), plain.running());
        assert_eq!(state.left(now, figures), plain.left());
        assert_eq!(state.turn_left(now, figures), plain.turn_left());
        // a turn ends with the meeting, and never without an end of its own
        assert_eq!(state.turn.is_some(), plain.turn.is_some(), "a turn");
        if let (Some(turn), Some(expected)) = (&state.turn, &plain.turn) {
            assert_eq!(turn.question, self.questions[expected.question]);
            assert_eq!(
                turn.clock.elapsed(now),
                expected.used,
                "the questioner's clock"
            );
            assert_eq!(turn.clock.is_running(), plain.speaks());
            assert_eq!(turn.supplementaries, expected.supplementaries);
            let place = match (expected.place, expected.supplementaries) {
                (Where::Called, _) => TurnPhase::Called,
                (Where::Speaking, 0) => TurnPhase::Speaking,
                (Where::Speaking, _) => TurnPhase::Supplementary,
                (Where::Answering, 0) => TurnPhase::Answering,
                (Where::Answering, _) => TurnPhase::AnsweringSupplementary,
            };
            assert_eq!(turn.phase, place);
        }
        let entries: Vec<_> = plain
            .order
            .iter()
            .map(|&n| Entry {
                question: self.questions[n],
                indicated: plain.indicated[n],
                outcome: match plain.became[n] {
                    Became::Waiting => Outcome::Waiting,
                    Became::Called => Outcome::Called,
                    Became::Put(answer, supplementary) => Outcome::Put {
                        answer,
                        supplementary,
                    },
                    Became::PassedOver => Outcome::PassedOver,
                    Became::DealtWith => Outcome::DealtWith { item: self.item },
                },
            })
            .collect();
        assert_eq!(state.entries, entries, "everyone accounted for, in order");
    }
}
