//! Reasons why the standing order refuses something. Each refusal cites its clause, gives the reason in words, and says what can be
//! done instead. A refusal holds the figures that it was decided under, so that it stays true when they change.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    coded,
    domain::{
        agenda::NotForQuestions,
        local_time,
        numbers::{count, count_in_words},
        wording::{ABOUT_APPLICATIONS, RuleNames, Wording},
    },
};

coded! {
    /// A clause of the rule, by its place in Standing Order 34(9). How a council numbers it is a setting:
    /// [`RuleNames::cite`](crate::domain::wording::RuleNames::cite).
    pub enum Clause {
        /// The time for public question time; residents of the borough.
        I = "i",
        /// Any matter relating to the agenda.
        Ii = "ii",
        /// Written notice by the deadline; the allowance of each person and organisation.
        Iii = "iii",
        /// Supplementary questions.
        Iv = "iv",
        /// Grounds for rejection.
        V = "v",
        /// No applications, nothing private.
        Vi = "vi",
        /// Indicating.
        Vii = "vii",
        /// The time of each questioner.
        Viii = "viii",
        /// Written response.
        Ix = "ix",
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
        /// How many questions the allowance is.
        #[serde(default = "one")]
        allowed: u16,
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
    /// (i): the time for public question time is over; nobody else can be called.
    QuestionTimeOver {
        /// The allocation in minutes.
        minutes: u32,
    },
    /// (viii): the questioner's time is used up.
    SpeakingTimeOver {
        /// The allocation in minutes.
        minutes: u32,
    },
    /// (iv): as many supplementaries as are allowed have been asked.
    SecondSupplementary {
        /// How many are allowed for each question; may be none.
        #[serde(default = "one")]
        allowed: u16,
    },
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
            Self::ItemNotForQuestions { why, .. } => why.clause(),
            Self::SpeakingTimeOver { .. } => Clause::Viii,
            Self::SecondSupplementary { .. } => Clause::Iv,
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
            Self::SecondSupplementary { .. } => "second-supplementary",
            Self::NotIndicated => "not-indicated",
        }
    }

    /// The heading.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Late { .. } => "Your question arrived after the deadline",
            Self::SecondQuestion { .. } => "A question has already been received",
            Self::NotResident => "You told us that you do not live in the borough",
            Self::OutsideBorough { .. } => "Your postcode is outside the borough",
            Self::NotOnAgenda => "Your question must be about an item on the agenda",
            Self::ItemNotForQuestions { .. } => "Questions cannot be asked about this item",
            Self::MeetingNotTakingQuestions { cancelled: true } => {
                "This meeting has been cancelled"
            }
            Self::MeetingNotTakingQuestions { cancelled: false } => "This meeting is over",
            Self::QuestionTimeOver { .. } => "Public question time is over",
            Self::SpeakingTimeOver { .. } => "The questioner’s time is over",
            Self::SecondSupplementary { allowed: 0 } => "Supplementary questions are not allowed",
            Self::SecondSupplementary { allowed: 1 } => "The supplementary question has been asked",
            Self::SecondSupplementary { .. } => "The supplementary questions have been asked",
            Self::NotIndicated => "The questioner has not indicated",
        }
    }

    /// Why, in a sentence or two.
    pub fn reason(&self) -> String {
        match self {
            Self::Late {
                deadline,
                received_at,
            } => format!(
                "The deadline was {}. Your question was received on {}.",
                local_time::time_on_day(*deadline),
                local_time::exact_moment(*received_at)
            ),
            Self::SecondQuestion {
                by: Allowance::Person,
                allowed,
            } => format!(
                "Each person can send {} to a meeting, and {} already been received with these details.",
                questions(*allowed),
                as_many(*allowed)
            ),
            Self::SecondQuestion {
                by: Allowance::Organisation,
                allowed,
            } => format!(
                "Each organisation can send {} to a meeting, and {} already been received from this organisation.",
                questions(*allowed),
                as_many(*allowed)
            ),
            Self::NotResident => {
                "Public question time is for people who live in the borough.".to_owned()
            }
            Self::OutsideBorough { .. } => "The council’s list of postcodes shows that the postcode you gave is outside the borough.".to_owned(),
            Self::NotOnAgenda => "The agenda for this meeting has been published, and a question must be about one of its items.".to_owned(),
            Self::ItemNotForQuestions { item, why } => format!(
                "Questions cannot be asked about “{item}” because {}.",
                why.words()
            ),
            Self::MeetingNotTakingQuestions { cancelled: true } => {
                "The meeting will not be held, so it takes no questions.".to_owned()
            }
            Self::MeetingNotTakingQuestions { cancelled: false } => {
                "The meeting has been held, so it takes no more questions.".to_owned()
            }
            Self::QuestionTimeOver { minutes } => format!(
                "The {} for public question time {} been used, so nobody else can be called.",
                count(u64::from(*minutes), "minute"),
                has(*minutes)
            ),
            Self::SpeakingTimeOver { minutes } => format!(
                "The questioner has used the {} that each questioner is allowed.",
                count(u64::from(*minutes), "minute")
            ),
            Self::SecondSupplementary { allowed: 0 } => {
                "The council’s rules do not allow a supplementary question.".to_owned()
            }
            Self::SecondSupplementary { allowed } => format!(
                "Each question can be followed by {}.",
                count_in_words(u64::from(*allowed), "supplementary question")
            ),
            Self::NotIndicated => {
                "The questioner has not indicated that they are present and wish to ask.".to_owned()
            }
        }
    }

    /// The sentence of the clause that refuses, where the reason does not say it already.
    pub fn rule(&self, wording: &Wording<'_>) -> Option<String> {
        match self {
            Self::Late { .. } => Some(wording.about_notice()),
            Self::ItemNotForQuestions { .. } => Some(ABOUT_APPLICATIONS.to_owned()),
            Self::OutsideBorough { .. } => Some(Self::NotResident.reason()),
            _ => None,
        }
    }

    /// What can be done instead. It depends on whether the board has another meeting to send the question to.
    pub fn remedy(&self, next: NextMeeting) -> String {
        let remedy = match self {
            Self::Late { .. } => format!(
                "We have kept your question, and the council may give you a written response. {}",
                next.remedy()
            ),
            Self::SecondQuestion {
                by: Allowance::Person,
                ..
            } => format!(
                "If you did not send the earlier question, or two people share these details, contact the council. We have kept your question and an officer will look at it. {}",
                next.remedy()
            ),
            Self::SecondQuestion {
                by: Allowance::Organisation,
                ..
            } => format!(
                "If your organisation did not send the earlier question, or you are asking for yourself or for another organisation, contact the council. We have kept your question and an officer will look at it. {}",
                next.remedy()
            ),
            Self::NotResident => "You can contact the council about this in another way, or ask someone who lives in the borough to ask the question.".to_owned(),
            Self::OutsideBorough { .. } => "If you live in the borough, contact the council: we have kept your question and an officer can accept it.".to_owned(),
            Self::NotOnAgenda => format!(
                "Choose the agenda item that your question is about. {}",
                next.remedy()
            ),
            Self::ItemNotForQuestions { .. } => {
                "Choose another item, or contact the council about how to comment on this one.".to_owned()
            }
            Self::MeetingNotTakingQuestions { .. } if next == NextMeeting::Barred => {
                "You can contact the council about this in another way.".to_owned()
            }
            Self::MeetingNotTakingQuestions { .. } => next.remedy(),
            Self::QuestionTimeOver { .. } => {
                "Close public question time: each question that is left will get a written response.".to_owned()
            }
            Self::SpeakingTimeOver { .. } => "Move on to the answer, or finish this question.".to_owned(),
            Self::SecondSupplementary { .. } => {
                "Finish this question. Anything further can be answered in writing.".to_owned()
            }
            Self::NotIndicated => {
                "Mark the questioner as present first, or pass them over for a written response.".to_owned()
            }
        };
        remedy.trim_end().to_owned()
    }

    /// Whether the question could go to another meeting as it is: what refuses it here need not refuse it there.
    pub fn may_be_sent_on(&self) -> bool {
        match self {
            Self::Late { .. }
            | Self::SecondQuestion { .. }
            | Self::NotOnAgenda
            | Self::ItemNotForQuestions { .. }
            | Self::MeetingNotTakingQuestions { .. } => true,
            Self::NotResident
            | Self::OutsideBorough { .. }
            | Self::QuestionTimeOver { .. }
            | Self::SpeakingTimeOver { .. }
            | Self::SecondSupplementary { .. }
            | Self::NotIndicated => false,
        }
    }
}

