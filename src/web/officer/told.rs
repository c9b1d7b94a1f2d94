//! Who will be told what, before a change is made: the old and the new, how many people, and the exact letter to the first of them.

use super::preview::{self, Preview};
use crate::{
    service::{Service, notify_changes::Plan, visibility::Asker},
    web::Failure,
};

/// Something that changes.
pub struct ChangeRow {
    /// What.
    pub what: &'static str,
    /// As letters have stated it.
    pub old: String,
    /// As it will be.
    pub new: String,
}

/// People who are told the same.
pub struct Told {
    /// How many, and whom it concerns.
    pub heading: String,
    /// Whether there are more than one.
    pub several: bool,
    /// The letter to the first of them.
    pub letter: Preview,
}

/// What changes.
pub fn changes(plan: &Plan) -> Vec<ChangeRow> {
    plan.changes
        .iter()
        .map(|change| {
            let (what, old, new) = change.in_words();
            ChangeRow { what, old, new }
        })
        .collect()
}

/// Who is told.
///
/// # Errors
/// [`Failure::Broken`] where a letter cannot be written.
pub fn told(service: &Service, plan: &Plan) -> Result<Vec<Told>, Failure> {
    plan.groups()
        .into_iter()
        .map(|group| {
            let people = match group.number {
                1 => "1 person".to_owned(),
                more => format!("{more} people"),
            };
            Ok(Told {
                several: group.number > 1,
                heading: format!("{people} {}", group.first.effect.whom()),
                letter: preview::preview(
                    service,
                    &group.first.letter,
                    &Asker::Known(Box::new(group.first.to.clone())),
                    service.now(),
                )?,
            })
        })
        .collect()
}
