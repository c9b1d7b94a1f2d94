//! Question time itself: the calling order, the turns, and the two clocks (clauses (i), (iv), (vii), (viii); readings 12 to 14).
//!
//! Every act of the chair is an [`Event`] with the server's time. The state is the fold of the events, so that a restart, a
//! second screen and undo are the same code: an undone event is left out of the fold, and the clocks are as if it had never
//! been.
//!
//! * The **meeting's clock** (30 minutes) runs from opening to closing and stops only while question time is adjourned.
//! * The **questioner's clock** (3 minutes) runs while the questioner speaks, for the question and the supplementary, and not
//!   while the answer is given, unless a figure says so.

pub mod forecast;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    coded,
    domain::{
        id::{AgendaItemId, QuestionId},
        refusal::Refusal,
        standing_order::{figures::Figures, written_response::Ending},
    },
};

coded! {
    /// How a question or a supplementary was answered.
    pub enum Answer {
        /// At the meeting.
        Given = "given",
        /// A written response was promised.
        Promised = "promised",
    }
}

coded! {
    /// What the public screen of a meeting shows.
    pub enum View {
        /// Nothing but the board's name.
        Name = "name",
        /// Who speaks, and the clocks.
        Clock = "clock",
        /// The whole list, with the clocks.
        List = "list",
    }
}

coded! {
    /// What happened to a question, as somebody noted it without the clocks: the chair took it by voice, say (reading 23).
    pub enum Noted {
        /// It was asked and answered at the meeting.
        Answered = "answered",
        /// It was asked, and an answer in writing was promised.
        Promised = "promised",
        /// The questioner was absent.
        Absent = "absent",
        /// It was not reached.
        NotReached = "not_reached",
    }
}

impl Noted {
    /// What that makes of the question.
    fn outcome(self) -> Outcome {
        let put = |answer| Outcome::Put {
            answer,
            supplementary: None,
        };
        match self {
            Self::Answered => put(Answer::Given),
            Self::Promised => put(Answer::Promised),
            Self::Absent => Outcome::PassedOver,
            Self::NotReached => Outcome::Waiting,
        }
    }
}

/// What the chair, or the clerk beside the chair, did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A questioner showed that they are present and wish to ask (clause (vii)).
    Indicated { question: QuestionId },
    /// That was a mistake, or they left.
    IndicationWithdrawn { question: QuestionId },
    /// The chair changed the calling order.
    Reordered { order: Vec<QuestionId> },
    /// Public question time was opened; the meeting's clock starts.
    Opened,
    /// It was adjourned; both clocks stop.
    Adjourned,
    /// It went on.
    Resumed,
    /// A questioner was called.
    Called { question: QuestionId },
    /// The questioner speaks.
    SpeakingStarted,
    /// The questioner was stopped, and may go on.
    SpeakingPaused,
    /// The answer is given.
    AnswerStarted,
    /// The questioner speaks the supplementary.
    SupplementaryStarted,
    /// The turn is over.
    Finished {
        /// How the question was answered.
        answer: Answer,
        /// How the supplementary was answered, if there was one.
        supplementary: Option<Answer>,
    },
    /// The questioner was called or looked for, and is not there (reading 13).
    PassedOver { question: QuestionId },
    /// The question is dealt with as part of an agenda item (reading 17).
    DealtWith {
        question: QuestionId,
        item: AgendaItemId,
    },
    /// What happened to a question is noted without the clocks (reading 23).
    Noted {
        question: QuestionId,
        happened: Noted,
    },
    /// Public question time was closed.
    Closed,
    /// The public screen shows something else. It moves no clock and no question, so undo passes it over.
    Shown { view: View },
    /// An earlier event is taken back.
    Undone { seq: i32 },
}

