//! Tokens for programs: one acts for a member of staff, one for a room's display acts for nobody and only reads. An administrator
//! issues them; each is shown once, kept by its hash, and ends by itself.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    domain::{
        codes::Code,
        id::{ApiTokenId, StaffId},
        text,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::{Acting, Who},
        letters::{AccountNotice, Letter},
        permission, sha256_hex,
    },
    store::{
        connection::Db,
        error::StoreError,
        staff::{self, ApiToken, StaffMember, TokenAccess},
    },
};

/// What every token begins with, so that one that leaked is known for what it is.
const PREFIX: &str = "pqt_";

/// The longest that a token may hold, in days.
pub const MOST_DAYS: i64 = 366;

/// What is typed about a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedToken {
    /// What it is for.
    pub name: String,
    /// What it may do: a code of [`TokenAccess`].
    pub access: String,
    /// For whom it acts, where it acts for somebody: the account's identifier.
    pub staff_id: String,
    /// For how many days it holds.
    pub days: String,
    /// What is wrong with the password that the administrator typed to confirm; none where it is right.
    pub unconfirmed: Option<FieldError>,
}

/// A token just issued, with the text that is shown this once.
pub struct IssuedToken {
    /// The token as it is kept.
    pub token: ApiToken,
    /// What the program sends.
    pub text: String,
}

/// A token, for the list.
#[derive(Debug, Clone)]
pub struct ListedToken {
    /// The token.
    pub token: ApiToken,
    /// The name of whom it acts for; none where it is for a display.
    pub acts_for: Option<String>,
    /// Whether it is still good.
    pub good: bool,
}

impl Service {
    /// Every token, newest first.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] and those of the store.
    pub fn api_tokens(&self, acting: &Acting) -> Result<Vec<ListedToken>, ServiceError> {
        permission::administrator(acting)?;
        let now = self.now();
        self.store.read(|db| {
            staff::tokens(db)?
                .into_iter()
                .map(|token| {
                    let good = token.revoked_at.is_none() && token.expires_at > now;
                    let member = account(db, token.staff_id)?;
                    Ok(ListedToken {
                        good: good && member.as_ref().is_none_or(|member| member.active),
                        acts_for: member.map(|member| member.name),
                        token,
                    })
                })
                .collect()
        })
    }

