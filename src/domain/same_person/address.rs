//! Comparing postal addresses: the number and the street count, in whatever way they are written.

use rapidfuzz::distance::{jaro_winkler, osa};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words of addresses in short.
const SHORT: &[(&str, &str)] = &[
    ("rd", "road"),
    ("st", "street"),
    ("str", "street"),
    ("ave", "avenue"),
    ("av", "avenue"),
    ("cl", "close"),
    ("dr", "drive"),
    ("ct", "court"),
    ("crt", "court"),
    ("cres", "crescent"),
    ("cr", "crescent"),
    ("ln", "lane"),
    ("gdns", "gardens"),
    ("gdn", "garden"),
    ("pl", "place"),
    ("tce", "terrace"),
    ("terr", "terrace"),
    ("sq", "square"),
    ("gr", "grove"),
    ("grv", "grove"),
    ("pk", "park"),
    ("wy", "way"),
    ("hse", "house"),
    ("cott", "cottage"),
    ("blvd", "boulevard"),
    ("cct", "circuit"),
    ("nth", "north"),
    ("sth", "south"),
];

/// Kinds of streets: they say little, and are left out or mixed up.
const KINDS: &[&str] = &[
    "road", "street", "avenue", "close", "drive", "court", "crescent", "lane", "gardens", "place",
    "terrace", "square", "grove", "way", "circuit", "walk", "view", "rise",
];

/// What begins the part of an address that names a dwelling within a house.
const WITHIN: &[&str] = &["flat", "apartment", "apt", "unit", "room", "suite"];

/// From this Jaro-Winkler similarity on, two streets are similar.
const SIMILAR: f64 = 0.88;

/// How two addresses compare, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LikeAddress {
    /// The same number, or name of the house, in the same street, slips allowed.
    Same,
    /// Similar: the number is missing in one, or the street is only similar.
    Similar,
    /// At least one has none.
    Missing,
    /// Another number in the same street.
    SameStreet,
    /// Two addresses.
    Different,
}

/// An address made ready to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The number of the house, with its letter.
    number: Option<String>,
    /// The flat, where one is named.
    within: Option<String>,
    /// The street without its kind.
    street: String,
}

