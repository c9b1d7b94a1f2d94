//! Clause (iii) and reading 1: notice by 4pm on the working day before the meeting, to the millisecond.

use std::num::NonZeroU16;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;
use public_question_time::domain::standing_order::notice::{Deadline, Notice, NoticeKind};
use public_question_time::domain::working_days::{NonWorkingDay, WhyNotWorking, WorkingDays};
use rstest::rstest;

use super::working_days::{any_calendar, any_day_of_2024, calendar, day, nth};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn deadline(meeting: &str) -> Deadline {
    Notice::default().reckon(day(meeting), &calendar()).unwrap()
}

#[rstest]
#[case::the_safer_board("2024-02-06", "2024-02-05T16:00:00Z")]
#[case::a_monday_meeting("2024-01-22", "2024-01-19T16:00:00Z")]
#[case::a_saturday_meeting("2024-01-20", "2024-01-19T16:00:00Z")]
#[case::a_sunday_meeting("2024-01-21", "2024-01-19T16:00:00Z")]
#[case::a_meeting_on_a_bank_holiday("2024-05-27", "2024-05-24T15:00:00Z")]
#[case::the_last_deadline_of_winter("2024-04-02", "2024-03-28T16:00:00Z")]
#[case::the_first_deadline_of_summer("2024-04-03", "2024-04-02T15:00:00Z")]
#[case::the_monday_after_the_clocks_go_forward("2019-04-01", "2019-03-29T16:00:00Z")]
#[case::the_tuesday_after_the_clocks_go_forward("2019-04-02", "2019-04-01T15:00:00Z")]
#[case::the_day_after_the_clocks_go_back("2024-10-28", "2024-10-25T15:00:00Z")]
#[case::two_days_after_the_clocks_go_back("2024-10-29", "2024-10-28T16:00:00Z")]
#[case::the_day_on_which_the_clocks_go_back("2024-10-27", "2024-10-25T15:00:00Z")]
#[case::after_ve_day("2020-05-11", "2020-05-07T15:00:00Z")]
#[case::early_may_2020_was_moved("2020-05-05", "2020-05-04T15:00:00Z")]
#[case::after_the_platinum_jubilee("2022-06-06", "2022-06-01T15:00:00Z")]
#[case::after_the_state_funeral("2022-09-20", "2022-09-16T15:00:00Z")]
#[case::after_the_coronation("2023-05-09", "2023-05-05T15:00:00Z")]
#[case::after_easter_2019("2019-04-23", "2019-04-18T15:00:00Z")]
#[case::after_easter_2024("2024-04-02", "2024-03-28T16:00:00Z")]
#[case::on_the_saturday_of_easter("2024-03-30", "2024-03-28T16:00:00Z")]
#[case::new_year_on_a_tuesday("2019-01-02", "2018-12-31T16:00:00Z")]
#[case::new_year_on_a_wednesday("2020-01-02", "2019-12-31T16:00:00Z")]
#[case::new_year_on_a_friday("2021-01-04", "2020-12-31T16:00:00Z")]
#[case::new_year_on_a_saturday("2022-01-04", "2021-12-31T16:00:00Z")]
#[case::new_year_on_a_sunday("2023-01-03", "2022-12-30T16:00:00Z")]
#[case::new_year_on_a_monday("2024-01-02", "2023-12-29T16:00:00Z")]
#[case::new_year_on_a_thursday("2026-01-02", "2025-12-31T16:00:00Z")]
#[case::christmas_on_a_wednesday("2019-12-27", "2019-12-24T16:00:00Z")]
#[case::christmas_on_a_friday("2020-12-29", "2020-12-24T16:00:00Z")]
#[case::christmas_on_a_saturday("2021-12-29", "2021-12-24T16:00:00Z")]
#[case::christmas_on_a_sunday("2022-12-28", "2022-12-23T16:00:00Z")]
#[case::christmas_on_a_monday("2023-12-27", "2023-12-22T16:00:00Z")]
#[case::christmas_on_a_thursday("2025-12-29", "2025-12-24T16:00:00Z")]
fn the_deadline_of_a_meeting(#[case] meeting: &str, #[case] at: &str) {
    assert_eq!(deadline(meeting).at, utc(at));
}

