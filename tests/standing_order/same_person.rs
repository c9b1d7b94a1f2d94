//! Whom a questioner is compared with: those who share a detail, which whoever is shown as alike nearly always does (clause (iii),
//! reading 5).

use public_question_time::domain::same_person::{Person, Profile, compare};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};

#[derive(Debug, Clone)]
struct Resident {
    name: String,
    email: Option<String>,
    postcode: String,
    address: String,
    organisation: Option<String>,
}

impl Resident {
    fn profile(&self) -> Profile {
        Profile::read(&Person {
            name: &self.name,
            email: self.email.as_deref(),
            postcode: &self.postcode,
            address: Some(&self.address),
            organisation: self.organisation.as_deref(),
        })
    }
}

const FIRST: &[&str] = &[
    "Elizabeth",
    "William",
    "Margaret",
    "Robert",
    "Catherine",
    "Christopher",
    "Priya",
    "Mohammed",
    "Siobhan",
    "Agnieszka",
];
const SHORT: &[&str] = &[
    "Liz", "Bill", "Maggie", "Bob", "Kate", "Chris", "Pri", "Mo", "Shiv", "Aga",
];
const LAST: &[&str] = &[
    "Featherstone",
    "Ashworth",
    "O'Donnell",
    "Smith",
    "Kowalska",
    "Hargreaves",
    "Patel",
    "Jones",
    "Winterbottom",
    "Yates",
];
const STREETS: &[&str] = &[
    "High Street",
    "Albert Road",
    "Birchfield Avenue",
    "Castle Rise",
    "Victoria Square",
    "Deacon Road",
    "Halton Brow",
    "Lowerhouse Lane",
];
const ORGANISATIONS: &[&str] = &[
    "Widnes Litter Pickers",
    "Friends of Victoria Park",
    "Runcorn Canal Society Ltd",
    "The Halton Cycling Club",
];

fn resident(number: usize, random: &mut SmallRng) -> Resident {
    let first = FIRST[number % FIRST.len()];
    let last = LAST[(number / FIRST.len()) % LAST.len()];
    Resident {
        name: format!("{first} {last}"),
        email: Some(
            format!("{first}.{last}{}@example.org", random.random_range(10..99))
                .to_lowercase()
                .replace('\'', ""),
        ),
        postcode: format!("WA{} {}AB", 7 + number % 2, random.random_range(1..9)),
        address: format!(
            "{} {}\nWidnes",
            random.random_range(1..150),
            STREETS.choose(random).unwrap()
        ),
        organisation: number
            .is_multiple_of(4)
            .then(|| (*ORGANISATIONS.choose(random).unwrap()).to_owned()),
    }
}

/// A slip of the pen: a letter left out, doubled, changed, or two that have changed places.
fn slip(text: &str, random: &mut SmallRng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let places: Vec<usize> = (0..letters.len())
        .filter(|at| letters[*at].is_alphabetic())
        .collect();
    let Some(at) = places.choose(random).copied() else {
        return text.to_owned();
    };
    match random.random_range(0..4) {
        0 if letters.len() > 3 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => letters[at] = char::from(b'a' + random.random_range(0..26)),
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => {}
    }
    letters.into_iter().collect()
}

/// The same resident as they might write it another time.
fn again(one: &Resident, random: &mut SmallRng) -> Resident {
    let mut other = one.clone();
    for _ in 0..random.random_range(1..5) {
        let (first, last) = other.name.split_once(' ').unwrap_or((&other.name, ""));
        match random.random_range(0..14) {
            0 => other.name = format!("{} {last}", slip(first, random)),
            1 => other.name = format!("{first} {}", slip(last, random)),
            2 => other.name = format!("{} {last}", first.chars().next().unwrap_or('A')),
            3 => other.name = format!("{last}, {first}"),
            4 => other.name = format!("Mrs {first} {last}-Brown"),
            5 => {
                let place = FIRST.iter().position(|name| *name == first);
                other.name = format!("{} {last}", place.map_or(first, |place| SHORT[place]));
            }
            6 => other.email = None,
            7 => other.email = other.email.map(|email| email.replace('@', "+council@")),
            8 => other.email = other.email.map(|email| slip(&email, random)),
            9 => {
                other.email = other
                    .email
                    .map(|email| email.replace("example.org", "example.com"))
            }
            10 => other.postcode = format!("WA8 {}XY", random.random_range(1..9)),
            11 => other.postcode = slip(&other.postcode, random).to_uppercase(),
            12 => other.address = slip(&other.address, random),
            _ => {
                other.organisation =
                    other
                        .organisation
                        .map(|name| match random.random_range(0..3) {
                            0 => slip(&name, random),
                            1 => name
                                .split(' ')
                                .filter_map(|word| word.chars().next())
                                .collect(),
                            _ => format!("The {}", name.trim_end_matches(" Ltd")),
                        });
            }
        }
    }
    other
}

#[test]
fn who_is_shown_as_alike_shares_a_detail() {
    let mut random = SmallRng::seed_from_u64(34);
    let (mut shown, mut missed, mut examples) = (0, 0, Vec::new());
    for number in 0..20_000 {
        let one = resident(number, &mut random);
        let other = again(&one, &mut random);
        let (a, b) = (one.profile(), other.profile());
        let compared = compare(&a, &b);
        let Some(strongest) = compared.reasons.first() else {
            continue;
        };
        shown += 1;
        let keys = a.blocking_keys();
        let shares = b.blocking_keys().iter().any(|key| keys.contains(key));
        assert!(shares || !strongest.refuses(), "{one:?} {other:?}");
        if !shares {
            missed += 1;
            examples.push((one, other, compared.reasons.clone()));
        }
    }
    assert!(
        shown > 10_000,
        "{shown} pairs are shown as alike: too few to say anything"
    );
    println!("{missed} of {shown} pairs that are shown as alike share no detail");
    examples.truncate(5);
    assert!(
        missed * 1_000 <= shown,
        "{missed} of {shown}: {examples:#?}"
    );
}

#[test]
fn strangers_seldom_share_a_detail() {
    let mut random = SmallRng::seed_from_u64(9);
    let keys: Vec<Vec<String>> = (0..400)
        .map(|number| {
            let mut stranger = resident(number, &mut random);
            // as many names as there are people
            stranger.name = format!(
                "{} {}",
                slip(&stranger.name.replace(' ', ""), &mut random),
                number
            );
            stranger.organisation = None;
            stranger.profile().blocking_keys()
        })
        .collect();
    let shared = keys
        .iter()
        .map(|one| {
            keys.iter()
                .filter(|other| one.iter().any(|key| other.contains(key)))
                .count()
                - 1
        })
        .sum::<usize>();
    assert!(shared / keys.len() < keys.len() / 2, "{shared}");
}
