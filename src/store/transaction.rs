//! Transactions: the only way to reach the database.
//!
//! [`Store::read`] runs a closure on one consistent state. [`Store::write`] runs it as if nobody else were writing:
//! "count this person's questions at this meeting, then insert" holds under any concurrency. Where the database cannot
//! keep that promise for one attempt (somebody else wrote what was read, a lock was not to be had), the attempt is
//! rolled back and the closure runs again, so a closure changes nothing but the database. Waiting ends at a deadline,
//! with [`StoreError::Busy`].
//!
//! Both block: call them on a thread of the executor (`web::executor`), once for each use case. SQLite has one writer at a time, so the
//! writers of this process queue for it, first come first served, and those who queue together share one commit (see
//! [`group_commit`](super::group_commit)); its busy timeout, which polls, is left for other processes. PostgreSQL's
//! writers run side by side, and only one that has lost twice asks the others to wait.
//!
//! What a closure given to `write` reads may therefore not be committed yet, and may never be: it decides by it, and keeps
//! nothing of it outside the database.
//!
//! A closure that goes on after a failed statement must have put it in `db.transaction(…)` (a savepoint): PostgreSQL
//! refuses everything after a failure otherwise, and the commit fails.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::QueryResult;

use super::connection::{Access, Db, Source, StoreSettings, ToLog, is_broken};
use super::dialect;
use super::error::{Retry, StoreError};
use super::group_commit::{End, Group, Work};
use super::writer_queue::{Permit, WriterQueue};

/// The database: a cheap handle that is cloned into every part of the service.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    settings: StoreSettings,
    reading: r2d2::Pool<Source>,
    /// On SQLite a pool of one; on PostgreSQL the same pool as for reading.
    writing: r2d2::Pool<Source>,
    one_writer: bool,
    queue: WriterQueue<Group>,
    unsynced: AtomicBool,
    written: AtomicU64,
    /// Commits made.
    commits: AtomicU64,
}

/// How long the first repeated attempt waits at most; each further one twice as long, up to the second figure.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A PostgreSQL writer that has lost this often queues, so that the losers of this process stop meeting.
const LOSSES_BEFORE_QUEUE: u32 = 2;

