//! Comparing postcodes. What residents type is checked for form where it is read
//! ([`Postcode`](crate::domain::questioner::Postcode)); what is compared here may come from a file and have any form.

use rapidfuzz::distance::osa;

use crate::domain::text::is_invisible;

/// How two postcodes compare, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LikePostcode {
    /// Equal but for case and blanks.
    Same,
    /// A slip of the pen apart: one character, or two that have changed places.
    Slip,
    /// At least one has none.
    Missing,
    /// Two postcodes.
    Different,
}

/// The form in which postcodes are compared.
pub(super) fn normalised(postcode: &str) -> String {
    postcode
        .chars()
        .filter(|c| !c.is_whitespace() && !is_invisible(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

/// Compares two postcodes in their normalised form, empty where there is none.
pub(super) fn compare(a: &str, b: &str) -> LikePostcode {
    if a.is_empty() || b.is_empty() {
        LikePostcode::Missing
    } else if a == b {
        LikePostcode::Same
    } else if a.len().abs_diff(b.len()) <= 1 && osa::distance(a.chars(), b.chars()) == 1 {
        LikePostcode::Slip
    } else {
        LikePostcode::Different
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("WA8 7QF", "wa87qf", LikePostcode::Same)]
    #[case("WA8 7QF", "WA8 7FQ", LikePostcode::Slip)]
    #[case("WA8 7QF", "WA8 7QE", LikePostcode::Slip)]
    #[case("WA8 7QF", "WA8 7Q", LikePostcode::Slip)]
    #[case("WA8 7QF", "WA7 2BB", LikePostcode::Different)]
    #[case("WA8 7QF", " ", LikePostcode::Missing)]
    fn postcodes_compare(#[case] one: &str, #[case] other: &str, #[case] like: LikePostcode) {
        let (one, other) = (normalised(one), normalised(other));
        assert_eq!(compare(&one, &other), like);
        assert_eq!(compare(&other, &one), like);
    }
}
