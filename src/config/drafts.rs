//! What drafts may take, and what is asked of whoever seems to be a program.

use chrono::TimeDelta;

use super::reader::Reader;

/// What drafts may take. Those that were touched longest ago make way for new ones.
#[derive(Debug, Clone)]
pub struct Drafts {
    /// After how long without a change a draft may make way for others.
    pub untouched: TimeDelta,
    /// How many one browser may have.
    pub per_browser: i64,
    /// How many one client address may have begun.
    pub per_address: i64,
    /// How many megabytes may be typed in them.
    pub megabytes_per_address: i64,
    /// How many there may be in all.
    pub in_all: i64,
    /// How many megabytes may be typed in all of them.
    pub megabytes_in_all: i64,
}

impl Drafts {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let drafts = Self {
            untouched: TimeDelta::minutes(reader.number("drafts.untouched_minutes", 1..=1440)),
            per_browser: reader.number("drafts.per_browser", 1..=1000),
            per_address: reader.number("drafts.per_address", 1..=1_000_000),
            megabytes_per_address: reader.number("drafts.megabytes_per_address", 1..=100_000),
            in_all: reader.number("drafts.in_all", 1..=100_000_000),
            megabytes_in_all: reader.number("drafts.megabytes_in_all", 1..=1_000_000),
        };
        for (one, all, name) in [
            (drafts.per_address, drafts.in_all, "drafts.per_address"),
            (
                drafts.megabytes_per_address,
                drafts.megabytes_in_all,
                "drafts.megabytes_per_address",
            ),
        ] {
            if reader.is_fine() && one > all {
                reader.problem(name, "is more than there may be in all: it must be less");
            }
        }
        drafts
    }
}

/// What is asked of whoever seems to be a program.
#[derive(Debug, Clone)]
pub struct Bots {
    /// How long a person takes at least from the first answer to sending; zero where nobody is asked for being quick.
    pub minimum: TimeDelta,
    /// For how long the moment of the first press counts for whoever is asked to press once more.
    pub confirm_within: TimeDelta,
}

impl Bots {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            minimum: TimeDelta::seconds(reader.number("bots.minimum_seconds", 0..=120)),
            confirm_within: TimeDelta::minutes(
                reader.number("bots.confirm_within_minutes", 5..=120),
            ),
        }
    }
}
