//! Letters that came back after the mail server had taken them (RFC 3464).
//!
//! Each sending of a letter has an envelope sender of its own, with a token: the letter, the attempt, and a keyed hash over both and the
//! recipient's address. A report that was made up, that belongs to an earlier sending or to another address, or that was read before finds no
//! letter that it could change.

use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;

use crate::{
    config::TOKEN_CHARACTERS,
    domain::id::LetterId,
    service::{
        Service, ServiceError,
        actor::Acting,
        deliver_outbox::{self, without_addresses},
    },
    store::{
        connection::Db,
        error::StoreError,
        letters::{self, LetterState, OutboxLetter},
    },
};

/// The purpose of the keyed hash.
const BOUNCE: &str = "bounce";

/// Bytes of the hash that go into the token: 64 bits, so that the local part of an address has room for it.
const HASH_BYTES: usize = 8;

// the letter, the attempt and the hash, in hexadecimal because mail servers may change capitals
const _: () = assert!(TOKEN_CHARACTERS == 2 * (16 + 2 + HASH_BYTES));

/// By how much the clock of another mail server may be slow.
const SLOW_CLOCK: TimeDelta = TimeDelta::minutes(10);

/// What a mail server reports of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What may be tokens, from the addresses that the report was sent to.
    pub tokens: Vec<String>,
    /// The letters that the Message-IDs in it name.
    pub letters: Vec<LetterId>,
    /// What happened.
    pub outcome: Reported,
    /// The status and what the other mail server said.
    pub said: String,
    /// When it was written, by its own account.
    pub dated: Option<DateTime<Utc>>,
}

/// What a report says has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// The letter will not arrive.
    Failed,
    /// It has not arrived yet and is still tried.
    Delayed,
    /// Anything else, such as that it arrived.
    Other,
}

/// What a report changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The letter is among those that could not be sent.
    CameBack,
    /// The delay is noted with the letter.
    Delayed,
    /// Nothing: it belongs to no letter that waits for news, or says nothing that matters.
    Nothing,
}

impl Service {
    /// The token in the envelope sender of a letter's next sending.
    pub fn bounce_token(&self, id: LetterId, attempt: i32, email: &str) -> String {
        use std::fmt::Write;
        // a letter is given up long before so many attempts
        let attempt = u16::try_from(attempt.clamp(0, i32::from(u16::MAX))).unwrap_or_default();
        let hash = self.bounce_hash(id, attempt, email);
        id.as_bytes()
            .iter()
            .chain(&attempt.to_be_bytes())
            .chain(&hash)
            .fold(String::with_capacity(TOKEN_CHARACTERS), |mut text, byte| {
                // writing to a String cannot fail
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    fn bounce_hash(&self, id: LetterId, attempt: u16, email: &str) -> [u8; HASH_BYTES] {
        let whole = self.keyed_hash(
            BOUNCE,
            &[id.as_bytes(), &attempt.to_be_bytes(), email.as_bytes()],
        );
        let mut hash = [0; HASH_BYTES];
        hash.copy_from_slice(&whole[..HASH_BYTES]);
        hash
    }
}

/// Records what a mail server reports. Recording it again changes nothing more.
///
/// # Errors
/// [`ServiceError`] where the store fails.
pub fn record(service: &Service, report: &Report) -> Result<Recorded, ServiceError> {
    if report.outcome == Reported::Other {
        return Ok(Recorded::Nothing);
    }
    service.store.write(|db| {
        let Some(letter) = letter_of(service, db, report)? else {
            return Ok(Recorded::Nothing);
        };
        let said = without_addresses(&report.said);
        match report.outcome {
            Reported::Failed => {
                let error = format!("It came back: {said}");
                deliver_outbox::came_back_in(service, db, &Acting::system(), &letter, &error)?;
                deliver_outbox::tell_of_failure(service, db, &letter, &error)?;
                Ok(Recorded::CameBack)
            }
            Reported::Delayed => {
                let error = format!("It is delayed: {said}");
                if letter.last_error.as_deref() == Some(&error) {
                    return Ok(Recorded::Nothing);
                }
                letters::set_last_error(db, letter.id, &error)?;
                Ok(Recorded::Delayed)
            }
            Reported::Other => Ok(Recorded::Nothing),
        }
    })
}

/// The letter whose present sending a report is about.
fn letter_of(
    service: &Service,
    db: &mut Db,
    report: &Report,
) -> Result<Option<OutboxLetter>, ServiceError> {
    for token in &report.tokens {
        let Some((id, attempt, hash)) = parts(token) else {
            continue;
        };
        let Some(letter) = sent(db, id)? else {
            continue;
        };
        let email = letter.recipient_email.as_deref().unwrap_or_default();
        let right = service.bounce_hash(id, attempt, email);
        if bool::from(right.ct_eq(&hash)) && letter.attempts == i32::from(attempt) + 1 {
            return Ok(Some(letter));
        }
    }
    // a Message-ID is the same for each sending, so the time has to tell them apart
    let Some(dated) = report.dated else {
        return Ok(None);
    };
    for id in &report.letters {
        if let Some(letter) = sent(db, *id)?
            && letter
                .settled_at
                .is_some_and(|sent_at| dated >= sent_at - SLOW_CLOCK)
        {
            return Ok(Some(letter));
        }
    }
    Ok(None)
}

/// The letter with this identifier, if it was handed over and nothing else is known of it.
fn sent(db: &mut Db, id: LetterId) -> Result<Option<OutboxLetter>, ServiceError> {
    match letters::letter(db, id) {
        Ok(letter) => Ok(Some(letter).filter(|letter| letter.state == LetterState::Sent)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The letter, the attempt and the hash in a token.
fn parts(token: &str) -> Option<(LetterId, u16, [u8; HASH_BYTES])> {
    if token.len() != TOKEN_CHARACTERS || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0_u8; TOKEN_CHARACTERS / 2];
    for (byte, pair) in bytes.iter_mut().zip(token.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let (id, rest) = bytes.split_at(16);
    let (attempt, hash) = rest.split_at(2);
    Some((
        uuid::Uuid::from_slice(id).ok()?.into(),
        u16::from_be_bytes(attempt.try_into().ok()?),
        hash.try_into().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_none() {
        for text in ["", "00", &"g".repeat(52), &"é".repeat(26), &"0".repeat(53)] {
            assert_eq!(parts(text), None, "{text}");
        }
        assert!(parts(&"0".repeat(TOKEN_CHARACTERS)).is_some());
    }
}