/// No Christmas from 2019 to 2028 is on a Tuesday; 2018's was.
#[test]
fn christmas_on_a_tuesday() {
    let holidays = [
        NonWorkingDay::bank_holiday(day("2018-12-25"), "Christmas Day"),
        NonWorkingDay::bank_holiday(day("2018-12-26"), "Boxing Day"),
    ];
    let deadline = Notice::default()
        .reckon(day("2018-12-27"), &WorkingDays::new(holidays, 2018..=2018))
        .unwrap();
    assert_eq!(deadline.at, utc("2018-12-24T16:00:00Z"));
    assert_eq!(
        deadline.reckoning()[1..3],
        [
            "Wednesday 26 December 2018 is not a working day (Boxing Day).",
            "Tuesday 25 December 2018 is not a working day (Christmas Day).",
        ]
    );
}

#[rstest]
#[case("2024-02-05T15:59:59.999Z", true)]
#[case("2024-02-05T16:00:00.000Z", true)]
#[case("2024-02-05T16:00:00.000000001Z", false)]
#[case("2024-02-05T16:00:00.001Z", false)]
#[case("2024-02-05T16:00:01Z", false)]
fn a_question_in_winter_is_in_time_at_four_and_late_after(
    #[case] received: &str,
    #[case] in_time: bool,
) {
    assert_eq!(deadline("2024-02-06").is_in_time(utc(received)), in_time);
}

#[rstest]
#[case("2024-07-01T14:59:59.999Z", true)]
#[case("2024-07-01T15:00:00.000Z", true)]
#[case("2024-07-01T15:00:00.001Z", false)]
#[case::four_in_greenwich_is_five_in_widnes("2024-07-01T16:00:00.000Z", false)]
fn a_question_in_summer_goes_by_the_clock_in_widnes(#[case] received: &str, #[case] in_time: bool) {
    assert_eq!(deadline("2024-07-02").is_in_time(utc(received)), in_time);
}

#[test]
fn a_closure_day_moves_the_deadline() {
    let closed = calendar().with([NonWorkingDay::closure(day("2024-02-05"), "Staff training")]);
    let moved = Notice::default()
        .reckon(day("2024-02-06"), &closed)
        .unwrap();
    assert_eq!(moved.at, utc("2024-02-02T16:00:00Z"));
    assert_eq!(
        moved.skipped.last(),
        Some(&(
            day("2024-02-05"),
            WhyNotWorking::Closure("Staff training".to_owned())
        ))
    );
    assert!(
        moved.how_reckoned().contains(
            "Monday 5 February 2024 is not a working day (council closed: Staff training)."
        )
    );
}

#[test]
fn a_holiday_proclaimed_late_moves_the_deadline() {
    // On 8 September 2022 the deadline for Tuesday 20 September was the day before; on 10 September a holiday was proclaimed.
    let proclaimed = calendar();
    let before = WorkingDays::new(
        proclaimed
            .listed()
            .filter(|d| d.date != day("2022-09-19"))
            .cloned(),
        2019..=2028,
    );
    let notice = Notice::default();
    assert_eq!(
        notice
            .reckon(day("2022-09-20"), &before)
            .unwrap()
            .in_words(),
        "4pm on Monday 19 September 2022"
    );
    let after = before.with([NonWorkingDay::bank_holiday(
        day("2022-09-19"),
        "State Funeral of Queen Elizabeth II",
    )]);
    assert_eq!(
        notice.reckon(day("2022-09-20"), &after).unwrap().in_words(),
        "4pm on Friday 16 September 2022"
    );
    assert_eq!(
        notice.reckon(day("2022-09-20"), &after),
        notice.reckon(day("2022-09-20"), &proclaimed)
    );
}

#[rstest]
#[case::well_within("2028-06-06", false)]
#[case::the_last_day_covered("2028-12-29", false)]
#[case::over_the_edge("2029-01-02", true)]
#[case::far_beyond("2031-05-06", true)]
fn a_meeting_beyond_the_calendar_has_a_provisional_deadline(
    #[case] meeting: &str,
    #[case] provisional: bool,
) {
    let deadline = deadline(meeting);
    assert_eq!(deadline.provisional, provisional);
    assert_eq!(deadline.how_reckoned().contains("provisional"), provisional);
}

#[test]
fn the_reckoning_is_told_in_plain_words() {
    let deadline = deadline("2024-05-28");
    assert_eq!(deadline.in_words(), "4pm on Friday 24 May 2024");
    assert_eq!(
        deadline.reckoning(),
        [
            "The meeting is on Tuesday 28 May 2024.",
            "Monday 27 May 2024 is not a working day (Spring bank holiday).",
            "Saturday 25 May 2024 and Sunday 26 May 2024 are not working days (weekend).",
            "The last working day before the meeting is Friday 24 May 2024, so notice of a question must be received by 4pm that day.",
        ]
    );
}

