//! Slowing down whoever guesses passwords.
//!
//! Failures are counted by account and client address, by account over all addresses, and by known device. After a few, each
//! further attempt has to wait, twice as long each time. A known device has a count of its own, and no other count holds it up:
//! whoever guesses from elsewhere, or from behind the owner's address, cannot lock the owner out. Each process counts for itself.
//!
//! What is remembered is hashes of what was typed, and of a bounded number.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::service::{Service, ServiceError, known_device::KnownDevice};

/// After how long without a failure a count starts afresh.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);

/// The longest wait.
const MAX_WAIT: TimeDelta = TimeDelta::minutes(15);

/// The most counts that are remembered: about 3 MB.
const MAX_REMEMBERED: usize = 32_768;

/// Whose failures are counted together: a keyed hash.
type Key = [u8; 16];

/// Who tries to sign in, by hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A device on which the account was signed in to before, or somebody who is signed in.
    Known(Key),
    /// Any other.
    Unknown {
        /// The account from this client address.
        here: Key,
        /// The account from anywhere.
        everywhere: Key,
    },
}

impl Service {
    /// Returns by what an attempt is counted. `account` is the e-mail address in lower case.
    pub fn source_of_attempt(
        &self,
        account: &str,
        client: IpAddr,
        device: Option<&KnownDevice>,
    ) -> Source {
        let key = |parts: &[&[u8]]| first_half(self.keyed_hash("sign-in attempts", parts));
        match device {
            Some(device) => Source::Known(key(&[b"device", device.id()])),
            None => Source::Unknown {
                here: key(&[b"here", account.as_bytes(), client.to_string().as_bytes()]),
                everywhere: key(&[b"everywhere", account.as_bytes()]),
            },
        }
    }

    /// The same for somebody who is signed in and types their password again.
    pub fn source_of_confirmation(&self, account: &str) -> Source {
        Source::Known(first_half(
            self.keyed_hash("sign-in attempts", &[b"signed in", account.as_bytes()]),
        ))
    }
}

fn first_half(hash: [u8; 32]) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&hash[..16]);
    key
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    /// None where nobody has to wait.
    blocked_until: Option<DateTime<Utc>>,
    last: DateTime<Utc>,
}

/// The counts.
pub struct Throttle {
    allowed: u32,
    allowed_everywhere: u32,
    counts: Mutex<HashMap<Key, Failures>>,
}

impl Throttle {
    /// A throttle that bears so many failures from one address or device, and so many from all unknown ones, before it makes
    /// anybody wait.
    pub fn new(allowed: u32, allowed_everywhere: u32) -> Self {
        Self {
            allowed,
            allowed_everywhere,
            counts: Mutex::default(),
        }
    }

    /// Checks whether this source has to wait, without counting anything.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] with the time that is left.
    pub fn check(&self, source: &Source, now: DateTime<Utc>) -> Result<(), ServiceError> {
        let counts = self.counts();
        let wait = self
            .keys(source)
            .filter_map(|(key, _)| counts.get(key))
            .filter_map(|failures| failures.blocked_until)
            .map(|until| until - now)
            // a longer one comes of a clock that was set back, and would hold up the owner for as long
            .filter(|wait| *wait <= MAX_WAIT)
            .max();
        match wait.and_then(|wait| wait.to_std().ok()) {
            Some(wait) if !wait.is_zero() => Err(ServiceError::TooMany(wait)),
            _ => Ok(()),
        }
    }

    /// Counts an attempt as failed before it is made, so that many at once gain nothing. One that succeeds is
    /// [`forgotten`](Self::forget). Returns whether with this one the account waits wherever somebody tries from.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] while the wait is not over.
    pub fn count(&self, source: &Source, now: DateTime<Utc>) -> Result<bool, ServiceError> {
        self.check(source, now)?;
        let mut counts = self.counts();
        make_room(&mut counts, now);
        let mut slowed_everywhere = false;
        for (key, allowed) in self.keys(source) {
            let failures = counts.entry(*key).or_insert(Failures {
                count: 0,
                blocked_until: None,
                last: now,
            });
            if now - failures.last >= FORGOTTEN_AFTER {
                failures.count = 0;
            }
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
            if let Some(beyond) = failures.count.checked_sub(allowed) {
                let wait = TimeDelta::minutes(1_i64 << beyond.min(4)).min(MAX_WAIT);
                failures.blocked_until = Some(now + wait);
                slowed_everywhere |=
                    matches!(source, Source::Unknown { everywhere, .. } if everywhere == key);
            }
        }
        Ok(slowed_everywhere)
    }

    /// Starts afresh after a success: for this device, or for this account from this address. The count over all addresses goes
    /// on, so that guessing does not start afresh whenever the owner signs in.
    pub fn forget(&self, source: &Source) {
        let (Source::Known(key) | Source::Unknown { here: key, .. }) = source;
        self.counts().remove(key);
        if let Source::Unknown { everywhere, .. } = source
            && let Some(failures) = self.counts().get_mut(everywhere)
        {
            // the one that was counted before it succeeded
            failures.count = failures.count.saturating_sub(1);
            failures.blocked_until = None;
        }
    }

