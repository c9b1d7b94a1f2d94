//! Clauses (v) and (vi): the grounds on which the chair or the proper officer may reject a question (reading 11).

use crate::{coded, domain::refusal::Clause};

coded! {
    /// A ground for rejection.
    pub enum Ground {
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

impl Ground {
    /// The clause that it stands in.
    pub fn clause(self) -> Clause {
        match self {
            Self::PlanningApplication | Self::LicensingApplication | Self::PrivateMatter => {
                Clause::Vi
            }
            _ => Clause::V,
        }
    }

    /// In words for a list to choose from.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotCouncilMatter => {
                "It is not about something the council is responsible for, or that affects the borough"
            }
            Self::Defamatory => "It is defamatory",
            Self::Frivolous => "It is frivolous",
            Self::Offensive => "It is offensive",
            Self::Abusive => "It is abusive",
            Self::Racist => "It is racist",
            Self::SubstantiallyTheSame => {
                "It is substantially the same as a question put in the last 6 months"
            }
            Self::ConfidentialOrExempt => "It would disclose confidential or exempt information",
            Self::PlanningApplication => "It is about a planning application",
            Self::LicensingApplication => "It is about a licensing application",
            Self::PrivateMatter => {
                "It is about something not dealt with in the public part of a meeting"
            }
        }
    }

    /// The reason proposed for the letter; the officer may change it.
    pub fn proposed_reason(self) -> &'static str {
        match self {
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
                "Your question is substantially the same as one that was put at a meeting in the 6 months before this one. That question and its answer are below."
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
        }
    }

    /// What the questioner can do instead.
    pub fn what_next(self) -> &'static str {
        match self {
            Self::NotCouncilMatter => {
                "You can contact the organisation that is responsible. We can tell you which one it is."
            }
            Self::Defamatory | Self::Offensive | Self::Abusive | Self::Racist | Self::Frivolous => {
                "You can put your question again in other words."
            }
            Self::SubstantiallyTheSame => {
                "If your question is about something that the earlier answer does not cover, you can put that to the next meeting."
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
