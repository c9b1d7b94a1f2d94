//! Transactions: the only way to reach the database.
//!
//! [`Store::read`] runs a closure on one consistent state. [`Store::write`] runs it as if nobody else were writing:
//! "count this person's questions at this meeting, then insert" holds under any concurrency. Where the database cannot
//! keep that promise for one attempt (somebody else wrote what was read, a lock was not to be had), the attempt is
//! rolled back and the closure runs again, so a closure changes nothing but the database. Waiting ends at a deadline,
//! with [`StoreError::Busy`].
//!
//! Both block: call them on a thread of the executor (`web::executor`), once for each use case. SQLite has one writer at a time, so the
//! writers of this process stand in line for it, first come first served; its busy timeout, which polls, is left for
//! other processes. PostgreSQL's writers run side by side, and only one that has lost twice asks the others to wait.
//!
//! A closure that goes on after a failed statement must have put it in `db.transaction(…)` (a savepoint): PostgreSQL
//! refuses everything after a failure otherwise, and the commit fails.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryResult;

use super::connection::{Db, Purpose, Source, StoreSettings, ToLog, is_broken};
use super::dialect;
use super::error::{Retry, StoreError};

/// The database: a cheap handle that is cloned into every part of the service.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    settings: StoreSettings,
    reading: r2d2::Pool<Source>,
    /// On SQLite a pool of one; on PostgreSQL the same pool as for reading.
    writing: r2d2::Pool<Source>,
    one_writer: bool,
    line: Line,
    unsynced: AtomicBool,
    written: AtomicU64,
}

/// How long the first repeated attempt waits at most; each further one twice as long, up to the second figure.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A PostgreSQL writer that has lost this often stands in line, so that the losers of this process stop meeting.
const LOSSES_BEFORE_LINE: u32 = 2;

