//! The questions on the chair's screen, one by one.

use crate::{
    domain::{
        local_time,
        standing_order::{
            figures::Figures,
            question_time::{Outcome, Phase, forecast::Call},
        },
        status::Status,
    },
    service::chair_list::{ChairList, Listed},
    store::questions::Minutes,
    web::{FormState, chair::words},
};

/// A question on the list.
pub struct Row {
    /// Its place, from 1.
    pub place: usize,
    /// Its identifier.
    pub id: String,
    /// What people call it; also the anchor on the page.
    pub reference: String,
    /// The name to call.
    pub name: String,
    /// The words to call, where the questioner is not to be named.
    pub unnamed: Option<String>,
    /// Whether they are under 18.
    pub under_18: bool,
    /// What has been arranged for them at the meeting.
    pub arranged: String,
    /// What it is about.
    pub matter: String,
    /// The words as published.
    pub text: String,
    /// When it is expected to be called, or what it is expected to take; empty once it is over.
    pub expected: String,
    /// Whether it is expected to be reached; true where that is not to be said.
    pub reached: bool,
    /// What became of it.
    pub outcome: String,
    /// The colour of its tag.
    pub colour: &'static str,
    /// More about what became of it.
    pub more: String,
    /// Whether its questioner has indicated.
    pub indicated: bool,
    /// Whether anything may still happen to it.
    pub waits: bool,
    /// Whether it may be called out of order now.
    pub callable: bool,
    /// Whether it may be passed over now.
    pub may_pass_over: bool,
    /// Whether it can go up.
    pub may_go_up: bool,
    /// Whether it can go down.
    pub may_go_down: bool,
    /// Whether it is dealt with now.
    pub is_present_turn: bool,
    /// The minutes of it, where there is something to write.
    pub minutes: Option<MinutesForm>,
}

/// The form in which the minutes of a question are written.
pub struct MinutesForm {
    /// The version that is written upon.
    pub version: i32,
    /// Whether it is shown open.
    pub open: bool,
    /// Whether anything has been written.
    pub written: bool,
    /// What is in it.
    pub form: FormState,
}

impl MinutesForm {
    fn of(minutes: &Minutes, open: bool) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            version: minutes.version,
            open,
            written: minutes.response.is_some()
                || minutes.answered_by.is_some()
                || minutes.supplementary_text.is_some()
                || minutes.supplementary_response.is_some(),
            form: FormState::blank()
                .with("answered_by", text(&minutes.answered_by))
                .with("response", text(&minutes.response))
                .with("supplementary_text", text(&minutes.supplementary_text))
                .with(
                    "supplementary_response",
                    text(&minutes.supplementary_response),
                ),
        }
    }

    /// What is read before it is opened.
    pub fn summary(&self) -> &'static str {
        if self.written {
            "Minutes (written)"
        } else {
            "Minutes (nothing written yet)"
        }
    }

    /// The form as it was sent, refused.
    pub fn sent(version: i32, form: FormState) -> Self {
        Self {
            version,
            open: true,
            written: false,
            form,
        }
    }
}

/// What else there is to say of what became of a question.
fn more(list: &ChairList, listed: &Listed) -> String {
    let under = match listed.entry.outcome {
        Outcome::DealtWith { item } => list.meeting.agenda.iter().find(|on| on.id == item),
        _ => listed.dealt_with.as_ref(),
    };
    if let Some(item) = under {
        return format!("As part of item {}, {}", item.position, item.title);
    }
    match &listed.response {
        Some(response) if response.state.is_owed() => format!(
            "Owed because {}. Due by {}.",
            response.reason.about_questioner(),
            local_time::long_date(response.due_on)
        ),
        _ => String::new(),
    }
}

fn has_minutes(listed: &Listed) -> bool {
    matches!(
        listed.entry.outcome,
        Outcome::Called | Outcome::Put { .. } | Outcome::DealtWith { .. }
    ) || matches!(listed.question.status, Status::Answered | Status::DealtWith)
        || (listed.question.put_on.is_some() && listed.question.status != Status::Approved)
}

/// When a question is expected to be called, in words: by the clock while question time goes on, otherwise after how long.
fn expected(list: &ChairList, call: Option<&Call>, listed: &Listed, over: bool) -> String {
    match (call, list.state.phase) {
        _ if over => "cannot be called any more".to_owned(),
        (Some(call), _) if !call.reached => "not expected to be reached".to_owned(),
        (Some(call), Phase::Open) => format!(
            "expected about {}",
            local_time::clock_time(local_time::london(list.now + call.after).time())
        ),
        (Some(call), Phase::NotOpened) if call.after.is_zero() => {
            format!("first, {}", words::expected(listed.expected))
        }
        (Some(call), Phase::NotOpened) => format!("{} in", words::expected(call.after)),
        (Some(call), _) => format!("{} after it goes on", words::expected(call.after)),
        (None, _) => words::expected(listed.expected),
    }
}

/// The rows of a list, in calling order, with when each is expected to be called.
pub fn of(list: &ChairList, calls: &[Call], figures: &Figures) -> Vec<Row> {
    let over = list.state.left(list.now, figures).is_zero();
    let may_call = list.state.phase == Phase::Open && list.state.turn.is_none() && !over;
    let closed = list.state.phase == Phase::Closed;
    let last = list.listed.len();
    let waiting = |listed: &Listed| listed.entry.outcome == Outcome::Waiting;
    (1..)
        .zip(&list.listed)
        .map(|(place, listed)| {
            let question = &listed.question;
            let (outcome, colour) = words::outcome(listed);
            let approved = question.status == Status::Approved && !closed;
            let waits =
                approved && matches!(listed.entry.outcome, Outcome::Waiting | Outcome::PassedOver);
            let is_present_turn = approved && listed.entry.outcome == Outcome::Called;
            let call = calls.iter().find(|call| call.question == question.id);
            let optional = |text: Option<&String>| text.cloned().unwrap_or_default();
            Row {
                place,
                id: question.id.to_string(),
                reference: question.reference.to_string(),
                name: listed.room_name.short(),
                unnamed: listed
                    .room_name
                    .is_numbered()
                    .then(|| listed.room_name.to_string()),
                under_18: listed.under_18,
                arranged: optional(listed.arranged.as_ref()),
                matter: listed.matter.clone(),
                text: question.public_text.clone(),
                expected: if waits {
                    expected(list, call, listed, over)
                } else {
                    String::new()
                },
                reached: call.is_none_or(|call| call.reached),
                outcome,
                colour,
                more: more(list, listed),
                indicated: listed.entry.indicated,
                waits,
                callable: waits && may_call,
                may_pass_over: waits && waiting(listed),
                may_go_up: waits
                    && list.listed.iter().take(place - 1).any(waiting)
                    && waiting(listed),
                may_go_down: waits
                    && place < last
                    && list.listed.iter().skip(place).any(waiting)
                    && waiting(listed),
                is_present_turn,
                minutes: has_minutes(listed)
                    .then(|| MinutesForm::of(&listed.minutes, is_present_turn)),
            }
        })
        .collect()
}
