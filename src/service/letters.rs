//! The letters that the service writes, as facts. They go into the outbox with the act that causes them; the floor above turns
//! the facts into words, the same for the preview and for sending.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    coded,
    domain::{
        id::AddressCorrectionId,
        local_time,
        meeting::{Board, Meeting},
        refusal::{NextMeeting, Refusal},
        standing_order::{rejection::Ground, written_response::Reason},
    },
    service::{
        notify_changes::{Change, Effect},
        redact_question::Redacted,
    },
    store::questions::{Question, QuestionerDetails},
};

/// What every letter about a question says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The question's reference.
    pub reference: String,
    /// Its published text.
    pub question: String,
    /// Whether words of the questioner's were left out of it.
    #[serde(default)]
    pub words_left_out: bool,
    /// The first name of a questioner under 18, where the letter goes to a parent or carer.
    #[serde(default)]
    pub child: Option<String>,
    /// Whether the letter holds nothing that was typed: the address may be somebody else's.
    #[serde(default)]
    pub withheld: bool,
    /// The agenda item or the matter.
    pub matter: String,
    /// The board's full name.
    pub board: String,
    /// The meeting's local date.
    pub date: NaiveDate,
    /// Its local time.
    pub starts: NaiveTime,
    /// Where it is held.
    pub venue: String,
}

impl About {
    /// Describes this question for a letter, in the published text.
    pub fn new(question: &Question, matter: &str, board: &Board, meeting: &Meeting) -> Self {
        Self {
            reference: question.reference.to_string(),
            question: question.public_text.clone(),
            words_left_out: question.words_left_out(),
            child: None,
            withheld: false,
            matter: matter.to_owned(),
            board: board.name.clone(),
            date: meeting.date,
            starts: meeting.starts,
            venue: meeting.venue.clone(),
        }
    }
}

/// What a letter says of a question where somebody else may read it: nothing that its questioner wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The question's reference.
    pub reference: String,
    /// The board's full name.
    pub board: String,
    /// The meeting's local date.
    pub date: NaiveDate,
    /// Whether it greets nobody by name: the address may be somebody else's.
    #[serde(default)]
    pub withheld: bool,
}

impl Brief {
    /// What a letter says of this question.
    pub fn new(question: &Question, board: &Board, meeting: &Meeting) -> Self {
        Self {
            reference: question.reference.to_string(),
            board: board.name.clone(),
            date: meeting.date,
            withheld: false,
        }
    }
}

/// The link that a letter carries. Letters are stored without their links, which are computed when they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterLink {
    /// The private link of the question.
    Question,
    /// The link by which a new address is confirmed.
    ConfirmAddress(AddressCorrectionId),
    /// The link by which letters keep coming to the old address.
    KeepAddress(AddressCorrectionId),
    /// None: it goes to an address that is no longer the questioner's.
    None,
}

/// An earlier question and its answer, as quoted in a rejection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Its reference.
    pub reference: String,
    /// The board at which it was put.
    pub board: String,
    /// When it was put.
    pub put_on: NaiveDate,
    /// Its words as published.
    pub question: String,
    /// The answer, if one is on record.
    pub answer: Option<String>,
}

/// A meeting to which a question could be sent instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendInstead {
    /// Its local date.
    pub date: NaiveDate,
    /// Its deadline for questions.
    pub deadline: DateTime<Utc>,
}

coded! {
    /// Why corrected contact details need an officer.
    pub enum ContactDetailsMatter {
        /// They are those of another question to the same meeting (clause (iii)).
        SamePerson = "same_person",
        /// Whoever reads the old address says that the new one is not theirs.
        Disputed = "disputed",
    }
}

/// A written response that has been corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierResponse {
    /// When it was sent.
    pub sent_on: NaiveDate,
    /// Its words.
    pub body: String,
}

impl EarlierResponse {
    /// The day on which it was sent, in words.
    pub fn sent(&self) -> String {
        local_time::long_date(self.sent_on)
    }
}