impl Event {
    /// Stable code, as stored.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Indicated { .. } => "indicated",
            Self::IndicationWithdrawn { .. } => "indication_withdrawn",
            Self::Reordered { .. } => "reordered",
            Self::Opened => "opened",
            Self::Adjourned => "adjourned",
            Self::Resumed => "resumed",
            Self::Called { .. } => "called",
            Self::SpeakingStarted => "speaking_started",
            Self::SpeakingPaused => "speaking_paused",
            Self::AnswerStarted => "answer_started",
            Self::SupplementaryStarted => "supplementary_started",
            Self::Finished { .. } => "finished",
            Self::PassedOver { .. } => "passed_over",
            Self::DealtWith { .. } => "dealt_with",
            Self::Noted { .. } => "noted",
            Self::Closed => "closed",
            Self::Shown { .. } => "shown",
            Self::Undone { .. } => "undone",
        }
    }
}

/// An event as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its number at the meeting, from 1, without gaps.
    pub seq: i32,
    /// The server's time, in milliseconds.
    pub at: DateTime<Utc>,
    /// What was done.
    pub event: Event,
}

coded! {
    /// Where public question time stands.
    pub enum Phase {
        /// The chair has not opened it.
        NotOpened = "not_opened",
        /// It is open.
        Open = "open",
        /// It is adjourned.
        Adjourned = "adjourned",
        /// It is closed.
        Closed = "closed",
    }
}

coded! {
    /// Where a turn stands.
    pub enum TurnPhase {
        /// Called; not speaking yet, or stopped.
        Called = "called",
        /// Speaking the question.
        Speaking = "speaking",
        /// The answer is being given.
        Answering = "answering",
        /// Speaking the supplementary.
        Supplementary = "supplementary",
        /// The supplementary is being answered.
        AnsweringSupplementary = "answering_supplementary",
    }
}

impl TurnPhase {
    fn questioner_speaks(self) -> bool {
        matches!(self, Self::Speaking | Self::Supplementary)
    }

    fn answering(self) -> bool {
        matches!(self, Self::Answering | Self::AnsweringSupplementary)
    }
}

/// A clock that is the sum of the times for which it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stopwatch {
    ran: TimeDelta,
    since: Option<DateTime<Utc>>,
}

impl Stopwatch {
    fn start(&mut self, at: DateTime<Utc>) {
        if self.since.is_none() {
            self.since = Some(at);
        }
    }

    fn stop(&mut self, at: DateTime<Utc>) {
        if let Some(since) = self.since.take() {
            // a server whose clock was set back never makes a clock run backwards
            self.ran += (at - since).max(TimeDelta::zero());
        }
    }

    /// How long it has run.
    pub fn elapsed(&self, now: DateTime<Utc>) -> TimeDelta {
        self.ran
            + self.since.map_or(TimeDelta::zero(), |since| {
                (now - since).max(TimeDelta::zero())
            })
    }

    /// How long it had run when it was last started, or in all where it stands still.
    pub fn ran(&self) -> TimeDelta {
        self.ran
    }

    /// Since when it runs, if it does.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.since
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.since.is_some()
    }
}

/// The turn of the questioner who was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Whose question.
    pub question: QuestionId,
    /// Where it stands.
    pub phase: TurnPhase,
    /// The questioner's clock.
    pub clock: Stopwatch,
    /// How many supplementaries were asked.
    pub supplementaries: u16,
    /// Whether the questioner has spoken at all.
    pub spoke: bool,
}

/// What became of a question on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has not been called.
    Waiting,
    /// It is being put now.
    Called,
    /// It was put.
    Put {
        /// How it was answered.
        answer: Answer,
        /// How its supplementary was answered, if there was one.
        supplementary: Option<Answer>,
    },
    /// The questioner was not there.
    PassedOver,
    /// It is dealt with as part of an agenda item.
    DealtWith {
        /// The item.
        item: AgendaItemId,
    },
}

/// A question on the chair's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The question.
    pub question: QuestionId,
    /// Whether its questioner has indicated.
    pub indicated: bool,
    /// What became of it.
    pub outcome: Outcome,
}

