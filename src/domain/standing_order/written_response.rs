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
    /// Why a written response is owed: what somebody recorded, or what the meeting's clock showed (reading 22).
    pub enum Reason {
        /// The time for public question time had run out before it was called.
        TimeRanOut = "time_ran_out",
        /// Public question time was closed, with time left or without having been opened, before it was called.
        NotCalled = "not_called",
        /// It was not reached. Stored before the two above were told apart; no longer given.
        NotReached = "not_reached",
        /// The questioner was called or looked for and was recorded as absent.
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
        /// Nobody closed public question time, and nothing was recorded about the question (reading 23).
        NotRecorded = "not_recorded",
    }
}

impl Reason {
    /// The reason as it is given about the questioner: in the minutes and to staff. It follows "because".
    pub fn about_questioner(self) -> &'static str {
        match self {
            Self::TimeRanOut => "time ran out before it was called",
            Self::NotCalled => "it was not called before public question time closed",
            Self::NotReached => "it was not reached at the meeting",
            Self::Absent => "the questioner was recorded as absent at the meeting",
            Self::AnswerPromised => "an answer in writing was promised at the meeting",
            Self::SupplementaryPromised => {
                "an answer in writing to the supplementary question was promised at the meeting"
            }
            Self::MeetingCancelled => "the meeting was cancelled",
            Self::LateAndKept => "it was received after the deadline for the meeting",
            Self::NotAccepted => "it could not be put at the meeting",
            Self::NotDecided => "no decision on it was made before the meeting",
            Self::NotRecorded => "there is no record that it was answered at the meeting",
        }
    }

    /// The reason as it is given to the questioner: in letters and on the private page. It follows "because".
    pub fn to_questioner(self) -> &'static str {
        match self {
            Self::Absent => "you were recorded as absent at the meeting",
            Self::NotRecorded => "we have no record that it was answered at the meeting",
            other => other.about_questioner(),
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

/// How public question time ended, as far as the log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Somebody closed it while there was time left, or without opening it.
    Closed,
    /// Somebody closed it after its time had run out.
    TimeRanOut,
    /// Nobody closed it, so the service did (reading 23).
    Unrecorded,
}

impl Ending {
    /// The reason for a written response to a question that was approved and not called.
    pub fn not_called(self) -> Reason {
        match self {
            Self::Closed => Reason::NotCalled,
            Self::TimeRanOut => Reason::TimeRanOut,
            Self::Unrecorded => Reason::NotRecorded,
        }
    }
}

/// What becomes of an approved question once question time is closed, and why a written response is owed where one is.
///
/// Only a questioner who was passed over counts as absent: not to have indicated, or not to have been called, is no absence
/// (reading 22).
pub fn settled(entry: &Entry, ending: Ending, figures: &Figures) -> (Act, Option<Reason>) {
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
        Outcome::PassedOver if figures.absent_gets_written_response() => {
            (Act::Owe, Some(Reason::Absent))
        }
        Outcome::PassedOver => (Act::Lapse, None),
        Outcome::Waiting | Outcome::Called => (Act::Owe, Some(ending.not_called())),
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