/// A written response as a letter to an officer lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseDue {
    /// The question's reference.
    pub reference: String,
    /// The board's name.
    pub board: String,
    /// The date of the meeting.
    pub date: NaiveDate,
    /// The date by which it is due.
    pub due_on: NaiveDate,
    /// Whether that date has passed.
    pub overdue: bool,
    /// Who writes it.
    pub owner: Option<String>,
    /// Its page.
    pub path: String,
}

/// The new questions for one meeting, as a letter to the officers lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionsCame {
    /// The board's name.
    pub board: String,
    /// The date of the meeting.
    pub date: NaiveDate,
    /// How many wait for a decision.
    pub waiting: u32,
    /// How many the standing order refused.
    pub refused: u32,
    /// How many have been decided, withdrawn or disowned since.
    pub settled: u32,
    /// References of the first of those that wait or were refused.
    pub references: Vec<String>,
}

coded! {
    /// What happened to a member of staff's account that its owner is told of.
    pub enum AccountNotice {
        /// Signing in has failed so often, from unknown devices, that it is slowed down.
        SignInsFailed = "sign_ins_failed",
        /// An administrator issued a new password.
        PasswordReset = "password_reset",
        /// An administrator changed the e-mail address. Goes to the old one.
        AddressChanged = "address_changed",
        /// An administrator issued an API token that acts for the account.
        TokenIssued = "token_issued",
    }
}

