//! The threads on which everything runs that blocks: the database, searches, password hashes.
//!
//! Work is bounded here, where it runs, and not in the request, which may hang up: each [`Lane`] has its own threads and its own
//! queue, both of limited length. What does not fit is answered with "busy" at once. Work whose request has gone before its turn is
//! not started where it only reads, and takes no place from others. A rush in one lane leaves the others as they were.
//!
//! Threads start when they are needed and end when they have been idle for a while, so that a quiet service holds few.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    config::Settings,
    service::{Service, ServiceError},
};

/// A thread's stack. The pages that an act never reaches cost no memory.
const STACK_BYTES: usize = 1 << 20;

/// After how long without work a thread ends.
const IDLE: Duration = Duration::from_secs(10);

/// How many passwords may wait to be hashed: half a second of work, from devices that are known and as many from others.
const PASSWORDS_WAITING: usize = 16;

/// How many requests of staff may wait.
const STAFF_WAITING: usize = 256;

/// How many searches may wait.
const SEARCHES_WAITING: usize = 64;

/// How many looks for a session or a token may wait.
const SESSIONS_WAITING: usize = 1024;

/// How many reads for screens and for the health of the service may wait.
const SCREENS_WAITING: usize = 256;

/// Whose turn a piece of work waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What residents send. It is done even where they have hung up meanwhile: they pressed the button.
    Submissions,
    /// What residents look at.
    Reads,
    /// Searches by anybody.
    Searches,
    /// What staff look at.
    StaffReads,
    /// What staff do.
    StaffActs,
    /// Whose a session's cookie or a program's token is: it may be anybody's until this has been read.
    Sessions,
    /// What open screens show, and the health of the service.
    Screens,
    /// Hashing a password for somebody at a device that nobody has signed in with.
    Passwords,
    /// Hashing a password for somebody who is signed in, or at a device where they signed in before: goes first.
    KnownPasswords,
}

impl Lane {
    /// Whether work in this lane is left undone once nobody waits for it any more.
    fn needs_its_request(self) -> bool {
        !matches!(self, Self::Submissions | Self::StaffActs)
    }
}

/// The lanes. Cheap to clone; the threads end with the last clone.
#[derive(Clone)]
pub struct Executor {
    submissions: Arc<Pool>,
    reads: Arc<Pool>,
    searches: Arc<Pool>,
    staff: Arc<Pool>,
    sessions: Arc<Pool>,
    screens: Arc<Pool>,
    passwords: Arc<Pool>,
    /// How long work waits for a thread before its request is told to try again.
    patience: Duration,
}

impl Executor {
    /// Creates the lanes. No thread starts before there is work for it.
    pub fn new(settings: &Settings) -> Self {
        let threads = &settings.threads;
        // on PostgreSQL each writer holds one of the connections: more threads than those would only wait inside the store
        let connections = usize::try_from(settings.database.pool_size).unwrap_or(usize::MAX);
        let writers = if settings.database.is_sqlite() {
            threads.submissions
        } else {
            threads.submissions.min(connections)
        };
        let pool = |name, threads, waiting| Pool::start(name, threads, waiting, Pace::Full);
        Self {
            submissions: pool("submissions", writers, threads.waiting),
            reads: pool("reads", threads.reads, threads.waiting),
            searches: pool("searches", threads.searches, SEARCHES_WAITING),
            staff: pool("staff", threads.staff, STAFF_WAITING),
            sessions: pool("sessions", threads.reads, SESSIONS_WAITING),
            screens: pool("screens", 2, SCREENS_WAITING),
            passwords: Pool::start("passwords", 1, PASSWORDS_WAITING, Pace::Half),
            patience: settings.database.wait,
        }
    }

