//! The reference that people see and say: `PQ-2026-7KX4`.

use chrono::Datelike;

use crate::domain::malformed::Malformed;

/// Digits and capitals without those taken for one another on paper or by ear (0 and O, 1 and I and L, U and V).
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A question's reference: the year in which it was received and four characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// Makes a reference from the day of receipt and four random numbers. Uniqueness is the database's to keep.
    pub fn new(received_on: chrono::NaiveDate, random: [u32; 4]) -> Self {
        let tail: String = random
            .iter()
            .map(|n| char::from(ALPHABET[*n as usize % ALPHABET.len()]))
            .collect();
        Self(format!("PQ-{}-{tail}", received_on.year()))
    }

    /// Reads a reference as a person may type it: any case, spaces or dashes for hyphens.
    ///
    /// # Errors
    /// `reference` where it does not have the form.
    ///
    /// ```
    /// use public_question_time::domain::reference::Reference;
    /// assert_eq!(Reference::parse(" pq 2026 7kx4 ").unwrap().as_str(), "PQ-2026-7KX4");
    /// assert!(Reference::parse("PQ-2026-7KXO").is_err());
    /// ```
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let joined = typed
            .split(|c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}'))
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>();
        if let [prefix, year, tail] = joined.as_slice() {
            let tail = tail.to_ascii_uppercase();
            if prefix.eq_ignore_ascii_case("PQ")
                && year.len() == 4
                && year.bytes().all(|b| b.is_ascii_digit())
                && tail.len() == 4
                && tail.bytes().all(|b| ALPHABET.contains(&b))
            {
                return Ok(Self(format!("PQ-{year}-{tail}")));
            }
        }
        Err(Malformed::new(
            "reference",
            "Enter a reference such as PQ-2026-7KX4",
        ))
    }

    /// The reference as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
