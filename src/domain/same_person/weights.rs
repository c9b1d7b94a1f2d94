//! How much each agreement and each difference says, after Fellegi and Sunter (1969).
//!
//! For each level of each field, *m* is how often it is seen where both questions come from one person, and *u* how often where
//! they come from two. The weight of a level is log2(m/u): a weight of 1 doubles the odds that the two are one. Weights add up, with
//! the odds beforehand, to the weight of the whole, which is the logarithm of the odds.
//!
//! Where the figures come from: they are orders of magnitude and not measurements, since no council publishes who asked twice.
//! *m* supposes that some one in ten people writes each detail in another way or with a slip. *u* follows from what there is:
//! some 55,000 households and 3,500 postcodes in a borough of Halton's size, some fifteen doors to a postcode, the spread of first
//! names and surnames in England. Two figures are larger than chance makes them, on purpose: people of one household ask about the
//! same matter, and share surname, address and often e-mail address. The fields are therefore not independent, and the levels of
//! surname and e-mail depend on whether both live in one place.
//!
//! `evaluate same-person` measures what comes of it.

use super::{
    address::LikeAddress,
    email::LikeEmail,
    names::{Compared, Given, Surname},
    postcode::LikePostcode,
};

/// How common a surname is, the commonest last, so that the rarer of two is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rarity {
    /// Fewer than about one in a thousand bear it.
    Rare,
    /// Between one and four in a thousand.
    Common,
    /// More than that: Smith is about one in ninety.
    VeryCommon,
}

/// The commonest surnames of England and Wales, and of the north-west in particular.
const VERY_COMMON: &[&str] = &["smith", "jones", "williams", "taylor", "brown", "davies"];

/// The next.
const COMMON: &[&str] = &[
    "evans",
    "wilson",
    "thomas",
    "roberts",
    "johnson",
    "lewis",
    "walker",
    "robinson",
    "wood",
    "thompson",
    "white",
    "watson",
    "jackson",
    "wright",
    "green",
    "harris",
    "cooper",
    "king",
    "lee",
    "martin",
    "clarke",
    "james",
    "morgan",
    "hughes",
    "edwards",
    "hill",
    "moore",
    "clark",
    "harrison",
    "scott",
    "young",
    "morris",
    "hall",
    "ward",
    "turner",
    "carter",
    "phillips",
    "mitchell",
    "patel",
    "adams",
    "campbell",
    "anderson",
    "allen",
    "cook",
    "bailey",
    "parker",
    "miller",
    "davis",
    "murphy",
    "price",
    "bell",
    "baker",
    "griffiths",
    "kelly",
    "simpson",
    "marshall",
    "collins",
    "bennett",
    "cox",
    "richardson",
    "fox",
    "gray",
    "rose",
    "chapman",
    "hunt",
    "robertson",
    "shaw",
    "reynolds",
    "lloyd",
    "ellis",
    "richards",
    "russell",
    "wilkinson",
    "khan",
    "graham",
    "stewart",
    "reid",
    "murray",
    "powell",
    "palmer",
    "holmes",
    "rogers",
    "stevens",
    "walsh",
    "hunter",
    "thomson",
    "matthews",
    "ross",
    "owen",
    "mason",
    "knight",
    "kennedy",
    "butler",
    "saunders",
    "cole",
    "pearce",
    "dean",
    "foster",
    "harvey",
    "hudson",
    "gibson",
    "mills",
    "berry",
    "barnes",
    "pearson",
    "kaur",
    "booth",
    "dixon",
    "grant",
    "gordon",
    "lane",
    "harper",
    "ali",
    "hart",
    "mcdonald",
    "brooks",
    "ryan",
    "carr",
    "macdonald",
    "hamilton",
    "johnston",
    "west",
    "gill",
    "dawson",
    "armstrong",
    "gardner",
    "stone",
    "andrews",
    "williamson",
    "barker",
    "george",
    "fisher",
    "cunningham",
    "watts",
    "webb",
    "lawrence",
    "bradley",
    "jenkins",
    "wells",
    "chambers",
    "spencer",
    "poole",
    "atkinson",
    "lawson",
    "day",
    "woods",
    "rees",
    "fraser",
    "black",
    "fletcher",
    "hussain",
    "willis",
    "marsh",
    "ahmed",
    "doyle",
    "lowe",
    "burns",
    "hopkins",
    "nicholson",
    "parry",
    "newman",
    "jordan",
    "henderson",
    "howard",
    "barrett",
    "burton",
    "riley",
    "porter",
    "byrne",
    "houghton",
    "o'brien",
];