impl Store {
    /// Opens the database, which for SQLite makes the file where it is missing. Runs no migration.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with the reason where the database cannot be reached.
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        // Opened once by itself, for a clear error at once where it fails; the pool would try until its wait is over.
        // (Several processes that make an SQLite file at once can find it locked.)
        let source = Source::new(settings, Access::Write);
        let first = until(now() + settings.deadline, || source.open())?;
        let one_writer = dialect::has_one_writer(&first);
        let pool = |access, size: u32| {
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
                .build(Source::new(settings, access))
                .map_err(|e| StoreError::Unavailable(e.to_string()))
        };
        let (reading, writing) = if one_writer {
            let writing = pool(Access::Write, 1)?;
            (pool(Access::Read, settings.connections)?, writing)
        } else {
            let both = pool(Access::Write, settings.connections)?;
            (both.clone(), both)
        };
        Ok(Self(Arc::new(Inner {
            settings: settings.clone(),
            reading,
            writing,
            one_writer,
            queue: WriterQueue::default(),
            unsynced: AtomicBool::new(false),
            written: AtomicU64::new(0),
            commits: AtomicU64::new(0),
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
        self.attempts(Access::Read, |lease| {
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
        if self.0.one_writer {
            return self.write_in_group(closure);
        }
        self.attempts(Access::Write, |lease| {
            transact(&mut lease.db, dialect::begin_write, &mut closure)
                .inspect(|_| self.count_commit())
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
        let deadline = self.deadline();
        let permit = match self.0.one_writer {
            true => Some(self.queue(deadline, false)?.0),
            false => None,
        };
        let mut lease = Lease {
            db: self.connection(&self.0.writing, deadline)?,
            permit,
        };
        closure(&mut lease.db)
    }

    /// Returns how many writes of this process have ended, whatever came of them. It has grown by the time [`Self::write`] returns, so
    /// that whoever finds it unchanged knows that nothing answered since then has changed the database.
    pub fn writes(&self) -> u64 {
        self.0.written.load(Ordering::SeqCst)
    }

    /// Opens connections for one thread of its own, outside the pools.
    pub(super) fn source(&self) -> Source {
        Source::new(&self.0.settings, Access::Read)
    }

    /// How many commits have been made since the store was opened: each is one wait for the disk, if it changed something.
    pub fn commits(&self) -> u64 {
        self.0.commits.load(Ordering::Relaxed)
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
        access: Access,
        mut attempt: impl FnMut(&mut Lease) -> Result<T, Lost<E>>,
    ) -> Result<T, E> {
        let deadline = self.deadline();
        let mut losses = 0;
        let mut lease = self.lease(access, deadline)?;
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
                lease = self.lease(access, deadline)?;
            }
            if access == Access::Write && losses >= LOSSES_BEFORE_QUEUE && lease.permit.is_none() {
                lease.permit = self.queue(deadline, false).ok().map(|(permit, _)| permit);
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

    fn lease(&self, access: Access, deadline: Instant) -> Result<Lease<'_>, StoreError> {
        let pool = match access {
            Access::Write => &self.0.writing,
            Access::Read => &self.0.reading,
        };
        Ok(Lease {
            db: self.connection(pool, deadline)?,
            permit: None,
        })
    }

    /// Waits for the permit to write, and for a group that another member hands over if `joins` says so.
    fn queue(
        &self,
        deadline: Instant,
        joins: bool,
    ) -> Result<(Permit<'_, Group>, Option<Group>), StoreError> {
        self.0
            .queue
            .acquire(deadline, joins)
            .ok_or(StoreError::Busy)
    }

    fn connection(
        &self,
        pool: &r2d2::Pool<Source>,
        deadline: Instant,
    ) -> Result<r2d2::PooledConnection<Source>, StoreError> {
        let wait = self
            .0
            .settings
            .connection_wait
            .min(deadline.saturating_duration_since(now()));
        match pool.get_timeout(wait) {
            Ok(db) => Ok(db),
            // The pool's error is the same for "all taken" and "none could be opened".
            Err(_) if pool.state().connections > 0 => Err(StoreError::Busy),
            Err(error) => Err(StoreError::Unavailable(error.to_string())),
        }
    }

    /// Runs `closure` as a member of a group until the group is committed with it.
    fn write_in_group<T, E, F>(&self, mut closure: F) -> Result<T, E>
    where
        F: FnMut(&mut Db) -> Result<T, E>,
        E: From<StoreError> + Retry,
    {
        let deadline = self.deadline();
        let mut losses = 0;
        loop {
            let (work, end) = self.join_group(deadline, &mut closure)?;
            let lost = match (work, end) {
                (Work::Panicked(panic), _) => resume_unwind(panic),
                (_, End::Failed(error)) => return Err(error.into()),
                (Work::Returned(Ok(value)), End::Committed) => return Ok(value),
                (Work::Returned(Ok(_)), End::RolledBack) => StoreError::Busy.into(),
                (Work::Returned(Err(error)), End::Committed) if !error.is_retryable() => {
                    return Err(error);
                }
                // whatever it rests on was not stored
                (Work::Returned(Err(error)), _) => error,
            };
            if !pause(losses, deadline) {
                return Err(lost);
            }
            losses += 1;
        }
    }

    /// Runs `closure` once, in the group that is handed over or in a new one, and waits for the group's end.
    fn join_group<T, E: From<StoreError>>(
        &self,
        deadline: Instant,
        closure: &mut impl FnMut(&mut Db) -> Result<T, E>,
    ) -> Result<(Work<T, E>, End), StoreError> {
        let (permit, group) = self.queue(deadline, true)?;
        let mut group = match group {
            Some(group) => group,
            None => until(deadline, || {
                self.refuse_if_unsynced()?;
                Group::begin(self.connection(&self.0.writing, deadline)?)
            })?,
        };
        let (work, open) = group.run(closure);
        if !open {
            // This member is told of its own failure; the others of the group run again.
            return Ok((work, End::Committed));
        }
        let (end, changed) = (group.end(), group.changed());
        let handed_over = match group.takes_more() {
            true => permit.hand_over(group),
            false => Err((permit, group)),
        };
        if let Err((permit, group)) = handed_over {
            group.commit(|end| {
                self.note(end, changed);
                drop(permit);
            });
        }
        Ok((work, end.wait().clone()))
    }

    fn count_commit(&self) {
        self.0.commits.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a commit, and refuses all further writes where the disk did not confirm it.
    fn note(&self, end: &End, changed: bool) {
        match end {
            End::Committed if changed => self.count_commit(),
            End::Failed(error) if error.is_fatal() => {
                self.0.unsynced.store(true, Ordering::SeqCst);
                tracing::error!("the disk did not confirm a commit; no further writes");
            }
            End::Committed | End::Failed(_) | End::RolledBack => {}
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

/// A connection on loan. It goes back, or is closed, before the next in the queue is called: fields are dropped in order.
struct Lease<'a> {
    db: r2d2::PooledConnection<Source>,
    permit: Option<Permit<'a, Group>>,
}

/// An attempt that came to nothing.
struct Lost<E> {
    error: E,
    /// Whether a fresh attempt may succeed and can do no harm.
    again: bool,
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
            error: error.into(),
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
                error: error.into(),
            }),
        },
        Err(error) => Err(Lost {
            again: error.is_retryable(),
            error,
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
pub(super) fn now() -> Instant {
    Instant::now()
}