    /// Runs an act in a lane.
    ///
    /// # Errors
    /// The act's own; [`ServiceError::Busy`] where the lane's queue is full or its threads had no time, and then the act does not run;
    /// [`ServiceError::Internal`] where it panicked.
    pub async fn run<T, F>(&self, lane: Lane, service: &Service, act: F) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    {
        let service = service.clone();
        let span = tracing::Span::current();
        let (answer, mut answered) = oneshot::channel();
        let ticket = Arc::new(Ticket::default());
        let job = Job {
            ticket: ticket.clone(),
            run: Box::new(move || {
                let outcome = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| act(&service))))
                    .unwrap_or_else(|_| Err(ServiceError::Internal("an act panicked".to_owned())));
                // nobody is there to be told where the request has gone
                let _ = answer.send(outcome);
            }),
        };
        let first = lane == Lane::KnownPasswords;
        self.pool(lane).push(job, first)?;
        let waiting = Waiting {
            ticket: &ticket,
            leaves: lane.needs_its_request(),
        };
        let gone = || ServiceError::Internal("an act was not run".to_owned());
        match tokio::time::timeout(self.patience, &mut answered).await {
            Ok(outcome) => outcome.map_err(|_| gone())?,
            Err(_) if waiting.ticket.leave() => {
                tracing::warn!(?lane, "no thread had time for a request");
                Err(ServiceError::Busy)
            }
            // it is being run: how long that may take is the store's to say
            Err(_) => answered.await.map_err(|_| gone())?,
        }
    }

    fn pool(&self, lane: Lane) -> &Pool {
        match lane {
            Lane::Submissions => &self.submissions,
            Lane::Reads => &self.reads,
            Lane::Searches => &self.searches,
            Lane::StaffReads | Lane::StaffActs => &self.staff,
            Lane::Sessions => &self.sessions,
            Lane::Screens => &self.screens,
            Lane::Passwords | Lane::KnownPasswords => &self.passwords,
        }
    }
}

/// Whether a piece of work waits, runs, or is wanted no more.
#[derive(Default)]
struct Ticket(AtomicU8);

impl Ticket {
    const WAITS: u8 = 0;
    const RUNS: u8 = 1;
    const LEFT: u8 = 2;

    fn becomes(&self, next: u8) -> bool {
        self.0
            .compare_exchange(Self::WAITS, next, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Begins the work; false where nobody wants it any more.
    fn begin(&self) -> bool {
        self.becomes(Self::RUNS)
    }

    /// Gives up the place; false where the work has begun.
    fn leave(&self) -> bool {
        self.becomes(Self::LEFT)
    }

    fn has_left(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::LEFT
    }
}

/// A request that waits for its work. Dropped with the request: the place is then given up, where the work is for the request alone.
struct Waiting<'a> {
    ticket: &'a Ticket,
    leaves: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.leaves {
            self.ticket.leave();
        }
    }
}

struct Job {
    ticket: Arc<Ticket>,
    run: Box<dyn FnOnce() + Send>,
}

/// How much of a processor a pool takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// As much as there is work.
    Full,
    /// Half of the time: after each piece of work as long a pause, in which only what goes first is done.
    Half,
}

/// Threads with a queue.
struct Pool(Arc<Shared>);

struct Shared {
    name: &'static str,
    threads: usize,
    waiting: usize,
    pace: Pace,
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    first: VecDeque<Job>,
    then: VecDeque<Job>,
    running: usize,
    idle: usize,
    closed: bool,
}

impl Pool {
    fn start(name: &'static str, threads: usize, waiting: usize, pace: Pace) -> Arc<Self> {
        Arc::new(Self(Arc::new(Shared {
            name,
            threads: threads.max(1),
            waiting,
            pace,
            queue: Mutex::default(),
            wake: Condvar::new(),
        })))
    }

