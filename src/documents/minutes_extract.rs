//! The extract for the minutes: the nil return where nothing came, or each question with its response and supplementary, what was
//! dealt with under another item (reading 17), and what is owed in writing (clause (ix)).

use crate::{
    config::Council,
    documents::{Heading, public_question_time, question_sheet::was_received, referred_to},
    domain::{
        local_time,
        meeting::MeetingStatus,
        refusal::Clause,
        standing_order::question_time::{Answer, Outcome, Phase},
        status::Status,
        wording::RuleNames,
    },
    service::chair_list::{ChairList, Listed},
};

/// The nil return, by far the commonest case.
pub const NIL: &str = "It was confirmed that no public questions had been received.";

/// A part of what the minutes say of a question: what it is, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// "Response by Councillor A Sample".
    pub heading: String,
    /// The words.
    pub text: String,
}

/// A question in the minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinutedQuestion {
    /// Its number in the minutes, from 1.
    pub place: usize,
    /// The name as agreed for publication.
    pub name: String,
    /// The agenda item or the matter.
    pub matter: String,
    /// The words as published.
    pub text: String,
    /// The response, the supplementary and its response, what is owed: in order.
    pub parts: Vec<Part>,
}

/// The extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinutesExtract {
    /// Its heading.
    pub heading: Heading,
    /// The minute number of public question time, such as SAF18; empty until it is known.
    pub minute_number: String,
    /// Whether question time is still to be closed, so that this is not final.
    pub is_draft: bool,
    /// Whether the meeting was cancelled.
    pub is_cancelled: bool,
    /// What is said before the questions, or instead of them.
    pub opening: String,
    /// The questions in the order in which they were called.
    pub questions: Vec<MinutedQuestion>,
}

fn part(heading: impl Into<String>, text: impl Into<String>) -> Part {
    Part {
        heading: heading.into(),
        text: text.into(),
    }
}

fn was_put(listed: &Listed) -> bool {
    matches!(listed.entry.outcome, Outcome::Put { .. })
        || (listed.question.put_on.is_some()
            && matches!(
                listed.question.status,
                Status::Answered | Status::ResponseOwed | Status::Responded
            ))
}

fn in_writing(listed: &Listed) -> Option<Part> {
    if let Some(response) = &listed.response {
        let text = if response.state.is_owed() {
            format!(
                "A written response is owed because {}. It is due by {}.",
                response.reason.about_questioner(),
                local_time::long_date(response.due_on)
            )
        } else {
            format!(
                "A written response was sent because {}.",
                response.reason.about_questioner()
            )
        };
        return Some(part("Written response", text));
    }
    let text = match listed.entry.outcome {
        Outcome::Put {
            answer: Answer::Promised,
            ..
        } => "A written response was promised.",
        Outcome::Put {
            supplementary: Some(Answer::Promised),
            ..
        } => "A written response to the supplementary question was promised.",
        Outcome::PassedOver => "The questioner was recorded as absent.",
        _ => return None,
    };
    Some(part("Written response", text))
}

