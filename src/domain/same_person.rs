//! Whether two questions come from one person or organisation (clause (iii), reading 5).
//!
//! Equal *keys* refuse: the database keeps them unique for each meeting. *Likenesses* never refuse: they are shown to the
//! officer with their reason, because households, namesakes and nicknames are ordinary.

use rapidfuzz::distance::jaro_winkler;
use unicode_normalization::UnicodeNormalization;

use crate::domain::{questioner::Questioner, refusal::Allowance, text::comparable};

/// What makes two questioners the same for clause (iii).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllowanceKey {
    /// Whose allowance it stands for.
    pub of: Allowance,
    /// The text that is equal for the same person or organisation; personal, so it is hashed before it is stored.
    pub text: String,
}

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

/// The keys by which a questioner holds an allowance: e-mail with name, name with postcode, and the organisation.
pub fn keys(questioner: &Questioner) -> Vec<AllowanceKey> {
    let name = comparable(questioner.name.as_str());
    let mut keys = Vec::with_capacity(3);
    if let Some(email) = &questioner.email {
        keys.push(AllowanceKey {
            of: Allowance::Person,
            text: format!("email\u{1f}{}\u{1f}{name}", email.normalised()),
        });
    }
    keys.push(AllowanceKey {
        of: Allowance::Person,
        text: format!("postcode\u{1f}{}\u{1f}{name}", questioner.postcode.as_str()),
    });
    if let Some(organisation) = &questioner.organisation {
        keys.push(AllowanceKey {
            of: Allowance::Organisation,
            text: format!(
                "organisation\u{1f}{}",
                organisation_key(organisation.as_str())
            ),
        });
    }
    keys
}

/// What of a questioner likenesses are found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person<'a> {
    /// Full name.
    pub name: &'a str,
    /// E-mail address, if any.
    pub email: Option<&'a str>,
    /// Postcode in its usual form.
    pub postcode: &'a str,
    /// Organisation, if any.
    pub organisation: Option<&'a str>,
}

/// A reason to think that two questioners may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// The same name and postcode, or the same e-mail address and name: an equal key.
    SamePerson,
    /// The same organisation: an equal key.
    SameOrganisation,
    /// One e-mail address, another name.
    SameEmailOtherName,
    /// One e-mail address but for a tag after `+` or dots, whatever the name.
    LikeEmail,
    /// A short form of the same first name at one postcode.
    Nickname,
    /// A like name at one postcode.
    LikeNameSamePostcode,
    /// A like name of an organisation.
    LikeOrganisation,
}

impl Likeness {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::SamePerson => "the same name with the same email address or postcode",
            Self::SameOrganisation => "the same organisation",
            Self::SameEmailOtherName => "the same email address and another name",
            Self::LikeEmail => "the same email address but for dots or a “+” tag",
            Self::Nickname => "a short form of the same name at the same postcode",
            Self::LikeNameSamePostcode => "a similar name at the same postcode",
            Self::LikeOrganisation => "a similar name of an organisation",
        }
    }
}

/// From this Jaro-Winkler similarity on, names are shown as alike.
const LIKE_NAME: f64 = 0.88;

/// From this Jaro-Winkler similarity on, organisations are shown as alike.
const LIKE_ORGANISATION: f64 = 0.93;

/// First names and their short forms: those that are common in England.
const NICKNAMES: &[&[&str]] = &[
    &["alexander", "alex", "sandy", "alec"],
    &["andrew", "andy", "drew"],
    &["anthony", "tony"],
    &[
        "catherine",
        "katherine",
        "kathryn",
        "kate",
        "cath",
        "kathy",
        "cathy",
        "katie",
    ],
    &["charles", "charlie", "chas"],
    &["christopher", "chris"],
    &["daniel", "dan", "danny"],
    &["david", "dave", "davey"],
    &["deborah", "debra", "deb", "debbie"],
    &["edward", "ed", "eddie", "ted", "ned"],
    &[
        "elizabeth",
        "liz",
        "beth",
        "lizzie",
        "betty",
        "eliza",
        "libby",
    ],
    &["frederick", "fred", "freddie"],
    &["geoffrey", "jeffrey", "geoff", "jeff"],
    &["gerald", "gerry", "jerry"],
    &["henry", "harry"],
    &["james", "jim", "jimmy", "jamie"],
    &["jennifer", "jen", "jenny"],
    &["john", "jack", "johnny"],
    &["jonathan", "jon"],
    &["joseph", "joe", "joey"],
    &["kenneth", "ken", "kenny"],
    &["margaret", "maggie", "meg", "peggy", "marge"],
    &["matthew", "matt"],
    &["michael", "mike", "mick", "mickey"],
    &["nicholas", "nick", "nicky"],
    &["pamela", "pam"],
    &["patricia", "pat", "trish", "tricia"],
    &["patrick", "pat", "paddy"],
    &["peter", "pete"],
    &["philip", "phillip", "phil"],
    &["rebecca", "becky", "bex"],
    &["richard", "rick", "dick", "rich", "ricky"],
    &["robert", "rob", "bob", "bobby", "robbie", "bert"],
    &["ronald", "ron", "ronnie"],
    &["samuel", "samantha", "sam"],
    &["stephen", "steven", "steve"],
    &["susan", "sue", "susie", "suzanne"],
    &["thomas", "tom", "tommy"],
    &["timothy", "tim"],
    &["victoria", "vicky", "tori"],
    &["vincent", "vince"],
    &["william", "will", "bill", "billy", "liam"],
];

