//! The letter that says what has changed since an earlier letter: by the old and the new, and what it means for the question
//! (reading 24).

use chrono::{DateTime, NaiveDate, Utc};

use super::{Draft, capital, meeting_facts, the_meeting};
use crate::{
    domain::{
        local_time::{long_date, short_date, time_on_day},
        refusal::{Clause, Refusal},
    },
    mail::letters::Content,
    service::{
        letters::About,
        notify_changes::{Change, Effect},
    },
};

pub(super) fn content(
    draft: Draft<'_>,
    about: &About,
    changes: &[Change],
    effect: &Effect,
    deadline: DateTime<Utc>,
    open: bool,
    why: Option<&str>,
) -> Content {
    let (opening, subject) = opening(about, changes);
    let mut facts = vec![("Reference", about.reference.clone())];
    for change in changes {
        let (_, old, new) = change.in_words();
        let (before, now) = labels(change);
        // the earlier matter may be in the questioner's words; the new one is an item of the agenda
        if !(about.withheld && matches!(change, Change::Matter { .. })) {
            facts.push((before, old));
        }
        facts.push((now, new));
    }
    if let Some(why) = why {
        facts.push(("Why", why.to_owned()));
    }
    let draft = draft
        .say(opening)
        .facts(facts)
        .heading("What this means for your question");
    let draft = meaning(draft, about, changes, effect, deadline, open);
    let draft = draft.heading("The meeting now");
    let mut now = meeting_facts(about);
    now.push(("Deadline for questions", time_on_day(deadline)));
    let draft = draft.facts(now).question(about);
    let draft = match effect {
        Effect::Stays => draft.what_you_can_do(&[
            "check the progress of your question",
            "withdraw it, for example if you cannot come",
        ]),
        Effect::Restored | Effect::DecideAgain { .. } => draft.what_you_can_do(&[
            "check the progress of your question",
            "withdraw it, for example if you cannot come",
        ]),
        Effect::Choice { next: true, .. } => draft.what_you_can_do(&[
            "ask this question at the meeting instead of your other one",
            "send it to the board’s next meeting",
            "check the progress of your question",
        ]),
        Effect::Choice { next: false, .. } => draft.what_you_can_do(&[
            "ask this question at the meeting instead of your other one",
            "check the progress of your question",
        ]),
        Effect::AnotherUntil
        | Effect::StillRefused { .. }
        | Effect::TooLateForAnother
        | Effect::WrittenResponse { .. } => {
            draft.what_you_can_do(&["check the progress of your question"])
        }
    };
    draft.for_questioner(
        about,
        format!("Your question {}: {subject}", about.reference),
    )
}

/// What a letter calls the old value and the new one.
fn labels(change: &Change) -> (&'static str, &'static str) {
    match change {
        Change::Date { .. } => ("Old date", "New date"),
        Change::Starts { .. } => ("Old start time", "New start time"),
        Change::Venue { .. } => ("Old place", "New place"),
        Change::Board { .. } => ("Old name of the board", "New name of the board"),
        Change::Matter { .. } => ("Your question was about", "It is now about"),
        Change::Deadline { .. } => ("Old deadline", "New deadline"),
    }
}

/// The first sentence, and the end of the subject.
fn opening(about: &About, changes: &[Change]) -> (String, String) {
    let old_date = changes.iter().find_map(|change| match change {
        Change::Date { old, .. } => Some(*old),
        _ => None,
    });
    let has = |wanted: fn(&Change) -> bool| changes.iter().any(wanted);
    let starts = has(|change| matches!(change, Change::Starts { .. }));
    let venue = has(|change| matches!(change, Change::Venue { .. }));
    let meeting = the_meeting(about);
    if let Some(old) = old_date {
        let also = match (starts, venue) {
            (true, true) => ", at another time and in another place",
            (true, false) => ", at another time",
            (false, true) => ", in another place",
            (false, false) => "",
        };
        return (
            format!(
                "The meeting of the {} on {} has moved to {}{also}.",
                about.board,
                long_date(old),
                long_date(about.date)
            ),
            format!("the meeting has moved to {}", short_date(about.date)),
        );
    }
    let said =
        |what: &str, subject: &str| (format!("{} {what}.", capital(&meeting)), subject.to_owned());
    if venue && starts {
        said(
            "will be at another time and in another place",
            "the meeting is at another time and place",
        )
    } else if venue {
        said(
            "will be in another place",
            "the meeting is at another place",
        )
    } else if starts {
        said(
            "will start at another time",
            "the meeting starts at another time",
        )
    } else if let Some(old) = changes.iter().find_map(|change| match change {
        Change::Board { old, .. } => Some(old),
        _ => None,
    }) {
        (
            format!(
                "The {old} is now called the {}. Your question is for its meeting on {}.",
                about.board,
                long_date(about.date)
            ),
            "the board has a new name".to_owned(),
        )
    } else if has(|change| matches!(change, Change::Matter { .. })) {
        (
            format!(
                "The agenda item that your question is about has changed. Your question is for {meeting}."
            ),
            "the agenda item has changed".to_owned(),
        )
    } else {
        (
            format!("The deadline for questions to {meeting} has changed."),
            "the deadline has changed".to_owned(),
        )
    }
}

