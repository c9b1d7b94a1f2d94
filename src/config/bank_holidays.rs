//! Bank holidays, in the form in which GOV.UK publishes them.
//!
//! `bank-holidays.json` is what <https://www.gov.uk/bank-holidays.json> answers, or a longer list in the same form: a division
//! "england-and-wales" with events of a title and a date. Other divisions, and fields that GOV.UK may add, are passed over.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::domain::working_days::NonWorkingDay;

/// England and Wales have had eight bank holidays in every year since 1978. A year with fewer isn't whole yet.
const IN_A_WHOLE_YEAR: usize = 8;

/// The bank holidays of a file, and the years in which it holds all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankHolidays {
    /// The holidays, earliest first.
    pub days: Vec<NonWorkingDay>,
    /// The first and the last year that the file covers.
    pub covered_years: RangeInclusive<i32>,
}

/// What is wrong with a file of bank holidays: where in it, as a key, and what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}")]
pub struct BankHolidaysError {
    /// The place in the file.
    pub key: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

#[derive(Deserialize)]
struct Published {
    #[serde(rename = "england-and-wales")]
    england_and_wales: Option<Division>,
}

#[derive(Deserialize)]
struct Division {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    title: String,
    date: String,
}

const EVENTS: &str = "england-and-wales.events";

impl BankHolidays {
    /// Reads GOV.UK's JSON.
    ///
    /// # Errors
    /// Everything that is wrong: not JSON of this form, a date that is none, an empty title, a date given twice, a year
    /// between others that has fewer than eight.
    pub fn parse(json: &str) -> Result<Self, Vec<BankHolidaysError>> {
        let published: Published = serde_json::from_str(json)
            .map_err(|error| vec![wrong(EVENTS, format!("is not in GOV.UK's form: {error}"))])?;
        let Some(division) = published.england_and_wales else {
            return Err(vec![wrong(
                "england-and-wales",
                "is missing: it must hold the list \"events\"",
            )]);
        };
        let mut problems = Vec::new();
        let mut by_date = BTreeMap::new();
        for (index, event) in division.events.into_iter().enumerate() {
            let key = format!("{EVENTS}[{index}]");
            let title = event.title.trim().to_owned();
            if title.is_empty() {
                problems.push(wrong(
                    &format!("{key}.title"),
                    "is empty: it must name the holiday",
                ));
            }
            match NaiveDate::parse_from_str(&event.date, "%Y-%m-%d") {
                Err(_) => problems.push(wrong(
                    &format!("{key}.date"),
                    format!(
                        "{:?} is not a date: it must be written as 2024-02-06",
                        event.date
                    ),
                )),
                Ok(date) => {
                    if by_date
                        .insert(date, NonWorkingDay::bank_holiday(date, title))
                        .is_some()
                    {
                        problems.push(wrong(
                            &format!("{key}.date"),
                            format!("{date} is there twice"),
                        ));
                    }
                }
            }
        }
        // A date that can't be read leaves its year short; that would be a second complaint about one mistake.
        if !problems.is_empty() {
            return Err(problems);
        }
        let covered_years = covered(by_date.keys()).map_err(|problem| vec![problem])?;
        Ok(Self {
            days: by_date.into_values().collect(),
            covered_years,
        })
    }
}

/// From the first whole year to the last one. A first or last year that isn't whole counts as not covered.
fn covered<'a>(
    dates: impl Iterator<Item = &'a NaiveDate>,
) -> Result<RangeInclusive<i32>, BankHolidaysError> {
    let mut in_year: BTreeMap<i32, usize> = BTreeMap::new();
    for date in dates {
        *in_year.entry(date.year()).or_default() += 1;
    }
    let whole = |year: &i32| in_year.get(year).is_some_and(|n| *n >= IN_A_WHOLE_YEAR);
    let (Some(first), Some(last)) = (
        in_year.keys().copied().find(whole),
        in_year.keys().copied().rev().find(whole),
    ) else {
        return Err(wrong(
            EVENTS,
            format!("holds no whole year: a year has at least {IN_A_WHOLE_YEAR} bank holidays"),
        ));
    };
    match (first..=last).find(|year| !whole(year)) {
        None => Ok(first..=last),
        Some(year) => Err(wrong(
            EVENTS,
            format!(
                "has {} bank holidays in {year}: a year has at least {IN_A_WHOLE_YEAR}",
                in_year.get(&year).copied().unwrap_or_default()
            ),
        )),
    }
}

fn wrong(key: &str, what: impl Into<String>) -> BankHolidaysError {
    BankHolidaysError {
        key: key.to_owned(),
        what: what.into(),
    }
}