    /// Issues a token. Whoever it acts for is told, unless they issued it themselves, and can end it on their account page.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], [`ServiceError::Forbidden`] and those of the store.
    pub fn issue_api_token(
        &self,
        acting: &Acting,
        typed: &TypedToken,
    ) -> Result<IssuedToken, ServiceError> {
        permission::administrator(acting)?;
        let mut wrong = Vec::new();
        let name = Some(text::single_line(&typed.name))
            .filter(|name| !name.is_empty() && name.chars().count() <= 100);
        if name.is_none() {
            wrong.push(FieldError::new(
                "name",
                "empty",
                "Enter what the token is for, in 100 characters or fewer",
            ));
        }
        let access = TokenAccess::from_code(&typed.access);
        if access.is_none() {
            wrong.push(FieldError::new(
                "access",
                "empty",
                "Select what the token may do",
            ));
        }
        let staff_id = match access {
            // an account that was chosen before the other answer is not meant
            Some(TokenAccess::Display) | None => None,
            Some(TokenAccess::Full) => {
                let member = match typed.staff_id.parse::<StaffId>() {
                    Ok(id) => self.store.read(|db| match staff::member(db, id) {
                        Ok(member) => Ok(Some(member)),
                        Err(StoreError::NotFound) => Ok(None),
                        Err(error) => Err(ServiceError::from(error)),
                    })?,
                    Err(_) => None,
                };
                let member = member.filter(|member| member.active);
                if member.is_none() {
                    wrong.push(FieldError::new(
                        "staff_id",
                        "empty",
                        "Select the account that the token acts for",
                    ));
                }
                member.map(|member| member.id)
            }
        };
        let days = typed
            .days
            .trim()
            .parse::<i64>()
            .ok()
            .filter(|days| (1..=MOST_DAYS).contains(days));
        if days.is_none() {
            wrong.push(FieldError::new(
                "days",
                "range",
                format!("Enter a number of days between 1 and {MOST_DAYS}"),
            ));
        }
        wrong.extend(typed.unconfirmed.clone());
        let (Some(name), Some(access), Some(days), true) = (name, access, days, wrong.is_empty())
        else {
            return Err(ServiceError::Invalid(wrong));
        };
        let text = format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
        );
        let now = self.now();
        let token = ApiToken {
            id: self.new_id(),
            token_hash: sha256_hex(text.as_bytes()),
            access,
            staff_id,
            name,
            created_at: now,
            expires_at: now + TimeDelta::days(days),
            revoked_at: None,
        };
        self.store.write(|db| {
            staff::insert_token(db, &token)?;
            if let Some(owner) = account(db, token.staff_id)?
                && acting.staff_id() != Some(owner.id)
            {
                self.write_to_staff(
                    db,
                    &owner,
                    &Letter::YourAccount {
                        notice: AccountNotice::TokenIssued,
                    },
                )?;
            }
            self.audit(
                db,
                acting,
                "issue_api_token",
                ("api_token", &token.id.to_string()),
                None,
                Some(json!({
                    "access": token.access,
                    "staff": token.staff_id,
                    "expires_at": token.expires_at,
                })),
            )
        })?;
        Ok(IssuedToken { token, text })
    }

    /// Returns the tokens that act for oneself and are still good, newest first.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`] and those of the store.
    pub fn own_api_tokens(&self, acting: &Acting) -> Result<Vec<ApiToken>, ServiceError> {
        let member = permission::staff(acting)?;
        let now = self.now();
        let mut tokens = self
            .store
            .read(|db| Ok::<_, ServiceError>(staff::tokens(db)?))?;
        tokens.retain(|token| {
            token.staff_id == Some(member.id)
                && token.revoked_at.is_none()
                && token.expires_at > now
        });
        Ok(tokens)
    }

    /// Makes a token useless at once: any as an administrator, and those that act for oneself. One that was revoked before stays so.
    ///
    /// # Errors
    /// [`ServiceError::SignedOut`], [`ServiceError::NotFound`] and those of the store.
    pub fn revoke_api_token(&self, acting: &Acting, id: ApiTokenId) -> Result<(), ServiceError> {
        let member = permission::staff(acting)?;
        let any = permission::administrator(acting).is_ok();
        let now = self.now();
        self.store.write(|db| {
            let token = staff::tokens(db)?
                .into_iter()
                .find(|token| token.id == id)
                .ok_or(ServiceError::NotFound)?;
            if token.staff_id != Some(member.id) && !any {
                return Err(ServiceError::NotFound);
            }
            if staff::revoke_token(db, id, now)? {
                self.audit(
                    db,
                    acting,
                    "revoke_api_token",
                    ("api_token", &id.to_string()),
                    Some(json!({ "access": token.access })),
                    None,
                )?;
            }
            Ok(())
        })
    }

    /// Who comes with a token, if it is one that is still good: neither revoked nor over, and its account, where it has one, open.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn by_api_token(&self, token: &str) -> Result<Option<Who>, ServiceError> {
        let now = self.now();
        let hash = sha256_hex(token.as_bytes());
        self.store.read(|db| {
            let Some(token) = staff::token_by_hash(db, &hash)? else {
                return Ok(None);
            };
            if token.revoked_at.is_some() || token.expires_at <= now {
                return Ok(None);
            }
            Ok(match token.access {
                TokenAccess::Display => Some(Who::Display),
                TokenAccess::Full => account(db, token.staff_id)?
                    .filter(|member| member.active)
                    .map(Who::Program),
            })
        })
    }
}

/// The account of a token, where it has one.
fn account(db: &mut Db, id: Option<StaffId>) -> Result<Option<StaffMember>, StoreError> {
    id.map(|id| staff::member(db, id)).transpose()
}