fn meaning<'a>(
    draft: Draft<'a>,
    about: &About,
    changes: &[Change],
    effect: &Effect,
    deadline: DateTime<Utc>,
    open: bool,
) -> Draft<'a> {
    let earlier_deadline = changes
        .iter()
        .any(|change| matches!(change, Change::Deadline { old, new } if new < old));
    let deadline_moves = changes
        .iter()
        .any(|change| matches!(change, Change::Deadline { .. }));
    let because = draft.because(Clause::Iii);
    match effect {
        Effect::Stays => {
            let moved = changes
                .iter()
                .any(|change| matches!(change, Change::Date { .. }));
            let draft = draft.say(if moved {
                "Your question moves with the meeting. You do not need to do anything to keep it."
            } else {
                "Your question stays as it is. You do not need to do anything to keep it."
            });
            let draft = draft.when(earlier_deadline, |draft| {
                draft.say(format!(
                    "It was received before this change, so it stays in time {}.",
                    because
                ))
            });
            draft.when(deadline_moves && open, |draft| {
                draft.say(format!(
                    "If you want to send a different question instead, withdraw this one and send the other by {}.",
                    time_on_day(deadline)
                ))
            })
        }
        Effect::DecideAgain { refusal, approved } => {
            let officer = draft.officer();
            let cited = draft.because(refusal.clause());
            draft
                .say(format!(
                    "{} {cited}",
                    refusal.reason()
                ))
                .say(if *approved {
                    "So the approval of your question does not hold any more, and it has to be decided on again."
                } else {
                    "So your question cannot be approved as it stands."
                })
                .say(format!(
                    "The {officer} will look at it, and may record it under another item if it is about that one. We will write to you. You do not need to do anything."
                ))
                .when(open, |draft| {
                    draft.say(format!(
                        "If you would rather send a different question, withdraw this one and send the other by {}.",
                        time_on_day(deadline)
                    ))
                })
        }
        Effect::Restored => {
            let officer = draft.officer();
            draft
                .say(format!(
                    "We told you that your question came after the deadline. By the new deadline it is in time, so it has been accepted for the meeting {}.",
                    because
                ))
                .say(format!(
                    "The {officer} will decide whether it can be put at the meeting, and we will write to you again. You do not need to do anything."
                ))
        }
        Effect::Choice { refusals, next } => choice(draft, refusals, *next),
        Effect::StillRefused { refusals } => {
            let mut draft = draft.say(
                "We told you that your question came after the deadline. By the new deadline it is in time, but it still cannot be put at the meeting:",
            );
            for refusal in refusals {
                let cited = draft.because(refusal.clause());
                draft = draft.say(format!("{} {cited}", refusal.reason()));
            }
            draft.when(open, |draft| {
                draft.say(format!(
                    "The meeting now takes questions until {}.",
                    time_on_day(deadline)
                ))
            })
        }
        Effect::AnotherUntil => draft.say(format!(
            "Your question will not be put at the meeting, as we told you. You can send another question to this meeting until {} {}.",
            time_on_day(deadline),
            because
        )),
        Effect::TooLateForAnother => draft.say(format!(
            "We told you until when you could send another question to {}. The new deadline has passed, so it is now too late {}. You can send a question to a later meeting.",
            the_meeting(about),
            because
        )),
        Effect::WrittenResponse { due_on } => draft
            .say(format!(
                "You will still get the written response to your question by {}.",
                long_date(*due_on)
            ))
            .say(format!(
                "The meeting now takes questions until {} {}. If you would rather ask at the meeting, you can send a question to it until then.",
                time_on_day(deadline),
                because
            )),
    }
}

fn choice<'a>(draft: Draft<'a>, refusals: &[Refusal], next: bool) -> Draft<'a> {
    let mut draft = draft.say(
        "We told you that your question came after the deadline. By the new deadline it is in time. But there is another question at the meeting with your details:",
    );
    for refusal in refusals {
        let cited = draft.because(refusal.clause());
        draft = draft.say(format!("{} {cited}", refusal.reason()));
    }
    draft = draft.say(
        "You can choose which of the two is asked, until the meeting starts. If you ask this one, your other question is withdrawn.",
    );
    draft = draft.when(next, |draft| {
        draft.say("You can also send this question to the board’s next meeting.")
    });
    draft.say("If you do nothing, the other question stays as it is and this one is kept. If the other question is not yours, contact us.")
}

/// To the officers: which late questions are in time since the deadline moved.
pub(super) fn to_officers(
    draft: Draft<'_>,
    board: &str,
    date: NaiveDate,
    deadline: DateTime<Utc>,
    restored: &[String],
    choices: &[String],
    path: &str,
) -> Content {
    // a subject is short: the letter names them all
    let mut all = restored.iter().chain(choices);
    let in_all = match (all.next(), all.count()) {
        (None, _) => String::new(),
        (Some(first), 0) => first.clone(),
        (Some(first), more) => format!("{first} and {more} more"),
    };
    draft
        .say(format!(
            "The deadline for questions to the meeting of the {board} on {} is now {}.",
            long_date(date),
            time_on_day(deadline)
        ))
        .when(!restored.is_empty(), |draft| {
            draft
                .say("These questions had been refused as late. They are now in time, and need a decision:")
                .points(restored)
        })
        .when(!choices.is_empty(), |draft| {
            draft
                .say("These would be in time, but their questioners have another question at the meeting. They have been told that they can choose:")
                .points(choices)
        })
        .desk("Open the meeting", path)
        .for_officers(
            format!("Now in time for {}: {in_all}", short_date(date)),
            None,
        )
}
