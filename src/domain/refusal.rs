//! What the standing order says no to. Each refusal cites its clause, gives the reason in words, and says what can be done
//! instead.

use chrono::{DateTime, Utc};

use crate::{
    coded,
    domain::{agenda::NotForQuestions, local_time},
};

coded! {
    /// A clause of Standing Order 34(9).
    pub enum Clause {
        /// 30 minutes; residents of the Borough.
        I = "34(9)(i)",
        /// Any matter relating to the agenda.
        Ii = "34(9)(ii)",
        /// Written notice by 4.00 pm on the previous working day; one question.
        Iii = "34(9)(iii)",
        /// One supplementary.
        Iv = "34(9)(iv)",
        /// Grounds for rejection.
        V = "34(9)(v)",
        /// No applications, nothing private.
        Vi = "34(9)(vi)",
        /// Indicating.
        Vii = "34(9)(vii)",
        /// 3 minutes.
        Viii = "34(9)(viii)",
        /// Written response.
        Ix = "34(9)(ix)",
    }
}

impl Clause {
    /// As cited in a sentence.
    pub fn cited(self) -> String {
        format!("Standing Order {self}")
    }

    /// What the clause says, in plain words.
    pub fn in_plain_words(self) -> &'static str {
        match self {
            Self::I => {
                "Public question time lasts 30 minutes and is for people who live in the borough."
            }
            Self::Ii => "A question must be about a matter on the agenda of the meeting.",
            Self::Iii => {
                "Questions must be given in writing by 4pm on the working day before the meeting. Each person or organisation can send one question to a meeting."
            }
            Self::Iv => {
                "The questioner can ask one supplementary question about the same matter. It may be answered at the meeting or afterwards."
            }
            Self::V => {
                "The chair or the proper officer may reject a question that is not about the council's responsibilities or the borough; is defamatory, frivolous, offensive, abusive or racist; is substantially the same as one put in the last 6 months; or would disclose confidential or exempt information."
            }
            Self::Vi => {
                "A question cannot be about a planning or licensing application, or about anything dealt with in private."
            }
            Self::Vii => "The chair asks people to indicate that they wish to ask their question.",
            Self::Viii => "Each questioner has up to 3 minutes to speak.",
            Self::Ix => {
                "A questioner who does not get an answer at the meeting is sent a written response."
            }
        }
    }
}

coded! {
    /// For whom a question had already come.
    pub enum Allowance {
        /// The same person.
        Person = "person",
        /// The same organisation.
        Organisation = "organisation",
    }
}

/// One reason for which the standing order says no.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Refusal {
    /// (iii): notice came after the deadline.
    Late {
        /// The deadline.
        deadline: DateTime<Utc>,
        /// The moment of receipt.
        received_at: DateTime<Utc>,
    },
    /// (iii): the person or organisation has already sent a question to the meeting.
    SecondQuestion {
        /// Whose allowance is used.
        by: Allowance,
    },
    /// (i): the questioner says that they do not live in the borough.
    NotResident,
    /// (i): the directory places the postcode outside the borough.
    OutsideBorough {
        /// The postcode.
        postcode: String,
    },
    /// (ii): the agenda is out and the question names none of its items.
    NotOnAgenda,
    /// (vi): the item can't be asked about.
    ItemNotForQuestions {
        /// The item's title.
        item: String,
        /// Why.
        why: NotForQuestions,
    },
    /// (iii): the meeting takes no questions: it is cancelled or over.
    MeetingNotTakingQuestions {
        /// Whether it is because the meeting was cancelled.
        cancelled: bool,
    },
    /// (i): the 30 minutes are over; nobody else can be called.
    QuestionTimeOver {
        /// The allocation in minutes.
        minutes: u32,
    },
    /// (viii): the questioner's time is used up.
    SpeakingTimeOver {
        /// The allocation in minutes.
        minutes: u32,
    },
    /// (iv): the supplementary has already been asked.
    SecondSupplementary,
    /// (vii): the questioner has not indicated that they wish to ask.
    NotIndicated,
}

impl Refusal {
    /// The clause that says no.
    pub fn clause(&self) -> Clause {
        match self {
            Self::Late { .. }
            | Self::SecondQuestion { .. }
            | Self::MeetingNotTakingQuestions { .. } => Clause::Iii,
            Self::NotResident | Self::OutsideBorough { .. } | Self::QuestionTimeOver { .. } => {
                Clause::I
            }
            Self::NotOnAgenda => Clause::Ii,
            Self::ItemNotForQuestions { .. } => Clause::Vi,
            Self::SpeakingTimeOver { .. } => Clause::Viii,
            Self::SecondSupplementary => Clause::Iv,
            Self::NotIndicated => Clause::Vii,
        }
    }

