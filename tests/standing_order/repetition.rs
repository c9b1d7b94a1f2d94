//! Clause (v), reading 10: six calendar months back, the end of the month clamped, both ends included.

use chrono::{Days, Months, NaiveDate};
use proptest::prelude::*;
use public_question_time::domain::standing_order::repetition::window;
use rstest::rstest;

use crate::given::{day, figures};

#[rstest]
#[case::plain("2024-02-06", "2023-08-06")]
#[case::from_31_august_to_the_end_of_february("2023-08-31", "2023-02-28")]
#[case::from_31_august_in_a_leap_year("2024-08-31", "2024-02-29")]
#[case::from_30_august("2023-08-30", "2023-02-28")]
#[case::from_29_august("2023-08-29", "2023-02-28")]
#[case::from_28_august("2023-08-28", "2023-02-28")]
#[case::from_29_february("2024-02-29", "2023-08-29")]
#[case::from_28_february("2023-02-28", "2022-08-28")]
#[case::from_1_march("2024-03-01", "2023-09-01")]
#[case::from_1_march_in_a_common_year("2023-03-01", "2022-09-01")]
#[case::from_31_december("2024-12-31", "2024-06-30")]
#[case::from_31_march("2024-03-31", "2023-09-30")]
#[case::from_31_may("2024-05-31", "2023-11-30")]
#[case::over_the_new_year("2024-01-15", "2023-07-15")]
fn both_ends_are_in_and_the_days_beyond_are_out(#[case] meeting: &str, #[case] first: &str) {
    let window = window(day(meeting), figures().repetition_window());
    assert_eq!(window.from, day(first));
    assert_eq!(window.to, day(meeting));
    assert!(window.contains(day(first)), "the first day");
    assert!(window.contains(day(meeting)), "the day of the meeting");
    assert!(
        !window.contains(day(first).pred_opt().unwrap()),
        "a day too early"
    );
    assert!(
        !window.contains(day(meeting).succ_opt().unwrap()),
        "a day after"
    );
}

#[test]
fn the_same_matter_126_days_later_is_within_the_window() {
    let later = day("2024-02-06");
    assert!(window(later, Months::new(6)).contains(later - Days::new(126)));
}

#[rstest]
#[case(1, "2024-02-29")]
#[case(12, "2023-03-31")]
#[case(18, "2022-09-30")]
fn the_number_of_months_is_a_figure(#[case] months: u32, #[case] first: &str) {
    assert_eq!(
        window(day("2024-03-31"), Months::new(months)).from,
        day(first)
    );
}

#[test]
fn the_earliest_dates_do_not_panic() {
    let window = window(NaiveDate::MIN, Months::new(120));
    assert!(window.contains(NaiveDate::MIN));
}

proptest! {
    /// Reckoned again by hand: six off the month's number, the day cut to the length of that month.
    #[test]
    fn the_first_day_is_six_months_earlier_by_hand(offset in 0u64..40_000) {
        use chrono::Datelike;
        let meeting = day("1990-01-01") + Days::new(offset);
        let (year, month) = if meeting.month() > 6 {
            (meeting.year(), meeting.month() - 6)
        } else {
            (meeting.year() - 1, meeting.month() + 6)
        };
        let expected = (1..=meeting.day())
            .rev()
            .find_map(|d| NaiveDate::from_ymd_opt(year, month, d))
            .unwrap();
        let window = window(meeting, Months::new(6));
        prop_assert_eq!(window.from, expected);
        let length = (window.to - window.from).num_days();
        prop_assert!((181..=184).contains(&length), "{} days", length);
    }
}