fn parts(listed: &Listed, list: &ChairList) -> Vec<Part> {
    let mut parts = Vec::new();
    let minutes = &listed.minutes;
    let under = match listed.entry.outcome {
        Outcome::DealtWith { item } => list.meeting.agenda.iter().find(|on| on.id == item),
        _ => listed.dealt_with.as_ref(),
    };
    if let Some(item) = under {
        parts.push(part(
            "Dealt with",
            format!(
                "The question was dealt with as part of {}.",
                referred_to(item)
            ),
        ));
    }
    if let Some(response) = &minutes.response {
        let by = minutes
            .answered_by
            .as_ref()
            .map(|who| format!(" by {who}"))
            .unwrap_or_default();
        parts.push(part(format!("Response{by}"), response));
    } else if was_put(listed)
        && under.is_none()
        && (listed.question.status == Status::Answered
            || matches!(
                listed.entry.outcome,
                Outcome::Put {
                    answer: Answer::Given,
                    ..
                }
            ))
    {
        let by = minutes
            .answered_by
            .as_ref()
            .map(|who| format!(" by {who}"))
            .unwrap_or_default();
        parts.push(part(
            "Response",
            format!("The question was answered at the meeting{by}."),
        ));
    }
    let supplementary_asked = matches!(
        listed.entry.outcome,
        Outcome::Put {
            supplementary: Some(_),
            ..
        }
    );
    match (&minutes.supplementary_text, supplementary_asked) {
        (Some(text), _) => parts.push(part("Supplementary question", text)),
        (None, true) => parts.push(part(
            "Supplementary question",
            "A supplementary question was asked.",
        )),
        (None, false) => {}
    }
    if let Some(text) = &minutes.supplementary_response {
        parts.push(part("Response to the supplementary question", text));
    }
    if !was_put(listed) && under.is_none() {
        let text = match (list.state.phase, listed.entry.outcome) {
            (Phase::Closed, _) | (_, Outcome::PassedOver) => {
                "The question was not put at the meeting."
            }
            _ if list.meeting.meeting().status != MeetingStatus::Scheduled => {
                "The question was not put at the meeting."
            }
            (_, Outcome::Called) => "The question is being put.",
            _ => "The question has not been called yet.",
        };
        parts.push(part("Outcome", text));
    }
    parts.extend(in_writing(listed));
    parts
}

/// What became of those that nobody decided on: their words were never approved, so they are counted and not printed.
const NEVER_DECIDED: &str = "not decided on before the meeting and to be answered in writing";

/// "2 questions".
fn counted(count: usize) -> String {
    match count {
        1 => "1 question".to_owned(),
        count => format!("{count} questions"),
    }
}

/// What is said where no question is on the list: the nil return, unless some had come that were not put.
fn nobody_listed(list: &ChairList, names: &RuleNames) -> String {
    let received: Vec<Status> = list
        .unlisted
        .iter()
        .filter(|question| question.refusals.is_empty() && was_received(question.status))
        .map(|question| question.status)
        .collect();
    if received.is_empty() {
        return NIL.to_owned();
    }
    let rejected = format!(
        "rejected under {}",
        names.cite_either(Clause::V, Clause::Vi)
    );
    let mut became = Vec::new();
    for (status, words) in [
        (Status::Rejected, rejected.as_str()),
        (Status::Withdrawn, "withdrawn"),
        (Status::Submitted, "waiting for a decision"),
        (Status::ResponseOwed, NEVER_DECIDED),
    ] {
        let count = received
            .iter()
            .filter(|found| match status {
                Status::ResponseOwed => {
                    matches!(**found, Status::ResponseOwed | Status::Responded)
                }
                status => **found == status,
            })
            .count();
        if count > 0 {
            became.push(format!("{count} {words}"));
        }
    }
    let became = if became.is_empty() {
        String::new()
    } else {
        format!(": {}", became.join(", "))
    };
    format!(
        "No public questions were put. {} had been received{became}.",
        counted(received.len())
    )
}

impl MinutesExtract {
    /// The extract of a meeting as it stands.
    pub fn of(list: &ChairList, council: &Council) -> Self {
        let meeting = list.meeting.meeting();
        let questions: Vec<MinutedQuestion> = (1..)
            .zip(&list.listed)
            .map(|(place, listed)| MinutedQuestion {
                place,
                name: listed.question.published_name.clone(),
                matter: listed.matter.clone(),
                text: listed.question.public_text.clone(),
                parts: parts(listed, list),
            })
            .collect();
        let opening = match (questions.len(), list.never_decided.len()) {
            (0, _) => nobody_listed(list, &council.rule),
            (1, 0) => "1 public question had been received.".to_owned(),
            (count, 0) => format!("{count} public questions had been received."),
            (count, never) => format!(
                "{} public questions had been received: {never} {NEVER_DECIDED}.",
                count + never
            ),
        };
        Self {
            heading: Heading::of(&list.meeting, &council.name),
            minute_number: public_question_time(&list.meeting.agenda)
                .and_then(|item| item.minute_number.clone())
                .unwrap_or_default(),
            is_draft: meeting.status == MeetingStatus::Scheduled
                && list.state.phase != Phase::Closed,
            is_cancelled: meeting.status == MeetingStatus::Cancelled,
            opening,
            questions,
        }
    }
}
