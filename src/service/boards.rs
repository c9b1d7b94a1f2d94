//! Boards: added, renamed, retired.

use crate::{
    domain::{
        id::{BoardId, StaffId},
        meeting::Board,
        text,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        notify_changes::{self, Plan},
        permission,
        views::{self, MeetingView},
    },
    store::{connection::Db, error::StoreError, meetings, staff},
};

/// What is said of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardParticulars {
    /// Its full name.
    pub name: String,
    /// Its name in addresses: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Its committee number in modern.gov, if it has one.
    pub modern_gov_id: Option<i32>,
    /// What its minute numbers begin with; may be empty.
    pub minute_prefix: String,
    /// What its minutes say where no question was received; may be empty.
    pub nil_return: String,
    /// Who writes its written responses where nobody else is named.
    pub response_owner: Option<StaffId>,
    /// Whether it no longer meets.
    pub retired: bool,
}

impl BoardParticulars {
    fn board(&self, id: BoardId, version: i32) -> Result<Board, ServiceError> {
        let mut problems = Vec::new();
        let name = text::single_line(&self.name);
        if name.is_empty() || name.chars().count() > 200 {
            problems.push(FieldError::new(
                "name",
                "empty",
                "Enter the board's name, in 200 characters or fewer",
            ));
        }
        let slug = text::single_line(&self.slug);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if slug.is_empty() || slug.len() > 40 || !slug.chars().all(plain) {
            problems.push(FieldError::new(
                "slug",
                "slug",
                "Enter a short name of lower-case letters, digits and hyphens, like safer",
            ));
        }
        let minute_prefix = text::single_line(&self.minute_prefix);
        if minute_prefix.chars().count() > 10 {
            problems.push(FieldError::new(
                "minute_prefix",
                "too_long",
                "The minute prefix must be 10 characters or fewer",
            ));
        }
        let nil_return = text::single_line(&self.nil_return);
        if nil_return.chars().count() > 300 {
            problems.push(FieldError::new(
                "nil_return",
                "too_long",
                "The words for a meeting without questions must be 300 characters or fewer",
            ));
        }
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        Ok(Board {
            id,
            slug,
            name,
            modern_gov_id: self.modern_gov_id,
            minute_prefix: (!minute_prefix.is_empty()).then_some(minute_prefix),
            nil_return: (!nil_return.is_empty()).then_some(nil_return),
            response_owner: self.response_owner,
            retired: self.retired,
            version,
        })
    }
}

fn trace(board: &Board) -> serde_json::Value {
    serde_json::json!({
        "name": board.name, "slug": board.slug, "nil_return": board.nil_return, "response_owner": board.response_owner,
        "retired": board.retired, "version": board.version,
    })
}

/// Checks that whoever is to write a board's responses may.
fn check_owner(db: &mut Db, board: &Board) -> Result<(), ServiceError> {
    let Some(owner) = board.response_owner else {
        return Ok(());
    };
    match staff::member(db, owner) {
        Ok(member) if member.may_respond() => Ok(()),
        Ok(_) | Err(StoreError::NotFound) => Err(ServiceError::field(
            "response_owner",
            "choice",
            "Select somebody who writes written responses",
        )),
        Err(other) => Err(other.into()),
    }
}

/// Adds a board.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::Conflict`] where the short name is taken.
pub fn add(
    service: &Service,
    acting: &Acting,
    particulars: &BoardParticulars,
) -> Result<Board, ServiceError> {
    permission::proper_officer(acting)?;
    let board = particulars.board(service.new_id(), 1)?;
    service.store.write(|db| {
        if meetings::boards(db)?
            .iter()
            .any(|other| other.slug == board.slug)
        {
            return Err(ServiceError::field(
                "slug",
                "taken",
                "Another board has this short name",
            ));
        }
        check_owner(db, &board)?;
        meetings::insert_board(db, &board)?;
        service.audit(
            db,
            acting,
            "add_board",
            ("board", &board.id.to_string()),
            None,
            Some(trace(&board)),
        )?;
        Ok(board.clone())
    })
}

/// Who would be told of a board's new name: what is planned for each of its meetings still to be held.
fn plans(
    service: &Service,
    db: &mut Db,
    board: &Board,
) -> Result<Vec<(MeetingView, Plan)>, ServiceError> {
    let mut plans = Vec::new();
    for was in views::coming_meetings(service, db)? {
        if was.board.id == board.id {
            let mut then = was.clone();
            then.board = board.clone();
            let plan = notify_changes::plan(service, db, &was, &then, None)?;
            plans.push((then, plan));
        }
    }
    Ok(plans)
}

/// Shows who would be told what if a board were changed, without changing it.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::NotFound`].
pub fn foresee(
    service: &Service,
    acting: &Acting,
    id: BoardId,
    particulars: &BoardParticulars,
) -> Result<Plan, ServiceError> {
    permission::proper_officer(acting)?;
    let board = particulars.board(id, 0)?;
    service.store.read(|db| {
        meetings::board(db, id)?;
        let mut all = Plan::default();
        for (_, plan) in plans(service, db, &board)? {
            if !plan.letters.is_empty() {
                all.changes = plan.changes;
            }
            all.letters.extend(plan.letters);
        }
        Ok(all)
    })
}

/// Changes a board. A new name is told to everybody to whom letters have named the old one (reading 24).
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`]; [`ServiceError::Conflict`] where it has changed since.
pub fn change(
    service: &Service,
    acting: &Acting,
    id: BoardId,
    version: i32,
    particulars: &BoardParticulars,
) -> Result<Board, ServiceError> {
    permission::proper_officer(acting)?;
    let board = particulars.board(id, version + 1)?;
    service.store.write(|db| {
        let was = meetings::board(db, id)?;
        if meetings::boards(db)?
            .iter()
            .any(|other| other.slug == board.slug && other.id != id)
        {
            return Err(ServiceError::field(
                "slug",
                "taken",
                "Another board has this short name",
            ));
        }
        if board.response_owner != was.response_owner {
            check_owner(db, &board)?;
        }
        let plans = plans(service, db, &board)?;
        if !meetings::update_board(db, &board)? {
            return Err(ServiceError::changed());
        }
        service.audit(
            db,
            acting,
            "change_board",
            ("board", &id.to_string()),
            Some(trace(&was)),
            Some(trace(&board)),
        )?;
        for (then, plan) in &plans {
            notify_changes::carry_out(service, db, acting, plan, then)?;
        }
        Ok(board.clone())
    })
}