/// Public question time as it stands: the fold of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionTime {
    /// Where it stands.
    pub phase: Phase,
    /// The list in calling order.
    pub entries: Vec<Entry>,
    /// The turn being taken.
    pub turn: Option<Turn>,
    /// The meeting's clock.
    pub clock: Stopwatch,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// The number of the last event, 0 before the first; grows with every change.
    pub revision: i32,
    /// The event that undo would take back.
    pub undoable: Option<i32>,
    /// What the public screen shows.
    pub view: View,
    answer_counts: bool,
    /// What the meeting's clock showed when the last question was finished.
    finished_at: TimeDelta,
}

/// Why an act is not possible: the rule refuses it, or it makes no sense where question time stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotNow {
    /// The standing order refuses.
    Refused(Refusal),
    /// Not in this state, in words.
    OutOfOrder(&'static str),
}

impl From<Refusal> for NotNow {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Whether an event is one that undo may take back. What ends question time, or was undone already, is not; nor is what the
/// public screen shows, which is changed by showing something else.
fn may_be_undone(event: &Event) -> bool {
    !matches!(
        event,
        Event::Closed | Event::Shown { .. } | Event::Undone { .. }
    )
}

impl QuestionTime {
    /// Folds the events over the list of approved questions in calling order.
    ///
    /// Events about a question that is no longer on the list (withdrawn or rejected since, even in the middle of its turn) are
    /// passed over; the time that they took stays on the meeting's clock.
    pub fn fold(list: &[QuestionId], events: &[Recorded], figures: &Figures) -> Self {
        let undone: Vec<i32> = events
            .iter()
            .filter_map(|recorded| match recorded.event {
                Event::Undone { seq } => Some(seq),
                _ => None,
            })
            .collect();
        let mut state = Self {
            phase: Phase::NotOpened,
            entries: list
                .iter()
                .map(|&question| Entry {
                    question,
                    indicated: false,
                    outcome: Outcome::Waiting,
                })
                .collect(),
            turn: None,
            clock: Stopwatch::default(),
            opened_at: None,
            closed_at: None,
            revision: events.last().map_or(0, |recorded| recorded.seq),
            undoable: None,
            view: View::Clock,
            answer_counts: figures.answer_counts_against_questioner(),
            finished_at: TimeDelta::zero(),
        };
        for recorded in events
            .iter()
            .filter(|recorded| !undone.contains(&recorded.seq))
        {
            state.apply(recorded);
            if may_be_undone(&recorded.event) {
                state.undoable = Some(recorded.seq);
            } else if recorded.event == Event::Closed {
                state.undoable = None;
            }
        }
        state
    }

    fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        match &recorded.event {
            Event::Indicated { question } => self.set_indicated(*question, true),
            Event::IndicationWithdrawn { question } => self.set_indicated(*question, false),
            Event::Reordered { order } => {
                // a question that the chair had not seen yet keeps its place at the end
                let place = |entry: &Entry| {
                    order
                        .iter()
                        .position(|id| *id == entry.question)
                        .unwrap_or(usize::MAX)
                };
                self.entries.sort_by_key(place);
            }
            Event::Opened => {
                self.phase = Phase::Open;
                self.opened_at = Some(at);
                self.clock.start(at);
            }
            Event::Adjourned => {
                self.phase = Phase::Adjourned;
                self.clock.stop(at);
                if let Some(turn) = &mut self.turn {
                    turn.clock.stop(at);
                }
            }
            Event::Resumed => {
                self.phase = Phase::Open;
                self.clock.start(at);
                let answer_counts = self.answer_counts;
                if let Some(turn) = &mut self.turn
                    && (turn.phase.questioner_speaks() || (answer_counts && turn.phase.answering()))
                {
                    turn.clock.start(at);
                }
            }
            // who left the list takes no turn, so the events of that turn find none and change nothing
            Event::Called { question } if self.entry(*question).is_none() => {}
            Event::Called { question } => {
                self.set_outcome(*question, Outcome::Called);
                self.turn = Some(Turn {
                    question: *question,
                    phase: TurnPhase::Called,
                    clock: Stopwatch::default(),
                    supplementaries: 0,
                    spoke: false,
                });
            }
            Event::SpeakingStarted => self.turn_to(at, |turn| {
                turn.spoke = true;
                // a supplementary that was stopped goes on as one
                if turn.supplementaries > 0 {
                    TurnPhase::Supplementary
                } else {
                    TurnPhase::Speaking
                }
            }),
            Event::SpeakingPaused => self.turn_to(at, |_| TurnPhase::Called),
            Event::AnswerStarted => self.turn_to(at, |turn| {
                if turn.supplementaries > 0 {
                    TurnPhase::AnsweringSupplementary
                } else {
                    TurnPhase::Answering
                }
            }),
            Event::SupplementaryStarted => self.turn_to(at, |turn| {
                turn.supplementaries += 1;
                TurnPhase::Supplementary
            }),
            Event::Finished {
                answer,
                supplementary,
            } => {
                if let Some(turn) = self.turn.take() {
                    self.finished_at = self.clock.elapsed(at);
                    self.set_outcome(
                        turn.question,
                        Outcome::Put {
                            answer: *answer,
                            supplementary: *supplementary,
                        },
                    );
                }
            }
            Event::PassedOver { question } => {
                self.turn.take_if(|turn| turn.question == *question);
                self.set_outcome(*question, Outcome::PassedOver);
            }
            Event::DealtWith { question, item } => {
                self.turn.take_if(|turn| turn.question == *question);
                self.set_outcome(*question, Outcome::DealtWith { item: *item });
            }
            Event::Noted { question, happened } => {
                self.turn.take_if(|turn| turn.question == *question);
                self.set_outcome(*question, happened.outcome());
            }
            Event::Closed => {
                self.phase = Phase::Closed;
                self.closed_at = Some(at);
                self.clock.stop(at);
                self.turn = None;
            }
            Event::Shown { view } => self.view = *view,
            Event::Undone { .. } => {}
        }
    }

    fn turn_to(&mut self, at: DateTime<Utc>, next: impl FnOnce(&mut Turn) -> TurnPhase) {
        let answer_counts = self.answer_counts;
        if let Some(turn) = &mut self.turn {
            turn.phase = next(turn);
            turn.clock.stop(at);
            if turn.phase.questioner_speaks() || (answer_counts && turn.phase.answering()) {
                turn.clock.start(at);
            }
        }
    }

    fn set_indicated(&mut self, question: QuestionId, indicated: bool) {
        if let Some(entry) = self
            .entries
            .iter_mut()
            .find(|entry| entry.question == question)
        {
            entry.indicated = indicated;
        }
    }

    fn set_outcome(&mut self, question: QuestionId, outcome: Outcome) {
        if let Some(entry) = self
            .entries
            .iter_mut()
            .find(|entry| entry.question == question)
        {
            entry.outcome = outcome;
        }
    }

