//! Comparing the names of organisations.

use std::sync::LazyLock;

use rapidfuzz::distance::{jaro_winkler, osa};
use unicode_normalization::UnicodeNormalization;

use super::names::letters;
use crate::domain::text::comparable;

/// What a company may be called after its name, the longer before what they end with.
const SUFFIXES: &[&str] = &[
    "public limited company",
    "limited liability partnership",
    "community interest company",
    "charitable incorporated organisation",
    "limited",
    "ltd",
    "plc",
    "llp",
    "lp",
    "cic",
    "cio",
    "inc",
    "incorporated",
    "company",
    "co",
];

/// Words that organisations add and leave out.
const LEFT_OUT: &[&str] = &[
    "the",
    "of",
    "and",
    "for",
    "in",
    "at",
    "uk",
    "group",
    "club",
    "society",
    "association",
    "assoc",
    "assn",
    "soc",
    "branch",
    "trust",
    "charity",
];

/// Words so small that initials leave them out.
const SMALL: &[&str] = &["the", "of", "and", "for", "in", "at"];

/// Both lists in the form in which names are compared.
static IN_LETTERS: LazyLock<[Vec<String>; 2]> =
    LazyLock::new(|| [LEFT_OUT, SMALL].map(|list| list.iter().map(|word| letters(word)).collect()));

/// From this Jaro-Winkler similarity on, organisations are shown as alike.
const SIMILAR: f64 = 0.93;

/// The form in which organisations are compared: case, punctuation and company suffixes do not count.
///
/// ```
/// use public_question_time::domain::same_person::organisation_key;
/// assert_eq!(organisation_key("Widnes Anglers & Friends Ltd."), organisation_key("WIDNES ANGLERS AND FRIENDS"));
/// ```
pub fn organisation_key(name: &str) -> String {
    let plain: String = name.nfkc().collect();
    let spelt_out = comparable(&plain.replace('&', " and ").replace('.', ""));
    // comparable() maps look-alike letters, so the suffixes go through it too
    let without_suffix = |name: &str| {
        SUFFIXES.iter().find_map(|suffix| {
            name.strip_suffix(&comparable(suffix))
                .and_then(|rest| rest.strip_suffix(' '))
                .map(str::to_owned)
        })
    };
    let mut key = spelt_out;
    while let Some(shorter) = without_suffix(&key) {
        key = shorter;
    }
    key
}

/// How two organisations compare, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LikeOrganisation {
    /// An equal key.
    Same,
    /// Alike: but for "The", "Club" and the like, the order of the words, a slip of the pen.
    Alike,
    /// One is made of the first letters of the other's words.
    Initials,
    /// Two organisations, or at least one has none.
    Different,
}

/// An organisation made ready to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationName {
    key: String,
    joined: String,
    words: Vec<String>,
    initials: Vec<String>,
}

impl OrganisationName {
    /// Reads a name.
    pub fn read(name: &str) -> Self {
        let key = organisation_key(name);
        let all: Vec<String> = letters(&key).split(' ').map(str::to_owned).collect();
        let [left_out, small] = &*IN_LETTERS;
        let mut words: Vec<String> = all
            .iter()
            .filter(|word| !left_out.contains(word))
            .cloned()
            .collect();
        if words.is_empty() {
            words.clone_from(&all);
        }
        let first_letters = |words: &[String]| {
            words
                .iter()
                .filter_map(|word| word.chars().next())
                .collect()
        };
        let the = letters("the");
        let without_small: Vec<String> = all
            .iter()
            .filter(|word| !small.contains(word))
            .cloned()
            .collect();
        words.sort_unstable();
        Self {
            joined: all.iter().filter(|word| **word != the).cloned().collect(),
            initials: vec![first_letters(&all), first_letters(&without_small)],
            words,
            key,
        }
    }

    /// The form in which organisations are equal; the beginnings of the name and of its words in the order of the alphabet; and a short
    /// name beside the initials of long ones.
    pub(super) fn blocking_keys(&self) -> impl Iterator<Item = String> {
        let start = |text: &str| text.chars().take(5).collect::<String>();
        let short = (3..=8)
            .contains(&self.joined.chars().count())
            .then(|| self.joined.clone());
        let initials: Vec<String> = self.initials.iter().cloned().chain(short).collect();
        [
            format!("organisation {}", self.key),
            format!("organisation starts {}", start(&self.joined)),
            format!("organisation words {}", start(&self.words.concat())),
        ]
        .into_iter()
        .chain(
            initials
                .into_iter()
                .filter(|initials| initials.chars().count() > 2)
                .map(|initials| format!("organisation initials {initials}")),
        )
    }

    /// Compares two organisations; it makes no difference which is which.
    pub fn compare(one: Option<&Self>, other: Option<&Self>) -> LikeOrganisation {
        let (Some(a), Some(b)) = (one, other) else {
            return LikeOrganisation::Different;
        };
        if a.key == b.key {
            return LikeOrganisation::Same;
        }
        if a.joined == b.joined
            || jaro_winkler::similarity(a.joined.chars(), b.joined.chars()) >= SIMILAR
            || like_words(&a.words, &b.words)
        {
            return LikeOrganisation::Alike;
        }
        let made_of = |short: &Self, long: &Self| {
            short.joined.chars().count() > 2 && long.initials.contains(&short.joined)
        };
        if made_of(a, b) || made_of(b, a) {
            LikeOrganisation::Initials
        } else {
            LikeOrganisation::Different
        }
    }
}

/// Whether each word has its like, slips allowed.
fn like_words(a: &[String], b: &[String]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(x, y)| {
            let longest = x.chars().count().max(y.chars().count());
            x == y || (longest > 4 && osa::distance(x.chars(), y.chars()) <= 1)
        })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Widnes Anglers Ltd", "WIDNES ANGLERS", LikeOrganisation::Same)]
    #[case("The Widnes Anglers", "Widnes Anglers", LikeOrganisation::Alike)]
    #[case("Widnes Anglers Club", "Widnes Anglers", LikeOrganisation::Alike)]
    #[case("Anglers of Widnes", "Widnes Anglers", LikeOrganisation::Alike)]
    #[case("Widnes Angler", "Widnes Anglers", LikeOrganisation::Alike)]
    #[case("Runcorn Co-op", "Runcorn Coop", LikeOrganisation::Alike)]
    #[case("WLP", "Widnes Litter Pickers", LikeOrganisation::Initials)]
    #[case("W.L.P.", "The Widnes Litter Pickers", LikeOrganisation::Initials)]
    #[case("FOWP", "Friends of Widnes Park", LikeOrganisation::Initials)]
    #[case("Widnes Anglers", "Runcorn Anglers", LikeOrganisation::Different)]
    #[case("Widnes Anglers", "Widnes Bowls Club", LikeOrganisation::Different)]
    #[case("The Club", "The Society", LikeOrganisation::Different)]
    fn organisations_compare(
        #[case] one: &str,
        #[case] other: &str,
        #[case] like: LikeOrganisation,
    ) {
        let (one, other) = (OrganisationName::read(one), OrganisationName::read(other));
        assert_eq!(OrganisationName::compare(Some(&one), Some(&other)), like);
        assert_eq!(OrganisationName::compare(Some(&other), Some(&one)), like);
    }
}
