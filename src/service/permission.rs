//! Who may do what. The proper officer decides and runs the desk; a chair has their own board; a responding officer writes the
//! responses; an administrator looks after accounts.

use crate::{
    domain::id::BoardId,
    service::{ServiceError, actor::Acting},
    store::staff::{Role, StaffMember},
};

impl StaffMember {
    /// Whether they hold the role, for every board or for this one.
    pub fn holds(&self, role: Role, board: Option<BoardId>) -> bool {
        self.active
            && self
                .roles
                .iter()
                .any(|held| held.role == role && (held.board.is_none() || held.board == board))
    }

    /// Whether they hold the role for any board.
    pub fn holds_anywhere(&self, role: Role) -> bool {
        self.active && self.roles.iter().any(|held| held.role == role)
    }

    /// Whether they are the proper officer.
    pub fn is_proper_officer(&self) -> bool {
        self.holds_anywhere(Role::ProperOfficer)
    }

    /// Whether they may run this board's question time: its chair, or the proper officer beside the chair.
    pub fn may_run(&self, board: BoardId) -> bool {
        self.is_proper_officer() || self.holds(Role::Chair, Some(board))
    }

    /// Whether they may read and write written responses.
    pub fn may_respond(&self) -> bool {
        self.is_proper_officer() || self.holds_anywhere(Role::RespondingOfficer)
    }
}

fn require<'a>(
    acting: &'a Acting,
    allowed: impl FnOnce(&StaffMember) -> bool,
    why: &'static str,
) -> Result<&'a StaffMember, ServiceError> {
    match acting.member() {
        None => Err(ServiceError::SignedOut),
        Some(member) if allowed(member) => Ok(member),
        Some(_) => Err(ServiceError::Forbidden(why)),
    }
}

/// The proper officer.
///
/// # Errors
/// [`ServiceError::SignedOut`] or [`ServiceError::Forbidden`].
pub fn proper_officer(acting: &Acting) -> Result<&StaffMember, ServiceError> {
    require(
        acting,
        StaffMember::is_proper_officer,
        "Only the Committee Services Manager can do this.",
    )
}

/// The chair of the board, or the proper officer.
///
/// # Errors
/// [`ServiceError::SignedOut`] or [`ServiceError::Forbidden`].
pub fn chair_of(acting: &Acting, board: BoardId) -> Result<&StaffMember, ServiceError> {
    require(
        acting,
        |member| member.may_run(board),
        "Only the chair of this board or the Committee Services Manager can do this.",
    )
}

/// Whoever may write responses.
///
/// # Errors
/// [`ServiceError::SignedOut`] or [`ServiceError::Forbidden`].
pub fn responding(acting: &Acting) -> Result<&StaffMember, ServiceError> {
    require(
        acting,
        StaffMember::may_respond,
        "Only an officer who writes responses can do this.",
    )
}

/// An administrator.
///
/// # Errors
/// [`ServiceError::SignedOut`] or [`ServiceError::Forbidden`].
pub fn administrator(acting: &Acting) -> Result<&StaffMember, ServiceError> {
    require(
        acting,
        |member| member.holds_anywhere(Role::Administrator),
        "Only an administrator can do this.",
    )
}

/// Anybody who is signed in.
///
/// # Errors
/// [`ServiceError::SignedOut`].
pub fn staff(acting: &Acting) -> Result<&StaffMember, ServiceError> {
    require(acting, |member| member.active, "This account is closed.")
}
