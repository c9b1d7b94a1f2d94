//! The grounds on which a question may be rejected: those of clauses (v) and (vi), by the chair or the proper officer (reading 11);
//! and what the proper officer finds on clauses (i), (ii) and (iii) (reading 27).

use crate::{
    coded,
    domain::{refusal::Clause, wording::Wording},
};

coded! {
    /// A ground for rejection.
    pub enum Ground {
        /// The questioner does not live in the borough.
        NotResident = "not_resident",
        /// Not about the agenda of the meeting.
        NotOnAgenda = "not_on_agenda",
        /// The same person or organisation has already sent a question to the meeting.
        AlreadyAsked = "already_asked",
        /// Not the council's responsibility, and does not affect the borough.
        NotCouncilMatter = "not_council_matter",
        /// Defamatory.
        Defamatory = "defamatory",
        /// Frivolous.
        Frivolous = "frivolous",
        /// Offensive.
        Offensive = "offensive",
        /// Abusive.
        Abusive = "abusive",
        /// Racist.
        Racist = "racist",
        /// Substantially the same as one put in the window.
        SubstantiallyTheSame = "substantially_the_same",
        /// Needs confidential or exempt information to be disclosed.
        ConfidentialOrExempt = "confidential_or_exempt",
        /// About a planning application.
        PlanningApplication = "planning_application",
        /// About a licensing application.
        LicensingApplication = "licensing_application",
        /// Not dealt with in the public part of a meeting.
        PrivateMatter = "private_matter",
    }
}

/// What the questioner can do after a rejection on these grounds, each thing once. `in_time`: whether another question can still be
/// sent to the meeting.
pub fn what_next(grounds: &[Ground], in_time: bool) -> Vec<&'static str> {
    let mut next = Vec::new();
    for words in grounds.iter().map(|ground| ground.what_next(in_time)) {
        if !next.contains(&words) {
            next.push(words);
        }
    }
    next
}

/// Who may reject a question on a ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecidedBy {
    /// The chair of the board, or the proper officer.
    ChairOrProperOfficer,
    /// The proper officer alone: it takes the questioner's details, or what is known of the agenda.
    ProperOfficer,
}

impl Ground {
    /// The clause that it stands in.
    pub fn clause(self) -> Clause {
        match self {
            Self::NotResident => Clause::I,
            Self::NotOnAgenda => Clause::Ii,
            Self::AlreadyAsked => Clause::Iii,
            Self::NotCouncilMatter
            | Self::Defamatory
            | Self::Frivolous
            | Self::Offensive
            | Self::Abusive
            | Self::Racist
            | Self::SubstantiallyTheSame
            | Self::ConfidentialOrExempt => Clause::V,
            Self::PlanningApplication | Self::LicensingApplication | Self::PrivateMatter => {
                Clause::Vi
            }
        }
    }

