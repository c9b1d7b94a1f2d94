//! Staff accounts: who may sign in, and what they may do. An administrator looks after them; the command line does so as the
//! service itself, for the first account and for when every administrator is locked out.

use serde_json::json;

use crate::{
    domain::{
        codes::Code,
        id::StaffId,
        meeting::Board,
        questioner::{EmailAddress, PersonName},
    },
    service::{
        FieldError, Service, ServiceError,
        actor::{Acting, Who},
        letters::{AccountNotice, Letter},
        password::Password,
        permission,
    },
    store::{
        connection::Db,
        error::{Constraint, StoreError},
        meetings,
        staff::{self, HeldRole, Role, StaffMember},
    },
};

/// What is said of a password that names its owner or the council.
pub(super) const MADE_OF_NAMES: &str = "Choose a password that is not made of your name, your email address or the names of the council and its places";

/// What is typed about an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedAccount {
    /// Name.
    pub name: String,
    /// The e-mail address with which they sign in.
    pub email: String,
    /// What they may do.
    pub roles: Vec<HeldRole>,
    /// Whether they may sign in.
    pub active: bool,
    /// What is wrong with the password that the administrator typed to confirm. None where it is right, and on the command line.
    pub unconfirmed: Option<FieldError>,
}

/// An account that was opened or got a new password, with that password: it is shown this once.
pub struct WithPassword {
    /// The account.
    pub member: StaffMember,
    /// The password to hand over.
    pub password: Password,
}

impl TypedAccount {
    fn check(&self) -> Result<(PersonName, EmailAddress), ServiceError> {
        let name = PersonName::parse(&self.name).map_err(|error| FieldError {
            message: if error.code == "empty" {
                "Enter their name".to_owned()
            } else {
                error.message.clone()
            },
            ..FieldError::of("name", error)
        });
        let email = EmailAddress::parse(&self.email).map_err(|error| FieldError {
            message: if error.code == "empty" {
                "Enter their email address".to_owned()
            } else {
                error.message.clone()
            },
            ..FieldError::of("email", error)
        });
        let roles = if self.roles.is_empty() {
            Some(FieldError::new(
                "roles",
                "empty",
                "Select at least one role",
            ))
        } else {
            None
        };
        match (name, email, roles, &self.unconfirmed) {
            (Ok(name), Ok(email), None, None) => Ok((name, email)),
            (name, email, roles, unconfirmed) => Err(ServiceError::Invalid(
                [name.err(), email.err(), roles, unconfirmed.clone()]
                    .into_iter()
                    .flatten()
                    .collect(),
            )),
        }
    }
}

/// An administrator, or the service itself on the command line.
fn may_look_after(acting: &Acting) -> Result<(), ServiceError> {
    match acting.who {
        Who::System => Ok(()),
        _ => permission::administrator(acting).map(drop),
    }
}

fn in_audit(member: &StaffMember) -> serde_json::Value {
    let roles: Vec<_> = member
        .roles
        .iter()
        .map(|held| json!({ "role": held.role.code(), "board": held.board }))
        .collect();
    json!({ "active": member.active, "roles": roles, "version": member.version })
}

fn taken(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Conflict(_) => ServiceError::field(
            "email",
            "taken",
            "There is already an account with this email address",
        ),
        other => other,
    }
}

impl Service {
    /// Every account, by name.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] and those of the store.
    pub fn accounts(&self, acting: &Acting) -> Result<Vec<StaffMember>, ServiceError> {
        may_look_after(acting)?;
        self.store.read(|db| Ok(staff::all(db)?))
    }

    /// One account, and the boards that a chair can have.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
    pub fn account(&self, acting: &Acting, id: StaffId) -> Result<StaffMember, ServiceError> {
        may_look_after(acting)?;
        self.store.read(|db| Ok(staff::member(db, id)?))
    }

    /// The boards that a chair can have.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] and those of the store.
    pub fn boards_for_chairs(&self, acting: &Acting) -> Result<Vec<Board>, ServiceError> {
        may_look_after(acting)?;
        self.store.read(|db| Ok(meetings::boards(db)?))
    }

    /// Opens an account with a generated password, which its owner must change at the first sign-in, or with one that the owner chose.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], [`ServiceError::Forbidden`] and those of the store.
    pub fn open_account(
        &self,
        acting: &Acting,
        typed: &TypedAccount,
        password: Option<Password>,
    ) -> Result<WithPassword, ServiceError> {
        may_look_after(acting)?;
        let (name, email) = typed.check()?;
        let issued = password.is_none().then(|| self.now());
        let password = password.unwrap_or_else(Password::generate);
        if self.is_about(&password, name.as_str(), email.as_str()) {
            return Err(ServiceError::field("password", "about_them", MADE_OF_NAMES));
        }
        let member = StaffMember {
            id: self.new_id(),
            email: email.as_str().to_lowercase(),
            name: name.as_str().to_owned(),
            password_hash: self.hasher.hash(&password)?,
            password_issued_at: issued,
            active: typed.active,
            roles: typed.roles.clone(),
            version: 1,
        };
        self.store
            .write(|db| {
                if staff::by_email(db, &member.email)?.is_some() {
                    return Err(ServiceError::Conflict(String::new()));
                }
                staff::insert(db, &member, &self.role_ids(&member), self.now())
                    .map_err(email_taken)?;
                self.audit(
                    db,
                    acting,
                    "open_account",
                    ("staff", &member.id.to_string()),
                    None,
                    Some(in_audit(&member)),
                )
            })
            .map_err(taken)?;
        Ok(WithPassword { member, password })
    }

