//! Where a question stands, and what may happen to it: one table, with no dead ends.
//!
//! ```text
//! refused ─admit─▶ submitted ─approve─▶ approved ─answer─▶ answered
//!    │                │  ▲  └─reject─▶ rejected ◀─reject─┤
//!    │                │  └──reopen──────┘                ├─deal with under an item─▶ dealt with
//!    └──owe───────────┴────────owe──────────────────────▶ response owed ─respond─▶ responded
//! ```
//! A refused question is also restored, when a moved deadline puts it in time (reading 24); an approved one goes back to be decided
//! again, when its agenda item can no longer be asked about (reading 25).
//! A question that holds an allowance can give way to another one from the same person or organisation (reading 26): it is then
//! replaced, and can still be admitted, owed a written response, withdrawn or disowned.
//! Withdrawing and disowning end a question that has not been put. Once it was put, the record stands.

use crate::{coded, domain::codes::Code};

coded! {
    /// Where a question stands.
    pub enum Status {
        /// The rule said no when it came; it is kept (readings 4 and 5).
        Refused = "refused",
        /// It waits for the proper officer's decision.
        Submitted = "submitted",
        /// It will be put at the meeting.
        Approved = "approved",
        /// The chair or the proper officer rejected it (clause (v), (vi)).
        Rejected = "rejected",
        /// Another question from the same person or organisation was admitted in its place (reading 26).
        Replaced = "replaced",
        /// The questioner took it back.
        Withdrawn = "withdrawn",
        /// The person in whose name it came says it is not theirs (reading 6).
        Disowned = "disowned",
        /// It was put and answered at the meeting.
        Answered = "answered",
        /// It was dealt with as part of an agenda item (reading 17).
        DealtWith = "dealt_with",
        /// Its questioner was not there, and the council's figures give no written response for that (reading 13).
        NotPut = "not_put",
        /// A written response is owed (clause (ix)).
        ResponseOwed = "response_owed",
        /// The written response has been sent.
        Responded = "responded",
    }
}

coded! {
    /// What happens to a question.
    pub enum Act {
        /// An officer's recorded exception lets a refused question in.
        Admit = "admit",
        /// The deadline moves past its moment of receipt, so that it is in time after all (reading 24).
        Restore = "restore",
        /// The proper officer approves it.
        Approve = "approve",
        /// Its agenda item can no longer be asked about, so that an approval is to be decided again (reading 25).
        Reconsider = "reconsider",
        /// The proper officer or the chair rejects it.
        Reject = "reject",
        /// A rejection is taken back.
        Reopen = "reopen",
        /// The proper officer admits another question in its place.
        Replace = "replace",
        /// The questioner withdraws it.
        Withdraw = "withdraw",
        /// The person named disowns it.
        Disown = "disown",
        /// It is answered at the meeting.
        Answer = "answer",
        /// It is dealt with as part of an agenda item.
        DealWith = "deal_with",
        /// Its questioner was not there, and nothing is owed.
        Lapse = "lapse",
        /// A written response becomes owed.
        Owe = "owe",
        /// The written response is sent.
        Respond = "respond",
        /// A response that was sent is corrected.
        Correct = "correct",
    }
}

/// Every transition that there is: from, act, to.
pub const TRANSITIONS: &[(Status, Act, Status)] = {
    use {Act as A, Status as S};
    &[
        (S::Refused, A::Admit, S::Submitted),
        (S::Refused, A::Restore, S::Submitted),
        (S::Refused, A::Owe, S::ResponseOwed),
        (S::Refused, A::Withdraw, S::Withdrawn),
        (S::Refused, A::Disown, S::Disowned),
        (S::Submitted, A::Approve, S::Approved),
        (S::Submitted, A::Reject, S::Rejected),
        (S::Submitted, A::Replace, S::Replaced),
        (S::Submitted, A::Withdraw, S::Withdrawn),
        (S::Submitted, A::Disown, S::Disowned),
        (S::Submitted, A::Owe, S::ResponseOwed),
        (S::Approved, A::Reconsider, S::Submitted),
        (S::Approved, A::Reject, S::Rejected),
        (S::Approved, A::Replace, S::Replaced),
        (S::Approved, A::Withdraw, S::Withdrawn),
        (S::Approved, A::Disown, S::Disowned),
        (S::Approved, A::Answer, S::Answered),
        (S::Approved, A::DealWith, S::DealtWith),
        (S::Approved, A::Lapse, S::NotPut),
        (S::Approved, A::Owe, S::ResponseOwed),
        (S::Replaced, A::Admit, S::Submitted),
        (S::Replaced, A::Owe, S::ResponseOwed),
        (S::Replaced, A::Withdraw, S::Withdrawn),
        (S::Replaced, A::Disown, S::Disowned),
        (S::Rejected, A::Reopen, S::Submitted),
        (S::Rejected, A::Disown, S::Disowned),
        (S::ResponseOwed, A::Respond, S::Responded),
        (S::ResponseOwed, A::Withdraw, S::Withdrawn),
        (S::ResponseOwed, A::Disown, S::Disowned),
        (S::Responded, A::Correct, S::Responded),
    ]
};

/// The statuses in which a question may rest for ever.
pub const FINAL: &[Status] = &[
    Status::Refused,
    Status::Rejected,
    Status::Replaced,
    Status::Withdrawn,
    Status::Disowned,
    Status::Answered,
    Status::DealtWith,
    Status::NotPut,
    Status::Responded,
];

/// The act can't be done to a question that stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a question that is {} cannot be changed in this way", from.words())]
pub struct NotPossible {
    /// Where the question stands.
    pub from: Status,
    /// What was asked.
    pub act: Act,
}

impl Status {
    /// Where the act leads.
    ///
    /// # Errors
    /// [`NotPossible`] where the table has no such row.
    ///
    /// ```
    /// use public_question_time::domain::status::{Act, Status};
    /// assert_eq!(Status::Submitted.after(Act::Approve), Ok(Status::Approved));
    /// assert!(Status::Withdrawn.after(Act::Approve).is_err());
    /// ```
    pub fn after(self, act: Act) -> Result<Self, NotPossible> {
        TRANSITIONS
            .iter()
            .find(|(from, by, _)| *from == self && *by == act)
            .map(|(_, _, to)| *to)
            .ok_or(NotPossible { from: self, act })
    }

    /// Whether the act is possible.
    pub fn allows(self, act: Act) -> bool {
        self.after(act).is_ok()
    }

    /// Whether it holds its questioner's allowance for the meeting by being there at all (clause (iii)).
    pub fn is_live(self) -> bool {
        matches!(self, Self::Submitted | Self::Approved)
    }

    /// In words for a tag.
    pub fn words(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Submitted => "waiting for a decision",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Replaced => "replaced by another question",
            Self::Withdrawn => "withdrawn",
            Self::Disowned => "disowned",
            Self::Answered => "answered at the meeting",
            Self::DealtWith => "dealt with under an agenda item",
            Self::NotPut => "not put: questioner absent",
            Self::ResponseOwed => "written response owed",
            Self::Responded => "written response sent",
        }
    }

    /// Every status that can be reached from this one, itself included.
    pub fn reachable(self) -> Vec<Self> {
        let mut seen = vec![self];
        let mut next = 0;
        while let Some(&from) = seen.get(next) {
            next += 1;
            for &(source, _, to) in TRANSITIONS {
                if source == from && !seen.contains(&to) {
                    seen.push(to);
                }
            }
        }
        seen
    }

    /// Every status.
    pub fn all() -> &'static [Self] {
        Self::ALL
    }
}