    /// A name for a line of a list, such as a history.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotResident => "Not a resident of the borough",
            Self::NotOnAgenda => "Not about the agenda",
            Self::AlreadyAsked => "A second question from one person or organisation",
            Self::NotCouncilMatter => "Not about the council or the borough",
            Self::Defamatory => "Defamatory",
            Self::Frivolous => "Frivolous",
            Self::Offensive => "Offensive",
            Self::Abusive => "Abusive",
            Self::Racist => "Racist",
            Self::SubstantiallyTheSame => "Substantially the same as an earlier question",
            Self::ConfidentialOrExempt => "Confidential or exempt information",
            Self::PlanningApplication => "About a planning application",
            Self::LicensingApplication => "About a licensing application",
            Self::PrivateMatter => "Not dealt with in public",
        }
    }

    /// Who may reject a question on this ground: clause (v) names both, clauses (i) to (iii) nobody, so that they are decided by the
    /// officer to whom notice is given.
    pub fn decided_by(self) -> DecidedBy {
        match self.clause() {
            Clause::V | Clause::Vi => DecidedBy::ChairOrProperOfficer,
            Clause::I
            | Clause::Ii
            | Clause::Iii
            | Clause::Iv
            | Clause::Vii
            | Clause::Viii
            | Clause::Ix => DecidedBy::ProperOfficer,
        }
    }

    /// Whether a question that is rejected in time on this ground leaves its questioner free to send another to the same meeting.
    pub fn leaves_another(self) -> bool {
        !matches!(self, Self::NotResident | Self::AlreadyAsked)
    }

    /// In words for a list to choose from.
    pub fn words(self, wording: &Wording<'_>) -> String {
        let words = match self {
            Self::NotResident => "It is not from a resident of the borough",
            Self::NotOnAgenda => "It is not about anything on the agenda of the meeting",
            Self::AlreadyAsked => {
                "It is from a person or organisation that has already sent a question to this meeting"
            }
            Self::NotCouncilMatter => {
                "It is not about something the council is responsible for, or that affects the borough"
            }
            Self::Defamatory => "It is defamatory",
            Self::Frivolous => "It is frivolous",
            Self::Offensive => "It is offensive",
            Self::Abusive => "It is abusive",
            Self::Racist => "It is racist",
            Self::SubstantiallyTheSame => {
                return format!(
                    "It is substantially the same as a question put in the {} before the meeting",
                    wording.window()
                );
            }
            Self::ConfidentialOrExempt => "It would disclose confidential or exempt information",
            Self::PlanningApplication => "It is about a planning application",
            Self::LicensingApplication => "It is about a licensing application",
            Self::PrivateMatter => {
                "It is about something not dealt with in the public part of a meeting"
            }
        };
        words.to_owned()
    }

    /// The reason proposed for the letter; the officer may change it.
    pub fn proposed_reason(self, wording: &Wording<'_>) -> String {
        let words = match self {
            Self::NotResident => {
                "Public question time is for people who live in the borough. From what we have checked, you do not live there."
            }
            Self::NotOnAgenda => {
                "A question must be about something on the agenda of the meeting. Your question is not about any of the items on this agenda."
            }
            Self::AlreadyAsked => {
                "We had already received a question to this meeting that we believe is from you or your organisation. That question is not affected by this decision."
            }
            Self::NotCouncilMatter => {
                "Your question is about something that the council is not responsible for and that does not affect the borough as such."
            }
            Self::Defamatory => {
                "Your question makes a statement about a person or body that could damage their reputation unfairly."
            }
            Self::Frivolous => {
                "Your question does not raise a serious matter that the board can answer."
            }
            Self::Offensive => {
                "Your question uses language that would offend people at the meeting."
            }
            Self::Abusive => "Your question is abusive towards a person or a group of people.",
            Self::Racist => "Your question is racist.",
            Self::SubstantiallyTheSame => {
                return format!(
                    "Your question is substantially the same as one that was put at a meeting in the {} before this one. That question and its answer are below.",
                    wording.window()
                );
            }
            Self::ConfidentialOrExempt => {
                "Your question could not be answered without disclosing information that the council must keep confidential."
            }
            Self::PlanningApplication => {
                "Your question is about a planning application. You can comment on the application through the council's planning service."
            }
            Self::LicensingApplication => {
                "Your question is about a licensing application. You can comment on the application through the council's licensing service."
            }
            Self::PrivateMatter => {
                "Your question is about a matter that the board does not deal with in public."
            }
        };
        words.to_owned()
    }

    /// What the questioner can do instead. `in_time`: whether another question can still be sent to the meeting.
    pub fn what_next(self, in_time: bool) -> &'static str {
        match self {
            Self::NotResident => {
                "If you do live in the borough, contact us with something that shows your address. You can also contact us about your question in another way."
            }
            Self::NotOnAgenda => {
                "You can send your question to a meeting that has this matter on its agenda, or contact us about it in another way."
            }
            Self::AlreadyAsked => {
                "If the other question was sent by somebody else, contact us. Otherwise, you can send this question to a later meeting."
            }
            Self::NotCouncilMatter => {
                "You can contact the organisation that is responsible. We can tell you which one it is."
            }
            Self::Defamatory | Self::Offensive | Self::Abusive | Self::Racist | Self::Frivolous
                if in_time =>
            {
                "You can reword your question and send it again."
            }
            Self::Defamatory | Self::Offensive | Self::Abusive | Self::Racist | Self::Frivolous => {
                "You can reword your question and send it to a later meeting."
            }
            Self::SubstantiallyTheSame if in_time => {
                "If the earlier answer does not cover what you want to know, you can send a question about the rest."
            }
            Self::SubstantiallyTheSame => {
                "If the earlier answer does not cover what you want to know, you can send a question about the rest to a later meeting."
            }
            Self::ConfidentialOrExempt => {
                "You can ask for information under the Freedom of Information Act, and the council will consider what it can release."
            }
            Self::PlanningApplication | Self::LicensingApplication => {
                "You can comment on the application itself."
            }
            Self::PrivateMatter => "You can contact the council about it.",
        }
    }
}
