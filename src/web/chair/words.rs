//! How question time is put into words for the chair.

use chrono::TimeDelta;

use crate::{
    domain::{
        id::QuestionId,
        standing_order::question_time::{Answer, Event, Noted, Outcome, Phase, View},
        status::Status,
    },
    service::chair_list::{ChairList, Listed},
};

/// "12 minutes 5 seconds"; seconds are cut, not rounded.
pub fn duration(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let part = |count: i64, unit: &str| {
        if count == 1 {
            format!("1 {unit}")
        } else {
            format!("{count} {unit}s")
        }
    };
    match (minutes, seconds) {
        (0, seconds) => part(seconds, "second"),
        (minutes, 0) => part(minutes, "minute"),
        (minutes, seconds) => format!("{} {}", part(minutes, "minute"), part(seconds, "second")),
    }
}

/// "12:05": minutes and seconds; what is left is rounded up, so that 0:00 is shown only once the time is over.
pub fn digits(left: TimeDelta) -> String {
    let seconds = left_seconds(left);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What is left in whole seconds, rounded up.
pub fn left_seconds(left: TimeDelta) -> i64 {
    left.num_milliseconds().max(0).div_euclid(1000)
        + i64::from(left.num_milliseconds().max(0) % 1000 > 0)
}

/// "about 3 minutes": what a question is expected to take.
pub fn expected(time: TimeDelta) -> String {
    let minutes = (time.num_seconds() + 59) / 60;
    if minutes == 1 {
        "about 1 minute".to_owned()
    } else {
        format!("about {minutes} minutes")
    }
}

/// What became of a question, with the colour of its tag.
pub fn outcome(listed: &Listed) -> (String, &'static str) {
    let plain = |text: &str, colour| (text.to_owned(), colour);
    match listed.question.status {
        Status::Approved => match listed.entry.outcome {
            Outcome::Waiting if listed.entry.indicated => plain("Present, waiting", "blue"),
            Outcome::Waiting => plain("Waiting", "grey"),
            Outcome::Called => plain("Being put now", "purple"),
            Outcome::Put {
                answer: Answer::Promised,
                ..
            } => plain("Put, answer promised in writing", "yellow"),
            Outcome::Put {
                supplementary: Some(Answer::Promised),
                ..
            } => plain("Answered, supplementary in writing", "yellow"),
            Outcome::Put { .. } => plain("Put and answered", "green"),
            Outcome::PassedOver => plain("Passed over", "orange"),
            Outcome::DealtWith { .. } => plain("Dealt with under an item", "teal"),
        },
        Status::ResponseOwed => plain("Written response owed", "yellow"),
        Status::Responded => plain("Written response sent", "green"),
        Status::Answered => plain("Answered at the meeting", "green"),
        Status::DealtWith => plain("Dealt with under an item", "teal"),
        other => {
            let words = other.words();
            let mut letters = words.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            (first.unwrap_or_default() + letters.as_str(), "grey")
        }
    }
}

/// Where question time stands, in words.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::NotOpened => "Not opened",
        Phase::Open => "Open",
        Phase::Adjourned => "Adjourned",
        Phase::Closed => "Closed",
    }
}

/// What the public screen shows, in words.
pub fn view(view: View) -> &'static str {
    match view {
        View::Name => "the board’s name only",
        View::Clock => "who speaks and the clocks",
        View::List => "the whole list",
    }
}

/// What an event did, for the button that undoes it.
pub fn event(list: &ChairList, event: &Event) -> String {
    let name = |id: &QuestionId| {
        list.question(*id).map_or_else(
            || "a question".to_owned(),
            |listed| listed.room_name.short(),
        )
    };
    match event {
        Event::Indicated { question } => format!("{} marked as present", name(question)),
        Event::IndicationWithdrawn { question } => {
            format!("{} marked as not present", name(question))
        }
        Event::Reordered { .. } => "the order was changed".to_owned(),
        Event::Opened => "public question time was opened".to_owned(),
        Event::Adjourned => "adjourned".to_owned(),
        Event::Resumed => "resumed".to_owned(),
        Event::Called { question } => format!("{} was called", name(question)),
        Event::SpeakingStarted => "the questioner started to speak".to_owned(),
        Event::SpeakingPaused => "the questioner’s clock was stopped".to_owned(),
        Event::AnswerStarted => "the answer was started".to_owned(),
        Event::SupplementaryStarted => "the supplementary was started".to_owned(),
        Event::Finished { .. } => "the question was finished".to_owned(),
        Event::PassedOver { question } => format!("{} was passed over", name(question)),
        Event::DealtWith { question, .. } => {
            format!("{}’s question was dealt with under an item", name(question))
        }
        Event::Noted { question, happened } => {
            let what = match happened {
                Noted::Answered => "asked and answered",
                Noted::Promised => "asked, with an answer promised in writing",
                Noted::Absent => "not put because the questioner was absent",
                Noted::NotReached => "not reached",
            };
            format!("{}’s question was recorded as {what}", name(question))
        }
        Event::Closed => "public question time was closed".to_owned(),
        Event::Shown { view } => format!("the public screen was set to {}", self::view(*view)),
        Event::Undone { .. } => "an act was undone".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_never_shown_as_over_before_it_is() {
        assert_eq!(digits(TimeDelta::milliseconds(1)), "0:01");
        assert_eq!(digits(TimeDelta::zero()), "0:00");
        assert_eq!(digits(TimeDelta::milliseconds(-5)), "0:00");
        assert_eq!(digits(TimeDelta::seconds(1800)), "30:00");
        assert_eq!(digits(TimeDelta::milliseconds(179_001)), "3:00");
    }

    #[test]
    fn durations_read_as_people_say_them() {
        for (seconds, words) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (60, "1 minute"),
            (61, "1 minute 1 second"),
            (725, "12 minutes 5 seconds"),
        ] {
            assert_eq!(duration(TimeDelta::seconds(seconds)), words);
        }
        assert_eq!(expected(TimeDelta::seconds(61)), "about 2 minutes");
        assert_eq!(expected(TimeDelta::seconds(60)), "about 1 minute");
    }
}
