//! The private link by which a questioner sees, withdraws or disowns their question (reading 6).
//!
//! The link's token is the question's identifier with a keyed hash over it and the link's version. Nothing of it is stored, so
//! that a stolen database opens no question; a new version makes every older link dead.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use crate::{
    domain::{
        id::{AddressCorrectionId, QuestionId},
        text,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{Brief, Letter},
        permission, views,
    },
    store::{
        connection::Db,
        questions::{self, AddressCorrection, Question},
    },
};

/// Stands for the private link wherever somebody else reads a letter: the link is the questioner's alone.
pub const MASKED_LINK: &str = "(the questioner’s private link)";
/// The purposes of the keyed hashes of the links about an address.
const CONFIRM_ADDRESS: &str = "confirm address";
const KEEP_ADDRESS: &str = "keep address";
/// The purpose of the keyed hash of the private link in a letter.
const LETTER_LINK: &str = "private link in a letter";

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
        self.page_of_token(&self.link_token(id, version))
    }

    /// The address of a question's private link as a letter carries it. It opens the same question, and shows that whoever opens it reads
    /// the mailbox; so it stands in letters alone, and nobody who sent the question is shown it.
    pub fn letter_link(&self, id: QuestionId, version: i32) -> String {
        let hash = self.letter_hash(id, version);
        let token = URL_SAFE_NO_PAD.encode([&id.as_bytes()[..], &hash[..HASH_BYTES]].concat());
        self.page_of_token(&token)
    }

    /// The address of the private page that a token opens.
    pub fn page_of_token(&self, token: &str) -> String {
        self.settings
            .council
            .public_url
            .page(&format!("/question/{token}"))
    }

    /// Whether a token of this question's private link came from a letter.
    pub fn is_from_letter(&self, token: &str, question: &Question) -> bool {
        let right = self.letter_hash(question.id, question.link_version);
        parts(token).is_ok_and(|(_, hash)| bool::from(right[..HASH_BYTES].ct_eq(&hash)))
    }

    /// The address at which whoever reads a new address confirms it.
    pub fn confirm_address_link(&self, id: AddressCorrectionId) -> String {
        self.address_link("new-address", CONFIRM_ADDRESS, id)
    }

    /// The address at which whoever reads the old address keeps it.
    pub fn keep_address_link(&self, id: AddressCorrectionId) -> String {
        self.address_link("old-address", KEEP_ADDRESS, id)
    }

    fn address_link(&self, page: &str, purpose: &str, id: AddressCorrectionId) -> String {
        let hash = self.keyed_hash(purpose, &[id.as_bytes()]);
        let token = URL_SAFE_NO_PAD.encode([&id.as_bytes()[..], &hash[..HASH_BYTES]].concat());
        self.settings
            .council
            .public_url
            .page(&format!("/question/{page}/{token}"))
    }

    /// The request that a token from the letter to the new address opens.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for any token that is not exactly right.
    pub fn correction_to_confirm(
        &self,
        db: &mut Db,
        token: &str,
    ) -> Result<AddressCorrection, ServiceError> {
        self.correction_by_token(db, CONFIRM_ADDRESS, token)
    }

    /// The request that a token from the letter to the old address opens.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for any token that is not exactly right.
    pub fn correction_to_stop(
        &self,
        db: &mut Db,
        token: &str,
    ) -> Result<AddressCorrection, ServiceError> {
        self.correction_by_token(db, KEEP_ADDRESS, token)
    }

    fn correction_by_token(
        &self,
        db: &mut Db,
        purpose: &str,
        token: &str,
    ) -> Result<AddressCorrection, ServiceError> {
        let (id, hash) = parts(token)?;
        let id = AddressCorrectionId::from(id);
        let right = self.keyed_hash(purpose, &[id.as_bytes()]);
        if !bool::from(right[..HASH_BYTES].ct_eq(&hash)) {
            return Err(ServiceError::NotFound);
        }
        Ok(questions::address_correction(db, id)?)
    }

    /// Replaces the private link: the one before opens nothing any more, and every letter from now on carries the new one. Where
    /// `send` says so, the new one goes to the address on record at once.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] without a reason; [`ServiceError::Conflict`] where the question has
    /// changed since.
    pub fn replace_private_link(
        &self,
        acting: &Acting,
        id: QuestionId,
        version: i32,
        reason: &str,
        send: bool,
    ) -> Result<Question, ServiceError> {
        permission::proper_officer(acting)?;
        let reason = text::several_lines(reason);
        if reason.is_empty() {
            return Err(ServiceError::field(
                "reason",
                "empty",
                "Enter the reason for replacing the link",
            ));
        }
        self.store.write(|db| {
            let was = questions::question(db, id)?;
            if was.version != version {
                return Err(ServiceError::changed());
            }
            let mut question = was.clone();
            question.link_version += 1;
            question.version += 1;
            if !questions::update(db, &question)? {
                return Err(ServiceError::changed());
            }
            self.audit_question(
                db,
                acting,
                "replace_private_link",
                Some(&was),
                &question,
                serde_json::json!({ "reason": reason, "sent": send }),
            )?;
            if send {
                let meeting = views::meeting(self, db, question.meeting_id)?;
                let letter = Letter::NewLink {
                    brief: Brief::new(&question, &meeting.board, meeting.meeting()),
                };
                let details = questions::questioner(db, id)?;
                self.write_letter(db, acting, &question, details.as_ref(), &letter)?;
            }
            Ok(question)
        })
    }

    fn link_hash(&self, id: QuestionId, version: i32) -> [u8; 32] {
        self.keyed_hash("private link", &[id.as_bytes(), &version.to_be_bytes()])
    }

    fn letter_hash(&self, id: QuestionId, version: i32) -> [u8; 32] {
        self.keyed_hash(LETTER_LINK, &[id.as_bytes(), &version.to_be_bytes()])
    }

    /// The question that a token opens, from a letter or not.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for any token that is not exactly right: guessed, damaged or dead, all alike.
    pub fn question_by_token(&self, db: &mut Db, token: &str) -> Result<Question, ServiceError> {
        let (id, hash) = parts(token)?;
        let id = QuestionId::from(id);
        let question = questions::question(db, id)?;
        let right = self.link_hash(id, question.link_version);
        if bool::from(right[..HASH_BYTES].ct_eq(&hash)) || self.is_from_letter(token, &question) {
            Ok(question)
        } else {
            Err(ServiceError::NotFound)
        }
    }
}

/// The identifier and the hash in a token.
fn parts(token: &str) -> Result<(uuid::Uuid, [u8; HASH_BYTES]), ServiceError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(token)
        .map_err(|_| ServiceError::NotFound)?;
    let (id, hash) = bytes.split_at_checked(16).ok_or(ServiceError::NotFound)?;
    Ok((
        uuid::Uuid::from_slice(id).map_err(|_| ServiceError::NotFound)?,
        hash.try_into().map_err(|_| ServiceError::NotFound)?,
    ))
}
