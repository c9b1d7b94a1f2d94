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

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time. Every instant is UTC; Europe/London appears only where a person reads it or a rule names a wall clock.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, in whole microseconds: what is told to a person is exactly what the database keeps.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that many parts of the service hold at once.
pub type SharedClock = Arc<dyn Clock>;

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that reads the computer's clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is set or advanced.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// A clock that stands at `instant`.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(Mutex::new(instant.trunc_subsecs(6)))
    }

    /// Moves the clock to `instant`, forwards or back.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = instant.trunc_subsecs(6);
    }

    /// Moves the clock by `step` (back where it is negative). At the ends of the calendar it stays where it is.
    pub fn advance(&self, step: TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(later) = now.checked_add_signed(step) {
            *now = later.trunc_subsecs(6);
        }
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> DateTime<Utc> {
        (**self).now()
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
    fn the_system_clock_gives_whole_microseconds() {
        assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
    }
}
