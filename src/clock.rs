//! The only source of "now".
//!
//! A question is in time or late by a microsecond (Standing Order 34(9)(iii)), so every part of the service that needs
//! the time is handed a [`Clock`], and `clippy.toml` bans the other ways to ask. The service runs on [`SystemClock`];
//! tests and demonstrations run on [`FixedClock`], which stands still until it is told to move.
//!
//! ```
//! use chrono::{TimeDelta, TimeZone, Utc};
//! use public_question_time::clock::{Clock, FixedClock};
//!
//! let clock = FixedClock::at(Utc.with_ymd_and_hms(2024, 2, 5, 15, 59, 59).unwrap());
//! clock.advance(TimeDelta::seconds(1));
//! assert_eq!(clock.now(), Utc.with_ymd_and_hms(2024, 2, 5, 16, 0, 0).unwrap());
//! ```

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time. Every instant is UTC; Europe/London appears only where a person reads it or a rule names a wall clock.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, in whole microseconds: what is told to a person is exactly what the database keeps.
    fn now(&self) -> DateTime<Utc>;

    /// The present instant by a clock that never steps: for what measures how long something took, as question time does
    /// (reading 12). It is [`Clock::now`] unless the computer's clock was set while this one was being looked at.
    fn steady(&self) -> DateTime<Utc>;
}

/// A clock that many parts of the service hold at once.
pub type SharedClock = Arc<dyn Clock>;

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// Where the steady clock began: an instant of the computer's clock, and the same moment of the one that is never set.
struct Anchor {
    began: DateTime<Utc>,
    at: Instant,
    looked: Instant,
}

impl Anchor {
    /// Both clocks read as one: of a few readings, the one between which least time passed, because a busy machine can stop a
    /// program anywhere.
    #[allow(
        clippy::disallowed_methods,
        reason = "measures by the clock that is never set"
    )]
    fn drop_here() -> Self {
        let read = || {
            let before = Instant::now();
            let began = SystemClock.now();
            (before.elapsed(), began, before)
        };
        let mut best = read();
        for _ in 0..7 {
            let next = read();
            if next.0 < best.0 {
                best = next;
            }
        }
        let (_, began, at) = best;
        Self {
            began,
            at,
            looked: at,
        }
    }
}

static ANCHOR: Mutex<Option<Anchor>> = Mutex::new(None);

/// When nobody has looked at the steady clock for so long, no question time is being measured, and it starts from the computer's
/// clock again: a clock that was set right is right for the next meeting.
const STEADY_WHILE_LOOKED_AT: Duration = Duration::from_secs(300);

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that reads the computer's clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that measures by the clock that is never set"
    )]
    fn steady(&self) -> DateTime<Utc> {
        let mut anchor = ANCHOR.lock().unwrap_or_else(PoisonError::into_inner);
        let held = anchor
            .take()
            .filter(|held| held.looked.elapsed() < STEADY_WHILE_LOOKED_AT)
            .unwrap_or_else(Anchor::drop_here);
        let now = Instant::now();
        let held = Anchor {
            looked: now,
            ..held
        };
        let passed = TimeDelta::from_std(now.duration_since(held.at)).unwrap_or_default();
        let steady = held.began + passed;
        *anchor = Some(held);
        steady.trunc_subsecs(6)
    }
}

/// A clock that stands still until it is set or advanced.
#[derive(Debug)]
pub struct FixedClock(Mutex<Fixed>);

#[derive(Debug, Clone, Copy)]
struct Fixed {
    now: DateTime<Utc>,
    /// By how much the computer's clock was set while it was being looked at.
    stepped: TimeDelta,
}

impl FixedClock {
    /// A clock that stands at `instant`.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(Mutex::new(Fixed {
            now: instant.trunc_subsecs(6),
            stepped: TimeDelta::zero(),
        }))
    }

    fn fixed(&self) -> MutexGuard<'_, Fixed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock to `instant`, forwards or back.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.fixed().now = instant.trunc_subsecs(6);
    }

    /// Moves the clock by `step` (back where it is negative). At the ends of the calendar it stays where it is.
    pub fn advance(&self, step: TimeDelta) {
        let mut fixed = self.fixed();
        if let Some(later) = fixed.now.checked_add_signed(step) {
            fixed.now = later.trunc_subsecs(6);
        }
    }

    /// Sets the computer's clock by `step` while no time passes: the steady clock shows none of it.
    pub fn step(&self, step: TimeDelta) {
        self.advance(step);
        self.fixed().stepped += step;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.fixed().now
    }

    fn steady(&self) -> DateTime<Utc> {
        let fixed = self.fixed();
        fixed
            .now
            .checked_sub_signed(fixed.stepped)
            .unwrap_or(fixed.now)
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> DateTime<Utc> {
        (**self).now()
    }

    fn steady(&self) -> DateTime<Utc> {
        (**self).steady()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Timelike};

    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_for_everybody_who_holds_it() {
        let start = Utc.with_ymd_and_hms(2024, 2, 5, 16, 0, 0).unwrap();
        let clock = Arc::new(FixedClock::at(start));
        let held: SharedClock = clock.clone();
        assert_eq!(held.now(), start);
        clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(held.now(), start + TimeDelta::milliseconds(1));
        clock.advance(TimeDelta::seconds(-1));
        clock.set(start);
        assert_eq!(held.now(), start);
        clock.set(DateTime::<Utc>::MAX_UTC);
        clock.advance(TimeDelta::days(1));
        assert_eq!(held.now(), DateTime::<Utc>::MAX_UTC.trunc_subsecs(6));
    }

    #[test]
    fn the_steady_clock_takes_no_part_in_a_step_and_passes_with_the_other() {
        let start = Utc.with_ymd_and_hms(2024, 2, 6, 18, 30, 0).unwrap();
        let clock = FixedClock::at(start);
        clock.step(TimeDelta::hours(-1));
        assert_eq!(clock.now(), start - TimeDelta::hours(1));
        assert_eq!(clock.steady(), start);
        clock.advance(TimeDelta::seconds(5));
        assert_eq!(clock.steady(), start + TimeDelta::seconds(5));
    }

    #[test]
    fn the_system_s_steady_clock_goes_with_the_computer_s_and_never_back() {
        let mut last = SystemClock.steady();
        for _ in 0..1000 {
            let next = SystemClock.steady();
            assert!(next >= last);
            last = next;
        }
        let apart = SystemClock.now() - last;
        assert!(apart.abs() < TimeDelta::seconds(1), "{apart}");
    }

    #[test]
    fn the_system_clock_gives_whole_microseconds() {
        assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
    }
}