impl Store {
    /// Opens the database, which for SQLite makes the file where it is missing. Runs no migration.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with the reason where the database cannot be reached.
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        // Opened once by itself, for a clear error at once where it fails; the pool would try until its wait is over.
        // (Several processes that make an SQLite file at once can find it locked.)
        let source = Source::new(settings, Purpose::Writing);
        let first = until(now() + settings.deadline, || source.open())?;
        let one_writer = dialect::has_one_writer(&first);
        let pool = |purpose, size: u32| {
            let builder = r2d2::Pool::builder()
                .max_size(size.max(1))
                .min_idle(Some(1))
                .connection_timeout(settings.connection_wait)
                .error_handler(Box::new(ToLog));
            // A session on a server can be lost while nobody uses it; a file cannot.
            let builder = if one_writer {
                builder
                    .test_on_check_out(false)
                    .max_lifetime(None)
                    .idle_timeout(None)
            } else {
                builder.test_on_check_out(true)
            };
            builder
                .build(Source::new(settings, purpose))
                .map_err(|e| StoreError::Unavailable(e.to_string()))
        };
        let (reading, writing) = if one_writer {
            let writing = pool(Purpose::Writing, 1)?;
            (pool(Purpose::Reading, settings.connections)?, writing)
        } else {
            let both = pool(Purpose::Writing, settings.connections)?;
            (both.clone(), both)
        };
        Ok(Self(Arc::new(Inner {
            settings: settings.clone(),
            reading,
            writing,
            one_writer,
            line: Line::default(),
            unsynced: AtomicBool::new(false),
            written: AtomicU64::new(0),
        })))
    }

    /// Runs `closure` on one consistent state of the database; it cannot write.
    ///
    /// # Errors
    /// The closure's own, or a [`StoreError`] made into its type: `Busy` when the deadline was over, `Unavailable`.
    pub fn read<T, E, F>(&self, mut closure: F) -> Result<T, E>
    where
        F: FnMut(&mut Db) -> Result<T, E>,
        E: From<StoreError> + Retry,
    {
        let _here = Here::enter(self)?;
        self.attempts(Aim::Read, |lease| {
            transact(&mut lease.db, dialect::begin_read, &mut closure)
        })
    }

    /// Runs `closure` in one transaction that takes effect whole or not at all, as if nobody else were writing, and
    /// returns once the commit is on the disk. The closure may run several times.
    ///
    /// # Errors
    /// The closure's own (rolled back), or a [`StoreError`] made into its type: `Busy` when the deadline was over,
    /// `Unavailable`, `Full`, `NotSynced`.
    pub fn write<T, E, F>(&self, mut closure: F) -> Result<T, E>
    where
        F: FnMut(&mut Db) -> Result<T, E>,
        E: From<StoreError> + Retry,
    {
        let _here = Here::enter(self)?;
        let _written = Written(&self.0.written);
        self.attempts(Aim::Write, |lease| {
            self.refuse_if_unsynced().map_err(Lost::for_good)?;
            transact(&mut lease.db, dialect::begin_write, &mut closure).inspect_err(|lost| {
                if lost.not_synced {
                    self.0.unsynced.store(true, Ordering::SeqCst);
                    tracing::error!("the disk did not confirm a commit; no further writes");
                }
            })
        })
    }

    /// Lends the writing connection outside any transaction, for upkeep that cannot run in one (emptying SQLite's log, a
    /// copy of the file, migrations). On SQLite every writer waits meanwhile.
    ///
    /// # Errors
    /// `closure`'s, or `Busy` and `Unavailable` where no connection was to be had.
    pub fn maintain<T>(
        &self,
        closure: impl FnOnce(&mut Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _here = Here::enter(self)?;
        let _written = Written(&self.0.written);
        self.refuse_if_unsynced()?;
        let mut lease = self.lease(Aim::Write, self.deadline())?;
        closure(&mut lease.db)
    }

    /// Returns how many writes of this process have ended, whatever came of them. It has grown by the time [`Self::write`] returns, so
    /// that whoever finds it unchanged knows that nothing answered since then has changed the database.
    pub fn writes(&self) -> u64 {
        self.0.written.load(Ordering::SeqCst)
    }

    /// Opens connections for one thread of its own, outside the pools.
    pub(super) fn source(&self) -> Source {
        Source::new(&self.0.settings, Purpose::Reading)
    }

    /// Returns the SQLite file, where it is one.
    pub fn file(&self) -> Option<&std::path::Path> {
        self.0.settings.url.file()
    }

    /// Whether the database answers: for a readiness check.
    ///
    /// # Errors
    /// Why it does not.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.refuse_if_unsynced()?;
        self.read(|db| dialect::database_time(db).map(drop))
    }

    /// Runs `attempt` until it meets no contention, for at most `patience`.
    pub(super) fn patiently<T>(
        &self,
        patience: Duration,
        mut attempt: impl FnMut(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        until(now() + patience, || attempt(self))
    }

    fn attempts<T, E: From<StoreError>>(
        &self,
        aim: Aim,
        mut attempt: impl FnMut(&mut Lease) -> Result<T, Lost<E>>,
    ) -> Result<T, E> {
        let deadline = self.deadline();
        let mut losses = 0;
        let mut lease = self.lease(aim, deadline)?;
        loop {
            let lost = match attempt(&mut lease) {
                Ok(value) => return Ok(value),
                Err(lost) => lost,
            };
            if !lost.again || !pause(losses, deadline) {
                return Err(lost.error);
            }
            losses += 1;
            if is_broken(&mut lease.db) {
                drop(lease);
                lease = self.lease(aim, deadline)?;
            }
            if aim == Aim::Write && losses >= LOSSES_BEFORE_LINE && lease.turn.is_none() {
                lease.turn = self.0.line.stand(deadline);
            }
        }
    }

    fn deadline(&self) -> Instant {
        now() + self.0.settings.deadline
    }

    fn refuse_if_unsynced(&self) -> Result<(), StoreError> {
        match self.0.unsynced.load(Ordering::SeqCst) {
            true => Err(StoreError::NotSynced),
            false => Ok(()),
        }
    }

    fn lease(&self, aim: Aim, deadline: Instant) -> Result<Lease<'_>, StoreError> {
        // The turn comes before the connection, so that those in line keep none from the readers.
        let (turn, pool) = match aim {
            Aim::Write if self.0.one_writer => {
                let turn = self.0.line.stand(deadline).ok_or(StoreError::Busy)?;
                (Some(turn), &self.0.writing)
            }
            Aim::Write => (None, &self.0.writing),
            Aim::Read => (None, &self.0.reading),
        };
        let wait = self
            .0
            .settings
            .connection_wait
            .min(deadline.saturating_duration_since(now()));
        match pool.get_timeout(wait) {
            Ok(db) => Ok(Lease { db, turn }),
            // The pool's error is the same for "all taken" and "none could be opened".
            Err(_) if pool.state().connections > 0 => Err(StoreError::Busy),
            Err(error) => Err(StoreError::Unavailable(error.to_string())),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Store").field(&self.0.settings.url).finish()
    }
}

