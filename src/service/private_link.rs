//! The private link by which a questioner sees, withdraws or disowns their question (reading 6).
//!
//! The link's token is the question's identifier with a keyed hash over it and the link's version. Nothing of it is stored, so
//! that a stolen database opens no question; a new version makes every older link dead.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use crate::{
    domain::id::QuestionId,
    service::{Service, ServiceError},
    store::{
        connection::Db,
        questions::{self, Question},
    },
};

/// Stands for the private link wherever somebody else reads a letter: the link is the questioner's alone.
pub const MASKED_LINK: &str = "(the questioner’s private link)";

/// Bytes of the hash that go into the token: 128 bits.
const HASH_BYTES: usize = 16;

impl Service {
    /// The token of a question's private link.
    pub fn link_token(&self, id: QuestionId, version: i32) -> String {
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend_from_slice(&self.link_hash(id, version)[..HASH_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The address of a question's private link.
    pub fn private_link(&self, id: QuestionId, version: i32) -> String {
        self.settings
            .council
            .public_url
            .page(&format!("/question/{}", self.link_token(id, version)))
    }

    fn link_hash(&self, id: QuestionId, version: i32) -> [u8; 32] {
        self.keyed_hash("private link", &[id.as_bytes(), &version.to_be_bytes()])
    }

    /// The question that a token opens.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for any token that is not exactly right: guessed, damaged or dead, all alike.
    pub fn question_by_token(&self, db: &mut Db, token: &str) -> Result<Question, ServiceError> {
        let bytes = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| ServiceError::NotFound)?;
        if bytes.len() != 16 + HASH_BYTES {
            return Err(ServiceError::NotFound);
        }
        let (id, hash) = bytes.split_at(16);
        let id = QuestionId::from(uuid::Uuid::from_slice(id).map_err(|_| ServiceError::NotFound)?);
        let question = questions::question(db, id)?;
        let right = self.link_hash(id, question.link_version);
        if bool::from(right[..HASH_BYTES].ct_eq(hash)) {
            Ok(question)
        } else {
            Err(ServiceError::NotFound)
        }
    }
}
