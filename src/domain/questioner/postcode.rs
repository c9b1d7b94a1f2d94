//! Reading a postcode (clause (i)) as people type it.

use unicode_normalization::UnicodeNormalization;

use crate::domain::{malformed::Malformed, text};

/// The letters with which postcodes begin, an area each.
const AREAS: &[&str] = &[
    "AB", "AL", "B", "BA", "BB", "BD", "BH", "BL", "BN", "BR", "BS", "BT", "CA", "CB", "CF", "CH",
    "CM", "CO", "CR", "CT", "CV", "CW", "DA", "DD", "DE", "DG", "DH", "DL", "DN", "DT", "DY", "E",
    "EC", "EH", "EN", "EX", "FK", "FY", "G", "GL", "GU", "GY", "HA", "HD", "HG", "HP", "HR", "HS",
    "HU", "HX", "IG", "IM", "IP", "IV", "JE", "KA", "KT", "KW", "KY", "L", "LA", "LD", "LE", "LL",
    "LN", "LS", "LU", "M", "ME", "MK", "ML", "N", "NE", "NG", "NN", "NP", "NR", "NW", "OL", "OX",
    "PA", "PE", "PH", "PL", "PO", "PR", "RG", "RH", "RM", "S", "SA", "SE", "SG", "SK", "SL", "SM",
    "SN", "SO", "SP", "SR", "SS", "ST", "SW", "SY", "TA", "TD", "TF", "TN", "TQ", "TR", "TS", "TW",
    "UB", "W", "WA", "WC", "WD", "WF", "WN", "WR", "WS", "WV", "YO", "ZE",
];

/// The six forms of the part before the space (BS 7666): A stands for a letter, 9 for a digit.
const OUTWARD_FORMS: &[&str] = &["A9", "A99", "AA9", "AA99", "A9A", "AA9A"];

/// A UK postcode in its usual form, such as `WA8 7QF`. The form is checked, not whether it exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

impl Postcode {
    /// Reads a postcode in any case and width, with spaces and punctuation anywhere. O and 0, I and 1 are told apart by where
    /// they stand.
    ///
    /// # Errors
    /// `empty` or `postcode`.
    ///
    /// ```
    /// use public_question_time::domain::questioner::Postcode;
    /// assert_eq!(Postcode::parse("wa8-7qf.").unwrap().as_str(), "WA8 7QF");
    /// assert_eq!(Postcode::parse("0L1 IAA").unwrap().as_str(), "OL1 1AA");
    /// assert!(Postcode::parse("WA8").is_err());
    /// ```
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let joined: String = text::clean(typed)
            .nfkc()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect();
        if joined.is_empty() {
            return Err(Malformed::new("empty", "Enter your postcode"));
        }
        let wrong = || Malformed::new("postcode", "Enter a full UK postcode, like WA8 7QF");
        if !joined.is_ascii() || !(5..=7).contains(&joined.len()) {
            return Err(wrong());
        }
        let (outward, inward) = joined.split_at(joined.len() - 3);
        let (inward, _) = in_form(inward, "9AA").ok_or_else(wrong)?;
        if inward.contains(['C', 'I', 'K', 'M', 'O', 'V']) {
            return Err(wrong());
        }
        let outward = OUTWARD_FORMS
            .iter()
            .filter_map(|form| in_form(outward, form))
            // what was exchanged must make sense of it, and a letter at the end is never one that looks like a digit
            .filter(|(outward, changes)| *changes == 0 || has_known_area(outward))
            .filter(|(outward, _)| !outward.ends_with(['I', 'O']))
            .min_by_key(|(outward, changes)| (!has_known_area(outward), *changes))
            .map(|(outward, _)| outward)
            .ok_or_else(wrong)?;
        Ok(Self(format!("{outward} {inward}")))
    }

    /// In its usual form, with one space.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it begins with the letters of an area that there is.
    pub fn has_known_area(&self) -> bool {
        has_known_area(self.district())
    }

    /// The part before the space, such as `WA8`.
    pub fn district(&self) -> &str {
        self.0.split(' ').next().unwrap_or(&self.0)
    }
}

/// The characters read as a form's letters and digits, and how many had to be exchanged; none where they do not fit.
fn in_form(typed: &str, form: &str) -> Option<(String, usize)> {
    if typed.len() != form.len() {
        return None;
    }
    let mut changes = 0;
    let read = typed
        .chars()
        .zip(form.chars())
        .map(|(c, place)| {
            let meant = match (place, c) {
                ('A', '0') => 'O',
                ('A', '1') => 'I',
                ('9', 'O') => '0',
                ('9', 'I') => '1',
                _ => c,
            };
            changes += usize::from(meant != c);
            let fits = if place == 'A' {
                meant.is_ascii_uppercase()
            } else {
                meant.is_ascii_digit()
            };
            fits.then_some(meant)
        })
        .collect::<Option<String>>()?;
    Some((read, changes))
}

fn has_known_area(outward: &str) -> bool {
    let area = outward.trim_end_matches(|c: char| c.is_ascii_digit());
    let area = area
        .find(|c: char| c.is_ascii_digit())
        .map_or(area, |at| &area[..at]);
    AREAS.contains(&area)
}