/// What is known of the board's next meeting that takes questions, to which a question that is refused could go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "is", content = "date", rename_all = "snake_case")]
pub enum NextMeeting {
    /// It is on this date and takes questions now.
    On(NaiveDate),
    /// None has been announced. The questioner will be written to when one is.
    WillBeTold,
    /// None has been announced.
    NotAnnounced,
    /// It does not matter: the question is refused for another reason as well, which holds for every meeting.
    Barred,
    /// It depends on the board, which is not known here.
    #[default]
    Unknown,
}

impl NextMeeting {
    /// What the questioner can do with that.
    pub fn remedy(self) -> String {
        match self {
            Self::On(date) => format!(
                "You can send your question to the board’s next meeting, on {}.",
                local_time::long_date(date)
            ),
            Self::WillBeTold => "The board’s next meeting has not been announced. We will write to you when it is, so that you can send your question to it.".to_owned(),
            Self::NotAnnounced => "The board’s next meeting has not been announced. You can send your question to it once it has.".to_owned(),
            Self::Barred => String::new(),
            Self::Unknown => "You can send your question to the next meeting of the board that is open for questions.".to_owned(),
        }
    }
}

/// A refusal as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalWords {
    /// The heading.
    pub title: &'static str,
    /// Why.
    pub reason: String,
    /// What can be done instead.
    pub remedy: String,
    /// The citation of the clause.
    pub cited: String,
}

impl RefusalWords {
    /// The words for a refusal.
    pub fn new(refusal: &Refusal, names: &RuleNames, next: NextMeeting) -> Self {
        Self {
            title: refusal.title(),
            reason: refusal.reason(),
            remedy: refusal.remedy(next),
            cited: names.cite(refusal.clause()),
        }
    }
}

fn one() -> u16 {
    1
}

fn questions(number: u16) -> String {
    count_in_words(u64::from(number), "question")
}

fn as_many(number: u16) -> String {
    match number {
        1 => "a question has".to_owned(),
        number => format!(
            "{} have",
            crate::domain::numbers::in_words(u64::from(number))
        ),
    }
}

fn has(minutes: u32) -> &'static str {
    if minutes == 1 { "has" } else { "have" }
}