    /// The entry of a question, if it is on the list.
    pub fn entry(&self, question: QuestionId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.question == question)
    }

    /// Who would be called next: the first in the order who waits and has indicated.
    pub fn next(&self) -> Option<QuestionId> {
        self.entries
            .iter()
            .find(|entry| entry.indicated && entry.outcome == Outcome::Waiting)
            .map(|entry| entry.question)
    }

    /// The calling order with a question one place earlier or later among those that wait; none where it is first or last.
    pub fn moved(&self, question: QuestionId, earlier: bool) -> Option<Vec<QuestionId>> {
        let waits = |place: &usize| {
            self.entries
                .get(*place)
                .is_some_and(|entry| entry.outcome == Outcome::Waiting)
        };
        let from = self
            .entries
            .iter()
            .position(|entry| entry.question == question)
            .filter(waits)?;
        let to = if earlier {
            (0..from).rev().find(waits)
        } else {
            (from + 1..self.entries.len()).find(waits)
        }?;
        let mut order: Vec<QuestionId> = self.entries.iter().map(|entry| entry.question).collect();
        order.swap(from, to);
        Some(order)
    }

    /// How many questions wait to be called.
    pub fn waiting(&self) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.outcome == Outcome::Waiting)
            .count()
    }

    /// What is left of the meeting's 30 minutes; zero once they are over.
    pub fn left(&self, now: DateTime<Utc>, figures: &Figures) -> TimeDelta {
        (figures.question_time() - self.clock.elapsed(now)).max(TimeDelta::zero())
    }

    /// What is left of the questioner's 3 minutes; zero once they are over.
    pub fn turn_left(&self, now: DateTime<Utc>, figures: &Figures) -> Option<TimeDelta> {
        self.turn.as_ref().map(|turn| {
            (figures.questioner_time() - turn.clock.elapsed(now)).max(TimeDelta::zero())
        })
    }

    /// The state of a meeting whose public question time is over although nobody closed it: no clock runs any more.
    pub fn over(mut self) -> Self {
        self.phase = Phase::Closed;
        self.turn = None;
        // when it ended was not recorded, so the clock stays where it was last seen to stand
        self.clock = Stopwatch {
            ran: self.finished_at.max(self.clock.ran),
            since: None,
        };
        self.undoable = None;
        self
    }

    /// How public question time ended where it is closed on a later day: its clock, if anybody left it running, says nothing
    /// of that evening, but what it showed when the last question was finished does.
    pub fn ending_on_a_later_day(&self, figures: &Figures) -> Ending {
        if self.finished_at >= figures.question_time() {
            Ending::TimeRanOut
        } else {
            Ending::Closed
        }
    }

    /// How public question time has ended, or would if it were closed now.
    pub fn ending(&self, now: DateTime<Utc>, figures: &Figures) -> Ending {
        if self.left(now, figures).is_zero() {
            Ending::TimeRanOut
        } else {
            Ending::Closed
        }
    }

    /// Whether the event may be recorded now.
    ///
    /// # Errors
    /// [`NotNow::Refused`] where a clause says no: (i) after 30 minutes, (iv) for a further supplementary, (vii) for a questioner
    /// who has not indicated, (viii) after 3 minutes. [`NotNow::OutOfOrder`] where it makes no sense in this state.
    pub fn allow(
        &self,
        event: &Event,
        now: DateTime<Utc>,
        figures: &Figures,
    ) -> Result<(), NotNow> {
        let out_of_order = |why| Err(NotNow::OutOfOrder(why));
        // the screen in the room is on before and after
        if matches!(event, Event::Shown { .. }) {
            return Ok(());
        }
        if self.phase == Phase::Closed {
            return out_of_order("Public question time has been closed.");
        }
        match event {
            Event::Indicated { question } | Event::IndicationWithdrawn { question } => {
                self.waits(*question)
            }
            Event::Reordered { order } => {
                let mut sorted = order.clone();
                sorted.sort();
                sorted.dedup();
                if sorted.len() != order.len() || order.iter().any(|id| self.entry(*id).is_none()) {
                    return out_of_order(
                        "The list has changed. Look at it again and put it in order.",
                    );
                }
                Ok(())
            }
            Event::Opened => match self.phase {
                Phase::NotOpened => Ok(()),
                _ => out_of_order("Public question time is already open."),
            },
            Event::Adjourned => self.is_open(),
            Event::Resumed => match self.phase {
                Phase::Adjourned => Ok(()),
                _ => out_of_order("Public question time is not adjourned."),
            },
            Event::Called { question } => {
                self.is_open()?;
                if self.turn.is_some() {
                    return out_of_order("Finish the present question first.");
                }
                match self.entry(*question) {
                    Some(entry)
                        if matches!(entry.outcome, Outcome::Waiting | Outcome::PassedOver) =>
                    {
                        if self.left(now, figures).is_zero() {
                            return Err(Refusal::QuestionTimeOver {
                                minutes: minutes(figures.question_time()),
                            }
                            .into());
                        }
                        if !entry.indicated {
                            return Err(Refusal::NotIndicated.into());
                        }
                        Ok(())
                    }
                    Some(_) => out_of_order("This question has already been dealt with."),
                    None => out_of_order("This question is not on the list."),
                }
            }
            Event::SpeakingStarted => {
                self.is_open()?;
                let turn = self.turn_now()?;
                if turn.phase != TurnPhase::Called {
                    return out_of_order("The questioner is not waiting to speak.");
                }
                self.has_speaking_time(turn, now, figures)
            }
            Event::SpeakingPaused => {
                self.is_open()?;
                if self.turn_now()?.phase.questioner_speaks() {
                    Ok(())
                } else {
                    out_of_order("The questioner is not speaking.")
                }
            }
            Event::AnswerStarted => {
                self.is_open()?;
                let turn = self.turn_now()?;
                if turn.spoke && !turn.phase.answering() {
                    Ok(())
                } else {
                    out_of_order("There is nothing to answer yet.")
                }
            }
            Event::SupplementaryStarted => {
                self.is_open()?;
                let turn = self.turn_now()?;
                if turn.supplementaries >= figures.supplementaries_per_question() {
                    return Err(Refusal::SecondSupplementary {
                        allowed: figures.supplementaries_per_question(),
                    }
                    .into());
                }
                if !turn.phase.answering() {
                    return out_of_order("A supplementary question follows the answer.");
                }
                self.has_speaking_time(turn, now, figures)
            }
            Event::Finished { supplementary, .. } => {
                self.is_open()?;
                let turn = self.turn_now()?;
                if !turn.spoke {
                    return out_of_order(
                        "The question has not been put. Pass it over if the questioner is not there.",
                    );
                }
                match (turn.supplementaries > 0, supplementary.is_some()) {
                    (true, false) => {
                        out_of_order("Say whether the supplementary question was answered.")
                    }
                    (false, true) => out_of_order("No supplementary question was asked."),
                    _ => Ok(()),
                }
            }
            Event::PassedOver { question } => match &self.turn {
                Some(turn) if turn.question == *question && turn.spoke => {
                    out_of_order("The question has been put. Finish it instead.")
                }
                Some(turn) if turn.question == *question => Ok(()),
                _ => self.waits(*question),
            },
            Event::DealtWith { question, .. } | Event::Noted { question, .. } => match &self.turn {
                Some(turn) if turn.question == *question => Ok(()),
                _ => self.waits(*question),
            },
            Event::Closed => {
                if self.turn.is_some() {
                    return out_of_order("Finish the present question first.");
                }
                Ok(())
            }
            Event::Shown { .. } => Ok(()),
            Event::Undone { seq } => match self.undoable {
                Some(last) if last == *seq => Ok(()),
                _ => out_of_order("Only the last act can be undone."),
            },
        }
    }

    fn is_open(&self) -> Result<(), NotNow> {
        match self.phase {
            Phase::Open => Ok(()),
            Phase::NotOpened => Err(NotNow::OutOfOrder(
                "Public question time has not been opened.",
            )),
            Phase::Adjourned => Err(NotNow::OutOfOrder("Public question time is adjourned.")),
            Phase::Closed => Err(NotNow::OutOfOrder("Public question time has been closed.")),
        }
    }

    fn turn_now(&self) -> Result<&Turn, NotNow> {
        self.turn
            .as_ref()
            .ok_or(NotNow::OutOfOrder("Nobody has been called."))
    }

    fn waits(&self, question: QuestionId) -> Result<(), NotNow> {
        match self.entry(question).map(|entry| entry.outcome) {
            Some(Outcome::Waiting | Outcome::PassedOver) => Ok(()),
            Some(_) => Err(NotNow::OutOfOrder(
                "This question has already been dealt with.",
            )),
            None => Err(NotNow::OutOfOrder("This question is not on the list.")),
        }
    }

    fn has_speaking_time(
        &self,
        turn: &Turn,
        now: DateTime<Utc>,
        figures: &Figures,
    ) -> Result<(), NotNow> {
        if turn.clock.elapsed(now) >= figures.questioner_time() {
            return Err(Refusal::SpeakingTimeOver {
                minutes: minutes(figures.questioner_time()),
            }
            .into());
        }
        Ok(())
    }
}

fn minutes(time: TimeDelta) -> u32 {
    u32::try_from(time.num_minutes()).unwrap_or(u32::MAX)
}
