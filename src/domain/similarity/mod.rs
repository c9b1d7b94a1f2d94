//! Finding questions that are substantially the same (clause (v), reading 10).
//!
//! The service finds, ranks and explains; a person decides. Texts are read as sentences of stemmed words ([`asked`], [`words`]);
//! [`archive`] holds every question in an inverted index and chooses whom to compare closely; [`signals`] are the ways in which two
//! texts are alike and what they say together; [`neighbours`] is one of them, over several texts at once; [`explanation`] shows a
//! person why. Decision 0034 has the measurements behind the choice.

pub mod archive;
pub mod asked;
pub mod explanation;
mod neighbours;
pub mod signals;
mod vocabulary;
mod words;

pub use archive::{Archive, Match};
pub use asked::Asked;
pub use signals::Signals;

use crate::coded;

coded! {
    /// How much a match says (decision 0034 has the precision of each on labelled pairs).
    pub enum Band {
        /// Almost certainly the same: it must be decided in words before the question is approved.
        Strong = "strong",
        /// Probably related: it is shown.
        Related = "related",
    }
}

/// From which score on a match is strong, or shown at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Strong from here on.
    pub strong: f64,
    /// Shown from here on.
    pub related: f64,
}

impl Thresholds {
    /// The band of a score, if it is shown at all.
    pub fn band(self, score: f64) -> Option<Band> {
        if score >= self.strong {
            Some(Band::Strong)
        } else if score >= self.related {
            Some(Band::Related)
        } else {
            None
        }
    }
}
