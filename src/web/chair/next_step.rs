//! What comes next: the one large button of the chair's screen, and the few others that make sense beside it. What may be done
//! is for the service to say; this only leads.

use crate::{
    domain::{
        id::QuestionId,
        local_time,
        meeting::Stage,
        standing_order::{
            figures::Figures,
            question_time::{Phase, Turn, TurnPhase},
        },
    },
    service::{
        chair_list::ChairList,
        question_time::{is_too_early, takes_notes},
    },
};

/// A button that records an act.
pub struct Step {
    /// What is read on it.
    pub text: String,
    /// The act's name in the form.
    pub act: &'static str,
    /// The key that presses it, beside the one for the large button.
    pub key: &'static str,
}

/// What comes next.
#[derive(Default)]
pub struct NextStep {
    /// Where things stand, in a sentence.
    pub says: String,
    /// The large button.
    pub main: Option<Step>,
    /// The others.
    pub others: Vec<Step>,
    /// The question that the buttons are about.
    pub question: Option<QuestionId>,
    /// Whether closing comes next: the large button is then a link to the page that confirms it.
    pub close_next: bool,
    /// Whether question time can be closed now.
    pub may_close: bool,
    /// Whether what happened can be recorded without the clocks.
    pub may_record: bool,
}

/// The key of an act. The same act has the same key wherever it stands; "n" is the large button, whatever it does.
fn key(act: &str) -> &'static str {
    match act {
        "open" => "o",
        "adjourn" => "j",
        "speak" | "stop" => "s",
        "answer" => "a",
        "supplementary" => "q",
        "pass_over" => "p",
        "finish:given" | "finish:given,given" => "f",
        "finish:promised" | "finish:given,promised" => "w",
        "finish:promised,given" => "y",
        "finish:promised,promised" => "b",
        _ => "",
    }
}

fn step(text: impl Into<String>, act: &'static str) -> Step {
    Step {
        text: text.into(),
        act,
        key: key(act),
    }
}

/// What comes next at a meeting that is still to be closed.
pub fn of(list: &ChairList, figures: &Figures) -> NextStep {
    NextStep {
        may_record: takes_notes(&list.meeting, list.now) && list.state.phase != Phase::Closed,
        ..step_of(list, figures)
    }
}

fn step_of(list: &ChairList, figures: &Figures) -> NextStep {
    let state = &list.state;
    match (state.phase, &state.turn) {
        (Phase::Closed, _) => NextStep::default(),
        _ if list.meeting.stage(list.now) == Stage::Unclosed
            && !list.meeting.meeting().demonstration =>
        {
            NextStep {
                says: "The day of this meeting has passed, and public question time was not closed."
                    .to_owned(),
                ..NextStep::default()
            }
        }
        (Phase::NotOpened, _) if is_too_early(&list.meeting, list.now) => NextStep {
            says: format!(
                "Public question time can be opened on {}. Until then the order can be changed.",
                local_time::long_date(list.meeting.meeting().date)
            ),
            ..NextStep::default()
        },
        (Phase::NotOpened, _) if list.listed.is_empty() => NextStep {
            says: "No questions are on the list.".to_owned(),
            close_next: true,
            may_close: true,
            others: vec![step("Open public question time", "open")],
            ..NextStep::default()
        },
        (Phase::NotOpened, _) => NextStep {
            says: "Opening starts the clock of public question time. Mark who is present first, or at any time.".to_owned(),
            main: Some(step("Open public question time", "open")),
            may_close: true,
            ..NextStep::default()
        },
        (Phase::Adjourned, _) => NextStep {
            says: "Public question time is adjourned. Both clocks are stopped.".to_owned(),
            main: Some(step("Resume public question time", "resume")),
            may_close: state.turn.is_none(),
            ..NextStep::default()
        },
        (Phase::Open, None) => between_turns(list, figures),
        (Phase::Open, Some(turn)) => in_turn(list, turn, figures),
    }
}

fn between_turns(list: &ChairList, figures: &Figures) -> NextStep {
    let state = &list.state;
    let over = state.left(list.now, figures).is_zero();
    let next = state.next().and_then(|id| list.question(id));
    let others = vec![step("Adjourn", "adjourn")];
    let ends = |says: &str| NextStep {
        says: says.to_owned(),
        close_next: true,
        may_close: true,
        others: vec![step("Adjourn", "adjourn")],
        ..NextStep::default()
    };
    match next {
        _ if over => ends(
            "The time for public question time is over, so nobody else can be called. Each question that is left gets a written response.",
        ),
        Some(next) => NextStep {
            says: format!("Next in order: {}.", next.room_name),
            main: Some(step(format!("Call {}", next.room_name), "call")),
            others,
            question: Some(next.question.id),
            may_close: true,
            ..NextStep::default()
        },
        None if state.waiting() > 0 => ends(
            "Nobody who waits has indicated. Mark who is present, or close public question time.",
        ),
        None => ends("Nobody is waiting to be called."),
    }
}

fn in_turn(list: &ChairList, turn: &Turn, figures: &Figures) -> NextStep {
    let name = list.question(turn.question).map_or_else(
        || "The questioner".to_owned(),
        |listed| listed.room_name.short(),
    );
    let over = list
        .state
        .turn_left(list.now, figures)
        .is_some_and(|left| left.is_zero());
    let mut next = NextStep {
        question: Some(turn.question),
        ..NextStep::default()
    };
    let over_words = if over {
        " The questioner’s time is over."
    } else {
        ""
    };
    match turn.phase {
        TurnPhase::Called if !turn.spoke => {
            next.says = format!("{name} has been called.");
            next.main = Some(step(format!("{name} starts speaking"), "speak"));
            next.others
                .push(step(format!("Pass over: {name} is not here"), "pass_over"));
        }
        TurnPhase::Called => {
            next.says = format!("{name} has been stopped.{over_words}");
            if over {
                next.main = Some(step("Start the answer", "answer"));
            } else {
                next.main = Some(step(format!("{name} goes on speaking"), "speak"));
                next.others.push(step("Start the answer", "answer"));
            }
        }
        TurnPhase::Speaking => {
            next.says = format!("{name} is speaking.{over_words}");
            next.main = Some(step("Start the answer", "answer"));
            next.others.push(step("Stop the speaker", "stop"));
        }
        TurnPhase::Supplementary => {
            next.says = format!("{name} is asking a supplementary question.{over_words}");
            next.main = Some(step("Start the answer to the supplementary", "answer"));
            next.others.push(step("Stop the speaker", "stop"));
        }
        TurnPhase::Answering => {
            next.says = format!("{name} is being answered.");
            next.main = Some(step("Finish: answered", "finish:given"));
            if turn.supplementaries < figures.supplementaries_per_question() {
                next.others
                    .push(step("Supplementary question", "supplementary"));
            }
        }
        TurnPhase::AnsweringSupplementary => {
            next.says = "The supplementary question is being answered.".to_owned();
            next.main = Some(step("Finish: both answered", "finish:given,given"));
        }
    }
    if turn.spoke {
        if turn.supplementaries == 0 {
            next.others.push(step(
                "Finish: answer promised in writing",
                "finish:promised",
            ));
        } else {
            next.others.extend([
                step(
                    "Finish: question answered, supplementary in writing",
                    "finish:given,promised",
                ),
                step(
                    "Finish: supplementary answered, question in writing",
                    "finish:promised,given",
                ),
                step("Finish: both in writing", "finish:promised,promised"),
            ]);
        }
    }
    next.others.push(step("Adjourn", "adjourn"));
    next
}
