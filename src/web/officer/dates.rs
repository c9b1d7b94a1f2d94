//! Dates and times of day as an officer types them.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use crate::{
    service::FieldError,
    web::{Fields, FormState},
};

/// The date in the three inputs of `name`. `field` is the control at which a mistake is shown.
///
/// # Errors
/// What is wrong, in words with `what`: "the date of the meeting".
pub fn date(
    fields: &Fields,
    name: &str,
    field: &'static str,
    what: &str,
) -> Result<NaiveDate, FieldError> {
    let part = |part: &str| fields.value(&format!("{name}-{part}")).trim().to_owned();
    let (day, month, year) = (part("day"), part("month"), part("year"));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return Err(FieldError::new(field, "empty", format!("Enter {what}")));
    }
    let read = || {
        if year.len() != 4 {
            return None;
        }
        NaiveDate::from_ymd_opt(year.parse().ok()?, month_number(&month)?, day.parse().ok()?)
    };
    read().ok_or_else(|| {
        FieldError::new(
            field,
            "date",
            format!("Enter {what} as a real date, like 6 2 2024"),
        )
    })
}

/// A month as a number or by its name.
fn month_number(typed: &str) -> Option<u32> {
    typed.parse().ok().or_else(|| {
        let month: chrono::Month = typed.parse().ok()?;
        Some(month.number_from_month())
    })
}

/// A form that shows a date in the three inputs of `name`.
pub fn with_date(form: FormState, name: &str, date: NaiveDate) -> FormState {
    form.with(&format!("{name}-day"), date.day().to_string())
        .with(&format!("{name}-month"), date.month().to_string())
        .with(&format!("{name}-year"), date.year().to_string())
}

/// A time of day: "15:55", "3:55pm", "3.55 pm", "4pm", "15:59:59".
pub fn time(typed: &str) -> Option<NaiveTime> {
    let plain: String = typed
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    if plain == "midday" || plain == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0);
    }
    let (digits, half) = match plain.strip_suffix("pm") {
        Some(rest) => (rest, Some(true)),
        None => match plain.strip_suffix("am") {
            Some(rest) => (rest, Some(false)),
            None => (plain.as_str(), None),
        },
    };
    let mut parts = digits.split([':', '.']);
    let hour: u32 = parts.next()?.parse().ok()?;
    let (minute, second) = (parts.next(), parts.next());
    if parts.next().is_some() || (minute.is_none() && half.is_none()) {
        // "4" alone may be morning or afternoon
        return None;
    }
    let two = |part: Option<&str>| match part {
        None => Some(0),
        Some(part) if part.len() == 2 => part.parse().ok(),
        Some(_) => None,
    };
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(pm) => hour % 12 + if pm { 12 } else { 0 },
    };
    NaiveTime::from_hms_opt(hour, two(minute)?, two(second)?)
}

/// A time of day as it is shown in an input: "15:55", with seconds where there are any.
pub fn shown(time: NaiveTime) -> String {
    if time.second() == 0 {
        time.format("%H:%M").to_string()
    } else {
        time.format("%H:%M:%S").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let at = |h, m, s| NaiveTime::from_hms_opt(h, m, s);
        for (typed, read) in [
            ("15:55", at(15, 55, 0)),
            ("3:55pm", at(15, 55, 0)),
            ("3.55 PM", at(15, 55, 0)),
            ("4pm", at(16, 0, 0)),
            ("12am", at(0, 0, 0)),
            ("12:30pm", at(12, 30, 0)),
            ("midday", at(12, 0, 0)),
            ("15:59:59", at(15, 59, 59)),
            ("09:05", at(9, 5, 0)),
            ("4", None),
            ("25:00", None),
            ("15:5", None),
            ("13pm", None),
            ("", None),
            ("soon", None),
        ] {
            assert_eq!(time(typed), read, "{typed}");
        }
    }

    #[test]
    fn a_date_is_three_inputs() {
        let typed = |day: &str, month: &str, year: &str| -> Fields {
            [("d-day", day), ("d-month", month), ("d-year", year)]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        };
        let read = |fields: &Fields| date(fields, "d", "d-day", "the date");
        assert_eq!(
            read(&typed("6", "2", "2024")),
            Ok(NaiveDate::from_ymd_opt(2024, 2, 6).unwrap())
        );
        assert_eq!(
            read(&typed("6", "February", "2024")),
            Ok(NaiveDate::from_ymd_opt(2024, 2, 6).unwrap())
        );
        assert_eq!(read(&typed("", "", "")).unwrap_err().code, "empty");
        for wrong in [("30", "2", "2024"), ("6", "2", "24"), ("x", "2", "2024")] {
            assert_eq!(
                read(&typed(wrong.0, wrong.1, wrong.2)).unwrap_err().code,
                "date"
            );
        }
    }
}
