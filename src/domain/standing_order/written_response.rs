//! Clause (ix): who does not receive a response at the meeting receives a written one (reading 15).

use std::num::NonZeroU16;

use chrono::NaiveDate;

use crate::{
    coded,
    domain::{
        standing_order::{
            figures::Figures,
            question_time::{Answer, Entry, Outcome},
        },
        status::Act,
        working_days::{Reckoning, WorkingDays},
    },
};

coded! {
    /// Why a written response is owed.
    pub enum Reason {
        /// Time ran out before it was called.
        NotReached = "not_reached",
        /// The questioner was not there.
        Absent = "absent",
        /// It was put; the answer was promised in writing.
        AnswerPromised = "answer_promised",
        /// The supplementary's answer was promised in writing.
        SupplementaryPromised = "supplementary_promised",
        /// The meeting was cancelled and there is no new date.
        MeetingCancelled = "meeting_cancelled",
        /// It came late and the council answers it all the same (reading 4).
        LateAndKept = "late_and_kept",
        /// The rule refused it for another reason, and the council answers it all the same.
        NotAccepted = "not_accepted",
        /// No decision was made before the meeting.
        NotDecided = "not_decided",
    }
}

impl Reason {
    /// In words that follow "because".
    pub fn words(self) -> &'static str {
        match self {
            Self::NotReached => "there was not enough time to reach it at the meeting",
            Self::Absent => "the questioner was not there when it was called",
            Self::AnswerPromised => "an answer in writing was promised at the meeting",
            Self::SupplementaryPromised => {
                "an answer in writing to the supplementary question was promised at the meeting"
            }
            Self::MeetingCancelled => "the meeting was cancelled",
            Self::LateAndKept => "it came after the deadline for the meeting",
            Self::NotAccepted => "it could not be put at the meeting",
            Self::NotDecided => "no decision on it was made before the meeting",
        }
    }
}

coded! {
    /// Where a written response stands.
    pub enum ResponseState {
        /// Nothing has been sent.
        Owed = "owed",
        /// The questioner has been told that it takes longer.
        HoldingReplySent = "holding_reply_sent",
        /// It has been sent.
        Sent = "sent",
        /// It was sent, and then corrected.
        Corrected = "corrected",
        /// The questioner withdrew or disowned the question, so nothing is owed any more.
        NotNeeded = "not_needed",
    }
}

coded! {
    /// What is sent.
    pub enum Reply {
        /// Word that the response takes longer.
        Holding = "holding",
        /// The response.
        Full = "full",
        /// A correction of the response.
        Correction = "correction",
    }
}

/// The reply can't be sent where the response stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a written response that is {from} cannot take a {reply} reply")]
pub struct NotPossible {
    /// Where it stands.
    pub from: ResponseState,
    /// What was to be sent.
    pub reply: Reply,
}

impl ResponseState {
    /// Where sending the reply leads.
    ///
    /// # Errors
    /// [`NotPossible`] where it can't be sent.
    pub fn after(self, reply: Reply) -> Result<Self, NotPossible> {
        match (self, reply) {
            (Self::Owed | Self::HoldingReplySent, Reply::Holding) => Ok(Self::HoldingReplySent),
            (Self::Owed | Self::HoldingReplySent, Reply::Full) => Ok(Self::Sent),
            (Self::Sent | Self::Corrected, Reply::Correction) => Ok(Self::Corrected),
            (from, reply) => Err(NotPossible { from, reply }),
        }
    }

    /// Whether the questioner still waits for it.
    pub fn is_owed(self) -> bool {
        matches!(self, Self::Owed | Self::HoldingReplySent)
    }

    /// In words for a tag.
    pub fn words(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::HoldingReplySent => "holding reply sent",
            Self::Sent => "sent",
            Self::Corrected => "corrected",
            Self::NotNeeded => "no longer needed",
        }
    }
}

/// What becomes of an approved question once question time is closed, and why a written response is owed where one is.
///
/// `opened` says whether question time was opened at all: if it never was, nobody could indicate, and nobody counts as absent.
pub fn settled(entry: &Entry, opened: bool, figures: &Figures) -> (Act, Option<Reason>) {
    match entry.outcome {
        Outcome::Put {
            answer: Answer::Promised,
            ..
        } => (Act::Owe, Some(Reason::AnswerPromised)),
        Outcome::Put {
            supplementary: Some(Answer::Promised),
            ..
        } => (Act::Owe, Some(Reason::SupplementaryPromised)),
        Outcome::Put { .. } => (Act::Answer, None),
        Outcome::DealtWith { .. } => (Act::DealWith, None),
        Outcome::Waiting | Outcome::Called if entry.indicated || !opened => {
            (Act::Owe, Some(Reason::NotReached))
        }
        Outcome::PassedOver | Outcome::Waiting | Outcome::Called
            if figures.absent_gets_written_response() =>
        {
            (Act::Owe, Some(Reason::Absent))
        }
        Outcome::PassedOver | Outcome::Waiting | Outcome::Called => (Act::Lapse, None),
    }
}

/// The day by which a response is due: so many working days after the day on which it became owed. None where the calendar has
/// no working day within reach, as it would after years of closures.
pub fn due_on(
    owed_from: NaiveDate,
    working_days: NonZeroU16,
    calendar: &WorkingDays,
) -> Option<Reckoning> {
    calendar.nth_after(owed_from, working_days)
}
