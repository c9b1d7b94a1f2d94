//! The clock on the wall of the town hall.
//!
//! The service keeps instants in UTC. A rule names a wall clock ("4.00 pm"), and people read one, so this module turns one
//! into the other, in Europe/London, and writes dates and times in GOV.UK's style: "4pm on Monday 5 February 2024".
//!
//! Twice a year the wall clock is not a function of time. In the spring an hour is missing, in the autumn an hour happens
//! twice. [`at_london`] reads a wall-clock time of either kind as Greenwich Mean Time: the later of the two instants that it
//! could mean. A limit put there by a rule then falls when the last person to read the clock would say so, and nobody is
//! late by one reading and in time by the other.

use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc,
};
use chrono::{LocalResult, TimeDelta};
use chrono_tz::Europe::London;

/// The instant at which London's clocks show `time` on `date`.
///
/// A time that the clocks skip or show twice is read as Greenwich Mean Time, the later instant: see the module.
pub fn at_london(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let wall = date.and_time(time);
    match London.from_local_datetime(&wall) {
        LocalResult::Single(instant) => instant.to_utc(),
        LocalResult::Ambiguous(_, later) => later.to_utc(),
        LocalResult::None => wall.and_utc(),
    }
}

/// What London's clocks and calendars show at this instant.
pub fn london(instant: DateTime<Utc>) -> NaiveDateTime {
    let utc = instant.naive_utc();
    let offset = London.offset_from_utc_datetime(&utc).fix();
    // Only at the very ends of the dates that can be written does the offset lead outside them.
    utc.checked_add_offset(offset).unwrap_or(utc)
}

/// The date in London at this instant.
pub fn london_date(instant: DateTime<Utc>) -> NaiveDate {
    london(instant).date()
}

/// "Tuesday 6 February 2024".
pub fn long_date(date: NaiveDate) -> String {
    format!("{} {}", date.format("%A"), short_date(date))
}

/// "6 February 2024".
pub fn short_date(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), date.format("%B"), date.year())
}

/// "4pm", "6:30pm", "midday", "midnight". Seconds are left out.
pub fn clock_time(time: NaiveTime) -> String {
    let (pm, hour) = time.hour12();
    match (time.hour(), time.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        (_, 0) => format!("{hour}{}", half(pm)),
        (_, minute) => format!("{hour}:{minute:02}{}", half(pm)),
    }
}

/// "3:59:59pm". What is left of a second is cut off, never rounded up: one millisecond before 4pm is still 3:59:59pm.
pub fn clock_time_with_seconds(time: NaiveTime) -> String {
    let (pm, hour) = time.hour12();
    format!(
        "{hour}:{:02}:{:02}{}",
        time.minute(),
        time.second(),
        half(pm)
    )
}

/// "4:00:00.001pm": for where a second is too coarse to show which side of a deadline something fell.
pub fn clock_time_with_milliseconds(time: NaiveTime) -> String {
    let (pm, hour) = time.hour12();
    let (second, millisecond) = match time.nanosecond() / 1_000_000 {
        leap @ 1000.. => (time.second() + 1, leap - 1000),
        within => (time.second(), within),
    };
    format!(
        "{hour}:{:02}:{second:02}.{millisecond:03}{}",
        time.minute(),
        half(pm)
    )
}

/// "4pm on Monday 5 February 2024".
pub fn time_on_day(instant: DateTime<Utc>) -> String {
    let wall = london(instant);
    format!("{} on {}", clock_time(wall.time()), long_date(wall.date()))
}

/// "5 February 2024 at 4pm".
pub fn day_at_time(instant: DateTime<Utc>) -> String {
    let wall = london(instant);
    format!("{} at {}", short_date(wall.date()), clock_time(wall.time()))
}

/// "5 February 2024 at 3:59:59pm": the moment of receipt.
pub fn moment(instant: DateTime<Utc>) -> String {
    let wall = london(instant);
    format!(
        "{} at {}",
        short_date(wall.date()),
        clock_time_with_seconds(wall.time())
    )
}

/// "5 February 2024 at 4:00:00.001pm": the moment of receipt where it nearly met a deadline.
pub fn exact_moment(instant: DateTime<Utc>) -> String {
    let wall = london(instant);
    format!(
        "{} at {}",
        short_date(wall.date()),
        clock_time_with_milliseconds(wall.time())
    )
}

