//! Who may do what. The proper officer decides and runs the desk; a chair has their own board; a responding officer writes the
//! responses; an administrator looks after accounts. A room's display has none of these rights: it may look where it is named.

use crate::{
    domain::id::BoardId,
    service::{
        ServiceError,
        actor::{Acting, Who},
    },
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
    match (&acting.who, acting.member()) {
        (Who::Display, _) => Err(ServiceError::Forbidden(ONLY_READS)),
        (_, None) => Err(ServiceError::SignedOut),
        (_, Some(member)) if allowed(member) => Ok(member),
        (_, Some(_)) => Err(ServiceError::Forbidden(why)),
    }
}

/// What a display is told where it may not look.
const ONLY_READS: &str =
    "A display token only reads what is published, and public question time as it stands.";

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

/// Who looks at a question time that is running, or at its log, through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onlooker<'a> {
    /// Whoever may run it.
    Chair(&'a StaffMember),
    /// A room's display: it is shown only what is for publication.
    Display,
}

/// A room's display, of whichever board; or the chair of the board, or the proper officer.
///
/// # Errors
/// [`ServiceError::SignedOut`] or [`ServiceError::Forbidden`].
pub fn display_or_chair(acting: &Acting, board: BoardId) -> Result<Onlooker<'_>, ServiceError> {
    match acting.who {
        Who::Display => Ok(Onlooker::Display),
        _ => chair_of(acting, board).map(Onlooker::Chair),
    }
}

/// A room's display, or anybody who is signed in: asked before it is known which board is meant.
///
/// # Errors
/// [`ServiceError::SignedOut`].
pub fn display_or_staff(acting: &Acting) -> Result<(), ServiceError> {
    match acting.who {
        Who::Display => Ok(()),
        _ => staff(acting).map(drop),
    }
}

/// Anybody but a display: for what changes something, and for what is not published although it needs no signing in.
///
/// # Errors
/// [`ServiceError::Forbidden`].
pub fn not_display(acting: &Acting) -> Result<(), ServiceError> {
    match acting.who {
        Who::Display => Err(ServiceError::Forbidden(ONLY_READS)),
        _ => Ok(()),
    }
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
