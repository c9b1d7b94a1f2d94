//! Dates and times of day as an officer types them.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use crate::{
    domain::time_of_day,
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

/// The time of day in the input of `name`.
///
/// # Errors
/// What is wrong, in words with `what`: "the time the meeting starts".
pub fn time(fields: &Fields, name: &'static str, what: &str) -> Result<NaiveTime, FieldError> {
    time_of_day::parse(fields.value(name), what)
        .map_err(|malformed| FieldError::of(name, malformed))
}

/// A time of day as it is shown in an input, so that it is read back as the same: "15:55", "9:30am", with seconds where there are any.
pub fn shown(time: NaiveTime) -> String {
    let form = match ((1..=11).contains(&time.hour()), time.second()) {
        (true, 0) => "%-I:%M%P",
        (true, _) => "%-I:%M:%S%P",
        (false, 0) => "%H:%M",
        (false, _) => "%H:%M:%S",
    };
    time.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_shown_is_read_back() {
        for second in (0..24 * 60 * 60).step_by(59) {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap();
            let fields: Fields = [("at".to_owned(), shown(time))].into_iter().collect();
            assert_eq!(super::time(&fields, "at", "the time"), Ok(time));
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
