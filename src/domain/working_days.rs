//! Working days: the days that the standing order counts.
//!
//! A working day is Monday to Friday, unless it is a bank holiday in England and Wales or a day on which the council is
//! closed. Weekends are known for ever; bank holidays are proclaimed, year by year, and sometimes at short notice. A
//! [`WorkingDays`] therefore knows which years its list of bank holidays covers, and every reckoning says whether it had to
//! look at a day outside those years: such an answer is [`Coverage::Provisional`], and must be shown as such.
//!
//! ```
//! use std::num::NonZeroU16;
//! use chrono::NaiveDate;
//! use public_question_time::domain::working_days::{NonWorkingDay, WorkingDays};
//!
//! let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
//! let spring = NonWorkingDay::bank_holiday(day(2024, 5, 27), "Spring bank holiday");
//! let working_days = WorkingDays::new([spring], 2024..=2024);
//!
//! // The last working day before Tuesday 28 May 2024 is the Friday before the long weekend.
//! let found = working_days.last_before(day(2024, 5, 28), NonZeroU16::MIN).unwrap();
//! assert_eq!(found.date, day(2024, 5, 24));
//! assert_eq!(found.skipped.len(), 3);
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU16;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};

/// How many days a reckoning looks at, at most: some twelve years. No standing order counts so far, and a closure list that
/// leaves no working day in twelve years is a mistake.
const FURTHEST_DAY: u16 = 4400;

/// What kind of day off a [`NonWorkingDay`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NonWorkingDayKind {
    /// A bank holiday in England and Wales.
    BankHoliday,
    /// A day on which the council itself is closed.
    Closure,
}

/// One listed day, other than a weekend, that isn't a working day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NonWorkingDay {
    /// The local date.
    pub date: NaiveDate,
    /// What the day is called, for example "Spring bank holiday".
    pub title: String,
    /// Whether the country or only the council is off.
    pub kind: NonWorkingDayKind,
}

impl NonWorkingDay {
    /// A bank holiday in England and Wales.
    pub fn bank_holiday(date: NaiveDate, title: impl Into<String>) -> Self {
        Self {
            date,
            title: title.into(),
            kind: NonWorkingDayKind::BankHoliday,
        }
    }

    /// A day on which the council is closed.
    pub fn closure(date: NaiveDate, title: impl Into<String>) -> Self {
        Self {
            date,
            title: title.into(),
            kind: NonWorkingDayKind::Closure,
        }
    }
}

/// Why a day isn't a working day. Displays as the words to put in brackets after the date.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WhyNotWorking {
    /// A Saturday or a Sunday.
    Weekend,
    /// A bank holiday, by its title.
    BankHoliday(String),
    /// The council is closed, for the reason given.
    Closure(String),
}

impl fmt::Display for WhyNotWorking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weekend => f.write_str("weekend"),
            Self::BankHoliday(title) => f.write_str(title),
            Self::Closure(title) => write!(f, "council closed: {title}"),
        }
    }
}

/// Whether a reckoning can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// Every day looked at lies in a year whose bank holidays are known.
    Certain,
    /// At least one day looked at lies in a year whose bank holidays are not known yet.
    Provisional,
}

/// A working day found by counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reckoning {
    /// The working day found.
    pub date: NaiveDate,
    /// The days passed over because they are not working days, earliest first.
    pub skipped: Vec<(NaiveDate, WhyNotWorking)>,
    /// Whether every day looked at is covered by the calendar.
    pub coverage: Coverage,
}

/// The calendar of working days: weekends, bank holidays and the council's closures.
///
/// Where a date is both a bank holiday and a closure, the bank holiday gives the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingDays {
    listed: BTreeMap<NaiveDate, NonWorkingDay>,
    covered_years: RangeInclusive<i32>,
}

impl WorkingDays {
    /// A calendar from a list of days off, and the years (both included) for which that list holds every bank holiday.
    pub fn new(
        days: impl IntoIterator<Item = NonWorkingDay>,
        covered_years: RangeInclusive<i32>,
    ) -> Self {
        let mut listed = BTreeMap::new();
        for day in days {
            let known = listed
                .get(&day.date)
                .is_some_and(|d: &NonWorkingDay| d.kind == NonWorkingDayKind::BankHoliday);
            if !known {
                listed.insert(day.date, day);
            }
        }
        Self {
            listed,
            covered_years,
        }
    }

    /// This calendar with more days off, such as a holiday proclaimed late. The years covered stay as they are.
    #[must_use]
    pub fn with(self, days: impl IntoIterator<Item = NonWorkingDay>) -> Self {
        Self::new(self.listed.into_values().chain(days), self.covered_years)
    }

    /// The listed days off, earliest first, weekends not among them.
    pub fn listed(&self) -> impl Iterator<Item = &NonWorkingDay> {
        self.listed.values()
    }

    /// The years, both included, for which every bank holiday is known.
    pub fn covered_years(&self) -> RangeInclusive<i32> {
        self.covered_years.clone()
    }

    /// Whether the bank holidays of this date's year are known.
    pub fn covers(&self, date: NaiveDate) -> bool {
        self.covered_years.contains(&date.year())
    }

    /// Whether the council's offices work on this date, as far as the calendar knows.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !is_weekend(date) && !self.listed.contains_key(&date)
    }

    /// Why this date isn't a working day, or `None` if it is one.
    pub fn why_not(&self, date: NaiveDate) -> Option<WhyNotWorking> {
        if is_weekend(date) {
            return Some(WhyNotWorking::Weekend);
        }
        self.listed.get(&date).map(|day| match day.kind {
            NonWorkingDayKind::BankHoliday => WhyNotWorking::BankHoliday(day.title.clone()),
            NonWorkingDayKind::Closure => WhyNotWorking::Closure(day.title.clone()),
        })
    }

    /// The `n`th working day strictly before `date`, whatever kind of day `date` itself is.
    ///
    /// `None` where there is none within twelve years or within the dates that can be written.
    pub fn last_before(&self, date: NaiveDate, n: NonZeroU16) -> Option<Reckoning> {
        let mut found = self.count(date, n, NaiveDate::pred_opt)?;
        found.skipped.reverse();
        Some(found)
    }

    /// The `n`th working day strictly after `date`: when something that must be done within `n` working days is due.
    ///
    /// `None` where there is none within twelve years or within the dates that can be written.
    pub fn nth_after(&self, date: NaiveDate, n: NonZeroU16) -> Option<Reckoning> {
        self.count(date, n, NaiveDate::succ_opt)
    }

    fn count(
        &self,
        from: NaiveDate,
        n: NonZeroU16,
        step: impl Fn(&NaiveDate) -> Option<NaiveDate>,
    ) -> Option<Reckoning> {
        let mut left = n.get();
        let mut date = from;
        let mut skipped = Vec::new();
        let mut coverage = Coverage::Certain;
        for _ in 0..FURTHEST_DAY {
            date = step(&date)?;
            // A weekend is a weekend in any year; only a weekday's standing depends on what is proclaimed.
            if !is_weekend(date) && !self.covers(date) {
                coverage = Coverage::Provisional;
            }
            if let Some(why) = self.why_not(date) {
                skipped.push((date, why));
                continue;
            }
            left -= 1;
            if left == 0 {
                return Some(Reckoning {
                    date,
                    skipped,
                    coverage,
                });
            }
        }
        None
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}
