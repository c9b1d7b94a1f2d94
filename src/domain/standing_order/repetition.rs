//! Clause (v): "substantially the same as a question which has been put at a meeting of the Council in the past six months"
//! (reading 10). This file has the window; [`crate::domain::similarity`] has the comparison; a person decides.

use chrono::{Months, NaiveDate};

/// The dates of the meetings whose questions are compared, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: NaiveDate,
    /// Last day: the date of the meeting at which the new question would be put.
    pub to: NaiveDate,
}

/// The window of so many calendar months before the meeting, the end of the month clamped.
///
/// ```
/// use chrono::{Months, NaiveDate};
/// use public_question_time::domain::standing_order::repetition::window;
///
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(window(day(2024, 8, 31), Months::new(6)).from, day(2024, 2, 29));
/// ```
pub fn window(meeting: NaiveDate, months: Months) -> Window {
    Window {
        from: meeting.checked_sub_months(months).unwrap_or(NaiveDate::MIN),
        to: meeting,
    }
}

impl Window {
    /// Whether a question put on this date counts.
    pub fn contains(self, put_on: NaiveDate) -> bool {
        (self.from..=self.to).contains(&put_on)
    }
}
