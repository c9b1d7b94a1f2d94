//! Reading a telephone number as people write it.

use unicode_normalization::UnicodeNormalization;

use crate::domain::{malformed::Malformed, text};

/// A telephone number as people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telephone(String);

impl Telephone {
    /// Reads what was typed. A number of this country must have as many digits as numbers of its kind have; one from abroad
    /// begins with + or 00.
    ///
    /// # Errors
    /// `telephone` where it cannot be a number.
    ///
    /// ```
    /// use public_question_time::domain::questioner::Telephone;
    /// assert!(Telephone::parse("07700 900 982").is_ok());
    /// assert!(Telephone::parse("07700 90098").is_err());
    /// assert!(Telephone::parse("+353 1 234 5678").is_ok());
    /// ```
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let line: String = text::single_line(typed).nfkc().collect();
        let number = line
            .strip_prefix("tel:")
            .unwrap_or(&line)
            .trim_end_matches(['.', ',', ';'])
            .trim();
        let wrong = || {
            Malformed::new(
                "telephone",
                "Enter a telephone number, like 01632 960 001, 07700 900 982 or +44 808 157 0192",
            )
        };
        let lower = number.to_lowercase();
        let (called, extension) = ["extension", "ext", "x"]
            .iter()
            .find_map(|word| lower.split_once(word))
            .unwrap_or((&lower, ""));
        let only = |part: &str, others: &str| {
            part.chars()
                .all(|c| c.is_ascii_digit() || others.contains(c))
        };
        if number.len() > 40
            || !only(called, " +()-./–—")
            || !only(extension, " .:")
            || called
                .trim_start_matches(['(', ' '])
                .rfind('+')
                .is_some_and(|at| at > 0)
        {
            return Err(wrong());
        }
        let digits: String = called.chars().filter(char::is_ascii_digit).collect();
        let abroad = called.contains('+');
        let has_all = match (abroad, digits.as_str()) {
            (true, all) => international(all),
            (false, all) if all.starts_with("00") => international(&all[2..]),
            (false, all) if all.starts_with('0') => national(all),
            // written without its zero, or without the plus
            (false, all) => (8..=15).contains(&all.len()),
        };
        if has_all {
            Ok(Self(number.to_owned()))
        } else {
            Err(wrong())
        }
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the digits after + or 00 can be a number: E.164 has up to 15.
fn international(digits: &str) -> bool {
    match digits.strip_prefix("44") {
        // the zero is often kept, in brackets
        Some(rest) if rest.starts_with('0') => national(rest),
        Some(rest) => national(&format!("0{rest}")),
        None => !digits.starts_with('0') && (8..=15).contains(&digits.len()),
    }
}

/// Whether a number that begins with 0 has as many digits as numbers of its kind: Ofcom's national numbering plan.
fn national(digits: &str) -> bool {
    match digits.as_bytes() {
        [b'0', b'1' | b'5', ..] => matches!(digits.len(), 10 | 11),
        [b'0', b'8', ..] => matches!(digits.len(), 8 | 10 | 11),
        [b'0', b'2' | b'3' | b'7' | b'9', ..] => digits.len() == 11,
        _ => false,
    }
}