/// A letter, as facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// Your question has been received.
    Acknowledgement {
        about: About,
        received_at: DateTime<Utc>,
        deadline: DateTime<Utc>,
        provisional: bool,
    },
    /// Your question could not be accepted for this meeting.
    Refused {
        about: About,
        received_at: DateTime<Utc>,
        refusals: Vec<Refusal>,
        /// What was known of the board's next meeting.
        #[serde(default)]
        next_meeting: NextMeeting,
    },
    /// Your question has been admitted after all.
    Admitted {
        about: About,
        /// Whether an officer made an exception; otherwise nothing stood against it any more.
        #[serde(default = "by_exception")]
        exception: bool,
    },
    /// Another question from the same person or organisation has been admitted in place of yours.
    Replaced {
        about: About,
        /// When a written response is due, where one is owed.
        response_due: Option<NaiveDate>,
    },
    /// Your question will be put at the meeting.
    Approved {
        about: About,
        questioner_minutes: i64,
        question_time_minutes: i64,
        /// Whether they said what would help them take part.
        #[serde(default)]
        needs_stated: bool,
        /// The words by which the questioner will be called.
        #[serde(default)]
        called: Option<String>,
    },
    /// Your question has been rejected.
    Rejected {
        about: About,
        grounds: Vec<Ground>,
        reason: String,
        earlier: Option<Earlier>,
        /// Until when another question may be sent, where the allowance is back.
        another_until: Option<DateTime<Utc>>,
    },
    /// The rejection has been taken back.
    Reopened { about: About },
    /// You have withdrawn your question.
    Withdrawn {
        about: About,
        another_until: Option<DateTime<Utc>>,
    },
    /// Something that letters have stated about the meeting or the question has changed (reading 24).
    MeetingChanged {
        about: About,
        changes: Vec<Change>,
        effect: Effect,
        deadline: DateTime<Utc>,
        /// Whether the meeting takes questions as the letter is written.
        open: bool,
        /// Why the deadline moves, where the meeting itself does not.
        why: Option<String>,
    },
    /// The meeting has a new date. Written by earlier releases; kept so that those letters can be read.
    MeetingMoved {
        about: About,
        old_date: NaiveDate,
        deadline: DateTime<Utc>,
    },
    /// The meeting is cancelled; a written response follows.
    MeetingCancelled {
        about: About,
        due_on: NaiveDate,
        /// The board's next meeting that takes questions, if one is known.
        #[serde(default)]
        next: Option<SendInstead>,
    },
    /// The deadline has moved because the calendar changed. Written by earlier releases; kept so that those letters can be read.
    DeadlineChanged {
        about: About,
        old: DateTime<Utc>,
        new: DateTime<Utc>,
        reason: String,
        /// Whether the question was rejected or withdrawn, so that only another one could still come.
        ended: bool,
    },
    /// A written response is owed; you will get it by then.
    ResponseOwed {
        about: About,
        reason: Reason,
        due_on: NaiveDate,
    },
    /// Your question was dealt with as part of an agenda item.
    DealtWith {
        about: About,
        /// The item's place on the agenda.
        position: i32,
        /// Its title.
        item: String,
        /// Its minute number, once there is one.
        #[serde(default)]
        minute_number: Option<String>,
    },
    /// You were recorded as absent, so your question was not put, and no written response is owed for that.
    NotPut { about: About },
    /// The written response takes longer.
    HoldingReply {
        about: About,
        body: String,
        /// The date by which it comes now.
        #[serde(default)]
        new_due_on: Option<NaiveDate>,
    },
    /// The written response.
    WrittenResponse {
        about: About,
        reason: Reason,
        body: String,
    },
    /// Words were left out of what is published about your question.
    Redacted {
        about: About,
        /// The published fields that were changed, as they read now.
        redacted: Vec<Redacted>,
        reason: String,
        /// The words by which the questioner will be called, where these have changed and the question is to be put.
        called: Option<String>,
    },
    /// A correction of the written response.
    Correction {
        about: About,
        body: String,
        /// The response that it corrects, and when that was sent.
        #[serde(default)]
        earlier: Option<EarlierResponse>,
    },
    /// The board's next meeting has been announced, and the refused question can be sent to it.
    NextMeeting {
        about: About,
        date: NaiveDate,
        starts: NaiveTime,
        venue: String,
        deadline: DateTime<Utc>,
    },
    /// To a new address, before it is confirmed.
    AddressToConfirm {
        brief: Brief,
        correction: AddressCorrectionId,
    },
    /// To the present address: somebody asked for letters to go to another one.
    AddressChangeAsked {
        brief: Brief,
        correction: AddressCorrectionId,
    },
    /// Letters about the question come to this address, with a new private link.
    AddressConfirmed { brief: Brief },
    /// Letters about the question do not come to this address any more.
    AddressLeft { brief: Brief },
    /// The private link has been replaced.
    NewLink { brief: Brief },
    /// To the officers: corrected contact details need them. No personal details.
    OfficerContactDetails {
        reference: String,
        what: ContactDetailsMatter,
        path: String,
    },
    /// To a member of staff: something happened to their account.
    YourAccount { notice: AccountNotice },
    /// To an officer: written responses have been given to you. No personal details.
    ResponsesGiven { responses: Vec<ResponseDue> },
    /// To an officer: your written responses are nearly due, or overdue. No personal details.
    ResponsesDue { responses: Vec<ResponseDue> },
    /// To an officer: the Committee Services Manager asks after a written response. No personal details.
    ResponseChased { response: ResponseDue },
    /// To the officers: written responses are overdue, or nearly due and nobody's. No personal details.
    OfficerResponsesDue { responses: Vec<ResponseDue> },
    /// To the officers: nobody closed a meeting's question time (reading 23). No personal details.
    OfficerMeetingNotClosed {
        board: String,
        date: NaiveDate,
        /// How many questions wait to be recorded.
        questions: i64,
        /// The last day before the service closes it.
        until: NaiveDate,
        path: String,
    },
    /// To the officers: a question has come. No personal details.
    OfficerNewQuestion {
        reference: String,
        board: String,
        date: NaiveDate,
        refused: bool,
        path: String,
    },
    /// To the officers: many questions have come. No personal details.
    OfficerNewQuestions {
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        meetings: Vec<QuestionsCame>,
        path: String,
    },
    /// To the officers: a moved deadline has put late questions in time (reading 24). No personal details.
    OfficerQuestionsRestored {
        board: String,
        date: NaiveDate,
        deadline: DateTime<Utc>,
        /// References of the questions that now wait for a decision.
        restored: Vec<String>,
        /// References of those whose questioner has another at the meeting, and was offered the choice.
        choices: Vec<String>,
        path: String,
    },
    /// To the officers: a letter could not be sent. No personal details.
    OfficerLetterFailed {
        letter: String,
        reference: Option<String>,
        error: String,
        path: String,
        /// Whether it is the last for a while: the desk shows all of them.
        #[serde(default)]
        last: bool,
    },
}

