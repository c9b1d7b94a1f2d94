//! One durable commit for all who write at the same time (SQLite, which has one writer).
//!
//! A commit costs a wait for the disk, whatever is in it. So whoever comes first opens a transaction and does its work, and
//! while others wait in the queue it does not commit but hands the open transaction on. The last one commits and everybody
//! is answered, after the disk has confirmed. While one group waits for the disk the next one queues, so that a group grows
//! with the load and nobody ever waits for company.
//!
//! Each member works in a savepoint: what it refuses or breaks is undone by itself. Where SQLite ends the whole transaction
//! because of one member (a full disk), or the commit meets contention, the others have lost nothing but time and run again.
//! Nobody, not even a member that was refused, is answered before the end: its refusal may rest on what another member of
//! the group wrote.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::connection::{Db, Source};
use super::dialect;
use super::error::StoreError;
use super::transaction::now;

/// A group takes no further members once it has this many …
const MAX_MEMBERS: u32 = 128;
/// … or has been open for this long, so that those who came first do not wait for ever for those who come after.
const MAX_OPEN: Duration = Duration::from_millis(10);

/// An open transaction with the members that have done their work in it.
pub(super) struct Group {
    transaction: OpenTransaction,
    announcement: Announcement,
    begun: Instant,
    members: u32,
    /// Whether any of them changed something.
    changed: bool,
}

/// How a group ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// What its members wrote is on the disk.
    Committed,
    /// Nothing was stored, and a fresh attempt may succeed.
    RolledBack,
    /// Nothing can be said to be stored, for this reason.
    Failed(StoreError),
}

/// What a member's closure came to, before anybody knows how the group ends.
pub(super) enum Work<T, E> {
    /// It returned; an error has been undone.
    Returned(Result<T, E>),
    /// It panicked and has been undone.
    Panicked(Box<dyn Any + Send>),
}

impl Group {
    /// Begins a transaction on this connection.
    pub(super) fn begin(
        mut connection: r2d2::PooledConnection<Source>,
    ) -> Result<Self, StoreError> {
        dialect::begin_write(&mut connection)?;
        Ok(Self {
            transaction: OpenTransaction(connection),
            announcement: Announcement::default(),
            begun: now(),
            members: 0,
            changed: false,
        })
    }

    /// Does one member's work in a savepoint. The flag is false where the transaction is over, which SQLite may decide on
    /// some failures: then the group is to be dropped.
    pub(super) fn run<T, E: From<StoreError>>(
        &mut self,
        closure: &mut impl FnMut(&mut Db) -> Result<T, E>,
    ) -> (Work<T, E>, bool) {
        let db = &mut *self.transaction.0;
        self.members += 1;
        if let Err(error) = dialect::begin_savepoint(db) {
            return (Work::Returned(Err(StoreError::from(error).into())), false);
        }
        match catch_unwind(AssertUnwindSafe(|| closure(db))) {
            Ok(Ok(value)) => match dialect::release_savepoint(db) {
                Ok(()) => {
                    self.changed = true;
                    (Work::Returned(Ok(value)), true)
                }
                // the closure went on after a failure that had ended the transaction
                Err(error) => (Work::Returned(Err(StoreError::from(error).into())), false),
            },
            Ok(Err(error)) => {
                let open = dialect::roll_back_savepoint(db).is_ok();
                (Work::Returned(Err(error)), open)
            }
            Err(panic) => {
                let open = dialect::roll_back_savepoint(db).is_ok();
                (Work::Panicked(panic), open)
            }
        }
    }

    /// Returns whether another member may join.
    pub(super) fn takes_more(&self) -> bool {
        self.members < MAX_MEMBERS && now().duration_since(self.begun) < MAX_OPEN
    }

    /// Returns whether any member changed something.
    pub(super) fn changed(&self) -> bool {
        self.changed
    }

    /// The group's end, to be waited for.
    pub(super) fn end(&self) -> Waiting {
        Waiting(Arc::clone(&self.announcement.0))
    }

    /// Commits and returns the connection; calls `release`, so that the next group begins; and then tells every member.
    pub(super) fn commit(self, release: impl FnOnce(&End)) {
        let Self {
            mut transaction,
            announcement,
            changed,
            ..
        } = self;
        let end = if changed {
            match dialect::commit(&mut transaction.0) {
                Ok(()) => End::Committed,
                Err(StoreError::Busy) => End::RolledBack,
                Err(error) => End::Failed(error),
            }
        } else {
            // a commit would wait for the disk
            End::Committed
        };
        drop(transaction);
        release(&end);
        announcement.make(end);
    }
}

/// Rolls back unless it has been committed, and returns the connection to its pool.
struct OpenTransaction(r2d2::PooledConnection<Source>);

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        dialect::roll_back(&mut self.0);
    }
}

/// Tells the members how their group ended: a group that is dropped was rolled back.
#[derive(Default)]
struct Announcement(Arc<OnceLock<End>>);

impl Announcement {
    fn make(&self, end: End) {
        // made once; what comes later changes nothing
        let _ = self.0.set(end);
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        self.make(End::RolledBack);
    }
}

/// A member's claim to be told.
pub(super) struct Waiting(Arc<OnceLock<End>>);

impl Waiting {
    /// Blocks until the group has ended. (It ends soon: see [`MAX_OPEN`].)
    pub(super) fn wait(&self) -> &End {
        self.0.wait()
    }
}
