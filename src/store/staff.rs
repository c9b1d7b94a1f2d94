//! Staff accounts, their roles, sessions and tokens.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    coded,
    domain::{
        codes::Code,
        id::{ApiTokenId, BoardId, StaffId},
    },
    store::{
        connection::Db,
        error::StoreError,
        rows,
        schema::{api_tokens, staff, staff_roles, staff_sessions},
        types::Instant,
    },
};

coded! {
    /// What a member of staff may do.
    pub enum Role {
        /// The Committee Services Manager, the rule's proper officer.
        ProperOfficer = "proper_officer",
        /// The chair of a board.
        Chair = "chair",
        /// An officer who owes written responses.
        RespondingOfficer = "responding_officer",
        /// Who looks after accounts and tokens.
        Administrator = "administrator",
    }
}

/// A role, for one board or for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// The board that it is for; none means all.
    pub board: Option<BoardId>,
}

/// A staff account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Its identifier.
    pub id: StaffId,
    /// The e-mail address with which they sign in.
    pub email: String,
    /// Name.
    pub name: String,
    /// Hash of the password in PHC form.
    pub password_hash: String,
    /// Since when the password stands, where somebody else issued it and its owner has not changed it yet.
    pub password_issued_at: Option<DateTime<Utc>>,
    /// Whether they may sign in.
    pub active: bool,
    /// What they may do.
    pub roles: Vec<HeldRole>,
    /// Grows with every change.
    pub version: i32,
}

type StaffRow = (String, String, String, String, bool, i32, Option<Instant>);
const COLUMNS: (
    staff::id,
    staff::email,
    staff::name,
    staff::password_hash,
    staff::active,
    staff::version,
    staff::password_issued_at,
) = (
    staff::id,
    staff::email,
    staff::name,
    staff::password_hash,
    staff::active,
    staff::version,
    staff::password_issued_at,
);

