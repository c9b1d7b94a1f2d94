//! The name by which somebody is called in the room, on every screen and paper there (reading 21).

use std::fmt;

use crate::domain::questioner::Naming;

/// The name by which a questioner is called. The meeting is public and may be filmed by anybody, so it never holds a name that is
/// not published.
///
/// Shown in full it says all that is called out: "Resident 2, about Bus fares".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomName {
    /// The published name: the questioner's or the organisation's.
    Published(String),
    /// Somebody who is not named: a number, which stays theirs at that meeting, and the matter.
    Numbered {
        /// The number, from 1.
        number: i32,
        /// The published matter.
        matter: String,
    },
}

impl RoomName {
    /// Returns the name to call. `number` is the number of whoever is not named; a question has one as soon as its name is withheld.
    pub fn new(naming: Naming, published_name: &str, number: Option<i32>, matter: &str) -> Self {
        match (naming, number) {
            (Naming::Withheld, Some(number)) => Self::Numbered {
                number,
                matter: matter.to_owned(),
            },
            _ => Self::Published(published_name.to_owned()),
        }
    }

    /// Returns the name without the matter, for where the matter stands beside it: "Resident 2".
    pub fn short(&self) -> String {
        match self {
            Self::Published(name) => name.clone(),
            Self::Numbered { number, .. } => format!("Resident {number}"),
        }
    }

    /// Returns whether the questioner's own name is kept back.
    pub fn is_numbered(&self) -> bool {
        matches!(self, Self::Numbered { .. })
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Published(name) => f.write_str(name),
            Self::Numbered { number, matter } => write!(f, "Resident {number}, about {matter}"),
        }
    }
}