#[rstest]
#[case(
    NoticeKind::WorkingDays,
    2,
    "The second working day before the meeting is Wednesday 24 January 2024, so notice of a question must be received by midday that day."
)]
#[case(
    NoticeKind::ClearWorkingDays,
    10,
    "There must be 10 clear working days between the day of the deadline and the day of the meeting. The last day that leaves them is Thursday 11 January 2024, so notice of a question must be received by midday that day."
)]
#[case(
    NoticeKind::ClearWorkingDays,
    1,
    "There must be 1 clear working day between the day of the deadline and the day of the meeting. The last day that leaves it is Wednesday 24 January 2024, so notice of a question must be received by midday that day."
)]
fn notice_is_explained_as_the_rule_counts_it(
    #[case] kind: NoticeKind,
    #[case] days: u16,
    #[case] explained: &str,
) {
    let notice = Notice {
        kind,
        days: NonZeroU16::new(days).unwrap(),
        time: NaiveTime::from_hms_opt(12, 0, 0).unwrap(),
    };
    let deadline = notice
        .reckon(day("2024-01-26"), &WorkingDays::new([], 2024..=2024))
        .unwrap();
    assert_eq!(deadline.reckoning().last().unwrap(), explained);
}

#[test]
fn a_meeting_on_a_sunday_skips_one_saturday() {
    let deadline = deadline("2024-01-21");
    assert_eq!(
        deadline.skipped,
        [(day("2024-01-20"), WhyNotWorking::Weekend)]
    );
    assert!(
        deadline
            .how_reckoned()
            .contains("Saturday 20 January 2024 is not a working day (weekend).")
    );
}

/// Deadlines that councils with other standing orders have published for their own meetings.
#[rstest]
#[case(NoticeKind::WorkingDays, 1, 12, "2024-01-23", "2024-01-22T12:00:00Z")]
#[case(
    NoticeKind::ClearWorkingDays,
    10,
    17,
    "2023-06-21",
    "2023-06-06T16:00:00Z"
)]
#[case(
    NoticeKind::ClearWorkingDays,
    10,
    17,
    "2023-07-26",
    "2023-07-11T16:00:00Z"
)]
#[case(
    NoticeKind::ClearWorkingDays,
    10,
    17,
    "2023-09-20",
    "2023-09-05T16:00:00Z"
)]
#[case(
    NoticeKind::ClearWorkingDays,
    10,
    17,
    "2024-01-24",
    "2024-01-09T17:00:00Z"
)]
fn other_notice_is_reckoned_as_its_councils_do(
    #[case] kind: NoticeKind,
    #[case] days: u16,
    #[case] hour: u32,
    #[case] meeting: &str,
    #[case] at: &str,
) {
    let notice = Notice {
        kind,
        days: nth(days),
        time: NaiveTime::from_hms_opt(hour, 0, 0).unwrap(),
    };
    assert_eq!(
        notice.reckon(day(meeting), &calendar()).unwrap().at,
        utc(at)
    );
}

#[test]
fn a_meeting_at_the_end_of_time_has_no_deadline_and_no_panic() {
    assert!(
        Notice::default()
            .reckon(NaiveDate::MIN, &calendar())
            .is_err()
    );
    assert!(
        Notice::default()
            .reckon(NaiveDate::MAX, &calendar())
            .is_ok()
    );
}

/// An independent reckoning, from the file itself: text dates, weekdays by Zeller, summer time by the last Sundays.
mod by_hand {
    use std::collections::HashSet;

    pub fn holidays() -> HashSet<String> {
        include_str!("../../config/bank-holidays.json")
            .split("\"date\": \"")
            .skip(1)
            .map(|rest| rest[..10].to_owned())
            .collect()
    }

    /// 0 is Saturday.
    fn weekday(y: i64, m: i64, d: i64) -> i64 {
        let (y, m) = if m < 3 { (y - 1, m + 12) } else { (y, m) };
        (d + 13 * (m + 1) / 5 + y + y / 4 - y / 100 + y / 400) % 7
    }

