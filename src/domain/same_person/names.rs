//! Comparing the names of people: titles, initials, order, short forms, hyphens, slips of the pen.
//!
//! A name is read as a first name, middle names and a surname. Each is compared by itself; where the two parts agree better
//! crosswise, the names are taken to be written in another order. Accents, case and look-alike letters are gone before
//! ([`comparable`]).

use std::{collections::HashSet, sync::LazyLock};

use rapidfuzz::distance::{jaro_winkler, osa};

use super::{nicknames, weights};
use crate::domain::text::comparable;

/// What may stand before a name without being part of it.
static TITLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    in_letters(&[
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "master",
        "dr",
        "doctor",
        "prof",
        "professor",
        "rev",
        "revd",
        "reverend",
        "fr",
        "father",
        "sister",
        "canon",
        "sir",
        "dame",
        "lady",
        "lord",
        "cllr",
        "councillor",
        "ald",
        "alderman",
        "capt",
        "captain",
        "maj",
        "major",
        "col",
        "colonel",
        "hon",
        "the",
        "rt",
        "right",
    ])
});

/// What may stand after a name without being part of it.
static AFTER: LazyLock<HashSet<String>> = LazyLock::new(|| {
    in_letters(&[
        "jr", "jnr", "junior", "sr", "snr", "senior", "esq", "mbe", "obe", "cbe", "jp", "phd",
        "md", "ba", "bsc", "msc", "ma", "qc", "kc", "mp", "rn", "frcs", "ii", "iii", "iv",
    ])
});

/// What belongs to the word after it: van der Berg, Mc Donald.
static PARTICLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    in_letters(&[
        "van", "von", "der", "den", "de", "da", "di", "del", "della", "la", "le", "du", "dos",
        "el", "al", "bin", "binti", "ibn", "o", "mc", "mac", "st", "ap", "ter", "ten",
    ])
});

/// From this Jaro-Winkler similarity on, two words are similar.
const SIMILAR: f64 = 0.88;

/// A text in the form in which names are compared, so that one letter typed is one letter compared.
///
/// [`comparable`] writes m as r and n, for they look alike; a slip in an m must not count twice.
pub(super) fn letters(text: &str) -> String {
    comparable(text).replace("rn", "m")
}

fn in_letters(words: &[&str]) -> HashSet<String> {
    words.iter().map(|word| letters(word)).collect()
}

/// One word of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// Its letters, what a hyphen parts written together.
    joined: String,
    /// What a hyphen parts, where one does.
    parts: Vec<String>,
    /// How many characters it has.
    length: usize,
    /// Which letters are in it, a bit for each of a to z and one for all others: a quick no for words that share little.
    holds: u32,
    /// Its lines in the table of first names; none where it is no known first name.
    forms: Option<&'static [u16]>,
}

impl Word {
    fn new(parts: Vec<String>) -> Self {
        let joined = parts.concat();
        let holds = joined.chars().fold(0, |held, c| {
            held | match c {
                'a'..='z' => 1 << (u32::from(c) - u32::from('a')),
                _ => 1 << 26,
            }
        });
        Self {
            length: joined.chars().count(),
            holds,
            forms: nicknames::lines(&joined),
            parts: if parts.len() > 1 { parts } else { Vec::new() },
            joined,
        }
    }

    fn is_initial_of(&self, other: &Self) -> bool {
        self.length == 1 && other.length > 1 && other.joined.starts_with(&self.joined)
    }

    /// Whether one is a part of what a hyphen joins in the other.
    fn is_part_of(&self, other: &Self) -> bool {
        other.parts.contains(&self.joined)
    }

    fn may_be_alike(&self, other: &Self) -> bool {
        (self.holds ^ other.holds).count_ones() <= 6
    }

    /// Whether a slip of the pen parts them: one in a short word, two or three in a long one.
    fn differs_by_a_slip(&self, other: &Self) -> bool {
        let most = match self.length.max(other.length) {
            0..=3 => 0,
            4..=6 => 1,
            7..=11 => 2,
            _ => 3,
        };
        self.length.abs_diff(other.length) <= most
            && osa::distance(self.joined.chars(), other.joined.chars()) <= most
    }

    fn is_similar_to(&self, other: &Self) -> bool {
        self.length.min(other.length) > 2
            && jaro_winkler::similarity(self.joined.chars(), other.joined.chars()) >= SIMILAR
    }
}