    /// Changes an account that still has the version seen. Closing it ends its sessions.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], also where no active administrator would be left; [`ServiceError::Conflict`] where it has
    /// changed since; [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
    pub fn change_account(
        &self,
        acting: &Acting,
        id: StaffId,
        seen_version: i32,
        typed: &TypedAccount,
    ) -> Result<StaffMember, ServiceError> {
        may_look_after(acting)?;
        let (name, email) = typed.check()?;
        self.store.write(|db| {
            let before = staff::member(db, id)?;
            if before.version != seen_version {
                return Err(ServiceError::changed());
            }
            let mut member = before.clone();
            member.name = name.as_str().to_owned();
            member.email = email.as_str().to_lowercase();
            member.active = typed.active;
            member.roles.clone_from(&typed.roles);
            member.roles.sort();
            member.roles.dedup();
            member.version += 1;
            if staff::by_email(db, &member.email)?.is_some_and(|other| other.id != id) {
                return Err(taken(ServiceError::Conflict(String::new())));
            }
            if before.holds_anywhere(Role::Administrator)
                && !member.holds_anywhere(Role::Administrator)
                && !another_administrator(db, id)?
            {
                return Err(ServiceError::field(
                    if member.active { "roles" } else { "active" },
                    "last_administrator",
                    "This is the only administrator. Make somebody else an administrator first",
                ));
            }
            self.store_member(db, &member)?;
            if !member.active {
                staff::delete_sessions_of(db, id)?;
            }
            if member.email != before.email {
                self.write_to_staff(
                    db,
                    &before,
                    &Letter::YourAccount {
                        notice: AccountNotice::AddressChanged,
                    },
                )?;
            }
            self.audit(
                db,
                acting,
                "change_account",
                ("staff", &id.to_string()),
                Some(in_audit(&before)),
                Some(in_audit(&member)),
            )?;
            Ok(member)
        })
    }

    /// Gives an account a new password, generated or chosen by its owner, ends its sessions and API tokens, and tells the owner. A
    /// generated one must be changed at the first sign-in.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the given password is made of names; [`ServiceError::Forbidden`], [`ServiceError::NotFound`]
    /// and those of the store.
    pub fn reset_password(
        &self,
        acting: &Acting,
        id: StaffId,
        password: Option<Password>,
    ) -> Result<WithPassword, ServiceError> {
        may_look_after(acting)?;
        let issued = password.is_none().then(|| self.now());
        let password = password.unwrap_or_else(Password::generate);
        let hash = self.hasher.hash(&password)?;
        let member = self.store.write(|db| {
            let mut member = staff::member(db, id)?;
            if self.is_about(&password, &member.name, &member.email) {
                return Err(ServiceError::field("password", "about_them", MADE_OF_NAMES));
            }
            member.password_hash.clone_from(&hash);
            member.password_issued_at = issued;
            member.version += 1;
            self.store_member(db, &member)?;
            staff::delete_sessions_of(db, id)?;
            let tokens = staff::revoke_tokens_of(db, id, self.now())?;
            self.write_to_staff(
                db,
                &member,
                &Letter::YourAccount {
                    notice: AccountNotice::PasswordReset,
                },
            )?;
            self.audit(
                db,
                acting,
                "reset_password",
                ("staff", &id.to_string()),
                None,
                Some(json!({ "api_tokens_ended": tokens })),
            )?;
            Ok::<_, ServiceError>(member)
        })?;
        Ok(WithPassword { member, password })
    }

    /// Stores an account whose version has been raised by one.
    pub(super) fn store_member(
        &self,
        db: &mut Db,
        member: &StaffMember,
    ) -> Result<(), ServiceError> {
        if staff::update(db, member, &self.role_ids(member)).map_err(email_taken)? {
            Ok(())
        } else {
            Err(ServiceError::changed())
        }
    }

    fn role_ids(&self, member: &StaffMember) -> Vec<String> {
        member
            .roles
            .iter()
            .map(|_| self.new_id::<uuid::Uuid>().to_string())
            .collect()
    }
}

/// Two administrators may open the same account at once; the database lets one of them.
fn email_taken(error: StoreError) -> ServiceError {
    match error.violated() {
        Some(Constraint::StaffEmail) => taken(ServiceError::Conflict(String::new())),
        _ => error.into(),
    }
}

fn another_administrator(db: &mut Db, than: StaffId) -> Result<bool, ServiceError> {
    Ok(staff::all(db)?
        .iter()
        .any(|member| member.id != than && member.holds_anywhere(Role::Administrator)))
}