/// How common each surname is, in the form in which names are compared.
static RARITIES: std::sync::LazyLock<std::collections::HashMap<String, Rarity>> =
    std::sync::LazyLock::new(|| {
        let of = |rarity| move |name: &&str| (super::names::letters(name), rarity);
        COMMON
            .iter()
            .map(of(Rarity::Common))
            .chain(VERY_COMMON.iter().map(of(Rarity::VeryCommon)))
            .collect()
    });

impl Rarity {
    /// How common a surname is, given in the form in which names are compared.
    pub(super) fn of(surname: &str) -> Self {
        RARITIES.get(surname).copied().unwrap_or(Self::Rare)
    }

    /// The share of people who bear such a name; rare ones a little above the truth, as a borough's names are its own.
    const fn share(self) -> f64 {
        match self {
            Self::Rare => 0.002,
            Self::Common => 0.003,
            Self::VeryCommon => 0.01,
        }
    }
}

/// A level of a field: how often it is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Level {
    /// Where both are one person.
    m: f64,
    /// Where they are two.
    u: f64,
}

const fn level(m: f64, u: f64) -> Level {
    Level { m, u }
}

/// Says nothing: what is missing.
const SILENT: Level = level(1.0, 1.0);

impl Level {
    fn weight(self) -> f64 {
        (self.m / self.u).log2()
    }
}

/// The odds beforehand: of the pairs of questions at a meeting, about one in 200 is one person who asks again.
const BEFOREHAND: Level = level(1.0, 199.0);

/// How often the same person writes the names in another order.
const CROSSWISE: Level = level(0.03, 1.0);

/// Both have middle names, and not the same: a parent and a child, say.
const OTHER_MIDDLE: Level = level(0.03, 0.6);

fn given(given: Given) -> Level {
    match given {
        // a usual first name is borne by one in a hundred, with those of one age somewhat more
        Given::Same { usual: true } => level(0.75, 0.01),
        Given::Same { usual: false } => level(0.75, 0.004),
        Given::Nickname => level(0.05, 0.006),
        // children bear the first names of their parents as middle names
        Given::Middle => level(0.015, 0.02),
        Given::Slip => level(0.06, 0.004),
        // initials agree by chance once in some fifteen times; relatives like to share them
        Given::Initial => level(0.04, 0.005),
        Given::Similar => level(0.02, 0.006),
        Given::Missing => SILENT,
        Given::Different => level(0.02, 0.95),
    }
}

/// Where both live in one place (`near`), a family is usual: a fourth of them share the surname.
fn surname(surname: Surname, near: bool) -> Level {
    match (surname, near) {
        (Surname::Same { .. }, true) => level(0.86, 0.25),
        (Surname::Same { rarity }, false) => level(0.86, rarity.share()),
        (Surname::Slip, true) => level(0.06, 0.02),
        (Surname::Slip, false) => level(0.06, 0.003),
        (Surname::Part, _) => level(0.015, 0.006),
        (Surname::Similar, _) => level(0.015, 0.008),
        (Surname::Initial, _) => level(0.01, 0.006),
        (Surname::Missing, _) => SILENT,
        (Surname::Different, true) => level(0.04, 0.7),
        (Surname::Different, false) => level(0.04, 0.98),
    }
}

