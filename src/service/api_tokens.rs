//! Tokens by which programs act for a member of staff. An administrator issues them; each is shown once, kept by its hash, and
//! ends by itself.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    domain::{
        id::{ApiTokenId, StaffId},
        text,
    },
    service::{FieldError, Service, ServiceError, actor::Acting, permission, sha256_hex},
    store::staff::{self, ApiToken, StaffMember},
};

/// What every token begins with, so that one that leaked is known for what it is.
const PREFIX: &str = "pqt_";

/// The longest that a token may hold, in days.
pub const MOST_DAYS: i64 = 366;

/// What is typed about a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedToken {
    /// For whom it acts: the account's identifier.
    pub staff_id: String,
    /// What it is for.
    pub name: String,
    /// For how many days it holds.
    pub days: String,
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
    /// The name of whom it acts for.
    pub acts_for: String,
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
                    let member = staff::member(db, token.staff_id)?;
                    Ok(ListedToken {
                        good: token.revoked_at.is_none() && token.expires_at > now && member.active,
                        acts_for: member.name,
                        token,
                    })
                })
                .collect()
        })
    }

    /// Issues a token.
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
        let name = text::single_line(&typed.name)
            .ok()
            .filter(|name| !name.is_empty() && name.chars().count() <= 100);
        if name.is_none() {
            wrong.push(FieldError::new(
                "name",
                "empty",
                "Enter what the token is for, in 100 characters or fewer",
            ));
        }
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
        let staff_id = typed.staff_id.parse::<StaffId>().ok();
        let member = match staff_id {
            Some(id) => self.store.read(|db| match staff::member(db, id) {
                Ok(member) => Ok(Some(member)),
                Err(crate::store::error::StoreError::NotFound) => Ok(None),
                Err(error) => Err(ServiceError::from(error)),
            })?,
            None => None,
        };
        let member = member.filter(|member| member.active);
        if member.is_none() {
            wrong.push(FieldError::new(
                "staff_id",
                "empty",
                "Select the account that the token acts for",
            ));
        }
        let (Some(name), Some(days), Some(member)) = (name, days, member) else {
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
            staff_id: member.id,
            name,
            created_at: now,
            expires_at: now + TimeDelta::days(days),
            revoked_at: None,
        };
        self.store.write(|db| {
            staff::insert_token(db, &token)?;
            self.audit(
                db,
                acting,
                "issue_api_token",
                ("api_token", &token.id.to_string()),
                None,
                Some(json!({ "staff": token.staff_id, "expires_at": token.expires_at })),
            )
        })?;
        Ok(IssuedToken { token, text })
    }

    /// Makes a token useless at once. One that was revoked before stays so.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
    pub fn revoke_api_token(&self, acting: &Acting, id: ApiTokenId) -> Result<(), ServiceError> {
        permission::administrator(acting)?;
        let now = self.now();
        self.store.write(|db| {
            if !staff::tokens(db)?.iter().any(|token| token.id == id) {
                return Err(ServiceError::NotFound);
            }
            if staff::revoke_token(db, id, now)? {
                self.audit(
                    db,
                    acting,
                    "revoke_api_token",
                    ("api_token", &id.to_string()),
                    None,
                    None,
                )?;
            }
            Ok(())
        })
    }

    /// For whom a token acts, if it is one that is still good: neither revoked nor over, and its account open.
    ///
    /// # Errors
    /// [`ServiceError`] where the store fails.
    pub fn by_api_token(&self, token: &str) -> Result<Option<StaffMember>, ServiceError> {
        let now = self.now();
        let hash = sha256_hex(token.as_bytes());
        self.store.read(|db| {
            let Some(token) = staff::token_by_hash(db, &hash)? else {
                return Ok(None);
            };
            if token.revoked_at.is_some() || token.expires_at <= now {
                return Ok(None);
            }
            let member = staff::member(db, token.staff_id)?;
            Ok(Some(member).filter(|member| member.active))
        })
    }
}