/// "in 3 days", "in 1 day 3 hours", "in 2 hours 5 minutes", "in less than a minute"; `None` once `until` has come.
///
/// From two days on, the days are counted on London's calendar, as a person counts them. Under two days it is what remains,
/// cut down to whole minutes (whole hours from one day on), so that it never promises more than there is.
pub fn time_left(now: DateTime<Utc>, until: DateTime<Utc>) -> Option<String> {
    let left = until.signed_duration_since(now);
    if left <= TimeDelta::zero() {
        return None;
    }
    if left >= TimeDelta::days(2) {
        let days = london_date(until)
            .signed_duration_since(london_date(now))
            .num_days();
        return Some(format!("in {}", count(days, "day")));
    }
    let (days, hours, minutes) = (
        left.num_days(),
        left.num_hours() % 24,
        left.num_minutes() % 60,
    );
    let parts = match (days, hours, minutes) {
        (0, 0, 0) => return Some("in less than a minute".to_owned()),
        (0, 0, m) => count(m, "minute"),
        (0, h, 0) => count(h, "hour"),
        (0, h, m) => format!("{} {}", count(h, "hour"), count(m, "minute")),
        (d, 0, _) => count(d, "day"),
        (d, h, _) => format!("{} {}", count(d, "day"), count(h, "hour")),
    };
    Some(format!("in {parts}"))
}

/// Returns the first instant after `now` at which [`time_left`] may say something else, or `until` passes; none where it has passed. It
/// may be sooner than the words really change, and is never later. Instants are taken in whole microseconds, as the clock gives them.
pub fn time_left_until(now: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let left = until.signed_duration_since(now);
    let passed = TimeDelta::microseconds(1);
    if left < TimeDelta::zero() {
        return None;
    }
    if left.is_zero() {
        return Some(until + passed);
    }
    if left >= TimeDelta::days(2) {
        return Some(next_midnight(now).min(until - TimeDelta::days(2) + passed));
    }
    let whole = if left >= TimeDelta::days(1) {
        TimeDelta::hours(left.num_hours())
    } else {
        TimeDelta::minutes(left.num_minutes())
    };
    // at a whole number of minutes the words still name it; after it they name one less
    Some(until.min(until - whole + passed))
}

/// Returns the midnight, London's, at which the day after that of `now` begins.
pub fn next_midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    let tomorrow = london_date(now).succ_opt().unwrap_or(NaiveDate::MAX);
    at_london(tomorrow, NaiveTime::MIN)
}

fn half(pm: bool) -> &'static str {
    if pm { "pm" } else { "am" }
}