/// What may stand before a name without being part of it.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "doctor",
    "prof",
    "professor",
    "rev",
    "reverend",
    "sir",
    "dame",
    "lady",
    "lord",
    "cllr",
    "councillor",
];

/// The words of a name in its comparable form, less a title.
fn name_words(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split(' ').collect();
    if words.len() > 1 && TITLES.iter().any(|title| comparable(title) == words[0]) {
        words.remove(0);
    }
    words
}

/// Whether one first name is the initial of the other and the last names are one.
fn initials(a: &[&str], b: &[&str]) -> bool {
    let (Some(first_a), Some(first_b)) = (a.first(), b.first()) else {
        return false;
    };
    let shortest = first_a.chars().count().min(first_b.chars().count());
    a.len() > 1
        && b.len() > 1
        && a.last() == b.last()
        && shortest == 1
        && first_a.chars().next() == first_b.chars().next()
}

/// Whether two names are alike: the same but for a title, an initial or the order of their words, or spelt alike.
fn like_names(a: &[&str], b: &[&str]) -> bool {
    let (mut sorted_a, mut sorted_b) = (a.to_vec(), b.to_vec());
    sorted_a.sort_unstable();
    sorted_b.sort_unstable();
    initials(a, b)
        || sorted_a == sorted_b
        || jaro_winkler::similarity(a.join(" ").chars(), b.join(" ").chars()) >= LIKE_NAME
}

fn nicknames(a: &str, b: &str) -> bool {
    a != b
        && NICKNAMES.iter().any(|forms| {
            [a, b]
                .iter()
                .all(|name| forms.iter().any(|form| comparable(form) == **name))
        })
}

/// Whether the keys of two organisations are alike, "The" before a name left aside.
fn like_organisations(a: &str, b: &str) -> bool {
    let bare = |key: &str| key.strip_prefix("the ").unwrap_or(key).to_owned();
    jaro_winkler::similarity(bare(a).chars(), bare(b).chars()) >= LIKE_ORGANISATION
}

/// The address with what many mail systems ignore taken away.
fn bare_email(email: &str) -> String {
    let email = email.to_lowercase();
    match email.rsplit_once('@') {
        Some((local, domain)) => format!(
            "{}@{domain}",
            local.split('+').next().unwrap_or(local).replace('.', "")
        ),
        None => email,
    }
}

/// Every reason to think that two questioners may be one, the strongest first.
pub fn likenesses(a: &Person<'_>, b: &Person<'_>) -> Vec<Likeness> {
    let (name_a, name_b) = (comparable(a.name), comparable(b.name));
    let same_name = name_a == name_b;
    let same_postcode = a.postcode == b.postcode;
    let mut found = Vec::new();
    let (mail_a, mail_b) = (
        a.email.map(str::to_lowercase),
        b.email.map(str::to_lowercase),
    );
    let same_email = mail_a.is_some() && mail_a == mail_b;
    if same_name && (same_postcode || same_email) {
        found.push(Likeness::SamePerson);
    }
    if let (Some(x), Some(y)) = (a.organisation, b.organisation) {
        let (x, y) = (organisation_key(x), organisation_key(y));
        if x == y {
            found.push(Likeness::SameOrganisation);
        } else if like_organisations(&x, &y) {
            found.push(Likeness::LikeOrganisation);
        }
    }
    if same_email && !same_name {
        found.push(Likeness::SameEmailOtherName);
    }
    if let (Some(x), Some(y)) = (a.email, b.email)
        && !same_email
        && bare_email(x) == bare_email(y)
    {
        found.push(Likeness::LikeEmail);
    }
    if same_postcode && !same_name {
        let (words_a, words_b) = (name_words(&name_a), name_words(&name_b));
        if words_a.last() == words_b.last()
            && words_a.len() > 1
            && words_b.len() > 1
            && nicknames(words_a[0], words_b[0])
        {
            found.push(Likeness::Nickname);
        } else if like_names(&words_a, &words_b) {
            found.push(Likeness::LikeNameSamePostcode);
        }
    }
    found.sort();
    found
}
