//! Clauses (v) and (vi): the grounds on which the chair or the proper officer may reject a question (reading 11).

use crate::{
    coded,
    domain::{refusal::Clause, wording::Wording},
};

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

impl Ground {
    /// The clause that it stands in.
    pub fn clause(self) -> Clause {
        match self {
            Self::PlanningApplication | Self::LicensingApplication | Self::PrivateMatter => {
                Clause::Vi
            }
            Self::NotCouncilMatter
            | Self::Defamatory
            | Self::Frivolous
            | Self::Offensive
            | Self::Abusive
            | Self::Racist
            | Self::SubstantiallyTheSame
            | Self::ConfidentialOrExempt => Clause::V,
        }
    }

    /// A name for a line of a list, such as a history.
    pub fn label(self) -> &'static str {
        match self {
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

    /// In words for a list to choose from.
    pub fn words(self, wording: &Wording<'_>) -> String {
        let words = match self {
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
