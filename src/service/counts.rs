//! What this process has done since it was started, for those who watch it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::status::Status;

/// Counts that only grow.
#[derive(Debug, Default)]
pub struct Counts {
    admitted: AtomicU64,
    refused: AtomicU64,
}

impl Counts {
    /// Counts a question that was submitted, once it is stored.
    pub(super) fn submitted_as(&self, status: Status) {
        let count = match status {
            Status::Refused => &self.refused,
            _ => &self.admitted,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many questions went to the officers, and how many the rule refused.
    pub fn submitted(&self) -> [u64; 2] {
        [&self.admitted, &self.refused].map(|count| count.load(Ordering::Relaxed))
    }
}