/// Postcode and address say one thing between them, so each pair of levels has its own figures.
fn place(postcode: LikePostcode, address: LikeAddress) -> Level {
    use LikeAddress as A;
    use LikePostcode as P;
    match (postcode, address) {
        (P::Same, A::Same) => level(0.70, 0.001),
        (P::Same, A::Similar) => level(0.10, 0.0004),
        (P::Same, A::Missing) => level(0.85, 0.0015),
        // neighbours, or a slip in the number
        (P::Same, A::SameStreet) => level(0.03, 0.0015),
        (P::Same, A::Different) => level(0.02, 0.0015),
        (P::Slip, A::Same) => level(0.03, 0.0001),
        (P::Slip, A::Similar) => level(0.008, 0.0001),
        (P::Slip, A::Missing) => level(0.03, 0.06),
        (P::Slip, A::SameStreet) => level(0.002, 0.01),
        (P::Slip, A::Different) => level(0.001, 0.02),
        // 1 High Street is in every town
        (P::Different, A::Same) => level(0.02, 0.0004),
        (P::Different, A::Similar) => level(0.004, 0.0006),
        (P::Different, A::Missing) => level(0.06, 2.0),
        (P::Different, A::SameStreet) => level(0.001, 0.04),
        // whoever asks twice seldom gives two homes
        (P::Different, A::Different) => level(0.004, 0.97),
        (P::Missing, A::Same) => level(0.72, 0.0015),
        (P::Missing, A::Similar) => level(0.10, 0.001),
        (P::Missing, A::Missing) => SILENT,
        (P::Missing, A::SameStreet) => level(0.03, 0.03),
        (P::Missing, A::Different) => level(0.05, 0.99),
    }
}

/// Whether both may live in one place, as far as is known.
fn near(postcode: LikePostcode, address: LikeAddress) -> bool {
    match postcode {
        LikePostcode::Same => true,
        LikePostcode::Missing => address <= LikeAddress::Missing,
        LikePostcode::Slip | LikePostcode::Different => address <= LikeAddress::Similar,
    }
}

/// Households share an address, so where both live in one place it says less.
fn email(email: LikeEmail, near: bool) -> Level {
    match (email, near) {
        (LikeEmail::Same, true) => level(0.70, 0.15),
        (LikeEmail::Same, false) => level(0.70, 0.0005),
        (LikeEmail::Tag, true) => level(0.03, 0.01),
        (LikeEmail::Tag, false) => level(0.03, 0.0001),
        (LikeEmail::Slip, true) => level(0.03, 0.01),
        (LikeEmail::Slip, false) => level(0.03, 0.002),
        // most addresses are made of the name, so namesakes have like ones
        (LikeEmail::OtherProvider, _) => level(0.04, 0.02),
        (LikeEmail::Missing, _) => SILENT,
        // many have two
        (LikeEmail::Different, _) => level(0.25, 0.97),
    }
}

/// The weight of what two names have in common, wherever both live: to choose between ways of reading them.
pub(super) fn name(compared: &Compared) -> f64 {
    let mut weight = given(compared.given).weight() + surname(compared.surname, false).weight();
    if compared.crosswise {
        weight += CROSSWISE.weight();
    }
    weight
}

/// The weight that two questioners are one person: the logarithm to base 2 of the odds. Below 0 they are rather two.
pub fn weight(
    name: &Compared,
    like_postcode: LikePostcode,
    like_address: LikeAddress,
    like_email: LikeEmail,
) -> f64 {
    let near = near(like_postcode, like_address);
    let mut sum = BEFOREHAND.weight()
        + given(name.given).weight()
        + surname(name.surname, near).weight()
        + place(like_postcode, like_address).weight()
        + email(like_email, near).weight();
    if name.crosswise {
        sum += CROSSWISE.weight();
    }
    if name.other_middle {
        sum += OTHER_MIDDLE.weight();
    }
    sum
}

