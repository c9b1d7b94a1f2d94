//! A clock that runs, because a browser counts on by itself, and that the test moves.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};

use public_question_time::clock::{Clock, SystemClock};

/// The computer's clock and so much more.
pub struct RunningClock(Mutex<TimeDelta>);

impl RunningClock {
    /// A clock that shows `instant` now.
    pub fn at(instant: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(instant - SystemClock.now())))
    }

    /// Puts it to `instant`.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.0.lock().unwrap() = instant - SystemClock.now();
    }

    /// Lets time pass, or takes it back.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    /// How far it is ahead of the computer's clock.
    pub fn ahead(&self) -> TimeDelta {
        *self.0.lock().unwrap()
    }
}

impl Clock for RunningClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.ahead()
    }

    fn steady(&self) -> DateTime<Utc> {
        self.now()
    }
}
