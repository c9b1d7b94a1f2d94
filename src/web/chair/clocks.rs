//! The two clocks as they stand at the server's time (reading 12): the questioner's 3 minutes and the meeting's 30.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::standing_order::{
        figures::Figures,
        question_time::{Phase, QuestionTime, Stopwatch},
    },
    web::chair::words,
};

/// A clock on the chair's screen.
pub struct Clock {
    /// Its name, and its id on the page.
    pub id: &'static str,
    /// What it measures.
    pub heading: String,
    /// The allocation in seconds.
    pub total: i64,
    /// What is used, in whole seconds, at most the allocation.
    pub used: i64,
    /// What is left, in whole seconds.
    pub left: i64,
    /// What is left, as "2:05".
    pub digits: String,
    /// The same in words.
    pub words: String,
    /// Whether it runs.
    pub running: bool,
    /// How it stands: running, stopped, over.
    pub standing: &'static str,
}

fn clock(
    id: &'static str,
    heading: String,
    watch: &Stopwatch,
    total: TimeDelta,
    now: DateTime<Utc>,
) -> Clock {
    let used = watch.elapsed(now);
    let left = (total - used).max(TimeDelta::zero());
    let running = watch.is_running();
    Clock {
        id,
        heading,
        total: total.num_seconds(),
        used: used.min(total).num_seconds(),
        left: words::left_seconds(left),
        digits: words::digits(left),
        words: format!(
            "{} used of {}",
            words::duration(used),
            words::duration(total)
        ),
        running,
        standing: match (left.is_zero(), running) {
            (true, _) => "Time is over",
            (false, true) => "Running",
            (false, false) => "Stopped",
        },
    }
}

/// The clocks of question time: the questioner's first, while there is one.
pub fn of(
    state: &QuestionTime,
    name: Option<&str>,
    now: DateTime<Utc>,
    figures: &Figures,
) -> Vec<Clock> {
    if matches!(state.phase, Phase::Closed) {
        return Vec::new();
    }
    let mut clocks = Vec::new();
    if let Some(turn) = &state.turn {
        clocks.push(clock(
            "turn-clock",
            format!("Speaking time of {}", name.unwrap_or("the questioner")),
            &turn.clock,
            figures.questioner_time(),
            now,
        ));
    }
    clocks.push(clock(
        "meeting-clock",
        "Public question time".to_owned(),
        &state.clock,
        figures.question_time(),
        now,
    ));
    clocks
}