    fn length(y: i64, m: i64) -> i64 {
        match m {
            4 | 6 | 9 | 11 => 30,
            2 if (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 => 29,
            2 => 28,
            _ => 31,
        }
    }

    fn last_sunday(y: i64, m: i64) -> i64 {
        (length(y, m) - 6..=length(y, m))
            .find(|d| weekday(y, m, *d) == 1)
            .unwrap()
    }

    /// The deadline in UTC, as text.
    pub fn deadline(mut y: i64, mut m: i64, mut d: i64, holidays: &HashSet<String>) -> String {
        loop {
            d -= 1;
            if d == 0 {
                m -= 1;
                if m == 0 {
                    (y, m) = (y - 1, 12);
                }
                d = length(y, m);
            }
            let date = format!("{y:04}-{m:02}-{d:02}");
            if weekday(y, m, d) > 1 && !holidays.contains(&date) {
                // At 4pm on the Sunday itself the clocks have already changed.
                let summer = (m, d) >= (3, last_sunday(y, 3)) && (m, d) < (10, last_sunday(y, 10));
                let hour = if summer { 15 } else { 16 };
                return format!("{date}T{hour}:00:00Z");
            }
        }
    }
}

#[test]
fn every_meeting_date_from_2019_to_2028_agrees_with_an_independent_reckoning() {
    let (calendar, holidays) = (calendar(), by_hand::holidays());
    assert_eq!(holidays.len(), 83);
    let mut compared = 0;
    for meeting in day("2019-01-02")
        .iter_days()
        .take_while(|d| d.year() < 2029)
    {
        let ours = Notice::default().reckon(meeting, &calendar).unwrap();
        let theirs = by_hand::deadline(
            meeting.year().into(),
            meeting.month().into(),
            meeting.day().into(),
            &holidays,
        );
        assert_eq!(ours.at, utc(&theirs), "meeting on {meeting}");
        compared += 1;
    }
    assert_eq!(compared, 3652);
}

proptest! {
    #[test]
    fn the_deadline_is_on_the_last_working_day_strictly_before(calendar in any_calendar(), meeting in any_day_of_2024()) {
        let deadline = Notice::default().reckon(meeting, &calendar).unwrap();
        prop_assert!(deadline.local_date < meeting);
        prop_assert!(calendar.is_working_day(deadline.local_date));
        let between = deadline.local_date.iter_days().skip(1).take_while(|d| *d < meeting);
        for date in between {
            prop_assert!(!calendar.is_working_day(date), "{date} lies between");
        }
    }

    #[test]
    fn one_more_day_off_never_makes_a_deadline_later(
        calendar in any_calendar(), meeting in any_day_of_2024(), off in any_day_of_2024(),
    ) {
        let before = Notice::default().reckon(meeting, &calendar).unwrap();
        let after = Notice::default().reckon(meeting, &calendar.with([NonWorkingDay::closure(off, "Closed")])).unwrap();
        prop_assert!(after.at <= before.at);
    }

    #[test]
    fn in_time_ends_at_the_deadline_and_nowhere_else(meeting in any_day_of_2024(), nanoseconds in -10_000_000_000_i64..10_000_000_000) {
        let deadline = Notice::default().reckon(meeting, &calendar()).unwrap();
        let received = deadline.at + TimeDelta::nanoseconds(nanoseconds);
        prop_assert_eq!(deadline.is_in_time(received), nanoseconds <= 0);
    }

    #[test]
    fn any_date_and_any_notice_give_an_answer(days in any::<i32>(), n in 1_u16.., hour in 0_u32..24, clear in any::<bool>()) {
        let meeting = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MAX);
        let kind = if clear { NoticeKind::ClearWorkingDays } else { NoticeKind::WorkingDays };
        let notice = Notice { kind, days: nth(n), time: NaiveTime::from_hms_opt(hour, 0, 0).unwrap() };
        if let Ok(deadline) = notice.reckon(meeting, &calendar()) {
            prop_assert!(deadline.local_date < meeting);
            prop_assert!(!deadline.how_reckoned().is_empty());
        }
    }
}

#[test]
fn half_a_year_of_days_off_is_skipped_and_told() {
    let first = day("2024-01-01");
    let off = (0..180).map(|n| NonWorkingDay::closure(first + Days::new(n), "Closed"));
    let deadline = Notice::default()
        .reckon(first + Days::new(180), &WorkingDays::new(off, 2023..=2024))
        .unwrap();
    assert_eq!(deadline.local_date, day("2023-12-29"));
    assert_eq!(deadline.skipped.len(), 182);
}
