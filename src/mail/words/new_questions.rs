//! The digest of new questions for the officers: references and counts, and nothing that a questioner wrote.

use chrono::{DateTime, Utc};

use super::Draft;
use crate::{
    domain::{
        local_time::{clock_time, day_at_time, london, london_date, long_date, short_date},
        numbers::count,
    },
    mail::letters::Content,
    service::letters::QuestionsCame,
};

pub(super) fn digest(
    draft: Draft<'_>,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    meetings: &[QuestionsCame],
    path: &str,
) -> Content {
    let total: u32 = meetings.iter().map(all).sum();
    let questions = count(total.into(), "new question");
    let were = if total == 1 { "was" } else { "were" };
    let period = if london_date(since) == london_date(until) {
        format!(
            "on {} between {} and {}",
            short_date(london_date(since)),
            clock_time(london(since).time()),
            clock_time(london(until).time())
        )
    } else {
        format!("between {} and {}", day_at_time(since), day_at_time(until))
    };
    let mut draft = draft.say(format!(
        "{questions} {were} received {period}. When many questions come within an hour, we send you one email about them."
    ));
    for came in meetings {
        draft = draft
            .heading(&format!("{}, {}", came.board, long_date(came.date)))
            .points(counts(came));
        if !came.references.is_empty() {
            draft = draft.say(references(came));
        }
    }
    draft
        .desk("Open the list of questions", path)
        .for_officers(format!("{questions} since {}", day_at_time(since)), None)
}

fn all(came: &QuestionsCame) -> u32 {
    came.waiting + came.refused + came.settled
}

/// How many questions stand how, without what there are none of.
fn counts(came: &QuestionsCame) -> Vec<String> {
    let questions = |number: u32| count(number.into(), "question");
    let mut counts = Vec::new();
    if came.waiting > 0 {
        let verb = if came.waiting == 1 { "waits" } else { "wait" };
        counts.push(format!("{} {verb} for a decision", questions(came.waiting)));
    }
    if came.refused > 0 {
        let verb = if came.refused == 1 { "was" } else { "were" };
        counts.push(format!(
            "{} {verb} refused by the standing order",
            questions(came.refused)
        ));
    }
    if came.settled > 0 {
        let verb = if came.settled == 1 { "has" } else { "have" };
        counts.push(format!(
            "{} {verb} been decided or withdrawn since",
            questions(came.settled)
        ));
    }
    counts
}

fn references(came: &QuestionsCame) -> String {
    let open = (came.waiting + came.refused) as usize;
    let listed = came.references.join(", ");
    match open.saturating_sub(came.references.len()) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
