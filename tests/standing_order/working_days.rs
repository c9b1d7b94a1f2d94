//! Working days: weekends, bank holidays, closures, and where the calendar ends.

use std::num::NonZeroU16;
use std::path::Path;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;
use public_question_time::config::{BankHolidays, Settings};
use public_question_time::domain::working_days::{
    Coverage, NonWorkingDay, WhyNotWorking, WorkingDays,
};
use rstest::rstest;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn nth(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

/// The calendar that the service ships with.
pub fn calendar() -> WorkingDays {
    let config = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/config"));
    Settings::from_parts(config, "", &[])
        .unwrap()
        .working_days()
        .clone()
}

/// A calendar that is full of holes, for properties: 2024 is covered, holidays lie anywhere.
pub fn any_calendar() -> impl Strategy<Value = WorkingDays> {
    proptest::collection::vec((0_u64..366, any::<bool>()), 0..120).prop_map(|days| {
        let first = day("2024-01-01");
        let days = days.into_iter().map(|(n, closure)| {
            let date = first + Days::new(n);
            if closure {
                NonWorkingDay::closure(date, "Closed")
            } else {
                NonWorkingDay::bank_holiday(date, "Holiday")
            }
        });
        WorkingDays::new(days, 2024..=2024)
    })
}

pub fn any_day_of_2024() -> impl Strategy<Value = NaiveDate> {
    (0_u64..366).prop_map(|n| day("2024-01-01") + Days::new(n))
}

#[rstest]
#[case("2019-12-26", "Boxing Day")]
#[case("2020-05-08", "Early May bank holiday (VE Day)")]
#[case("2020-12-28", "Boxing Day")]
#[case("2021-12-27", "Christmas Day")]
#[case("2022-06-02", "Spring bank holiday")]
#[case("2022-06-03", "Platinum Jubilee bank holiday")]
#[case("2022-09-19", "State Funeral of Queen Elizabeth II")]
#[case("2023-01-02", "New Year's Day")]
#[case("2023-05-08", "Coronation of King Charles III")]
#[case("2024-03-29", "Good Friday")]
#[case("2027-12-28", "Boxing Day")]
#[case("2028-01-03", "New Year's Day")]
#[case("2028-12-26", "Boxing Day")]
fn bank_holidays_are_not_working_days(#[case] date: &str, #[case] title: &str) {
    assert_eq!(
        calendar().why_not(day(date)),
        Some(WhyNotWorking::BankHoliday(title.to_owned()))
    );
    assert!(!calendar().is_working_day(day(date)));
}

#[rstest]
#[case::early_may_2020_moved_to_the_friday("2020-05-04")]
#[case::spring_2022_moved_to_the_thursday("2022-05-30")]
#[case::scotland_alone("2024-01-02")]
#[case::the_day_after_boxing_day("2024-12-27")]
fn days_that_were_moved_or_are_kept_elsewhere_are_working_days(#[case] date: &str) {
    assert_eq!(calendar().why_not(day(date)), None);
}

#[test]
fn the_calendar_holds_every_bank_holiday_from_2019_to_2028() {
    let calendar = calendar();
    assert_eq!(calendar.covered_years(), 2019..=2028);
    let expected = [
        (2019, 8),
        (2020, 8),
        (2021, 8),
        (2022, 10),
        (2023, 9),
        (2024, 8),
        (2025, 8),
        (2026, 8),
        (2027, 8),
        (2028, 8),
    ];
    for (year, count) in expected {
        assert_eq!(
            calendar.listed().filter(|d| d.date.year() == year).count(),
            count,
            "{year}"
        );
    }
    for holiday in calendar.listed() {
        let weekend = matches!(holiday.date.weekday(), Weekday::Sat | Weekday::Sun);
        assert!(!weekend, "{} has a substitute day instead", holiday.date);
    }
}

/// Easter Sunday by the Gregorian computus, as an independent word on Good Friday and Easter Monday.
fn easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(n / 31).unwrap(),
        u32::try_from(n % 31 + 1).unwrap(),
    )
    .unwrap()
}

#[test]
fn good_friday_and_easter_monday_are_where_the_moon_puts_them() {
    let calendar = calendar();
    for year in 2019..=2028 {
        let sunday = easter(year);
        assert_eq!(
            calendar.why_not(sunday - Days::new(2)),
            Some(WhyNotWorking::BankHoliday("Good Friday".to_owned()))
        );
        assert_eq!(
            calendar.why_not(sunday + Days::new(1)),
            Some(WhyNotWorking::BankHoliday("Easter Monday".to_owned()))
        );
    }
}

