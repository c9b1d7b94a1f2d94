//! Passwords of staff: what may be one, and how it is kept.
//!
//! They are kept as argon2id hashes (RFC 9106; 19 MiB, 2 passes, as OWASP advises) in PHC form. Length is what counts, so there
//! are no rules about kinds of characters; a few that everybody tries first are refused.

mod hasher;

use unicode_normalization::UnicodeNormalization;

use crate::domain::malformed::Malformed;

pub use hasher::Hasher;

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
    fn generated_passwords_may_be_chosen_and_differ() {
        let (one, other) = (Password::generate(), Password::generate());
        assert_ne!(one.expose(), other.expose());
        assert!(Password::parse(one.expose()).is_ok());
    }
}
