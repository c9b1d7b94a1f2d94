//! Standing Order 34(9), a file for each clause, and [`admit`], which reads them all to a question that has come.
//!
//! | clause | file |
//! | --- | --- |
//! | (i) residents; the time for all | [`residents`], [`question_time`] |
//! | (ii), (vi) agenda; applications and private matters | [`agenda_matter`] |
//! | (iii) notice; one question | [`notice`], [`one_question`] |
//! | (iv) supplementary; (vii) indicating; (viii) the time for each | [`question_time`] |
//! | (v) grounds for rejection; the window | [`rejection`], [`repetition`] |
//! | (ix) written response | [`written_response`] |
//!
//! The figures (days, minutes, months) are settings with a date from which they hold: [`figures`].

pub mod agenda_matter;
pub mod figures;
pub mod notice;
pub mod one_question;
pub mod question_time;
pub mod rejection;
pub mod repetition;
pub mod residents;
pub mod written_response;

use std::num::NonZeroU16;

use chrono::{DateTime, Utc};

use crate::{
    coded,
    domain::{
        agenda::AgendaItem,
        meeting::{Meeting, MeetingStatus},
        question::Matter,
        questioner::Questioner,
        refusal::Refusal,
        same_person::AllowanceKey,
    },
};
use notice::Deadline;
use residents::PostcodeCheck;

coded! {
    /// What an officer's recorded exception sets aside for one question.
    pub enum Exception {
        /// Notice came late, through a fault of the service, say (reading 4).
        Late = "late",
        /// Two people share a key, such as a parent and child with one name (reading 5).
        SecondQuestion = "second_question",
        /// The directory of postcodes is wrong (reading 8).
        OutsideBorough = "outside_borough",
    }
}

impl Exception {
    /// Whether this exception sets the refusal aside.
    pub fn covers(self, refusal: &Refusal) -> bool {
        matches!(
            (self, refusal),
            (Self::Late, Refusal::Late { .. })
                | (Self::SecondQuestion, Refusal::SecondQuestion { .. })
                | (Self::OutsideBorough, Refusal::OutsideBorough { .. })
        )
    }

    /// The exception that would set the refusal aside, if an officer can make one.
    pub fn for_refusal(refusal: &Refusal) -> Option<Self> {
        use crate::domain::codes::Code;
        Self::ALL
            .iter()
            .copied()
            .find(|exception| exception.covers(refusal))
    }

    /// The reasons that officers choose from; whatever else there is they write themselves.
    pub fn usual_reasons(self) -> &'static [&'static str] {
        match self {
            Self::SecondQuestion => &[
                "Two people who share a household or an email address.",
                "Two people with one name, such as a parent and a child.",
                "One of them asks for themselves, not for the organisation.",
            ],
            Self::Late | Self::OutsideBorough => &[],
        }
    }
}

/// A question as it came.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// The moment of receipt (reading 2).
    pub received_at: DateTime<Utc>,
    /// Who asks.
    pub questioner: &'a Questioner,
    /// About what.
    pub matter: &'a Matter,
}

/// What the rule needs to know about the meeting and the world to judge a question.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The meeting at which it would be put.
    pub meeting: &'a Meeting,
    /// That meeting's agenda.
    pub agenda: &'a [AgendaItem],
    /// That meeting's deadline.
    pub deadline: &'a Deadline,
    /// What the directory says of the postcode.
    pub postcode: PostcodeCheck,
    /// Those of the questioner's keys that other questions at the meeting hold.
    pub held_keys: &'a [AllowanceKey],
    /// How many questions each person or organisation may ask at that meeting.
    pub allowance: NonZeroU16,
    /// Exceptions that an officer has recorded for this question.
    pub exceptions: &'a [Exception],
}

/// Reads every clause in order to a question that has come.
///
/// # Errors
/// All refusals together, each citing its clause.
pub fn admit(notice: Notice<'_>, circumstances: Circumstances<'_>) -> Result<(), Vec<Refusal>> {
    let Circumstances {
        meeting,
        agenda,
        deadline,
        postcode,
        held_keys,
        allowance,
        exceptions,
    } = circumstances;
    let mut refusals = Vec::new();
    // (i)
    refusals.extend(residents::check(notice.questioner, postcode));
    // (ii), (vi)
    refusals.extend(agenda_matter::check(notice.matter, meeting, agenda));
    // (iii)
    match meeting.status {
        MeetingStatus::Scheduled if deadline.is_in_time(notice.received_at) => {}
        MeetingStatus::Scheduled => refusals.push(Refusal::Late {
            deadline: deadline.at,
            received_at: notice.received_at,
        }),
        status => refusals.push(Refusal::MeetingNotTakingQuestions {
            cancelled: status == MeetingStatus::Cancelled,
        }),
    }
    refusals.extend(one_question::check(held_keys, allowance));
    refusals.retain(|refusal| !exceptions.iter().any(|exception| exception.covers(refusal)));
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}