#[test]
fn a_closure_day_is_not_a_working_day_and_a_bank_holiday_gives_the_better_reason() {
    let closed = calendar().with([
        NonWorkingDay::closure(day("2024-12-27"), "Christmas closure"),
        NonWorkingDay::closure(day("2024-12-26"), "Christmas closure"),
    ]);
    assert_eq!(
        closed.why_not(day("2024-12-27")),
        Some(WhyNotWorking::Closure("Christmas closure".to_owned()))
    );
    assert_eq!(
        closed.why_not(day("2024-12-26")),
        Some(WhyNotWorking::BankHoliday("Boxing Day".to_owned()))
    );
    let other_way = WorkingDays::new(
        [
            NonWorkingDay::closure(day("2024-12-26"), "Christmas closure"),
            NonWorkingDay::bank_holiday(day("2024-12-26"), "Boxing Day"),
        ],
        2024..=2024,
    );
    assert_eq!(
        other_way.why_not(day("2024-12-26")),
        Some(WhyNotWorking::BankHoliday("Boxing Day".to_owned()))
    );
}

/// When a written response is due: the tenth working day after the meeting.
#[rstest]
#[case("2024-02-06", 10, "2024-02-20")]
#[case::across_easter("2024-03-26", 10, "2024-04-11")]
#[case::across_christmas_and_new_year("2024-12-17", 10, "2025-01-03")]
#[case::from_a_saturday("2024-02-10", 1, "2024-02-12")]
fn written_responses_fall_due_on_working_days(
    #[case] from: &str,
    #[case] n: u16,
    #[case] due: &str,
) {
    let found = calendar().nth_after(day(from), nth(n)).unwrap();
    assert_eq!(found.date, day(due));
    assert_eq!(found.coverage, Coverage::Certain);
}

#[rstest]
#[case::the_first_working_day_of_2029("2028-12-29", 1, Coverage::Provisional)]
#[case::the_last_of_2028("2028-12-27", 2, Coverage::Certain)]
fn counting_past_the_last_year_covered_is_provisional(
    #[case] from: &str,
    #[case] n: u16,
    #[case] coverage: Coverage,
) {
    assert_eq!(
        calendar().nth_after(day(from), nth(n)).unwrap().coverage,
        coverage
    );
}

#[rstest]
#[case::nothing_beyond_is_looked_at("2028-12-31", 1, Coverage::Certain)]
#[case::new_year_of_an_unknown_year("2029-01-02", 1, Coverage::Provisional)]
#[case::before_the_first_year_covered("2019-01-01", 1, Coverage::Provisional)]
#[case::within_the_first_year("2019-01-03", 1, Coverage::Certain)]
fn counting_back_from_outside_the_years_covered(
    #[case] from: &str,
    #[case] n: u16,
    #[case] coverage: Coverage,
) {
    assert_eq!(
        calendar().last_before(day(from), nth(n)).unwrap().coverage,
        coverage
    );
}

#[test]
fn a_weekend_in_a_year_that_is_not_covered_is_a_weekend_all_the_same() {
    // New Year's Day 2022 was a Saturday: nothing that is still to be proclaimed can make it a working day.
    let until_2021 = WorkingDays::new([], 2021..=2021);
    let found = until_2021.last_before(day("2022-01-02"), nth(1)).unwrap();
    assert_eq!(
        (found.date, found.coverage),
        (day("2021-12-31"), Coverage::Certain)
    );
    let found = until_2021.last_before(day("2022-01-04"), nth(1)).unwrap();
    assert_eq!(
        (found.date, found.coverage),
        (day("2022-01-03"), Coverage::Provisional)
    );
}

#[test]
fn the_ends_of_time_and_a_calendar_without_working_days_are_none_and_not_a_panic() {
    let calendar = calendar();
    assert_eq!(calendar.last_before(NaiveDate::MIN, nth(1)), None);
    assert_eq!(calendar.nth_after(NaiveDate::MAX, nth(1)), None);
    assert_eq!(calendar.nth_after(day("2024-01-01"), nth(u16::MAX)), None);
    let always = day("2000-01-01")
        .iter_days()
        .take(20_000)
        .map(|date| NonWorkingDay::closure(date, "Closed"));
    let shut = WorkingDays::new(always, 2000..=2054);
    assert_eq!(shut.last_before(day("2054-01-01"), nth(1)), None);
}

