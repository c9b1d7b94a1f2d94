//! Decides, by role, what anybody sees of a question (reading 19). Pages, the API, papers and previews of letters take what comes from
//! here and add nothing.
//!
//! | who | contact details, needs, original text | name | the rest |
//! | --- | --- | --- | --- |
//! | proper officer | yes | the real one, with the published one beside it | everything |
//! | chair of the board | no | as published; at the meeting, the name to be called, and another only when asked for | the question as published, decisions, history |
//! | responding officer | no | as published | what is theirs to answer, or nobody's yet |
//! | anybody | no | as published | what is published: [`PublicQuestion`](crate::service::views::PublicQuestion) |
//!
//! An administrator looks after accounts and sees no question. What an act itself needs, to write a letter for example, is the full
//! [`QuestionView`]; it is never handed to a page.

use crate::{
    domain::{id::BoardId, refusal::Refusal},
    service::{
        ServiceError,
        actor::Acting,
        evidence::Similar,
        permission,
        views::{MeetingView, QuestionView},
    },
    store::{
        audit::Entry,
        letters::OutboxLetter,
        questions::{Decision, Minutes, Question, QuestionerDetails, RecordedException},
        responses::{SentReply, WrittenResponse},
        staff::StaffMember,
    },
};

/// The role in which a member of staff looks at a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// The Committee Services Manager.
    ProperOfficer,
    /// The chair of the board.
    Chair,
    /// An officer who writes the response.
    Responder,
}

impl Viewer {
    /// The role in which somebody decides on the questions of a board.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`] or [`ServiceError::Forbidden`].
    pub fn deciding(acting: &Acting, board: BoardId) -> Result<Self, ServiceError> {
        Ok(Self::of(permission::chair_of(acting, board)?, Self::Chair))
    }

    /// The role in which somebody reads and writes responses.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`] or [`ServiceError::Forbidden`].
    pub fn responding(acting: &Acting) -> Result<Self, ServiceError> {
        Ok(Self::of(permission::responding(acting)?, Self::Responder))
    }

    fn of(member: &StaffMember, otherwise: Self) -> Self {
        if member.is_proper_officer() {
            Self::ProperOfficer
        } else {
            otherwise
        }
    }

    /// Whether everything is theirs to see.
    pub fn is_officer(self) -> bool {
        self == Self::ProperOfficer
    }
}

/// Who asks, so far as the viewer may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// With every detail: for the proper officer.
    Known(Box<QuestionerDetails>),
    /// Somebody whom the viewer is not told how to reach.
    Withheld {
        /// Whether letters go by e-mail; otherwise they are printed.
        by_email: bool,
        /// Whether they hold nothing that was typed: the address may be somebody else's.
        withheld: bool,
    },
    /// The details have been removed on schedule.
    Removed,
}

impl Asker {
    /// What a viewer may know of a questioner.
    pub fn of(details: Option<QuestionerDetails>, viewer: Viewer) -> Self {
        match details {
            None => Self::Removed,
            Some(details) if viewer.is_officer() => Self::Known(Box::new(details)),
            Some(details) => Self::Withheld {
                by_email: details.email.is_some(),
                withheld: details.may_be_somebody_else(),
            },
        }
    }

    /// The details, where the viewer may see them and they have not been removed.
    pub fn details(&self) -> Option<&QuestionerDetails> {
        match self {
            Self::Known(details) => Some(details),
            Self::Withheld { .. } | Self::Removed => None,
        }
    }

    /// Whether a letter would go by e-mail.
    pub fn by_email(&self) -> bool {
        match self {
            Self::Known(details) => details.email.is_some(),
            Self::Withheld { by_email, .. } => *by_email,
            Self::Removed => false,
        }
    }
}

/// A question as a member of staff sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionForStaff {
    /// In which role they look.
    pub viewer: Viewer,
    /// The question. Only the proper officer has the words as they came: for anybody else they are those published.
    pub question: Question,
    /// Whether words that came are left out of what is published.
    pub words_left_out: bool,
    /// The meeting at which it would be put.
    pub meeting: MeetingView,
    /// What it is about, in words.
    pub matter: String,
    /// Who asks.
    pub asker: Asker,
    /// Whether they are under 18; none once the details have been removed.
    pub under_18: Option<bool>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// The exceptions that officers recorded.
    pub exceptions: Vec<RecordedException>,
    /// What the minutes say.
    pub minutes: Minutes,
    /// The written response, if one is or was owed.
    pub response: Option<WrittenResponse>,
    /// The replies sent.
    pub replies: Vec<SentReply>,
    /// The letters to the questioner: for the proper officer.
    pub letters: Vec<OutboxLetter>,
    /// The history, oldest first, each with the name of who acted.
    pub history: Vec<(Entry, Option<String>)>,
}

impl QuestionForStaff {
    /// What the viewer sees of a question.
    pub fn new(view: QuestionView, viewer: Viewer) -> Self {
        let officer = viewer.is_officer();
        Self {
            viewer,
            words_left_out: view.question.words_left_out(),
            question: question(view.question, viewer),
            meeting: view.meeting,
            matter: view.matter,
            under_18: view.questioner.as_ref().map(|details| details.under_18),
            asker: Asker::of(view.questioner, viewer),
            decisions: view.decisions,
            exceptions: view.exceptions,
            minutes: view.minutes,
            response: view.response,
            replies: view.replies,
            letters: if officer { view.letters } else { Vec::new() },
            history: view.history,
        }
    }

    /// The name by which the viewer knows the questioner.
    pub fn name(&self) -> &str {
        self.asker
            .details()
            .map_or(&self.question.published_name, |details| &details.name)
    }
}

/// What a viewer sees of the question itself.
pub fn question(mut question: Question, viewer: Viewer) -> Question {
    if !viewer.is_officer() {
        question.original_text.clone_from(&question.public_text);
        question.difference = None;
        for refusal in &mut question.refusals {
            if let Refusal::OutsideBorough { postcode } = refusal {
                "the postcode".clone_into(postcode);
            }
        }
    }
    question
}

/// What a viewer sees of the other questions whose questioner may be the same: a chair learns only which contend with this one for
/// one allowance, not what the questioners have in common.
pub fn similar(found: Vec<Similar>, viewer: Viewer) -> Vec<SimilarForStaff> {
    found
        .into_iter()
        .filter(|similar| viewer.is_officer() || similar.contested)
        .map(|similar| SimilarForStaff {
            question: question(similar.question.clone(), viewer),
            contested: similar.contested,
            evidence: viewer.is_officer().then_some(similar),
        })
        .collect()
}

/// Another question whose questioner may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarForStaff {
    /// The other question.
    pub question: Question,
    /// Whether the two contend for one allowance.
    pub contested: bool,
    /// What the two have in common, and the other's details: for the proper officer.
    pub evidence: Option<Similar>,
}