fn count(n: i64, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    fn time(h: u32, m: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(h, m, 0).unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn winter_is_greenwich_and_summer_is_an_hour_ahead() {
        assert_eq!(
            at_london(day(2024, 2, 5), time(16, 0)),
            utc("2024-02-05T16:00:00Z")
        );
        assert_eq!(
            at_london(day(2024, 7, 5), time(16, 0)),
            utc("2024-07-05T15:00:00Z")
        );
    }

    #[test]
    fn a_skipped_time_and_a_time_shown_twice_are_read_as_greenwich_mean_time() {
        // 1:30am on 31 March 2024 does not happen; 1:30am on 27 October 2024 happens twice.
        assert_eq!(
            at_london(day(2024, 3, 31), time(1, 30)),
            utc("2024-03-31T01:30:00Z")
        );
        assert_eq!(
            at_london(day(2024, 10, 27), time(1, 30)),
            utc("2024-10-27T01:30:00Z")
        );
    }

    #[test]
    fn the_hours_either_side_of_a_change_are_plain() {
        assert_eq!(
            at_london(day(2024, 3, 31), time(0, 59)),
            utc("2024-03-31T00:59:00Z")
        );
        assert_eq!(
            at_london(day(2024, 3, 31), time(2, 0)),
            utc("2024-03-31T01:00:00Z")
        );
        assert_eq!(
            at_london(day(2024, 10, 27), time(0, 59)),
            utc("2024-10-26T23:59:00Z")
        );
        assert_eq!(
            at_london(day(2024, 10, 27), time(2, 0)),
            utc("2024-10-27T02:00:00Z")
        );
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let wall = london(instant);
            let _ = at_london(wall.date(), wall.time());
            let _ = (time_on_day(instant), moment(instant), exact_moment(instant));
        }
        assert!(time_left(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).is_some());
    }

    #[test]
    fn dates_and_times_read_as_on_gov_uk() {
        let deadline = utc("2024-02-05T16:00:00Z");
        assert_eq!(time_on_day(deadline), "4pm on Monday 5 February 2024");
        assert_eq!(day_at_time(deadline), "5 February 2024 at 4pm");
        assert_eq!(long_date(day(2024, 2, 6)), "Tuesday 6 February 2024");
        assert_eq!(clock_time(time(18, 30)), "6:30pm");
        assert_eq!(clock_time(time(12, 0)), "midday");
        assert_eq!(clock_time(time(0, 0)), "midnight");
        assert_eq!(clock_time(time(0, 5)), "12:05am");
        assert_eq!(clock_time(time(12, 5)), "12:05pm");
        assert_eq!(clock_time(time(9, 0)), "9am");
    }

    #[test]
    fn a_receipt_is_cut_to_the_second_and_never_rounded_up() {
        assert_eq!(
            moment(utc("2024-02-05T15:59:59.999Z")),
            "5 February 2024 at 3:59:59pm"
        );
        assert_eq!(
            exact_moment(utc("2024-02-05T16:00:00.001Z")),
            "5 February 2024 at 4:00:00.001pm"
        );
        assert_eq!(
            moment(utc("2024-07-05T15:00:00Z")),
            "5 July 2024 at 4:00:00pm"
        );
    }

    #[test]
    fn words_of_the_time_left_hold_until_they_are_said_to_change() {
        for until in ["2024-02-05T16:00:00Z", "2024-03-31T15:00:00Z"].map(utc) {
            let mut now = until - TimeDelta::days(4) - TimeDelta::minutes(7);
            let mut changes = 0;
            while let Some(next) = time_left_until(now, until) {
                assert!(next > now, "{now}");
                let open = now <= until;
                // instants are whole microseconds
                let micros = (next - now).num_microseconds().unwrap();
                for part in [0, 1, 500, 999] {
                    let between = now + TimeDelta::microseconds(micros * part / 1000);
                    assert_eq!(
                        time_left(between, until),
                        time_left(now, until),
                        "{between}"
                    );
                    assert_eq!(between <= until, open, "{between}");
                }
                let last = next - TimeDelta::microseconds(1);
                assert_eq!(time_left(last, until), time_left(now, until), "{last}");
                assert_eq!(last <= until, open, "{last}");
                now = next;
                changes += 1;
            }
            assert!(now > until);
            assert!((1_400..1_500).contains(&changes), "{changes}");
        }
    }

    #[test]
    fn the_next_midnight_is_londons() {
        for (now, midnight) in [
            ("2024-02-05T16:00:00Z", "2024-02-06T00:00:00Z"),
            ("2024-02-06T00:00:00Z", "2024-02-07T00:00:00Z"),
            ("2024-07-05T22:59:59Z", "2024-07-05T23:00:00Z"),
            ("2024-07-05T23:00:00Z", "2024-07-06T23:00:00Z"),
        ] {
            assert_eq!(next_midnight(utc(now)), utc(midnight), "{now}");
        }
        let _ = next_midnight(DateTime::<Utc>::MAX_UTC);
    }

    #[test]
    fn time_left_is_counted_as_people_count() {
        let cases = [
            (
                "2024-02-02T18:00:00Z",
                "2024-02-05T16:00:00Z",
                Some("in 3 days"),
            ),
            (
                "2024-02-03T16:00:00Z",
                "2024-02-05T16:00:00Z",
                Some("in 2 days"),
            ),
            (
                "2024-02-04T12:30:00Z",
                "2024-02-05T16:00:00Z",
                Some("in 1 day 3 hours"),
            ),
            (
                "2024-02-04T16:00:00Z",
                "2024-02-05T16:00:00Z",
                Some("in 1 day"),
            ),
            (
                "2024-02-05T13:55:00Z",
                "2024-02-05T16:00:00Z",
                Some("in 2 hours 5 minutes"),
            ),
            (
                "2024-02-05T15:00:00Z",
                "2024-02-05T16:00:00Z",
                Some("in 1 hour"),
            ),
            (
                "2024-02-05T15:58:30Z",
                "2024-02-05T16:00:00Z",
                Some("in 1 minute"),
            ),
            (
                "2024-02-05T15:59:30Z",
                "2024-02-05T16:00:00Z",
                Some("in less than a minute"),
            ),
            ("2024-02-05T16:00:00Z", "2024-02-05T16:00:00Z", None),
            ("2024-02-05T16:00:01Z", "2024-02-05T16:00:00Z", None),
            // The clocks go forward between: a day of 23 hours is still a day.
            (
                "2024-03-28T16:00:00Z",
                "2024-04-04T15:00:00Z",
                Some("in 7 days"),
            ),
        ];
        for (now, until, expected) in cases {
            assert_eq!(
                time_left(utc(now), utc(until)).as_deref(),
                expected,
                "{now} to {until}"
            );
        }
    }
}
