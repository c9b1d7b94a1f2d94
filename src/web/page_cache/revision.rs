//! The count of public changes, known without asking the database for each request.
//!
//! A look at the database is good for every request that came before it. It is good for a request that comes later as well, as long as
//! no write of this process has ended since (an act is on every page of this node at once) and it is not older than the interval at
//! which the writes of other processes are looked for. So a node whose database does not change is asked about twice a second however
//! many people read its pages, and while people send questions many requests share a look.
//!
//! One thread looks, over a connection of its own: it waits for no pool and no executor, and a request that hangs up takes nothing with
//! it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    service::ServiceError,
    store::{public_changes::Reader, transaction::Store},
};

/// How long a request waits for a look before it is told to try again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The count of public changes.
pub struct PublicRevision {
    known: Arc<Known>,
    /// None where the system gave no thread.
    asks: Option<mpsc::Sender<()>>,
    /// For how long a look is good where nobody wrote in this process.
    good_for: Duration,
}

struct Known {
    store: Store,
    began: Instant,
    revision: AtomicI64,
    /// How many writes of this process had ended before the last look.
    writes: AtomicU64,
    /// When the last look began, in microseconds since `began`; 0 before the first.
    looked: AtomicU64,
    asked: AtomicBool,
    /// What the last look came to.
    looks: watch::Sender<Result<(), ServiceError>>,
}

#[allow(
    clippy::disallowed_methods,
    reason = "how old a look is, on the monotonic clock, which no rule depends on"
)]
fn now() -> Instant {
    Instant::now()
}

impl PublicRevision {
    /// Begins to follow the count in a database. The thread ends when this is dropped.
    pub fn follow(store: &Store, good_for: Duration) -> Self {
        let known = Arc::new(Known {
            store: store.clone(),
            began: now(),
            revision: AtomicI64::new(0),
            writes: AtomicU64::new(0),
            looked: AtomicU64::new(0),
            asked: AtomicBool::new(false),
            looks: watch::Sender::new(Ok(())),
        });
        let (asks, asked) = mpsc::channel();
        let looking = known.clone();
        let thread = thread::Builder::new()
            .name("public-changes".to_owned())
            .spawn(move || looking.look_when_asked(&asked));
        if let Err(error) = &thread {
            tracing::error!(%error, "no thread to follow public changes");
        }
        Self {
            known,
            asks: thread.ok().map(|_| asks),
            good_for,
        }
    }

    /// Returns the count of the last look.
    pub fn latest(&self) -> i64 {
        self.known.revision.load(Ordering::SeqCst)
    }

    /// Returns the count as it is for a request that has just arrived.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] where the database does not answer in time, and the look's.
    pub async fn current(&self) -> Result<i64, ServiceError> {
        let writes = self.known.store.writes();
        let arrived = now();
        let oldest = self
            .since_start(arrived)
            .saturating_sub(micros(self.good_for));
        if self.known.is_good(writes, oldest) {
            return Ok(self.latest());
        }
        let mut looks = self.known.looks.subscribe();
        loop {
            looks.mark_unchanged();
            // a look may have ended in between
            if self.known.is_good(writes, oldest) {
                return Ok(self.latest());
            }
            self.ask()?;
            let left = PATIENCE.saturating_sub(arrived.elapsed());
            match tokio::time::timeout(left, looks.changed()).await {
                Ok(Ok(())) => looks.borrow().clone()?,
                Ok(Err(_)) | Err(_) => return Err(ServiceError::Busy),
            }
        }
    }

    fn since_start(&self, at: Instant) -> u64 {
        micros(at.saturating_duration_since(self.known.began)) + 1
    }

    fn ask(&self) -> Result<(), ServiceError> {
        if self.known.asked.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        self.asks
            .as_ref()
            .and_then(|asks| asks.send(()).ok())
            .ok_or(ServiceError::Unavailable)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Known {
    /// Whether the last look is good for a request that found so many writes ended, and takes no look older than `oldest`.
    fn is_good(&self, writes: u64, oldest: u64) -> bool {
        // a look sets its time last: whoever sees it sees the count of writes and the revision of that look, or of a later one
        let looked = self.looked.load(Ordering::SeqCst);
        looked > oldest && self.writes.load(Ordering::SeqCst) >= writes && looked > 0
    }

    fn look_when_asked(&self, asked: &mpsc::Receiver<()>) {
        let mut reader = Reader::new(&self.store);
        while asked.recv().is_ok() {
            // whoever asks from now on is looked for again
            self.asked.store(false, Ordering::SeqCst);
            let writes = self.store.writes();
            let began = micros(now().saturating_duration_since(self.began)) + 1;
            let found = reader.revision().map_err(ServiceError::from);
            let outcome = found.map(|revision| {
                self.revision.store(revision, Ordering::SeqCst);
                self.writes.store(writes, Ordering::SeqCst);
                self.looked.store(began, Ordering::SeqCst);
            });
            if let Err(error) = &outcome {
                tracing::warn!(%error, "the count of public changes could not be read");
            }
            // what the look before it came to is not needed any more
            drop(self.looks.send_replace(outcome));
        }
    }
}
