//! Whether two questions come from one person or organisation (clause (iii), reading 5).
//!
//! Equal *keys* refuse: the database keeps them unique for each meeting. *Likenesses* never refuse: they are shown to the
//! officer with their reason, because households, namesakes and nicknames are ordinary.

use rapidfuzz::distance::jaro_winkler;

use crate::domain::{questioner::Questioner, refusal::Allowance, text::comparable};

/// What makes two questioners the same for clause (iii).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllowanceKey {
    /// Whose allowance it stands for.
    pub of: Allowance,
    /// The text that is equal for the same person or organisation; personal, so it is hashed before it is stored.
    pub text: String,
}

/// What a company may be called after its name.
const SUFFIXES: &[&str] = &[
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
    let spelt_out = comparable(&name.replace('&', " and ").replace('.', ""));
    let mut words: Vec<&str> = spelt_out.split(' ').collect();
    // comparable() maps look-alike letters, so the suffixes go through it too
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| SUFFIXES.iter().any(|suffix| comparable(suffix) == *last))
    {
        words.pop();
    }
    words.join(" ")
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

fn nicknames(a: &str, b: &str) -> bool {
    a != b
        && NICKNAMES.iter().any(|forms| {
            [a, b]
                .iter()
                .all(|name| forms.iter().any(|form| comparable(form) == **name))
        })
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
        } else if jaro_winkler::similarity(x.chars(), y.chars()) >= 0.93 {
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
        let (words_a, words_b): (Vec<_>, Vec<_>) =
            (name_a.split(' ').collect(), name_b.split(' ').collect());
        if words_a.last() == words_b.last()
            && words_a.len() > 1
            && words_b.len() > 1
            && nicknames(words_a[0], words_b[0])
        {
            found.push(Likeness::Nickname);
        } else if jaro_winkler::similarity(name_a.chars(), name_b.chars()) >= LIKE_NAME {
            found.push(Likeness::LikeNameSamePostcode);
        }
    }
    found.sort();
    found
}
