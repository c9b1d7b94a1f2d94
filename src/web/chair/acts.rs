//! Reading which act a press of a button asks for.

use crate::{
    domain::{
        codes::Code,
        id::QuestionId,
        standing_order::question_time::{Answer, Event, QuestionTime, View},
    },
    service::ServiceError,
    web::Fields,
};

/// What a form of the chair's screen asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The revision of the list that its sender saw.
    pub seen: i32,
    act: String,
    question: Option<QuestionId>,
    item: String,
    order: String,
}

impl Asked {
    /// Reads the form.
    pub fn read(fields: &Fields) -> Self {
        Self {
            seen: fields.value("seen").parse().unwrap_or(0),
            act: fields.value("act").to_owned(),
            question: fields.value("question").parse().ok(),
            item: fields.value("item").to_owned(),
            order: fields.value("order").to_owned(),
        }
    }

    /// The question that it is about, if it names one.
    pub fn question(&self) -> Option<QuestionId> {
        self.question
    }

    /// The fragment of the button that moved a question, where one did; empty otherwise.
    pub fn mover(&self) -> String {
        match (self.act.as_str(), self.question) {
            ("earlier", Some(question)) => format!("#up-{question}"),
            ("later", Some(question)) => format!("#down-{question}"),
            _ => String::new(),
        }
    }

    /// The event, from where question time stood when its sender looked.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where nothing can be made of it.
    pub fn event(&self, then: &QuestionTime) -> Result<Event, ServiceError> {
        let stale = || ServiceError::Conflict("The list has changed. Look at it again.".to_owned());
        let question = || self.question.ok_or_else(stale);
        Ok(match self.act.as_str() {
            "open" => Event::Opened,
            "adjourn" => Event::Adjourned,
            "resume" => Event::Resumed,
            "call" => Event::Called {
                question: question()?,
            },
            "speak" => Event::SpeakingStarted,
            "stop" => Event::SpeakingPaused,
            "answer" => Event::AnswerStarted,
            "supplementary" => Event::SupplementaryStarted,
            "pass_over" => Event::PassedOver {
                question: question()?,
            },
            "indicate" => Event::Indicated {
                question: question()?,
            },
            "not_present" => Event::IndicationWithdrawn {
                question: question()?,
            },
            "earlier" | "later" => Event::Reordered {
                order: then
                    .moved(question()?, self.act == "earlier")
                    .ok_or_else(stale)?,
            },
            // the whole list, as it was dragged
            "order" => Event::Reordered {
                order: self
                    .order
                    .split(',')
                    .map(str::parse)
                    .collect::<Result<_, _>>()
                    .map_err(|_| stale())?,
            },
            "show:name" => Event::Shown { view: View::Name },
            "show:clock" => Event::Shown { view: View::Clock },
            "show:list" => Event::Shown { view: View::List },
            "deal_with" => Event::DealtWith {
                question: question()?,
                item: self.item.parse().map_err(|_| {
                    ServiceError::field(
                        "item",
                        "choice",
                        "Select the agenda item that it is dealt with under",
                    )
                })?,
            },
            "undo" => Event::Undone {
                seq: then.undoable.ok_or_else(stale)?,
            },
            other => finish(other).ok_or_else(stale)?,
        })
    }
}

/// `finish:given`, or with the answer to the supplementary `finish:given,promised`.
fn finish(act: &str) -> Option<Event> {
    let answers = act.strip_prefix("finish:")?;
    let (answer, supplementary) = match answers.split_once(',') {
        Some((answer, supplementary)) => (answer, Some(supplementary)),
        None => (answers, None),
    };
    Some(Event::Finished {
        answer: Answer::from_code(answer)?,
        supplementary: match supplementary {
            Some(code) => Some(Answer::from_code(code)?),
            None => None,
        },
    })
}