proptest! {
    #[test]
    fn counting_back_and_counting_on_undo_each_other(calendar in any_calendar(), date in any_day_of_2024(), n in 1_u16..15) {
        if calendar.is_working_day(date) {
            let back = calendar.last_before(date, nth(n)).unwrap();
            prop_assert_eq!(calendar.nth_after(back.date, nth(n)).unwrap().date, date);
        }
    }

    #[test]
    fn what_is_skipped_and_what_is_counted_make_up_every_day_between(
        calendar in any_calendar(), date in any_day_of_2024(), n in 1_u16..15,
    ) {
        let found = calendar.last_before(date, nth(n)).unwrap();
        let between: Vec<_> = found.date.iter_days().take_while(|d| *d < date).collect();
        let (working, off): (Vec<_>, Vec<_>) = between.into_iter().partition(|d| calendar.is_working_day(*d));
        prop_assert_eq!(working.len(), usize::from(n));
        let skipped: Vec<_> = found.skipped.iter().map(|(d, _)| *d).collect();
        prop_assert_eq!(skipped, off);
        for (d, why) in &found.skipped {
            prop_assert_eq!(Some(why.clone()), calendar.why_not(*d));
        }
    }

    #[test]
    fn any_text_is_bank_holidays_or_an_error(text in "\\PC{0,200}") {
        let _ = BankHolidays::parse(&text);
    }
}

fn events(dates: &[&str]) -> String {
    let events: Vec<_> = dates
        .iter()
        .map(|date| {
            format!(r#"{{"title": "Holiday", "date": "{date}", "notes": "", "bunting": true}}"#)
        })
        .collect();
    format!(
        r#"{{"england-and-wales": {{"division": "england-and-wales", "events": [{}]}}, "scotland": {{}}}}"#,
        events.join(",")
    )
}

const WHOLE_YEAR: [&str; 8] = [
    "2024-01-01",
    "2024-03-29",
    "2024-04-01",
    "2024-05-06",
    "2024-05-27",
    "2024-08-26",
    "2024-12-25",
    "2024-12-26",
];

#[test]
fn gov_uk_s_form_is_read_and_other_divisions_are_passed_over() {
    let read = BankHolidays::parse(&events(&WHOLE_YEAR)).unwrap();
    assert_eq!(read.days.len(), 8);
    assert_eq!(read.covered_years, 2024..=2024);
}

#[test]
fn a_year_of_which_only_a_part_is_published_is_not_covered_but_its_days_count() {
    let mut dates = WHOLE_YEAR.to_vec();
    dates.push("2025-01-01");
    let read = BankHolidays::parse(&events(&dates)).unwrap();
    assert_eq!(read.covered_years, 2024..=2024);
    assert_eq!(read.days.len(), 9);
}

#[rstest]
#[case::not_json("{", "england-and-wales.events", "GOV.UK's form")]
#[case::another_nation(r#"{"scotland": {"events": []}}"#, "england-and-wales", "is missing")]
#[case::nothing_in_it(
    r#"{"england-and-wales": {"events": []}}"#,
    "england-and-wales.events",
    "no whole year"
)]
#[case::a_british_date(
    r#"{"england-and-wales": {"events": [{"title": "New Year", "date": "01/01/2024"}]}}"#,
    "england-and-wales.events[0].date",
    "2024-02-06"
)]
#[case::a_day_that_is_none(
    r#"{"england-and-wales": {"events": [{"title": "New Year", "date": "2024-02-30"}]}}"#,
    "england-and-wales.events[0].date",
    "is not a date"
)]
#[case::no_title(
    r#"{"england-and-wales": {"events": [{"title": " ", "date": "2024-01-01"}]}}"#,
    "england-and-wales.events[0].title",
    "is empty"
)]
fn a_file_that_is_no_good_is_refused_with_the_place(
    #[case] json: &str,
    #[case] key: &str,
    #[case] what: &str,
) {
    let problems = BankHolidays::parse(json).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|p| p.key == key && p.what.contains(what)),
        "{problems:?}"
    );
}

#[test]
fn a_gap_between_years_and_a_date_twice_are_refused() {
    let later: Vec<String> = WHOLE_YEAR
        .iter()
        .map(|date| date.replace("2024", "2026"))
        .collect();
    let mut dates = WHOLE_YEAR.to_vec();
    dates.extend(later.iter().map(String::as_str));
    let gap = BankHolidays::parse(&events(&dates)).unwrap_err();
    assert!(gap[0].what.contains("0 bank holidays in 2025"), "{gap:?}");
    let mut dates = WHOLE_YEAR.to_vec();
    dates.push("2024-01-01");
    let twice = BankHolidays::parse(&events(&dates)).unwrap_err();
    assert!(
        twice[0].key == "england-and-wales.events[8].date" && twice[0].what.contains("twice"),
        "{twice:?}"
    );
}
