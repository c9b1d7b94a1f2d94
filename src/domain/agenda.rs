//! Agenda items, and which of them a public question may concern.

use crate::{
    coded,
    domain::id::{AgendaItemId, MeetingId},
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
    /// What an item is, so far as clause (vi) asks.
    pub enum ItemKind {
        /// Any other matter.
        Ordinary = "ordinary",
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
    /// Ordinary, or an application.
    pub kind: ItemKind,
}

/// Why an item can't be asked about (clause (vi)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotForQuestions {
    /// It is dealt with in private.
    Private,
    /// It is a planning application.
    PlanningApplication,
    /// It is a licensing application.
    LicensingApplication,
}

impl NotForQuestions {
    /// In words that end a sentence about the item.
    pub fn words(self) -> &'static str {
        match self {
            Self::Private => "it is dealt with in the private part of the meeting",
            Self::PlanningApplication => "it is a planning application",
            Self::LicensingApplication => "it is a licensing application",
        }
    }
}

impl AgendaItem {
    /// Why the item can't be asked about, if it can't (clause (vi)).
    pub fn not_for_questions(&self) -> Option<NotForQuestions> {
        match (self.part, self.kind) {
            (Part::Private, _) => Some(NotForQuestions::Private),
            (_, ItemKind::PlanningApplication) => Some(NotForQuestions::PlanningApplication),
            (_, ItemKind::LicensingApplication) => Some(NotForQuestions::LicensingApplication),
            (Part::Public, ItemKind::Ordinary) => None,
        }
    }
}
