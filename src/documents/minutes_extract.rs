//! The extract for the minutes: the nil return where no question was received, or each question with its response and supplementary, what was
//! dealt with under another item (reading 17), and what is owed in writing (clause (ix)).

use crate::{
    config::Council,
    documents::{Heading, public_question_time, referred_to},
    domain::{
        local_time,
        meeting::MeetingStatus,
        standing_order::question_time::{Answer, Outcome, Phase},
        status::Status,
    },
    service::chair_list::{ChairList, Listed},
    store::responses::WrittenResponse,
};

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
    /// The questions in the order in which they were called, then those kept for a written response.
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

/// What is said of a written response: that it is due, or its words.
fn written(response: &WrittenResponse, words: Option<&str>) -> Part {
    let because = response.reason.about_questioner();
    let text = match words {
        Some(words) => format!("A written response was sent because {because}:\n\n{words}"),
        None if response.state.is_owed() => format!(
            "A written response is due by {} because {because}.",
            local_time::long_date(response.due_on)
        ),
        None => "No written response was needed, because the question was withdrawn.".to_owned(),
    };
    part("Written response", text)
}

fn in_writing(listed: &Listed) -> Option<Part> {
    if let Some(response) = &listed.response {
        return Some(written(response, listed.written.as_deref()));
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

/// "public question", "13 public questions".
fn questions(count: usize) -> String {
    match count {
        1 => "public question".to_owned(),
        count => format!("{count} public questions"),
    }
}

/// What is said before the questions, or instead of them: the nil return where none was received, otherwise how many were and how
/// many of those follow. Who decided what of the others is for the officer's papers (reading 22).
fn opening(list: &ChairList) -> String {
    let received = list.received();
    let (listed, kept) = (list.listed.len(), list.kept.len());
    let minuted = listed + kept;
    if received == 0 {
        return list.meeting.board.nil_return().to_owned();
    }
    let mut says = if minuted == received {
        format!("The following {} had been received.", questions(minuted))
    } else {
        let first = match (listed, kept) {
            (0, 0) => "No public questions were put.".to_owned(),
            (_, 0) => format!(
                "The following {} had been approved for the meeting.",
                questions(minuted)
            ),
            (0, _) => format!(
                "The following {} had been kept for a written response.",
                questions(minuted)
            ),
            _ => format!(
                "The following {} had been approved for the meeting or kept for a written response.",
                questions(minuted)
            ),
        };
        let all = match received {
            1 => "1 public question".to_owned(),
            count => format!("{count} public questions"),
        };
        format!("{first} In all, {all} had been received.")
    };
    match list.never_decided_count() {
        0 => {}
        // their words were never approved, so they are counted and not printed
        1 => says.push_str(
            " Of these, 1 had not been decided on before the meeting and was to be answered in writing.",
        ),
        count => says.push_str(&format!(
            " Of these, {count} had not been decided on before the meeting and were to be answered in writing."
        )),
    }
    says
}

impl MinutesExtract {
    /// The extract of a meeting as it stands.
    pub fn of(list: &ChairList, council: &Council) -> Self {
        let meeting = list.meeting.meeting();
        let listed = list
            .listed
            .iter()
            .map(|listed| (&listed.question, &listed.matter, parts(listed, list)));
        let kept = list.kept.iter().map(|kept| {
            let parts = vec![written(&kept.response, kept.written.as_deref())];
            (&kept.question, &kept.matter, parts)
        });
        let questions: Vec<MinutedQuestion> = (1..)
            .zip(listed.chain(kept))
            .map(|(place, (question, matter, parts))| MinutedQuestion {
                place,
                name: question.published_name.clone(),
                matter: matter.clone(),
                text: question.public_text.clone(),
                parts,
            })
            .collect();
        Self {
            heading: Heading::of(&list.meeting, &council.name),
            minute_number: public_question_time(&list.meeting.agenda)
                .and_then(|item| item.minute_number.clone())
                .unwrap_or_default(),
            is_draft: meeting.status == MeetingStatus::Scheduled
                && list.state.phase != Phase::Closed,
            is_cancelled: meeting.status == MeetingStatus::Cancelled,
            opening: opening(list),
            questions,
        }
    }
}