/// How two first names compare, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Given {
    /// They are equal; whether many bear it.
    Same {
        /// Whether it is a usual first name.
        usual: bool,
    },
    /// Forms of one name.
    Nickname,
    /// One is a middle name of the other person, or a part of a double name.
    Middle,
    /// A slip of the pen apart.
    Slip,
    /// One is the initial of the other.
    Initial,
    /// Similar beyond a slip.
    Similar,
    /// At least one name has none.
    Missing,
    /// Two names.
    Different,
}

/// How two surnames compare, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surname {
    /// They are equal; how many bear it.
    Same {
        /// How common it is.
        rarity: weights::Rarity,
    },
    /// A slip of the pen apart.
    Slip,
    /// One is a part of the other, as in a double-barrelled name.
    Part,
    /// Similar beyond a slip.
    Similar,
    /// One is the initial of the other.
    Initial,
    /// At least one name has none.
    Missing,
    /// Two names.
    Different,
}

/// In which way two names are alike, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LikeName {
    /// Equal.
    Same,
    /// Equal without titles and letters after the name.
    Title,
    /// Equal without hyphens and blanks.
    Hyphen,
    /// The same words in another order.
    Order,
    /// First and last name are equal.
    MiddleName,
    /// A short form or another spelling of the same first name.
    Nickname,
    /// The first name of one is a middle name of the other.
    KnownByMiddleName,
    /// An initial for a name.
    Initial,
    /// A slip of the pen.
    Slip,
    /// A surname and a double-barrelled name with it.
    DoubleBarrelled,
    /// Similar in several ways at once.
    Similar,
    /// The same surname, and one has no first name.
    OnlySurname,
    /// The same first name, and one has no surname.
    OnlyFirstName,
    /// The same first name and another surname.
    OtherSurname,
    /// The same surname and another first name.
    OtherFirstName,
    /// Two names.
    Different,
}

impl LikeName {
    /// In words, to be followed by where both live.
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "the same name",
            Self::Title => "the same name but for a title",
            Self::Hyphen => "the same name but for a hyphen or a blank",
            Self::Order => "the same name in another order",
            Self::MiddleName => "the same first and last name with another middle name or none",
            Self::Nickname => "a short form or other spelling of the same name",
            Self::KnownByMiddleName => "a middle name in place of the first name",
            Self::Initial => "an initial in place of the name",
            Self::Slip => "the same name but for a slip in typing",
            Self::DoubleBarrelled => "the same first name and part of a double surname",
            Self::Similar => "a similar name",
            Self::OnlySurname => "the same surname and no first name",
            Self::OnlyFirstName => "the same first name and no surname",
            Self::OtherSurname => "the same first name with another surname",
            Self::OtherFirstName => "the same surname with another first name",
            Self::Different => "another name",
        }
    }

    /// Whether the whole name is alike, so that one place makes it worth showing.
    pub(super) fn whole(self) -> bool {
        // a parent and a child share names too, so a middle name needs more than one place
        self <= Self::Similar && self != Self::KnownByMiddleName
    }
}

/// What comparing two names found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// The first names.
    pub given: Given,
    /// The surnames.
    pub surname: Surname,
    /// Whether the parts were compared crosswise.
    pub crosswise: bool,
    /// Whether both have middle names that contradict each other.
    pub other_middle: bool,
    /// In which way they are alike.
    pub like: LikeName,
}

/// A name made ready to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// In the form in which names are equal.
    pub(super) whole: String,
    words: Vec<Word>,
    joined: String,
    /// Whether a title or letters after the name were left aside.
    stripped: bool,
    sorted: Vec<String>,
}