/// Letters that were stored before the two were told apart were all about an exception.
fn by_exception() -> bool {
    true
}

impl Letter {
    /// Stable code, as stored with the letter.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Acknowledgement { .. } => "acknowledgement",
            Self::Refused { .. } => "refused",
            Self::Admitted { .. } => "admitted",
            Self::Replaced { .. } => "replaced",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Reopened { .. } => "reopened",
            Self::Withdrawn { .. } => "withdrawn",
            Self::MeetingChanged { .. } => "meeting_changed",
            Self::MeetingMoved { .. } => "meeting_moved",
            Self::MeetingCancelled { .. } => "meeting_cancelled",
            Self::DeadlineChanged { .. } => "deadline_changed",
            Self::ResponseOwed { .. } => "response_owed",
            Self::DealtWith { .. } => "dealt_with",
            Self::NotPut { .. } => "not_put",
            Self::HoldingReply { .. } => "holding_reply",
            Self::WrittenResponse { .. } => "written_response",
            Self::Redacted { .. } => "redacted",
            Self::Correction { .. } => "correction",
            Self::NextMeeting { .. } => "next_meeting",
            Self::AddressToConfirm { .. } => "address_to_confirm",
            Self::AddressChangeAsked { .. } => "address_change_asked",
            Self::AddressConfirmed { .. } => "address_confirmed",
            Self::AddressLeft { .. } => "address_left",
            Self::NewLink { .. } => "new_link",
            Self::OfficerContactDetails { .. } => "officer_contact_details",
            Self::YourAccount { .. } => "your_account",
            Self::ResponsesGiven { .. } => "responses_given",
            Self::ResponsesDue { .. } => "responses_due",
            Self::ResponseChased { .. } => "response_chased",
            Self::OfficerResponsesDue { .. } => "officer_responses_due",
            Self::OfficerMeetingNotClosed { .. } => "officer_meeting_not_closed",
            Self::OfficerNewQuestion { .. } => "officer_new_question",
            Self::OfficerNewQuestions { .. } => "officer_new_questions",
            Self::OfficerQuestionsRestored { .. } => "officer_questions_restored",
            Self::OfficerLetterFailed { .. } => "officer_letter_failed",
        }
    }

    /// Returns what the letter says of its question; none for a letter to the officers, or about where letters go.
    pub fn about(&self) -> Option<&About> {
        match self {
            Self::Acknowledgement { about, .. }
            | Self::Refused { about, .. }
            | Self::Admitted { about, .. }
            | Self::Replaced { about, .. }
            | Self::Approved { about, .. }
            | Self::Rejected { about, .. }
            | Self::Reopened { about }
            | Self::Withdrawn { about, .. }
            | Self::MeetingMoved { about, .. }
            | Self::MeetingChanged { about, .. }
            | Self::MeetingCancelled { about, .. }
            | Self::DeadlineChanged { about, .. }
            | Self::ResponseOwed { about, .. }
            | Self::DealtWith { about, .. }
            | Self::NotPut { about }
            | Self::HoldingReply { about, .. }
            | Self::Redacted { about, .. }
            | Self::WrittenResponse { about, .. }
            | Self::Correction { about, .. }
            | Self::NextMeeting { about, .. } => Some(about),
            Self::AddressToConfirm { .. }
            | Self::AddressChangeAsked { .. }
            | Self::AddressConfirmed { .. }
            | Self::AddressLeft { .. }
            | Self::NewLink { .. }
            | Self::OfficerContactDetails { .. }
            | Self::OfficerNewQuestion { .. }
            | Self::OfficerNewQuestions { .. }
            | Self::OfficerQuestionsRestored { .. }
            | Self::OfficerLetterFailed { .. }
            | Self::YourAccount { .. }
            | Self::ResponsesGiven { .. }
            | Self::ResponsesDue { .. }
            | Self::ResponseChased { .. }
            | Self::OfficerResponsesDue { .. }
            | Self::OfficerMeetingNotClosed { .. } => None,
        }
    }

    /// Returns the same, to change it.
    pub fn about_mut(&mut self) -> Option<&mut About> {
        match self {
            Self::Acknowledgement { about, .. }
            | Self::Refused { about, .. }
            | Self::Admitted { about, .. }
            | Self::Replaced { about, .. }
            | Self::Approved { about, .. }
            | Self::Rejected { about, .. }
            | Self::Reopened { about }
            | Self::Withdrawn { about, .. }
            | Self::MeetingMoved { about, .. }
            | Self::MeetingChanged { about, .. }
            | Self::MeetingCancelled { about, .. }
            | Self::DeadlineChanged { about, .. }
            | Self::ResponseOwed { about, .. }
            | Self::DealtWith { about, .. }
            | Self::NotPut { about }
            | Self::HoldingReply { about, .. }
            | Self::Redacted { about, .. }
            | Self::WrittenResponse { about, .. }
            | Self::Correction { about, .. }
            | Self::NextMeeting { about, .. } => Some(about),
            Self::AddressToConfirm { .. }
            | Self::AddressChangeAsked { .. }
            | Self::AddressConfirmed { .. }
            | Self::AddressLeft { .. }
            | Self::NewLink { .. }
            | Self::OfficerContactDetails { .. }
            | Self::OfficerNewQuestion { .. }
            | Self::OfficerNewQuestions { .. }
            | Self::OfficerQuestionsRestored { .. }
            | Self::OfficerLetterFailed { .. }
            | Self::YourAccount { .. }
            | Self::ResponsesGiven { .. }
            | Self::ResponsesDue { .. }
            | Self::ResponseChased { .. }
            | Self::OfficerResponsesDue { .. }
            | Self::OfficerMeetingNotClosed { .. } => None,
        }
    }

    /// Returns the letter as it goes to whoever has these details: for somebody under 18 it says to the parent or carer whom it is
    /// about; for an address that may be somebody else's it holds nothing that was typed.
    pub fn addressed_to(&self, details: &QuestionerDetails) -> Self {
        let mut letter = self.clone();
        if details.under_18
            && let Some(about) = letter.about_mut()
        {
            about.child = details.name.split_whitespace().next().map(str::to_owned);
        }
        // approving confirms the address: somebody at the council has read what is quoted
        letter.withhold(details.may_be_somebody_else() && !matches!(self, Self::Approved { .. }));
        letter
    }

    /// Sets whether the letter holds nothing that was typed.
    pub fn withhold(&mut self, withheld: bool) {
        if let Some(about) = self.about_mut() {
            about.withheld = withheld;
        } else if let Some(brief) = self.brief_mut() {
            brief.withheld = withheld;
        }
    }

    /// Whether the letter holds nothing that was typed, the name included.
    pub fn is_withheld(&self) -> bool {
        self.about().map_or_else(
            || self.brief().is_some_and(|brief| brief.withheld),
            |about| about.withheld,
        )
    }

    fn brief(&self) -> Option<&Brief> {
        match self {
            Self::AddressToConfirm { brief, .. }
            | Self::AddressChangeAsked { brief, .. }
            | Self::AddressConfirmed { brief }
            | Self::AddressLeft { brief }
            | Self::NewLink { brief } => Some(brief),
            _ => None,
        }
    }

    fn brief_mut(&mut self) -> Option<&mut Brief> {
        match self {
            Self::AddressToConfirm { brief, .. }
            | Self::AddressChangeAsked { brief, .. }
            | Self::AddressConfirmed { brief }
            | Self::AddressLeft { brief }
            | Self::NewLink { brief } => Some(brief),
            _ => None,
        }
    }

    /// The link that it carries.
    pub fn link(&self) -> LetterLink {
        match self {
            Self::AddressToConfirm { correction, .. } => LetterLink::ConfirmAddress(*correction),
            Self::AddressChangeAsked { correction, .. } => LetterLink::KeepAddress(*correction),
            Self::AddressLeft { .. } => LetterLink::None,
            _ => LetterLink::Question,
        }
    }
}
