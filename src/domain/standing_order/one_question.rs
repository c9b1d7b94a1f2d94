//! Clause (iii): "At any one meeting no person/organisation may submit more than one question."
//!
//! The keys of [`crate::domain::same_person`] say who is the same; the database keeps each live key unique for a meeting, under
//! any concurrency (reading 5). Withdrawing or rejecting before the deadline gives the allowance back (reading 7); disowning
//! gives it back at once, whenever it happens (reading 6).

use std::num::NonZeroU16;

use chrono::{DateTime, Utc};

use crate::domain::{refusal::Refusal, same_person::AllowanceKey, status::Act};

/// The refusals for keys that another question at the meeting holds: at most one for the person, one for the organisation.
pub fn check<'a>(
    held: impl IntoIterator<Item = &'a AllowanceKey>,
    allowance: NonZeroU16,
) -> Vec<Refusal> {
    let mut of: Vec<_> = held.into_iter().map(|key| key.of).collect();
    of.sort();
    of.dedup();
    of.into_iter()
        .map(|by| Refusal::SecondQuestion {
            by,
            allowed: allowance.get(),
        })
        .collect()
}

/// Whether an act that ends a question gives its questioner the allowance back.
pub fn releases_allowance(act: Act, at: DateTime<Utc>, deadline: DateTime<Utc>) -> bool {
    match act {
        Act::Disown => true,
        Act::Withdraw | Act::Reject => at <= deadline,
        _ => false,
    }
}
