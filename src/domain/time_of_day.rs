//! Reading a time of day as people type it.
//!
//! A time that may be in the morning or in the afternoon is asked for again: a paper question of "4:05" on the day of the deadline
//! is in time by one reading and late by the other.

use chrono::NaiveTime;
use unicode_normalization::UnicodeNormalization;

use crate::domain::{malformed::Malformed, text};

/// Reads a time of day: "4:05pm", "4.05 p.m.", "4pm", "16:05", "1605", "04:05", "16:05:30", "noon", "midday"; "midnight" is the
/// beginning of the day. `what` names it in a message: "the time the meeting starts".
///
/// # Errors
/// `empty`; `ambiguous` where the hour is 1 to 11, written without a leading zero and without am or pm; `time`.
///
/// ```
/// use public_question_time::domain::time_of_day;
///
/// let four = time_of_day::parse("4.05 pm", "the time received").unwrap();
/// assert_eq!(four.to_string(), "16:05:00");
/// let why = time_of_day::parse("4:05", "the time received").unwrap_err();
/// assert_eq!(why.message, "Enter the time received with am or pm, like 4:05am or 4:05pm");
/// ```
pub fn parse(typed: &str, what: &str) -> Result<NaiveTime, Malformed> {
    let plain: String = text::single_line(typed)
        .to_lowercase()
        .nfkc()
        .filter(|c| !c.is_whitespace() && *c != ',')
        .collect();
    match read(&plain) {
        _ if plain.is_empty() => Err(Malformed::new("empty", format!("Enter {what}"))),
        Some(Read::Time(time)) => Ok(time),
        Some(Read::EitherHalf(written)) => Err(Malformed::new(
            "ambiguous",
            format!("Enter {what} with am or pm, like {written}am or {written}pm"),
        )),
        None => Err(Malformed::new(
            "time",
            format!("Enter {what} as a time, like 3:55pm or 15:55"),
        )),
    }
}

/// What a text can mean.
enum Read {
    Time(NaiveTime),
    /// A time of the morning or of the afternoon, as it was written.
    EitherHalf(String),
}

fn read(plain: &str) -> Option<Read> {
    match plain {
        "midday" | "noon" | "12noon" | "12midday" => {
            return NaiveTime::from_hms_opt(12, 0, 0).map(Read::Time);
        }
        "midnight" | "12midnight" => return NaiveTime::from_hms_opt(0, 0, 0).map(Read::Time),
        _ => {}
    }
    let (digits, half) = without_half(plain);
    let digits = ["o'clock", "o’clock", "hours", "hrs"]
        .iter()
        .find_map(|word| digits.strip_suffix(word))
        .unwrap_or(digits);
    let parts: Vec<&str> = match digits.len() {
        3 | 4 if digits.bytes().all(|b| b.is_ascii_digit()) => {
            let (hour, minute) = digits.split_at(digits.len() - 2);
            vec![hour, minute]
        }
        _ => digits.split([':', '.']).collect(),
    };
    let number = |part: &str| {
        let fits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| fits)
    };
    let two = |part: Option<&&str>| match part {
        None => Some(0),
        Some(part) if part.len() == 2 => number(part),
        Some(_) => None,
    };
    let hour = number(parts.first()?)?;
    let (minute, second) = (two(parts.get(1))?, two(parts.get(2))?);
    if parts.len() > 3 {
        return None;
    }
    let hour = match half {
        // a bare number of the twenty-four hours, like 16, is as likely a day
        None if parts.len() == 1 && !(1..=11).contains(&hour) => return None,
        None if (1..=11).contains(&hour) && !parts.first()?.starts_with('0') => {
            NaiveTime::from_hms_opt(hour, minute, second)?;
            return Some(Read::EitherHalf(parts.join(":")));
        }
        None if parts.len() == 1 => return None,
        None => hour,
        Some(Half::Pm) if (13..=23).contains(&hour) => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(Half::Am) => hour % 12,
        Some(Half::Pm) => hour % 12 + 12,
    };
    NaiveTime::from_hms_opt(hour, minute, second).map(Read::Time)
}