    fn keys<'a>(&self, source: &'a Source) -> impl Iterator<Item = (&'a Key, u32)> {
        match source {
            Source::Known(key) => [Some((key, self.allowed)), None],
            Source::Unknown { here, everywhere } => [
                Some((here, self.allowed)),
                Some((everywhere, self.allowed_everywhere)),
            ],
        }
        .into_iter()
        .flatten()
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        // the counts are whole at any instant, whoever panicked while holding them
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what no longer matters where there are too many, and the oldest half of what holds nobody up if that is not enough.
fn make_room(counts: &mut HashMap<Key, Failures>, now: DateTime<Utc>) {
    if counts.len() < MAX_REMEMBERED {
        return;
    }
    counts.retain(|_, failures| now - failures.last < FORGOTTEN_AFTER);
    if counts.len() < MAX_REMEMBERED {
        return;
    }
    let mut last: Vec<DateTime<Utc>> = counts.values().map(|failures| failures.last).collect();
    let middle = last.len() / 2;
    let (_, median, _) = last.select_nth_unstable(middle);
    let median = *median;
    counts.retain(|_, failures| {
        failures.last > median || failures.blocked_until.is_some_and(|until| until > now)
    });
    if counts.len() >= MAX_REMEMBERED {
        counts.retain(|_, failures| failures.last > median);
    }
    if counts.len() >= MAX_REMEMBERED {
        counts.clear();
    }
}

/// A wait in words: "a minute", "15 minutes".
pub fn wait_in_words(wait: Duration) -> String {
    match wait.as_secs().div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes if minutes < 60 => format!("{minutes} minutes"),
        minutes => match minutes.div_ceil(60) {
            1 => "an hour".to_owned(),
            hours => format!("{hours} hours"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: Key = [0; 16];

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn from(address: u8) -> Source {
        Source::Unknown {
            here: [address; 16],
            everywhere: EVERYWHERE,
        }
    }

    #[test]
    fn guessing_gets_slower_and_slower() {
        let throttle = Throttle::new(3, 100);
        let mut minute = 0;
        let mut heard_at = Vec::new();
        for _ in 0..9 {
            while throttle.count(&from(1), at(minute)).is_err() {
                minute += 1;
            }
            heard_at.push(minute);
        }
        assert_eq!(heard_at, [0, 0, 0, 1, 3, 7, 15, 30, 45]);
    }

    #[test]
    fn the_wait_that_is_told_is_the_wait() {
        let throttle = Throttle::new(1, 100);
        assert_eq!(throttle.count(&from(1), at(0)), Ok(false));
        let later = at(0) + TimeDelta::seconds(20);
        let wait = ServiceError::TooMany(Duration::from_secs(40));
        assert_eq!(throttle.check(&from(1), later), Err(wait.clone()));
        assert_eq!(throttle.count(&from(1), later), Err(wait));
        assert_eq!(throttle.check(&from(1), at(1)), Ok(()));
    }

    #[test]
    fn guessing_from_many_addresses_is_slowed_and_known_devices_are_not() {
        let throttle = Throttle::new(5, 10);
        let slowed: Vec<bool> = (1..=10)
            .map(|address| throttle.count(&from(address), at(0)).unwrap())
            .collect();
        assert_eq!(slowed, [vec![false; 9], vec![true]].concat());
        assert!(throttle.check(&from(200), at(0)).is_err());
        let known = Source::Known([201; 16]);
        assert_eq!(throttle.count(&known, at(0)), Ok(false));
        throttle.forget(&known);
        assert!(throttle.check(&from(200), at(0)).is_err(), "still slow");
    }

    #[test]
    fn another_address_is_not_held_back_by_a_few_failures() {
        let throttle = Throttle::new(2, 100);
        for _ in 0..2 {
            assert_eq!(throttle.count(&from(1), at(0)), Ok(false));
        }
        assert!(throttle.count(&from(1), at(0)).is_err());
        assert_eq!(throttle.count(&from(2), at(0)), Ok(false));
    }

    #[test]
    fn a_success_starts_afresh_and_so_does_an_hour() {
        let throttle = Throttle::new(2, 5);
        for _ in 0..10 {
            assert!(throttle.count(&from(1), at(0)).is_ok());
            throttle.forget(&from(1));
        }
        for _ in 0..2 {
            assert!(throttle.count(&from(1), at(0)).is_ok());
        }
        assert!(throttle.count(&from(1), at(61)).is_ok());
        assert!(throttle.count(&from(1), at(61)).is_ok());
        assert!(throttle.count(&from(1), at(61)).is_err());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::new(2, 100_000);
        let key = |number: u32| {
            let mut key = Key::default();
            key[..4].copy_from_slice(&number.to_be_bytes());
            key[15] = 1;
            key
        };
        // one that waits is not forgotten for those that do not
        let guessed = Source::Known(key(u32::MAX));
        assert_eq!(throttle.count(&guessed, at(0)), Ok(false));
        assert_eq!(throttle.count(&guessed, at(0)), Ok(false));
        for number in 0..100_000 {
            let now = at(0) + TimeDelta::milliseconds(i64::from(number) / 4);
            throttle.count(&Source::Known(key(number)), now).unwrap();
            assert!(throttle.counts().len() <= MAX_REMEMBERED);
        }
        assert!(throttle.check(&guessed, at(0)).is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nobody_up() {
        let throttle = Throttle::new(1, 100);
        assert!(throttle.count(&from(1), at(6000)).is_ok());
        assert!(throttle.check(&from(1), at(6000)).is_err());
        assert_eq!(throttle.check(&from(1), at(0)), Ok(()));
        throttle.forget(&from(1));
        assert_eq!(throttle.check(&from(1), at(5999)), Ok(()));
    }
}
