//! When a question is published: one rule for the meeting's page, the list of questions, the API, the screens, the search, what is
//! removed on schedule and what the privacy notice says.
//!
//! A question is published when it was put at a meeting, or dealt with there as part of an agenda item. Everything else is not: a
//! question that was refused, rejected or withdrawn, one that nobody decided on, and one that was approved and not reached, even where it
//! is answered in writing. Of those a meeting's page gives the number.

use chrono::NaiveDate;

/// Returns the date on which a question was published; none for one that is not.
///
/// `put_on` is the date of the meeting at which it was put or dealt with, which closing public question time records.
pub fn published_on(put_on: Option<NaiveDate>) -> Option<NaiveDate> {
    put_on
}

/// Returns whether a question is published.
pub fn is_published(put_on: Option<NaiveDate>) -> bool {
    published_on(put_on).is_some()
}

/// The rule for the people whose questions they are, in sentences: what is published, and when something is not.
pub const RULE: [&str; 4] = [
    "We publish your question, with the answer, if you ask it at the meeting or if it is dealt with there as part of an agenda item.",
    "If your question is not asked at the meeting, we do not publish it on this website, even if we answer it in writing. The page of the meeting says only how many questions were not asked.",
    "Accepted questions are made public at the meeting: they are on the list that is shown on the day and on the copies that are handed out.",
    "The council’s minutes record what was asked at the meeting and which questions get a written response.",
];