    fn push(&self, job: Job, first: bool) -> Result<(), ServiceError> {
        let mut queue = self.0.lock();
        let line = if first {
            &mut queue.first
        } else {
            &mut queue.then
        };
        if line.len() >= self.0.waiting {
            // whoever has hung up stands in nobody's way
            line.retain(|job| !job.ticket.has_left());
            if line.len() >= self.0.waiting {
                drop(queue);
                tracing::debug!(lane = self.0.name, "the queue is full");
                return Err(ServiceError::Busy);
            }
        }
        line.push_back(job);
        if queue.first.len() + queue.then.len() > queue.idle && queue.running < self.0.threads {
            let shared = self.0.clone();
            let started = thread::Builder::new()
                .name(self.0.name.to_owned())
                .stack_size(STACK_BYTES)
                .spawn(move || shared.work());
            match started {
                Ok(_) => queue.running += 1,
                Err(error) if queue.running == 0 => {
                    tracing::error!(%error, lane = self.0.name, "no thread could be started");
                    queue.first.clear();
                    queue.then.clear();
                    return Err(ServiceError::Busy);
                }
                Err(error) => {
                    tracing::warn!(%error, lane = self.0.name, "no further thread could be started");
                }
            }
        }
        drop(queue);
        self.0.wake.notify_one();
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.wake.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // no job runs while it is held, so it is whole whatever panicked
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is in the queue, until there has been nothing for a while.
    fn work(&self) {
        let mut rests_until = None;
        let mut queue = self.lock();
        loop {
            let rest = rests_until
                .map(|until: Instant| until.saturating_duration_since(now()))
                .filter(|rest| !rest.is_zero());
            let next = match (queue.first.pop_front(), rest) {
                (Some(job), _) => Some((job, false)),
                (None, None) => queue.then.pop_front().map(|job| (job, true)),
                (None, Some(_)) => None,
            };
            if let Some((job, rests)) = next {
                drop(queue);
                let began = now();
                if job.ticket.begin() {
                    (job.run)();
                    if rests && self.pace == Pace::Half {
                        rests_until = Some(now() + began.elapsed());
                    }
                }
                queue = self.lock();
                continue;
            }
            if queue.closed && queue.then.is_empty() {
                queue.running -= 1;
                return;
            }
            queue.idle += 1;
            let (woken, waited) = self
                .wake
                .wait_timeout(queue, rest.unwrap_or(IDLE))
                .unwrap_or_else(PoisonError::into_inner);
            queue = woken;
            queue.idle -= 1;
            let nothing = queue.first.is_empty() && queue.then.is_empty();
            if waited.timed_out() && rest.is_none() && nothing {
                queue.running -= 1;
                return;
            }
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long work took is measured, and decides nothing that a rule depends on"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::sync::{Barrier, atomic::AtomicUsize, mpsc};

    use super::*;

    fn job(run: impl FnOnce() + Send + 'static) -> (Job, Arc<Ticket>) {
        let ticket = Arc::new(Ticket::default());
        let run = Box::new(run);
        (
            Job {
                ticket: ticket.clone(),
                run,
            },
            ticket,
        )
    }

    /// A pool of one thread that is held until the sender is dropped.
    fn held(waiting: usize) -> (Arc<Pool>, mpsc::Sender<()>) {
        let pool = Pool::start("test", 1, waiting, Pace::Full);
        let (hold, held) = mpsc::channel::<()>();
        let begun = Arc::new(Barrier::new(2));
        let inside = begun.clone();
        let (first, _) = job(move || {
            inside.wait();
            let _ = held.recv();
        });
        assert_eq!(pool.push(first, false), Ok(()));
        begun.wait();
        (pool, hold)
    }

    #[test]
    fn a_full_queue_is_busy_and_whoever_has_left_makes_room() {
        let (pool, hold) = held(2);
        let done = Arc::new(AtomicUsize::new(0));
        let count = |by: usize| {
            let done = done.clone();
            job(move || {
                done.fetch_add(by, Ordering::SeqCst);
            })
        };
        let (gone, ticket) = count(100);
        assert_eq!(pool.push(gone, false), Ok(()));
        assert_eq!(pool.push(count(1).0, false), Ok(()));
        assert_eq!(pool.push(count(1).0, false), Err(ServiceError::Busy));
        assert!(ticket.leave());
        assert_eq!(pool.push(count(1).0, false), Ok(()));
        drop(hold);
        while done.load(Ordering::SeqCst) < 2 {
            thread::yield_now();
        }
        drop(pool);
        assert_eq!(done.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn what_goes_first_overtakes_and_has_places_of_its_own() {
        let (pool, hold) = held(1);
        let (told, order) = mpsc::channel();
        let say = |word: &'static str| {
            let told = told.clone();
            job(move || told.send(word).unwrap()).0
        };
        assert_eq!(pool.push(say("then"), false), Ok(()));
        assert_eq!(pool.push(say("too many"), false), Err(ServiceError::Busy));
        assert_eq!(pool.push(say("first"), true), Ok(()));
        drop(hold);
        assert_eq!(
            [order.recv().unwrap(), order.recv().unwrap()],
            ["first", "then"]
        );
    }

    #[test]
    fn no_more_threads_than_there_may_be() {
        let pool = Pool::start("test", 3, 100, Pace::Full);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (told, done) = mpsc::channel();
        for _ in 0..50 {
            let (now, most, told) = (now.clone(), most.clone(), told.clone());
            let (job, _) = job(move || {
                let here = now.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(here, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
                now.fetch_sub(1, Ordering::SeqCst);
                told.send(()).unwrap();
            });
            assert_eq!(pool.push(job, false), Ok(()));
        }
        for _ in 0..50 {
            done.recv().unwrap();
        }
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
        assert!(pool.0.lock().running <= 3);
    }

    #[test]
    fn hashing_for_strangers_rests_half_of_the_time() {
        let pool = Pool::start("test", 1, 10, Pace::Half);
        let (told, done) = mpsc::channel();
        let began = super::now();
        for _ in 0..4 {
            let told = told.clone();
            let (job, _) = job(move || {
                thread::sleep(Duration::from_millis(20));
                told.send(()).unwrap();
            });
            assert_eq!(pool.push(job, false), Ok(()));
        }
        for _ in 0..4 {
            done.recv().unwrap();
        }
        // four pieces of 20 ms, with three pauses between them
        assert!(began.elapsed() >= Duration::from_millis(140));
    }
}
