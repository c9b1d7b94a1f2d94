//! Tokens by which programs act for a member of staff.

use crate::{
    service::{Service, ServiceError, sha256_hex},
    store::staff::{self, StaffMember},
};

impl Service {
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