/// Counts a write when it ends: also one that failed, since a connection that was lost may have committed.
struct Written<'a>(&'a AtomicU64);

impl Drop for Written<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Read,
    Write,
}

/// A connection on loan. It goes back, or is closed, before the next in line is called: fields are dropped in order.
struct Lease<'a> {
    db: r2d2::PooledConnection<Source>,
    turn: Option<Turn<'a>>,
}

/// An attempt that came to nothing.
struct Lost<E> {
    error: E,
    /// Whether a fresh attempt may succeed and can do no harm.
    again: bool,
    not_synced: bool,
}

impl<E: From<StoreError>> Lost<E> {
    fn for_good(error: StoreError) -> Self {
        Self {
            not_synced: error.is_fatal(),
            error: error.into(),
            again: false,
        }
    }
}

fn transact<T, E>(
    db: &mut Db,
    begin: fn(&mut Db) -> QueryResult<()>,
    closure: &mut impl FnMut(&mut Db) -> Result<T, E>,
) -> Result<T, Lost<E>>
where
    E: From<StoreError> + Retry,
{
    begin(db).map_err(|error| {
        let error = StoreError::from(error);
        Lost {
            again: error.is_retryable(),
            ..Lost::for_good(error)
        }
    })?;
    let open = OpenTransaction(db);
    match closure(open.0) {
        Ok(value) => match dialect::commit(open.0) {
            Ok(()) => {
                std::mem::forget(open);
                Ok(value)
            }
            // A connection lost now may have committed: only contention is certain to have left nothing.
            Err(error) => Err(Lost {
                again: error == StoreError::Busy,
                ..Lost::for_good(error)
            }),
        },
        Err(error) => Err(Lost {
            again: error.is_retryable(),
            error,
            not_synced: false,
        }),
    }
}

/// Rolls back unless it is forgotten: on an error and on a panic alike.
struct OpenTransaction<'a>(&'a mut Db);

impl Drop for OpenTransaction<'_> {
    fn drop(&mut self) {
        dialect::roll_back(self.0);
    }
}

thread_local! {
    /// The stores that this thread is inside a transaction of.
    static INSIDE: RefCell<Vec<*const Inner>> = const { RefCell::new(Vec::new()) };
}

/// Refuses a transaction inside another of the same store, which would wait for itself.
struct Here(*const Inner);

impl Here {
    fn enter(store: &Store) -> Result<Self, StoreError> {
        let this = Arc::as_ptr(&store.0);
        INSIDE.with_borrow_mut(|inside| {
            if inside.contains(&this) {
                return Err(StoreError::other(
                    "a transaction inside a transaction: pass the connection on",
                ));
            }
            inside.push(this);
            Ok(Self(this))
        })
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        INSIDE.with_borrow_mut(|inside| inside.retain(|store| *store != self.0));
    }
}

