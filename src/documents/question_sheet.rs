//! The sheet of questions received, circulated at the meeting: the published text and the name that is called, in calling order.

use crate::{
    documents::Heading,
    domain::{local_time, status::Status},
    service::{chair_list::ChairList, views},
};

/// A question on the sheet. It holds nothing that was not agreed for publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetQuestion {
    /// Its place in the calling order, from 1.
    pub place: usize,
    /// The name by which the questioner is called in the room, without the matter.
    pub name: String,
    /// The agenda item or the matter.
    pub matter: String,
    /// The words as published.
    pub text: String,
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionSheet {
    /// Its heading.
    pub heading: Heading,
    /// The questions in calling order.
    pub questions: Vec<SheetQuestion>,
    /// How many wait for a decision and are not on it.
    pub undecided: usize,
    /// The moment at which it was drawn up, in words.
    pub as_of: String,
}

impl QuestionSheet {
    /// The sheet of a meeting as its list stands.
    pub fn of(list: &ChairList, council: &str) -> Self {
        Self {
            heading: Heading::of(&list.meeting, council),
            // what clause (ii) or (vi) stands against is not handed round (reading 25)
            questions: (1..)
                .zip(list.listed.iter().filter(|listed| {
                    listed.question.status != Status::Approved
                        || views::agenda_refusal(&listed.question, &list.meeting).is_none()
                }))
                .map(|(place, listed)| SheetQuestion {
                    place,
                    name: listed.room_name.short(),
                    matter: listed.matter.clone(),
                    text: listed.question.public_text.clone(),
                })
                .collect(),
            undecided: list.undecided().count(),
            as_of: local_time::day_at_time(list.now),
        }
    }

    /// What stands on it where it has no questions.
    pub fn nil(&self) -> &'static str {
        if self.undecided == 0 {
            "No public questions have been received for this meeting."
        } else {
            "No public questions have been approved for this meeting yet."
        }
    }
}

/// Whether a status means that the question has been received in order: what the sheet's nil sentence denies.
pub(super) fn was_received(status: Status) -> bool {
    !matches!(status, Status::Refused | Status::Disowned)
}