    /// Stable code for programs; also the end of the problem type's address.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Late { .. } => "late",
            Self::SecondQuestion { .. } => "second-question",
            Self::NotResident => "not-resident",
            Self::OutsideBorough { .. } => "outside-borough",
            Self::NotOnAgenda => "not-on-agenda",
            Self::ItemNotForQuestions { .. } => "item-not-for-questions",
            Self::MeetingNotTakingQuestions { .. } => "meeting-not-taking-questions",
            Self::QuestionTimeOver { .. } => "question-time-over",
            Self::SpeakingTimeOver { .. } => "speaking-time-over",
            Self::SecondSupplementary => "second-supplementary",
            Self::NotIndicated => "not-indicated",
        }
    }

    /// The heading.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Late { .. } => "Your question came after the deadline",
            Self::SecondQuestion { .. } => "A question has already been received",
            Self::NotResident => "Only people who live in the borough can ask a question",
            Self::OutsideBorough { .. } => "Your postcode is outside the borough",
            Self::NotOnAgenda => "Your question must be about an item on the agenda",
            Self::ItemNotForQuestions { .. } => "Questions cannot be asked about this item",
            Self::MeetingNotTakingQuestions { cancelled: true } => {
                "This meeting has been cancelled"
            }
            Self::MeetingNotTakingQuestions { cancelled: false } => "This meeting is over",
            Self::QuestionTimeOver { .. } => "Public question time is over",
            Self::SpeakingTimeOver { .. } => "The questioner's time is over",
            Self::SecondSupplementary => "The supplementary question has been asked",
            Self::NotIndicated => "The questioner has not indicated",
        }
    }

    /// Why, in a sentence or two.
    pub fn reason(&self) -> String {
        match self {
            Self::Late { deadline, received_at } => format!(
                "The deadline was {}. Your question was received on {}.",
                local_time::time_on_day(*deadline),
                local_time::exact_moment(*received_at)
            ),
            Self::SecondQuestion { by: Allowance::Person } => {
                "Each person can send one question to a meeting, and a question has already been received with these details.".to_owned()
            }
            Self::SecondQuestion { by: Allowance::Organisation } => {
                "Each organisation can send one question to a meeting, and a question has already been received from this organisation.".to_owned()
            }
            Self::NotResident => "Public question time is for people who live in the borough.".to_owned(),
            Self::OutsideBorough { .. } => "The council's list of postcodes shows that the postcode you gave is outside the borough.".to_owned(),
            Self::NotOnAgenda => "The agenda for this meeting has been published, and a question must be about one of its items.".to_owned(),
            Self::ItemNotForQuestions { item, why } => format!("Questions cannot be asked about “{item}” because {}.", why.words()),
            Self::MeetingNotTakingQuestions { cancelled: true } => "The meeting will not be held, so it takes no questions.".to_owned(),
            Self::MeetingNotTakingQuestions { cancelled: false } => "The meeting has been held, so it takes no more questions.".to_owned(),
            Self::QuestionTimeOver { minutes } => format!("The {minutes} minutes for public question time have been used, so nobody else can be called."),
            Self::SpeakingTimeOver { minutes } => format!("The questioner has used the {minutes} minutes that each questioner is allowed."),
            Self::SecondSupplementary => "Only one supplementary question can be asked.".to_owned(),
            Self::NotIndicated => "The questioner has not indicated that they are present and wish to ask.".to_owned(),
        }
    }

    /// What can be done instead.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Late { .. } => {
                "Your question has been kept. You can send it to the board's next meeting, and the council may give you a written response."
            }
            Self::SecondQuestion { .. } => {
                "If this was not you, or two people share these details, contact the council. Your question has been kept and an officer will look at it. You can also send it to the board's next meeting."
            }
            Self::NotResident => {
                "You can contact the council about this in another way, or ask someone who lives in the borough to ask the question."
            }
            Self::OutsideBorough { .. } => {
                "If you live in the borough, contact the council: your question has been kept and an officer can admit it."
            }
            Self::NotOnAgenda => {
                "Choose the agenda item that your question is about, or send your question to another meeting."
            }
            Self::ItemNotForQuestions { .. } => {
                "Choose another item, or contact the council about how to comment on this one."
            }
            Self::MeetingNotTakingQuestions { .. } => {
                "You can send your question to the board's next meeting."
            }
            Self::QuestionTimeOver { .. } => {
                "Close public question time: each question that is left will get a written response."
            }
            Self::SpeakingTimeOver { .. } => "Move on to the answer, or finish this question.",
            Self::SecondSupplementary => {
                "Finish this question. Anything further can be answered in writing."
            }
            Self::NotIndicated => {
                "Mark the questioner as present first, or pass them over for a written response."
            }
        }
    }
}
