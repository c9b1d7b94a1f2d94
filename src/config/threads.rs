//! How many threads there are for what blocks, and how much may wait for them.

use super::reader::Reader;

/// Threads on which requests do what blocks, and the length of their queues.
#[derive(Debug, Clone)]
pub struct Threads {
    /// For what residents send. Those that wait for the disk together are stored together.
    pub submissions: usize,
    /// For what residents look at, and as many for finding out whose a session or token is.
    pub reads: usize,
    /// For what staff look at and do.
    pub staff: usize,
    /// For searches.
    pub searches: usize,
    /// How many requests of residents may wait in each lane before the next is told to try again.
    pub waiting: usize,
}

impl Threads {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            submissions: reader.number("threads.submissions", 1..=512),
            reads: reader.number("threads.reads", 1..=64),
            staff: reader.number("threads.staff", 1..=64),
            searches: reader.number("threads.searches", 1..=64),
            waiting: reader.number("threads.waiting", 1..=100_000),
        }
    }
}
