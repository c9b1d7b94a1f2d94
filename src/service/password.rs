//! Passwords of staff: what may be one, and how it is kept.
//!
//! They are kept as argon2id hashes (RFC 9106; 19 MiB, 2 passes, as OWASP advises) in PHC form. Length is what counts, so there
//! are no rules about kinds of characters; a few that everybody tries first are refused.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use unicode_normalization::UnicodeNormalization;

use crate::{domain::malformed::Malformed, service::ServiceError};

/// The fewest characters.
pub const FEWEST_CHARACTERS: usize = 12;

/// The most, so that a hash takes no longer than it should.
pub const MOST_CHARACTERS: usize = 128;

/// What everybody tries first; letters and digits alone, in lower case.
const COMMON: [&str; 20] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "abcdefghijkl",
    "administrator",
    "changemechangeme",
    "correcthorsebatterystaple",
    "haltonborough",
    "haltonboroughcouncil",
    "iloveyouiloveyou",
    "letmeinletmein",
    "password1234",
    "password12345",
    "passwordpassword",
    "publicquestiontime",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "welcomewelcome",
];

/// A hash of the same cost that no password has.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Letters and digits of a generated password, less those that look alike: 32 of them, 5 bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password that may be chosen. Its text never appears in a log.
pub struct Password(String);

impl Password {
    /// Takes a text as a new password.
    ///
    /// # Errors
    /// `empty`, `too_short`, `too_long` or `too_easy`.
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let password: String = typed.nfc().collect();
        let length = password.chars().count();
        if password.is_empty() {
            return Err(Malformed::new("empty", "Enter a new password"));
        }
        if length < FEWEST_CHARACTERS {
            return Err(Malformed::new(
                "too_short",
                format!("Password must be {FEWEST_CHARACTERS} characters or more"),
            ));
        }
        if length > MOST_CHARACTERS {
            return Err(Malformed::new(
                "too_long",
                format!("Password must be {MOST_CHARACTERS} characters or fewer"),
            ));
        }
        if is_easy(&password) {
            return Err(Malformed::new(
                "too_easy",
                "Choose a password that is harder to guess",
            ));
        }
        Ok(Self(password))
    }

    /// A password that nobody has chosen, to be handed to somebody once: 80 bits, written to be read out.
    pub fn generate() -> Self {
        let letters: Vec<char> = rand::random::<[u8; 16]>()
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect();
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|four| four.iter().collect())
            .collect();
        Self(groups.join("-"))
    }

    /// The text, to be shown to whoever it is for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its hash in PHC form. Takes some tens of milliseconds.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] where the system has no random bytes.
    pub fn hash(&self) -> Result<String, ServiceError> {
        let hash: PasswordHash = Argon2::default()
            .hash_password(self.0.as_bytes())
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(hash.to_string())
    }
}

/// Whether a password is the one that was hashed. Without a hash it takes as long and is never right, so that nobody can tell
/// from the time whether an account exists.
pub fn is_right(typed: &str, hash: Option<&str>) -> bool {
    let typed: String = typed.chars().take(MOST_CHARACTERS + 1).nfc().collect();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODYS)) else {
        return false;
    };
    let right = Argon2::default()
        .verify_password(typed.as_bytes(), &parsed)
        .is_ok();
    right && hash.is_some()
}

fn is_easy(password: &str) -> bool {
    let plain: String = password
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let mut distinct: Vec<char> = plain.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < 5 || COMMON.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_passwords_are_taken_and_easy_ones_are_not() {
        assert!(Password::parse("a quiet evening in Widnes").is_ok());
        for (typed, code) in [
            ("", "empty"),
            ("elevenchars", "too_short"),
            ("aaaaaaaaaaaaaa", "too_easy"),
            ("Password 1234", "too_easy"),
            ("Qwerty-Qwerty", "too_easy"),
            ("Halton Borough Council", "too_easy"),
        ] {
            assert_eq!(
                Password::parse(typed).err().map(|e| e.code),
                Some(code),
                "{typed}"
            );
        }
        assert_eq!(
            Password::parse(&"ab1c d".repeat(30)).err().map(|e| e.code),
            Some("too_long")
        );
    }

    #[test]
    fn a_password_is_known_again_by_its_hash_alone() {
        let hash = Password::parse("caf\u{e9} by the canal")
            .unwrap()
            .hash()
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        // typed with a combining accent on another keyboard
        assert!(is_right("cafe\u{301} by the canal", Some(&hash)));
        assert!(!is_right("cafe by the canal", Some(&hash)));
        assert!(!is_right("caf\u{e9} by the canal", None));
        assert!(!is_right("anything", Some("not a hash")));
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys() {
        let own: PasswordHash = Argon2::default().hash_password(b"any password").unwrap();
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        assert_eq!(nobodys.algorithm, own.algorithm);
        assert_eq!(nobodys.params, own.params);
        let length = |hash: &PasswordHash| hash.hash.as_ref().map(|hash| hash.as_bytes().len());
        assert_eq!(length(&nobodys), length(&own));
    }

    #[test]
    fn generated_passwords_may_be_chosen_and_differ() {
        let (one, other) = (Password::generate(), Password::generate());
        assert_ne!(one.expose(), other.expose());
        assert!(Password::parse(one.expose()).is_ok());
    }
}
