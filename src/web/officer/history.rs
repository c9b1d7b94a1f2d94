//! The audit trail in words.

use crate::{
    domain::{codes::Code, local_time, standing_order::rejection::Ground, status::Status},
    service::dossier::Happened,
    store::audit::{ActorKind, Entry},
};

/// Something that happened, as a line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When: "5 February 2024 at 4:00:01pm".
    pub when: String,
    /// Who did it.
    pub who: String,
    /// What they did.
    pub what: String,
    /// More about it; may be empty.
    pub more: String,
}

/// A history in words, in the order given.
pub fn lines(history: &[Happened]) -> Vec<Line> {
    history
        .iter()
        .map(|(entry, name)| line(entry, name.as_deref()))
        .collect()
}

/// One entry in words.
pub fn line(entry: &Entry, name: Option<&str>) -> Line {
    Line {
        when: local_time::moment(entry.at()),
        who: who(entry, name),
        what: match (entry.act.as_str(), entry.actor()) {
            ("submit", Ok(ActorKind::Staff)) => "entered the question".to_owned(),
            (code, _) => act(code),
        },
        more: more(entry),
    }
}

fn who(entry: &Entry, name: Option<&str>) -> String {
    match (entry.actor(), name) {
        (Ok(ActorKind::Program), Some(name)) => format!("{name}, through the REST API"),
        (_, Some(name)) => name.to_owned(),
        (Ok(ActorKind::Questioner), None) => "The questioner".to_owned(),
        (Ok(ActorKind::System), None) => "The service".to_owned(),
        _ => "A member of staff".to_owned(),
    }
}

/// An act in words that follow a name.
fn act(code: &str) -> String {
    let words = match code {
        "submit" => "gave notice of the question",
        "restore" => "put the question in its place at the meeting",
        "judge_again" => "read the rule to the question again",
        "reconsider" => "found that the question is to be decided on again",
        "change_matter" => "changed what the question is about",
        "admit" => "admitted the question",
        "admit_in_place" => "admitted the question in place of another",
        "replace" => "admitted another question in place of this one",
        "two_people" => "decided that its questioner and another are two people",
        "refusal_stands" => "decided that the refusal stands",
        "exception" => "recorded an exception",
        "approve" => "approved the question",
        "reject" => "rejected the question",
        "reopen" => "took the rejection back",
        "arrange" => "changed what has been arranged for the meeting",
        "redact" => "redacted what is published",
        "show_name" => "looked at the questioner’s name",
        "replace_private_link" => "replaced the private link",
        "ask_address_change" => "asked for letters to go to another address",
        "correct_contact_details" => "corrected contact details",
        "stop_address_change" => "stopped a change of address",
        "withdraw" => "withdrew the question",
        "disown" => "disowned the question",
        "owe" | "owe_response" => "noted that a written response is owed",
        "chase_response" => "sent a reminder about the written response",
        "tell_not_closed" => "told the officers that public question time was not closed",
        "close_unrecorded" => "closed public question time, which nobody had closed",
        "noted" => "recorded what happened to a question",
        "answer" => "noted that the question was answered",
        "deal_with" => "noted that the question was dealt with under an item",
        "lapse" => "noted that the question was not put",
        "write_response" => "worked on the written response",
        "send_reply" => "sent a reply",
        "write_minutes" => "wrote what the minutes say",
        "schedule_meeting" => "added the meeting",
        "change_meeting" => "changed the meeting",
        "move_meeting" => "moved the meeting",
        "cancel_meeting" => "cancelled the meeting",
        "deadline_moved" => "moved the deadline",
        "add_agenda_item" => "added an agenda item",
        "change_agenda_item" => "changed an agenda item",
        "remove_agenda_item" => "removed an agenda item",
        "reorder_agenda" => "changed the order of the agenda",
        "add_board" => "added a board",
        "change_board" => "changed a board",
        "add_day" => "added a day to the calendar",
        "remove_day" => "took a day out of the calendar",
        "load_seeds" => "loaded the first boards and meetings",
        "remove_personal_details" => "removed the personal details",
        other => return other.replace(['_', '-'], " "),
    };
    words.to_owned()
}

/// What an entry keeps beside the act: the reason in words, the grounds, where the question stands since.
fn more(entry: &Entry) -> String {
    let state = |text: Option<&str>| {
        text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok())
            .unwrap_or_default()
    };
    let (was, became) = (state(entry.was.as_deref()), state(entry.became.as_deref()));
    let mut parts = Vec::new();
    if let Some(grounds) = became["grounds"].as_array() {
        parts.extend(
            grounds
                .iter()
                .filter_map(|code| Ground::from_code(code.as_str()?))
                .map(|ground| ground.label().to_owned()),
        );
    }
    for key in ["reason", "judgement", "why", "title"] {
        if let Some(words) = became[key].as_str().filter(|words| !words.is_empty()) {
            // the reason of a written response is a code
            let words = crate::domain::standing_order::written_response::Reason::from_code(words)
                .map_or_else(
                    || words.to_owned(),
                    |reason| reason.about_questioner().to_owned(),
                );
            parts.push(words);
        }
    }
    let status = |state: &serde_json::Value| state["status"].as_str().and_then(Status::from_code);
    if let Some(now) = status(&became)
        && status(&was) != Some(now)
    {
        parts.push(format!("Now {}", now.words()));
    }
    let deadline = |state: &serde_json::Value| {
        state["deadline"]
            .as_str()
            .and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok())
    };
    if let (Some(before), Some(now)) = (deadline(&was), deadline(&became))
        && before != now
    {
        parts.push(format!(
            "The deadline was {} and is now {}",
            local_time::time_on_day(before),
            local_time::time_on_day(now)
        ));
    }
    // a reason may end with a full stop of its own
    parts
        .iter()
        .map(|part| part.trim().trim_end_matches('.'))
        .collect::<Vec<_>>()
        .join(". ")
}