fn with_roles(db: &mut Db, row: StaffRow) -> Result<StaffMember, StoreError> {
    let (id, email, name, password_hash, active, version, password_issued_at) = row;
    let held: Vec<(String, Option<String>)> = staff_roles::table
        .filter(staff_roles::staff_id.eq(&id))
        .select((staff_roles::role, staff_roles::board_id))
        .load(db)?;
    let mut roles = held
        .into_iter()
        .map(|(role, board)| {
            Ok(HeldRole {
                role: rows::coded(&role)?,
                board: rows::parsed_option(board.as_deref())?,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    roles.sort();
    Ok(StaffMember {
        id: rows::parsed(&id)?,
        email,
        name,
        password_hash,
        password_issued_at: password_issued_at.map(Instant::utc),
        active,
        roles,
        version,
    })
}

/// One account.
///
/// # Errors
/// [`StoreError::NotFound`] and others.
pub fn member(db: &mut Db, id: StaffId) -> Result<StaffMember, StoreError> {
    let row: StaffRow = staff::table
        .find(id.to_string())
        .select(COLUMNS)
        .first(db)?;
    with_roles(db, row)
}

/// The account with an e-mail address, if there is one.
///
/// # Errors
/// [`StoreError`].
pub fn by_email(db: &mut Db, email: &str) -> Result<Option<StaffMember>, StoreError> {
    let row: Option<StaffRow> = staff::table
        .filter(staff::email.eq(email.to_lowercase()))
        .select(COLUMNS)
        .first(db)
        .optional()?;
    row.map(|row| with_roles(db, row)).transpose()
}

/// Every account, by name.
///
/// # Errors
/// [`StoreError`].
pub fn all(db: &mut Db) -> Result<Vec<StaffMember>, StoreError> {
    let rows: Vec<StaffRow> = staff::table
        .order((staff::name, staff::id))
        .select(COLUMNS)
        .load(db)?;
    rows.into_iter().map(|row| with_roles(db, row)).collect()
}

/// Adds an account with its roles; `role_ids` gives each role its identifier.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where the address is taken, and others.
pub fn insert(
    db: &mut Db,
    member: &StaffMember,
    role_ids: &[String],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(staff::table)
        .values((
            staff::id.eq(member.id.to_string()),
            staff::email.eq(member.email.to_lowercase()),
            staff::name.eq(&member.name),
            staff::password_hash.eq(&member.password_hash),
            staff::password_issued_at.eq(member.password_issued_at.map(Instant::from)),
            staff::active.eq(member.active),
            staff::created_at.eq(Instant::from(at)),
            staff::version.eq(member.version),
        ))
        .execute(db)?;
    insert_roles(db, member, role_ids)
}

fn insert_roles(db: &mut Db, member: &StaffMember, role_ids: &[String]) -> Result<(), StoreError> {
    for (held, id) in member.roles.iter().zip(role_ids) {
        diesel::insert_into(staff_roles::table)
            .values((
                staff_roles::id.eq(id),
                staff_roles::staff_id.eq(member.id.to_string()),
                staff_roles::role.eq(held.role.code()),
                staff_roles::board_id.eq(held.board.map(|board| board.to_string())),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Changes an account and its roles where it still has the version before the one given; whether it had.
///
/// # Errors
/// [`StoreError::UniqueViolation`] where the address is taken, and others.
pub fn update(db: &mut Db, member: &StaffMember, role_ids: &[String]) -> Result<bool, StoreError> {
    let id = member.id.to_string();
    let changed = diesel::update(
        staff::table
            .filter(staff::id.eq(&id))
            .filter(staff::version.eq(member.version - 1)),
    )
    .set((
        staff::email.eq(member.email.to_lowercase()),
        staff::name.eq(&member.name),
        staff::password_hash.eq(&member.password_hash),
        staff::password_issued_at.eq(member.password_issued_at.map(Instant::from)),
        staff::active.eq(member.active),
        staff::version.eq(member.version),
    ))
    .execute(db)?;
    if changed == 1 {
        diesel::delete(staff_roles::table.filter(staff_roles::staff_id.eq(&id))).execute(db)?;
        insert_roles(db, member, role_ids)?;
    }
    Ok(changed == 1)
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Hash of the cookie.
    pub token_hash: String,
    /// Whose.
    pub staff_id: StaffId,
    /// When they signed in.
    pub created_at: DateTime<Utc>,
    /// When they were last seen.
    pub last_seen_at: DateTime<Utc>,
    /// The browser, in a few words.
    pub browser: String,
}

type SessionRow = (String, String, Instant, Instant, String);

fn session_record(row: SessionRow) -> Result<SessionRecord, StoreError> {
    let (token_hash, staff_id, created_at, last_seen_at, browser) = row;
    Ok(SessionRecord {
        token_hash,
        staff_id: rows::parsed(&staff_id)?,
        created_at: created_at.utc(),
        last_seen_at: last_seen_at.utc(),
        browser,
    })
}

/// Adds a session.
///
/// # Errors
/// [`StoreError`].
pub fn insert_session(db: &mut Db, session: &SessionRecord) -> Result<(), StoreError> {
    diesel::insert_into(staff_sessions::table)
        .values((
            staff_sessions::token_hash.eq(&session.token_hash),
            staff_sessions::staff_id.eq(session.staff_id.to_string()),
            staff_sessions::created_at.eq(Instant::from(session.created_at)),
            staff_sessions::last_seen_at.eq(Instant::from(session.last_seen_at)),
            staff_sessions::browser.eq(&session.browser),
        ))
        .execute(db)?;
    Ok(())
}

/// The session with this hash, if there is one.
///
/// # Errors
/// [`StoreError`].
pub fn session(db: &mut Db, token_hash: &str) -> Result<Option<SessionRecord>, StoreError> {
    let found: Option<SessionRow> = staff_sessions::table
        .find(token_hash)
        .select(staff_sessions::all_columns)
        .first(db)
        .optional()?;
    found.map(session_record).transpose()
}

/// Every session of an account, the latest used first.
///
/// # Errors
/// [`StoreError`].
pub fn sessions_of(db: &mut Db, id: StaffId) -> Result<Vec<SessionRecord>, StoreError> {
    let rows: Vec<SessionRow> = staff_sessions::table
        .filter(staff_sessions::staff_id.eq(id.to_string()))
        .order((
            staff_sessions::last_seen_at.desc(),
            staff_sessions::token_hash,
        ))
        .select(staff_sessions::all_columns)
        .load(db)?;
    rows.into_iter().map(session_record).collect()
}

/// Notes that a session was used.
///
/// # Errors
/// [`StoreError`].
pub fn touch_session(db: &mut Db, token_hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(staff_sessions::table.find(token_hash))
        .set(staff_sessions::last_seen_at.eq(Instant::from(at)))
        .execute(db)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// [`StoreError`].
pub fn delete_session(db: &mut Db, token_hash: &str) -> Result<(), StoreError> {
    diesel::delete(staff_sessions::table.find(token_hash)).execute(db)?;
    Ok(())
}

/// Ends every session of an account; how many.
///
/// # Errors
/// [`StoreError`].
pub fn delete_sessions_of(db: &mut Db, id: StaffId) -> Result<usize, StoreError> {
    Ok(
        diesel::delete(staff_sessions::table.filter(staff_sessions::staff_id.eq(id.to_string())))
            .execute(db)?,
    )
}

/// Ends every session of everybody, and returns how many there were.
///
/// # Errors
/// [`StoreError`].
pub fn end_all_sessions(db: &mut Db) -> Result<usize, StoreError> {
    Ok(diesel::delete(staff_sessions::table).execute(db)?)
}

/// Ends the sessions that were last seen before an instant or began before another.
///
/// # Errors
/// [`StoreError`].
pub fn delete_old_sessions(
    db: &mut Db,
    seen_before: DateTime<Utc>,
    begun_before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(diesel::delete(
        staff_sessions::table.filter(
            staff_sessions::last_seen_at
                .lt(Instant::from(seen_before))
                .or(staff_sessions::created_at.lt(Instant::from(begun_before))),
        ),
    )
    .execute(db)?)
}

coded! {
    /// What an API token is for.
    pub enum TokenAccess {
        /// A program may do what an account may do.
        Full = "full",
        /// A room's display may read what is published and how question time stands. It acts for nobody.
        Display = "display",
    }
}

/// A token for a program: one that acts for an account, or a display that only reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its identifier.
    pub id: ApiTokenId,
    /// Hash of the token.
    pub token_hash: String,
    /// What it is for.
    pub access: TokenAccess,
    /// For whom it acts: none where it is for a display, and only there.
    pub staff_id: Option<StaffId>,
    /// What it is for, in words.
    pub name: String,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

type TokenRow = (
    String,
    String,
    String,
    Option<String>,
    String,
    Instant,
    Instant,
    Option<Instant>,
);
const TOKEN_COLUMNS: (
    api_tokens::id,
    api_tokens::token_hash,
    api_tokens::access,
    api_tokens::staff_id,
    api_tokens::name,
    api_tokens::created_at,
    api_tokens::expires_at,
    api_tokens::revoked_at,
) = (
    api_tokens::id,
    api_tokens::token_hash,
    api_tokens::access,
    api_tokens::staff_id,
    api_tokens::name,
    api_tokens::created_at,
    api_tokens::expires_at,
    api_tokens::revoked_at,
);

fn token(row: TokenRow) -> Result<ApiToken, StoreError> {
    let (id, token_hash, access, staff_id, name, created_at, expires_at, revoked_at) = row;
    Ok(ApiToken {
        id: rows::parsed(&id)?,
        token_hash,
        access: rows::coded(&access)?,
        staff_id: rows::parsed_option(staff_id.as_deref())?,
        name,
        created_at: created_at.utc(),
        expires_at: expires_at.utc(),
        revoked_at: revoked_at.map(Instant::utc),
    })
}

/// Adds a token.
///
/// # Errors
/// [`StoreError`].
pub fn insert_token(db: &mut Db, token: &ApiToken) -> Result<(), StoreError> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(token.id.to_string()),
            api_tokens::token_hash.eq(&token.token_hash),
            api_tokens::access.eq(token.access.code()),
            api_tokens::staff_id.eq(token.staff_id.map(|id| id.to_string())),
            api_tokens::name.eq(&token.name),
            api_tokens::created_at.eq(Instant::from(token.created_at)),
            api_tokens::expires_at.eq(Instant::from(token.expires_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// The token with this hash, if there is one.
///
/// # Errors
/// [`StoreError`].
pub fn token_by_hash(db: &mut Db, token_hash: &str) -> Result<Option<ApiToken>, StoreError> {
    let row: Option<TokenRow> = api_tokens::table
        .filter(api_tokens::token_hash.eq(token_hash))
        .select(TOKEN_COLUMNS)
        .first(db)
        .optional()?;
    row.map(token).transpose()
}

/// Every token, newest first.
///
/// # Errors
/// [`StoreError`].
pub fn tokens(db: &mut Db) -> Result<Vec<ApiToken>, StoreError> {
    let rows: Vec<TokenRow> = api_tokens::table
        .order(api_tokens::id.desc())
        .select(TOKEN_COLUMNS)
        .load(db)?;
    rows.into_iter().map(token).collect()
}

/// Revokes a token; whether it was still good.
///
/// # Errors
/// [`StoreError`].
pub fn revoke_token(db: &mut Db, id: ApiTokenId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(
        api_tokens::table
            .filter(api_tokens::id.eq(id.to_string()))
            .filter(api_tokens::revoked_at.is_null()),
    )
    .set(api_tokens::revoked_at.eq(Some(Instant::from(at))))
    .execute(db)?;
    Ok(changed == 1)
}

/// Revokes every token that acts for an account, and returns how many were still good.
///
/// # Errors
/// [`StoreError`].
pub fn revoke_tokens_of(db: &mut Db, id: StaffId, at: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::update(
        api_tokens::table
            .filter(api_tokens::staff_id.eq(id.to_string()))
            .filter(api_tokens::revoked_at.is_null())
            .filter(api_tokens::expires_at.gt(Instant::from(at))),
    )
    .set(api_tokens::revoked_at.eq(Some(Instant::from(at))))
    .execute(db)?)
}