impl Name {
    /// Reads a full name.
    pub fn read(full: &str) -> Self {
        let pieces: Vec<Vec<String>> = full
            .replace(['.', ','], " ")
            .split_whitespace()
            .map(|piece| {
                letters(piece)
                    .split(' ')
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .filter(|parts| !parts.is_empty())
            .collect();
        let is = |parts: &Vec<String>, list: &HashSet<String>| {
            parts.len() == 1 && list.contains(&parts[0])
        };
        let (mut from, mut to) = (0, pieces.len());
        while to - from > 1 && is(&pieces[from], &TITLES) {
            from += 1;
        }
        while to - from > 2 && is(&pieces[to - 1], &AFTER) {
            to -= 1;
        }
        let mut words: Vec<Word> = Vec::new();
        let mut before: Vec<String> = Vec::new();
        for (place, parts) in pieces[from..to].iter().enumerate() {
            let last = from + place + 1 == to;
            // a first word is a name, whatever it is: Al, Dee, Mac
            if place > 0 && !last && is(parts, &PARTICLES) {
                before.extend(parts.iter().cloned());
                continue;
            }
            let mut parts = parts.clone();
            if !before.is_empty() {
                parts[0] = std::mem::take(&mut before).concat() + &parts[0];
            }
            words.push(Word::new(parts));
        }
        let mut sorted: Vec<String> = words.iter().map(|word| word.joined.clone()).collect();
        sorted.sort_unstable();
        Self {
            whole: comparable(full),
            joined: words.iter().map(|word| word.joined.as_str()).collect(),
            stripped: from > 0 || to < pieces.len(),
            words,
            sorted,
        }
    }

    /// The first letters of its first and last word together, in the order of the alphabet; those of the last alone; and the whole name
    /// without blanks.
    pub(super) fn beginnings(&self) -> impl Iterator<Item = String> {
        let start = |word: &Word, most: usize| word.joined.chars().take(most).collect::<String>();
        let mut ends = [
            self.given().map(|w| start(w, 2)).unwrap_or_default(),
            self.surname().map(|w| start(w, 3)).unwrap_or_default(),
        ];
        ends.sort_unstable();
        [ends.join(" "), format!("whole {}", self.joined)]
            .into_iter()
            .chain(self.surname().map(|word| start(word, 5)))
    }

    fn given(&self) -> Option<&Word> {
        self.words.first()
    }

    fn surname(&self) -> Option<&Word> {
        self.words.last()
    }

    fn middle(&self) -> &[Word] {
        match self.words.len() {
            0..=2 => &[],
            n => &self.words[1..n - 1],
        }
    }

    /// How common its surname is.
    fn rarity(&self) -> weights::Rarity {
        self.surname().map_or(weights::Rarity::Rare, |word| {
            weights::Rarity::of(&word.joined)
        })
    }

    fn usual(&self) -> bool {
        self.given().is_some_and(|word| word.forms.is_some())
    }

    /// Compares two names. It makes no difference which is which.
    pub fn compare(&self, other: &Self) -> Compared {
        let same = |like| Compared {
            given: Given::Same {
                usual: self.usual() || other.usual(),
            },
            surname: Surname::Same {
                rarity: self.rarity().min(other.rarity()),
            },
            crosswise: like == LikeName::Order,
            other_middle: false,
            like,
        };
        if self.words.is_empty() || other.words.is_empty() {
            return Compared {
                given: Given::Missing,
                surname: Surname::Missing,
                crosswise: false,
                other_middle: false,
                like: LikeName::Different,
            };
        }
        if self.whole == other.whole {
            return same(LikeName::Same);
        }
        if self.joined == other.joined {
            return same(if self.stripped || other.stripped {
                LikeName::Title
            } else {
                LikeName::Hyphen
            });
        }
        match (self.words.len(), other.words.len()) {
            (1, 1) => {
                let compared = Compared {
                    given: Given::Missing,
                    surname: compare_surnames(&self.words[0], &other.words[0]),
                    crosswise: false,
                    other_middle: false,
                    like: LikeName::Different,
                };
                // a name of one word that differs by a slip is the whole name
                let like = match compared.surname {
                    Surname::Slip => LikeName::Slip,
                    Surname::Similar | Surname::Part => LikeName::Similar,
                    _ => LikeName::Different,
                };
                Compared { like, ..compared }
            }
            (1, _) => one_word(&self.words[0], other),
            (_, 1) => one_word(&other.words[0], self),
            _ => {
                if self.sorted == other.sorted {
                    return same(LikeName::Order);
                }
                let straight = compare_whole(self, other, false);
                if straight.given == Given::Different || straight.surname == Surname::Different {
                    let crosswise = compare_whole(self, other, true);
                    // both parts must be found, or nothing speaks for another order
                    let found =
                        crosswise.given < Given::Missing && crosswise.surname < Surname::Missing;
                    if found && weights::name(&crosswise) > weights::name(&straight) {
                        return crosswise;
                    }
                }
                straight
            }
        }
    }
}

/// Compares a name of one word with a longer one: the word may be its surname or its first name.
fn one_word(word: &Word, name: &Name) -> Compared {
    let as_surname = Compared {
        given: Given::Missing,
        surname: name
            .surname()
            .map_or(Surname::Missing, |surname| compare_surnames(word, surname)),
        crosswise: false,
        other_middle: false,
        like: LikeName::OnlySurname,
    };
    let as_given = Compared {
        given: name
            .given()
            .map_or(Given::Missing, |given| compare_given(word, given)),
        surname: Surname::Missing,
        like: LikeName::OnlyFirstName,
        ..as_surname
    };
    let better = if weights::name(&as_given) > weights::name(&as_surname) {
        as_given
    } else {
        as_surname
    };
    match (better.given, better.surname) {
        (Given::Different | Given::Missing, Surname::Different | Surname::Missing) => Compared {
            like: LikeName::Different,
            ..better
        },
        _ => better,
    }
}

fn compare_whole(a: &Name, b: &Name, crosswise: bool) -> Compared {
    let (Some(given_a), Some(surname_a), Some(given_b), Some(surname_b)) =
        (a.given(), a.surname(), b.given(), b.surname())
    else {
        return Compared {
            given: Given::Missing,
            surname: Surname::Missing,
            crosswise,
            other_middle: false,
            like: LikeName::Different,
        };
    };
    let (mut given, mut surname) = if crosswise {
        // whichever way round: the closer of the two counts as the first name, the other as the surname
        let (one, other) = (
            compare_given(given_a, surname_b),
            compare_given(given_b, surname_a),
        );
        (
            one.min(other),
            match one.max(other) {
                Given::Same { .. } => Surname::Same {
                    rarity: a.rarity().min(b.rarity()),
                },
                Given::Slip => Surname::Slip,
                Given::Similar => Surname::Similar,
                _ => Surname::Different,
            },
        )
    } else {
        (
            compare_given(given_a, given_b),
            compare_surnames(surname_a, surname_b),
        )
    };
    if !crosswise {
        let in_the_middle =
            |word: &Word, name: &Name| name.middle().iter().any(|m| m.joined == word.joined);
        if matches!(given, Given::Different | Given::Similar)
            && (in_the_middle(given_a, b) || in_the_middle(given_b, a))
        {
            given = Given::Middle;
        }
        if surname == Surname::Different
            && (in_the_middle(surname_a, b) || in_the_middle(surname_b, a))
        {
            surname = Surname::Part;
        }
    }
    let other_middle = !a.middle().is_empty()
        && !b.middle().is_empty()
        && !a.middle().iter().any(|x| {
            b.middle().iter().any(|y| {
                x.joined == y.joined
                    || x.is_initial_of(y)
                    || y.is_initial_of(x)
                    || x.differs_by_a_slip(y)
            })
        });
    Compared {
        given,
        surname,
        crosswise,
        other_middle,
        like: like(given, surname, crosswise),
    }
}

/// The way in which two names are alike, by their parts.
fn like(given: Given, surname: Surname, crosswise: bool) -> LikeName {
    match (given, surname) {
        (Given::Different | Given::Missing, Surname::Different | Surname::Missing) => {
            LikeName::Different
        }
        (_, Surname::Different | Surname::Missing) => LikeName::OtherSurname,
        (Given::Different | Given::Missing, _) => LikeName::OtherFirstName,
        _ if crosswise => LikeName::Order,
        (Given::Same { .. }, Surname::Same { .. }) => LikeName::MiddleName,
        (Given::Nickname, Surname::Same { .. }) => LikeName::Nickname,
        (Given::Middle, Surname::Same { .. }) => LikeName::KnownByMiddleName,
        (Given::Initial, Surname::Same { .. }) | (Given::Same { .. }, Surname::Initial) => {
            LikeName::Initial
        }
        (Given::Same { .. }, Surname::Part) => LikeName::DoubleBarrelled,
        (Given::Slip | Given::Same { .. }, Surname::Slip) | (Given::Slip, Surname::Same { .. }) => {
            LikeName::Slip
        }
        _ => LikeName::Similar,
    }
}

fn compare_given(a: &Word, b: &Word) -> Given {
    if a.joined == b.joined {
        return Given::Same {
            usual: a.forms.is_some(),
        };
    }
    if a.is_initial_of(b) || b.is_initial_of(a) {
        return Given::Initial;
    }
    if a.is_part_of(b) || b.is_part_of(a) {
        return Given::Middle;
    }
    if let (Some(of_a), Some(of_b)) = (a.forms, b.forms) {
        // two names that are known to be names are not a slip of each other
        return if of_a.iter().any(|line| of_b.contains(line)) {
            Given::Nickname
        } else {
            Given::Different
        };
    }
    if !a.may_be_alike(b) {
        Given::Different
    } else if a.differs_by_a_slip(b) {
        Given::Slip
    } else if a.is_similar_to(b) {
        Given::Similar
    } else {
        Given::Different
    }
}

fn compare_surnames(a: &Word, b: &Word) -> Surname {
    if a.joined == b.joined {
        return Surname::Same {
            rarity: weights::Rarity::of(&a.joined),
        };
    }
    if a.is_part_of(b) || b.is_part_of(a) {
        return Surname::Part;
    }
    if a.is_initial_of(b) || b.is_initial_of(a) {
        return Surname::Initial;
    }
    if !a.may_be_alike(b) {
        Surname::Different
    } else if a.differs_by_a_slip(b) {
        Surname::Slip
    } else if a.is_similar_to(b) {
        Surname::Similar
    } else {
        Surname::Different
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Ann Example", "ANN EXAMPLE", LikeName::Same)]
    #[case("Zoë Núñez", "Zoe Nunez", LikeName::Same)]
    #[case("Mrs Ann Example", "Ann Example", LikeName::Title)]
    #[case("Rev. Dr Ann Example", "Ann Example", LikeName::Title)]
    #[case("Ann Example MBE", "Ann Example", LikeName::Title)]
    #[case("Ann-Marie Example", "Annmarie Example", LikeName::Hyphen)]
    #[case("AnnExample", "Ann Example", LikeName::Hyphen)]
    #[case("Ann Mc Donald", "Ann McDonald", LikeName::Hyphen)]
    #[case("Jan van der Berg", "Jan Vanderberg", LikeName::Hyphen)]
    #[case("Example Ann", "Ann Example", LikeName::Order)]
    #[case("Example, Ann", "Ann Example", LikeName::Order)]
    #[case("Exampel Ann", "Ann Example", LikeName::Order)]
    #[case("Ann Jane Example", "Ann Example", LikeName::MiddleName)]
    #[case("Ann J. Example", "Ann Jane Example", LikeName::MiddleName)]
    #[case("Bob Example", "Robert Example", LikeName::Nickname)]
    #[case("Liz Example", "Beth Example", LikeName::Nickname)]
    #[case("Mr Bob Example", "Robert John Example", LikeName::Nickname)]
    #[case("Jane Example", "Ann Jane Example", LikeName::KnownByMiddleName)]
    #[case("A Example", "Ann Example", LikeName::Initial)]
    #[case("A. Example", "Ann Example", LikeName::Initial)]
    #[case("M Example", "Martin Example", LikeName::Initial)]
    #[case("Ann E", "Ann Example", LikeName::Initial)]
    #[case("Ann Exampel", "Ann Example", LikeName::Slip)]
    #[case("Winstn Example", "Winston Example", LikeName::Slip)]
    #[case("Ann Smith-Jones", "Ann Smith", LikeName::DoubleBarrelled)]
    #[case("Ann Smith Jones", "Ann Smith", LikeName::DoubleBarrelled)]
    #[case("Bob Exampel", "Robert Example", LikeName::Similar)]
    #[case("Example", "Ann Example", LikeName::OnlySurname)]
    #[case("Ann", "Ann Example", LikeName::OnlyFirstName)]
    #[case("Ann Other", "Ann Example", LikeName::OtherSurname)]
    #[case("Winston Example", "Ann Example", LikeName::OtherFirstName)]
    #[case("John Example", "Joan Example", LikeName::OtherFirstName)]
    #[case("Paul Example", "Paula Example", LikeName::OtherFirstName)]
    #[case("B Example", "Ann Example", LikeName::OtherFirstName)]
    #[case("Winston Ogundipe", "Ann Example", LikeName::Different)]
    #[case("李", "王", LikeName::Different)]
    #[case("", "Ann Example", LikeName::Different)]
    fn names_are_alike_in_ways_that_can_be_told(
        #[case] one: &str,
        #[case] other: &str,
        #[case] like: LikeName,
    ) {
        let (one, other) = (Name::read(one), Name::read(other));
        let found = one.compare(&other);
        assert_eq!(found.like, like, "{found:?}");
        assert_eq!(other.compare(&one), found);
    }

    #[test]
    fn other_middle_names_are_noticed() {
        let compare = |a: &str, b: &str| Name::read(a).compare(&Name::read(b)).other_middle;
        assert!(compare("Ann Jane Example", "Ann Mary Example"));
        assert!(!compare("Ann Jane Example", "Ann J Example"));
        assert!(!compare("Ann Jane Example", "Ann Example"));
    }

    #[test]
    fn every_way_has_words() {
        for like in [
            LikeName::Same,
            LikeName::Order,
            LikeName::Similar,
            LikeName::Different,
        ] {
            assert!(!like.words().is_empty());
        }
    }
}