#[derive(Clone, Copy)]
enum Half {
    Am,
    Pm,
}

/// The time without the half of the day that stands after it.
fn without_half(plain: &str) -> (&str, Option<Half>) {
    [
        ("am", Half::Am),
        ("a.m.", Half::Am),
        ("a.m", Half::Am),
        ("pm", Half::Pm),
        ("p.m.", Half::Pm),
        ("p.m", Half::Pm),
    ]
    .iter()
    .find_map(|(written, half)| Some((plain.strip_suffix(written)?, Some(*half))))
    .unwrap_or((plain, None))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("15:55", "15:55:00")]
    #[case("3:55pm", "15:55:00")]
    #[case("3.55 PM", "15:55:00")]
    #[case("3.55 p.m.", "15:55:00")]
    #[case("4pm", "16:00:00")]
    #[case("4 o’clock pm", "16:00:00")]
    #[case("4pm o'clock", "")]
    #[case("405pm", "16:05:00")]
    #[case("16:05", "16:05:00")]
    #[case("16.05", "16:05:00")]
    #[case("1605", "16:05:00")]
    #[case("1605hrs", "16:05:00")]
    #[case("16:05pm", "16:05:00")]
    #[case("04:05", "04:05:00")]
    #[case("0405", "04:05:00")]
    #[case("00:30", "00:30:00")]
    #[case("12am", "00:00:00")]
    #[case("12:30", "12:30:00")]
    #[case("12:30pm", "12:30:00")]
    #[case("midday", "12:00:00")]
    #[case("12 noon", "12:00:00")]
    #[case("Midnight", "00:00:00")]
    #[case("15:59:59", "15:59:59")]
    #[case("１６：０５", "16:05:00")]
    #[case("4:05\u{a0}pm", "16:05:00")]
    fn a_time_is_read_as_people_write_it(#[case] typed: &str, #[case] expected: &str) {
        let read = parse(typed, "the time").map_or_else(|_| String::new(), |time| time.to_string());
        assert_eq!(read, expected);
    }

    #[rstest]
    #[case("4", "ambiguous")]
    #[case("4:05", "ambiguous")]
    #[case("4.05", "ambiguous")]
    #[case("405", "ambiguous")]
    #[case("11:59", "ambiguous")]
    #[case("10.30", "ambiguous")]
    #[case("1030", "ambiguous")]
    #[case("4 o'clock", "ambiguous")]
    #[case("", "empty")]
    #[case(" \u{a0}", "empty")]
    #[case("25:00", "time")]
    #[case("4:75", "time")]
    #[case("15:5", "time")]
    #[case("16", "time")]
    #[case("13am", "time")]
    #[case("24pm", "time")]
    #[case("0pm", "time")]
    #[case("16:05am", "time")]
    #[case("1:2:3:4", "time")]
    #[case("+4:05pm", "time")]
    #[case("soon", "time")]
    fn what_is_no_time_or_may_be_two_is_asked_for_again(#[case] typed: &str, #[case] code: &str) {
        assert_eq!(parse(typed, "the time").unwrap_err().code, code);
    }

    proptest! {
        #[test]
        fn every_minute_is_read_from_every_way_of_writing_it(hour in 0u32..24, minute in 0u32..60) {
            let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
            for form in ["%H:%M", "%H.%M", "%H%M", "%I:%M%P", "%-I.%M %p", "%H:%M:%S"] {
                let written = time.format(form).to_string();
                let read = parse(&written, "the time");
                let either = (10..12).contains(&hour) && form.starts_with("%H");
                if either {
                    prop_assert_eq!(read.unwrap_err().code, "ambiguous");
                } else {
                    prop_assert_eq!(read, Ok(time), "{}", written);
                }
            }
        }

        #[test]
        fn nothing_that_can_be_typed_panics(typed in any::<String>()) {
            let _ = parse(&typed, "the time");
        }
    }
}