/// The probability that a weight stands for, between 0 and 1.
///
/// ```
/// use public_question_time::domain::same_person::weights::probability;
/// assert_eq!(probability(0.0), 0.5);
/// assert_eq!(probability(2.0), 0.8); // four to one
/// ```
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::same_person::names::LikeName;

    const GIVEN: &[Given] = &[
        Given::Same { usual: false },
        Given::Same { usual: true },
        Given::Nickname,
        Given::Middle,
        Given::Slip,
        Given::Initial,
        Given::Similar,
        Given::Missing,
        Given::Different,
    ];
    const SURNAMES: &[Surname] = &[
        Surname::Same {
            rarity: Rarity::Rare,
        },
        Surname::Same {
            rarity: Rarity::Common,
        },
        Surname::Same {
            rarity: Rarity::VeryCommon,
        },
        Surname::Slip,
        Surname::Part,
        Surname::Similar,
        Surname::Initial,
        Surname::Missing,
        Surname::Different,
    ];
    const POSTCODES: &[LikePostcode] = &[
        LikePostcode::Same,
        LikePostcode::Slip,
        LikePostcode::Missing,
        LikePostcode::Different,
    ];
    const ADDRESSES: &[LikeAddress] = &[
        LikeAddress::Same,
        LikeAddress::Similar,
        LikeAddress::Missing,
        LikeAddress::SameStreet,
        LikeAddress::Different,
    ];
    const EMAILS: &[LikeEmail] = &[
        LikeEmail::Same,
        LikeEmail::Tag,
        LikeEmail::Slip,
        LikeEmail::OtherProvider,
        LikeEmail::Missing,
        LikeEmail::Different,
    ];

    fn named(given: Given, surname: Surname) -> Compared {
        Compared {
            given,
            surname,
            crosswise: false,
            other_middle: false,
            like: LikeName::Similar,
        }
    }

    /// Every combination of levels.
    fn everything() -> impl Iterator<Item = (Given, Surname, LikePostcode, LikeAddress, LikeEmail)>
    {
        GIVEN.iter().flat_map(|&g| {
            SURNAMES.iter().flat_map(move |&s| {
                POSTCODES.iter().flat_map(move |&p| {
                    ADDRESSES
                        .iter()
                        .flat_map(move |&a| EMAILS.iter().map(move |&e| (g, s, p, a, e)))
                })
            })
        })
    }

    #[test]
    fn a_detail_that_comes_to_agree_never_lowers_the_weight() {
        let of = |g, s, p, a, e| weight(&named(g, s), p, a, e);
        for (g, s, p, a, e) in everything() {
            let was = of(g, s, p, a, e);
            let least = was - 1e-9;
            let told = format!("{g:?} {s:?} {p:?} {a:?} {e:?}: {was}");
            assert!(
                of(GIVEN[1], s, p, a, e) >= least || g == GIVEN[0],
                "given {told}"
            );
            if !matches!(s, Surname::Same { .. }) {
                assert!(of(g, SURNAMES[2], p, a, e) >= least, "surname {told}");
            }
            assert!(of(g, s, p, a, LikeEmail::Same) >= least, "email {told}");
            // a household shares much, so where nothing is known the place says most together
            if p != LikePostcode::Missing && e != LikeEmail::Same && e != LikeEmail::Tag {
                let here = of(g, s, LikePostcode::Same, LikeAddress::Same, e);
                assert!(here >= least, "place {told}, {here}");
            }
        }
    }

    #[test]
    fn a_difference_never_says_more_than_nothing() {
        for (g, s, p, a, e) in everything() {
            let was = weight(&named(g, s), p, a, e);
            assert!(weight(&named(Given::Different, s), p, a, e) <= was + 1e-9);
            assert!(weight(&named(g, Surname::Different), p, a, e) <= was + 1e-9);
        }
    }

    #[test]
    fn a_rare_surname_says_more_than_smith() {
        let of = |surname| {
            weight(
                &named(
                    Given::Same { usual: true },
                    Surname::Same {
                        rarity: Rarity::of(&super::super::names::letters(surname)),
                    },
                ),
                LikePostcode::Different,
                LikeAddress::Different,
                LikeEmail::Missing,
            )
        };
        assert!(of("Ogundipe") > of("Wilson"));
        assert!(of("Wilson") > of("Smith"));
    }

    #[test]
    fn a_probability_grows_with_the_weight() {
        assert!(probability(-100.0) >= 0.0 && probability(100.0) <= 1.0);
        for step in -40..40 {
            let weight = f64::from(step) / 2.0;
            assert!(probability(weight) < probability(weight + 0.5));
        }
    }
}