/// People waiting for one counter: first come, first served.
#[derive(Default)]
struct Line(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    taken: bool,
    waiting: VecDeque<Arc<Place>>,
}

#[derive(Default)]
struct Place {
    called: Mutex<bool>,
    bell: Condvar,
}

/// Being served. Dropping it calls the next.
struct Turn<'a>(&'a Line);

impl Line {
    /// Waits for a turn; `None` when the deadline is over first.
    fn stand(&self, deadline: Instant) -> Option<Turn<'_>> {
        let place = {
            let mut queue = unpoisoned(&self.0);
            if !queue.taken {
                queue.taken = true;
                return Some(Turn(self));
            }
            let place = Arc::new(Place::default());
            queue.waiting.push_back(Arc::clone(&place));
            place
        };
        let wait = deadline.saturating_duration_since(now());
        let (called, _) = place
            .bell
            .wait_timeout_while(unpoisoned(&place.called), wait, |called| !*called)
            .unwrap_or_else(PoisonError::into_inner);
        if *called {
            return Some(Turn(self));
        }
        drop(called);
        let mut queue = unpoisoned(&self.0);
        let before = queue.waiting.len();
        queue.waiting.retain(|other| !Arc::ptr_eq(other, &place));
        // Called just as the wait ended: no longer in the queue, and the turn is ours.
        (queue.waiting.len() == before).then(|| Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = unpoisoned(&self.0.0);
        match queue.waiting.pop_front() {
            Some(next) => {
                *unpoisoned(&next.called) = true;
                next.bell.notify_one();
            }
            None => queue.taken = false,
        }
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `attempt` until it meets no contention or the deadline is over.
fn until<T>(
    deadline: Instant,
    mut attempt: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut losses = 0;
    loop {
        match attempt() {
            Err(StoreError::Busy) if pause(losses, deadline) => losses += 1,
            outcome => return outcome,
        }
    }
}

/// Waits before another attempt, a random while that grows with the losses; false when the deadline would be over.
fn pause(losses: u32, deadline: Instant) -> bool {
    let longest = FIRST_PAUSE
        .saturating_mul(1 << losses.min(16))
        .min(LONGEST_PAUSE);
    let pause = longest.mul_f64(rand::random_range(0.1..1.0));
    if now() + pause >= deadline {
        return false;
    }
    std::thread::sleep(pause);
    true
}

#[allow(
    clippy::disallowed_methods,
    reason = "time-outs are measured on the monotonic clock, which no rule depends on"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        now() + Duration::from_secs(20)
    }

    #[test]
    fn the_line_is_served_in_order_of_arrival() {
        let line = Line::default();
        let served = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let first = line.stand(soon()).unwrap();
            for n in 0..8 {
                let (line, served) = (&line, &served);
                scope.spawn(move || {
                    let _turn = line.stand(soon()).unwrap();
                    unpoisoned(served).push(n);
                });
                while unpoisoned(&line.0).waiting.len() <= n {
                    std::thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(unpoisoned(&served).as_slice(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn whoever_gives_up_waiting_leaves_the_line_as_it_was() {
        let line = Line::default();
        let first = line.stand(soon()).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!(line.stand(now() + Duration::from_millis(20)).is_none()));
            }
        });
        assert!(unpoisoned(&line.0).waiting.is_empty());
        drop(first);
        assert!(!unpoisoned(&line.0).taken);
        assert!(line.stand(soon()).is_some());
    }

    #[test]
    fn one_at_a_time_whatever_the_deadlines() {
        let line = Line::default();
        let inside = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for n in 0..16_u64 {
                let (line, inside) = (&line, &inside);
                scope.spawn(move || {
                    for _ in 0..100 {
                        let patience = Duration::from_micros(50 * (n % 4));
                        if let Some(_turn) = line.stand(now() + patience) {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            inside.fetch_sub(1, Ordering::SeqCst);
                        }
                    }
                });
            }
        });
        assert!(!unpoisoned(&line.0).taken);
    }
}