/// The words of a line in small letters without accents.
fn words(line: &str) -> Vec<String> {
    let plain: String = line
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’' | '.'))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let mut words: Vec<String> = plain.split_whitespace().map(str::to_owned).collect();
    let last = words.len().saturating_sub(1);
    for (place, word) in words.iter_mut().enumerate() {
        if matches!(word.as_str(), "no" | "number" | "numbers") {
            word.clear();
        } else if place == last || (place > 0 && word != "st") {
            // St Mary's is no street
            if let Some((_, long)) = SHORT.iter().find(|(short, _)| short == word) {
                *word = (*long).to_owned();
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn begins_with_a_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

impl Address {
    /// Reads an address, its lines parted by line feeds or commas; none where it says nothing.
    pub fn read(address: &str) -> Option<Self> {
        let mut lines: Vec<Vec<String>> = address
            .split(['\n', ','])
            .map(words)
            .filter(|words| !words.is_empty())
            .collect();
        let mut within = None;
        let mut number = None;
        // Flat 2, 14 High Street; Flat 2 14 High Street
        if let Some(first) = lines.first_mut()
            && first.len() > 1
            && WITHIN.contains(&first[0].as_str())
        {
            within = Some(first[1].clone());
            first.drain(..2);
        }
        lines.retain(|words| !words.is_empty());
        // a line that is a number belongs to the next; the first line with a number is the street
        let at = lines
            .iter()
            .position(|words| words.iter().any(|word| begins_with_a_digit(word)))
            .unwrap_or(0);
        let mut street: Vec<String> = Vec::new();
        if let Some(line) = lines.get(at) {
            let from = line.iter().position(|word| begins_with_a_digit(word));
            if let Some(from) = from {
                let mut found = line[from].clone();
                let mut rest = from + 1;
                // 14 a
                if let Some(letter) = line.get(rest)
                    && letter.len() == 1
                    && line.len() > rest + 1
                    && found.chars().all(|c| c.is_ascii_digit())
                {
                    found.push_str(letter);
                    rest += 1;
                }
                number = Some(found);
                street.extend(line[rest..].iter().cloned());
                if street.is_empty() {
                    // the number stood alone, or after the street
                    if from > 0 {
                        street.extend(line[..from].iter().cloned());
                    } else if let Some(next) = lines.get(at + 1) {
                        street.extend(next.iter().cloned());
                    }
                }
            } else {
                street.extend(line.iter().cloned());
            }
        }
        let bare: Vec<&str> = street
            .iter()
            .map(String::as_str)
            .filter(|word| !KINDS.contains(word))
            .collect();
        let street = if bare.is_empty() {
            street.concat()
        } else {
            bare.concat()
        };
        (number.is_some() || !street.is_empty()).then_some(Self {
            number,
            within,
            street,
        })
    }

    /// The beginning of the street, and the number with the end of the street: a slip seldom changes both.
    pub(super) fn blocking_keys(&self) -> impl Iterator<Item = String> {
        let letters: Vec<char> = self.street.chars().collect();
        let beginning = (!letters.is_empty()).then(|| {
            let start: String = letters.iter().take(5).collect();
            format!("street {start}")
        });
        let end: String = letters[letters.len().saturating_sub(3)..].iter().collect();
        let house = self
            .number
            .as_ref()
            .map(|number| format!("house {number} {end}"));
        beginning.into_iter().chain(house)
    }

    /// Compares two addresses; it makes no difference which is which.
    pub fn compare(one: Option<&Self>, other: Option<&Self>) -> LikeAddress {
        let (Some(a), Some(b)) = (one, other) else {
            return LikeAddress::Missing;
        };
        let street = streets(&a.street, &b.street);
        match (&a.number, &b.number) {
            (Some(x), Some(y)) if x == y => {
                let flats = matches!((&a.within, &b.within), (Some(x), Some(y)) if x != y);
                match street {
                    Street::Same if flats => LikeAddress::SameStreet,
                    Street::Same => LikeAddress::Same,
                    Street::Similar | Street::Missing => LikeAddress::Similar,
                    Street::Different => LikeAddress::Different,
                }
            }
            (Some(_), Some(_)) => match street {
                Street::Same => LikeAddress::SameStreet,
                _ => LikeAddress::Different,
            },
            // two houses that have a name and no number
            (None, None) => match street {
                Street::Same => LikeAddress::Same,
                Street::Similar => LikeAddress::Similar,
                Street::Missing => LikeAddress::Missing,
                Street::Different => LikeAddress::Different,
            },
            _ => match street {
                Street::Same => LikeAddress::Similar,
                Street::Missing => LikeAddress::Missing,
                _ => LikeAddress::Different,
            },
        }
    }
}

enum Street {
    Same,
    Similar,
    Missing,
    Different,
}

fn streets(a: &str, b: &str) -> Street {
    if a.is_empty() || b.is_empty() {
        return Street::Missing;
    }
    if a == b {
        return Street::Same;
    }
    let longest = a.len().max(b.len());
    let most = match longest {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    if a.len().abs_diff(b.len()) <= most && osa::distance(a.chars(), b.chars()) <= most {
        Street::Same
    } else if jaro_winkler::similarity(a.chars(), b.chars()) >= SIMILAR {
        Street::Similar
    } else {
        Street::Different
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1 Example Street\nWidnes", "1 Example St, Widnes", LikeAddress::Same)]
    #[case("1, Example Street", "No. 1 EXAMPLE STREET", LikeAddress::Same)]
    #[case("12a Example Road", "12 A Example Rd", LikeAddress::Same)]
    #[case("1 Exampel Street", "1 Example Street", LikeAddress::Same)]
    #[case("Flat 2, 14 Example Road", "Flat 2 14 Example Road", LikeAddress::Same)]
    #[case("Flat 2, 14 Example Road", "14 Example Road", LikeAddress::Same)]
    #[case(
        "Flat 2, 14 Example Road",
        "Flat 3, 14 Example Road",
        LikeAddress::SameStreet
    )]
    #[case(
        "The Old Forge\nExample Lane",
        "The Old Forge, Widnes",
        LikeAddress::Same
    )]
    #[case("7 St Mary's Road", "7 St. Marys Rd", LikeAddress::Same)]
    #[case("1 Example Street", "Example Street", LikeAddress::Similar)]
    #[case("1 Example Street", "1 Examples Park Street", LikeAddress::Similar)]
    #[case("1 Example Street", "3 Example Street", LikeAddress::SameStreet)]
    #[case("1 Example Street", "1 Other Street", LikeAddress::Different)]
    #[case("1 Example Street", "24 Mill Lane", LikeAddress::Different)]
    #[case("1 Example Street", "", LikeAddress::Missing)]
    fn addresses_compare(#[case] one: &str, #[case] other: &str, #[case] like: LikeAddress) {
        let (a, b) = (Address::read(one), Address::read(other));
        assert_eq!(
            Address::compare(a.as_ref(), b.as_ref()),
            like,
            "{a:?} {b:?}"
        );
        assert_eq!(Address::compare(b.as_ref(), a.as_ref()), like);
    }
}
