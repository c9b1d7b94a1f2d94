//! Who acts, for the audit trail and for permission.

use crate::{
    domain::id::StaffId,
    store::{audit::ActorKind, staff::StaffMember},
};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody signed in on the pages.
    Staff(StaffMember),
    /// A program with a token, for somebody.
    Program(StaffMember),
    /// A room's display with a token of its own. It acts for nobody, and only reads.
    Display,
    /// A member of the public.
    Questioner,
    /// The service itself.
    System,
}

/// Who acts, and in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// Who.
    pub who: Who,
    /// The request's identifier, as in the log.
    pub request_id: Option<String>,
}

impl Acting {
    /// The service itself.
    pub fn system() -> Self {
        Self {
            who: Who::System,
            request_id: None,
        }
    }

    /// A member of the public.
    pub fn questioner(request_id: Option<String>) -> Self {
        Self {
            who: Who::Questioner,
            request_id,
        }
    }

    /// Whether it is a member of the public, so that what they cause is limited.
    pub fn is_public(&self) -> bool {
        self.who == Who::Questioner
    }

    /// How the audit trail calls them.
    pub fn kind(&self) -> ActorKind {
        match self.who {
            Who::Staff(_) => ActorKind::Staff,
            // what only reads is in no entry
            Who::Program(_) | Who::Display => ActorKind::Program,
            Who::Questioner => ActorKind::Questioner,
            Who::System => ActorKind::System,
        }
    }

    /// The account, if there is one.
    pub fn member(&self) -> Option<&StaffMember> {
        match &self.who {
            Who::Staff(member) | Who::Program(member) => Some(member),
            Who::Display | Who::Questioner | Who::System => None,
        }
    }

    /// The account's identifier, if there is one.
    pub fn staff_id(&self) -> Option<StaffId> {
        self.member().map(|member| member.id)
    }
}
