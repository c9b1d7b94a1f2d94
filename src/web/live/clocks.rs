//! The two clocks (reading 12): the questioner's 3 minutes and the meeting's 30, for the eye and for a browser to count on from.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::standing_order::{
        figures::Figures,
        question_time::{Phase, QuestionTime, Stopwatch},
    },
    web::chair::words,
};

/// A clock without the present time: what it ran, and since when it runs. It changes only when somebody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its id on the page.
    pub id: &'static str,
    /// What it measures.
    pub heading: String,
    total: TimeDelta,
    watch: Stopwatch,
}

/// How little is left, where that is worth saying. It is said in words and drawn in shape, and to a screen reader once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Little {
    /// More than a minute.
    No,
    /// A minute or less.
    Minute,
    /// Half a minute or less.
    HalfMinute,
    /// Nothing.
    Over,
}

/// What a clock says of itself that has not been started.
pub const NOT_STARTED: &str = "Not started";
/// What a clock says of itself that stands still.
pub const STOPPED: &str = "Stopped";

impl Little {
    /// All of them, the most time left first.
    pub const ALL: [Self; 4] = [Self::No, Self::Minute, Self::HalfMinute, Self::Over];

    fn of(left: TimeDelta) -> Self {
        match words::left_seconds(left) {
            0 => Self::Over,
            1..=30 => Self::HalfMinute,
            31..=60 => Self::Minute,
            _ => Self::No,
        }
    }

    /// What a clock that runs says of itself. The page's script says the same, from the page.
    pub fn words(self) -> &'static str {
        match self {
            Self::No => "Running",
            Self::Minute => "1 minute or less",
            Self::HalfMinute => "30 seconds or less",
            Self::Over => "Time is over",
        }
    }

    /// The end of the class that draws it, and of the attribute with its words.
    pub fn code(self) -> &'static str {
        match self {
            Self::No => "enough",
            Self::Minute => "minute",
            Self::HalfMinute => "half-minute",
            Self::Over => "over",
        }
    }
}

/// A clock at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its id on the page.
    pub id: &'static str,
    /// What it measures.
    pub heading: String,
    /// The allocation in milliseconds.
    pub total_ms: i64,
    /// What it had run when it was last started, or in all where it stands still, in milliseconds.
    pub ran_ms: i64,
    /// Since when it runs, in milliseconds of Unix time; empty where it stands still.
    pub since_ms: String,
    /// What is used, in milliseconds, at most the allocation.
    pub used_ms: i64,
    /// What is left, as "2:05".
    pub digits: String,
    /// What is used, in words.
    pub words: String,
    /// Whether it runs.
    pub running: bool,
    /// How little is left.
    pub little: Little,
    /// How it stands: running, stopped, nearly over, over.
    pub standing: &'static str,
}

impl Reading {
    /// How long what it shows at `now` stays the same; none where it stands still.
    pub fn next_second(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.watch.is_running().then(|| {
            let used = self.watch.elapsed(now);
            TimeDelta::seconds(used.num_seconds() + 1) - used
        })
    }

    /// The clock as it stands at `now`.
    pub fn at(&self, now: DateTime<Utc>) -> Clock {
        let used = self.watch.elapsed(now);
        let left = (self.total - used).max(TimeDelta::zero());
        let running = self.watch.is_running();
        let little = Little::of(left);
        Clock {
            id: self.id,
            heading: self.heading.clone(),
            total_ms: self.total.num_milliseconds(),
            ran_ms: self.watch.ran().num_milliseconds(),
            since_ms: self
                .watch
                .since()
                .map(|since| since.timestamp_millis().to_string())
                .unwrap_or_default(),
            used_ms: used.min(self.total).num_milliseconds(),
            digits: words::digits(left),
            words: format!(
                "{} used of {}",
                words::duration(used),
                words::duration(self.total)
            ),
            running,
            little,
            standing: match (little, running) {
                (Little::Over, _) | (_, true) => little.words(),
                (_, false) if used.is_zero() => NOT_STARTED,
                (_, false) => STOPPED,
            },
        }
    }
}

/// The questioner's clock, while somebody's turn is on.
pub fn of_turn(state: &QuestionTime, name: &str, figures: &Figures) -> Option<Reading> {
    let turn = state.turn.as_ref()?;
    Some(Reading {
        id: "turn-clock",
        heading: format!("Speaking time of {name}"),
        total: figures.questioner_time(),
        watch: turn.clock,
    })
}

/// The meeting's clock, until question time is closed.
pub fn of_meeting(state: &QuestionTime, figures: &Figures) -> Option<Reading> {
    (state.phase != Phase::Closed).then(|| Reading {
        id: "meeting-clock",
        heading: "Public question time".to_owned(),
        total: figures.question_time(),
        watch: state.clock,
    })
}
