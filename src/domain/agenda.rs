//! Agenda items, and which of them a public question may concern.

use crate::{
    coded,
    domain::{
        id::{AgendaItemId, MeetingId},
        refusal::Clause,
    },
};

coded! {
    /// The part of the meeting in which an item is dealt with.
    pub enum Part {
        /// With press and public present.
        Public = "public",
        /// With press and public excluded.
        Private = "private",
    }
}

coded! {
    /// What an item is, so far as clauses (ii) and (vi) ask.
    pub enum ItemKind {
        /// Any other matter.
        Ordinary = "ordinary",
        /// Part of how a meeting is run: apologies, declarations of interest, minutes, announcements, public question time itself.
        Procedural = "procedural",
        /// A planning application.
        PlanningApplication = "planning_application",
        /// A licensing application.
        LicensingApplication = "licensing_application",
    }
}

/// An item on the agenda of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaItem {
    /// Its identifier.
    pub id: AgendaItemId,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// Its place on the agenda, from 1.
    pub position: i32,
    /// Its title.
    pub title: String,
    /// Its minute number once there are minutes, such as `SAF18`.
    pub minute_number: Option<String>,
    /// Public or private part.
    pub part: Part,
    /// Ordinary, procedural, or an application.
    pub kind: ItemKind,
}

/// Why an item cannot be asked about (clauses (ii) and (vi)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotForQuestions {
    /// It is dealt with in private.
    Private,
    /// It is a planning application.
    PlanningApplication,
    /// It is a licensing application.
    LicensingApplication,
    /// It is part of how the meeting is run, and no matter of its own (reading 25).
    Procedural,
}

impl NotForQuestions {
    /// In words that end a sentence about the item.
    pub fn words(self) -> &'static str {
        match self {
            Self::Private => "it is dealt with in the private part of the meeting",
            Self::PlanningApplication => "it is a planning application",
            Self::LicensingApplication => "it is a licensing application",
            Self::Procedural => "it is part of how the meeting is run",
        }
    }

    /// The clause that says no.
    pub fn clause(self) -> Clause {
        match self {
            Self::Procedural => Clause::Ii,
            Self::Private | Self::PlanningApplication | Self::LicensingApplication => Clause::Vi,
        }
    }
}

impl AgendaItem {
    /// Why the item cannot be asked about, if it cannot (clauses (ii) and (vi)).
    pub fn not_for_questions(&self) -> Option<NotForQuestions> {
        match (self.part, self.kind) {
            (Part::Private, _) => Some(NotForQuestions::Private),
            (_, ItemKind::PlanningApplication) => Some(NotForQuestions::PlanningApplication),
            (_, ItemKind::LicensingApplication) => Some(NotForQuestions::LicensingApplication),
            (Part::Public, ItemKind::Procedural) => Some(NotForQuestions::Procedural),
            (Part::Public, ItemKind::Ordinary) => None,
        }
    }
}

impl ItemKind {
    /// The kind that a title suggests: procedural for the standing items of a meeting. A person confirms it.
    ///
    /// ```
    /// use public_question_time::domain::agenda::ItemKind;
    /// assert_eq!(ItemKind::suggested_by("Chair’s Announcements"), ItemKind::Procedural);
    /// assert_eq!(ItemKind::suggested_by("Community Safety Update"), ItemKind::Ordinary);
    /// ```
    pub fn suggested_by(title: &str) -> Self {
        let plain: String = title
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || c.is_whitespace())
            .collect();
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let begins = |with: &[&str]| with.iter().any(|words| plain.starts_with(words));
        let procedural = plain == "minutes"
            || plain.contains("public question time")
            || begins(&[
                "apologies",
                "declaration of interest",
                "declarations of interest",
                "declarations of disclosable",
                "minutes of the last",
                "minutes of the previous",
                "minutes of the meeting",
                "chairs announcement",
                "chairmans announcement",
                "chair announcement",
            ]);
        if procedural {
            Self::Procedural
        } else {
            Self::Ordinary
        }
    }
}
