//! The reasons for which two questioners are shown as alike, in words that an officer can repeat to a resident.

use super::{
    Compared, Profile,
    address::{Address, LikeAddress},
    email::{Email, LikeEmail},
    names::LikeName,
    organisations::{LikeOrganisation, OrganisationName},
    postcode::{self, LikePostcode},
    weights,
};
use crate::coded;

/// Where two questioners live, as seen together, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Where {
    /// One address.
    SameAddress,
    /// One postcode.
    SamePostcode,
    /// An address that is written alike.
    LikeAddress,
    /// A postcode that differs by a slip.
    LikePostcode,
    /// Not known of both.
    Unknown,
    /// Two places.
    Elsewhere,
}

impl Where {
    fn of(like_postcode: LikePostcode, like_address: LikeAddress) -> Self {
        match (like_postcode, like_address) {
            (LikePostcode::Same, LikeAddress::Same) => Self::SameAddress,
            (LikePostcode::Same, _) => Self::SamePostcode,
            (LikePostcode::Missing, LikeAddress::Same) => Self::SameAddress,
            (_, LikeAddress::Same | LikeAddress::Similar) => Self::LikeAddress,
            (LikePostcode::Slip, _) => Self::LikePostcode,
            (LikePostcode::Missing, LikeAddress::Missing) => Self::Unknown,
            _ => Self::Elsewhere,
        }
    }

    /// In words, to follow how the names are alike.
    pub fn words(self) -> &'static str {
        match self {
            Self::SameAddress => "at the same address",
            Self::SamePostcode => "at the same postcode",
            Self::LikeAddress => "at a similar address",
            Self::LikePostcode => "at a postcode that differs by a slip in typing",
            Self::Unknown => "with no address to compare",
            Self::Elsewhere => "at another address",
        }
    }

    /// Whether a like name there is shown whatever else differs.
    fn is_one_place(self) -> bool {
        matches!(self, Self::SameAddress | Self::SamePostcode)
    }
}

/// A reason to think that two questioners may be one, the strongest first.
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
    /// A like name, and where both live.
    LikeName(LikeName, Where),
    /// An e-mail address that differs by a slip or in its provider; only beside a like name.
    SimilarEmail,
    /// A like name of an organisation.
    LikeOrganisation,
    /// The first letters of the words of an organisation.
    InitialsOfOrganisation,
}

impl Likeness {
    /// The reason in words.
    pub fn words(self) -> String {
        let words = match self {
            Self::SamePerson => "the same name with the same email address or postcode",
            Self::SameOrganisation => "the same organisation",
            Self::SameEmailOtherName => "the same email address and another name",
            Self::LikeEmail => "the same email address but for dots or a “+” tag",
            Self::LikeName(name, place) => return format!("{} {}", name.words(), place.words()),
            Self::SimilarEmail => "a similar email address",
            Self::LikeOrganisation => "a similar name of an organisation",
            Self::InitialsOfOrganisation => "the first letters of the name of an organisation",
        };
        words.to_owned()
    }

    /// Whether it is an equal key, which refuses.
    pub fn refuses(self) -> bool {
        matches!(self, Self::SamePerson | Self::SameOrganisation)
    }
}

coded! {
    /// How likely it is that two questioners are one.
    pub enum Likelihood {
        /// More than nine in ten by the weights, or an equal key.
        VeryLikely = "very_likely",
        /// Less than that: a household or a namesake is as usual.
        Possible = "possible",
    }
}

impl Likelihood {
    /// In words, at the beginning of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::VeryLikely => "Very likely the same",
            Self::Possible => "Possibly the same",
        }
    }
}

/// From this weight on, details that agree only in part are shown together: odds of four to one.
pub const SHOWN_FROM: f64 = 2.0;

/// From this weight on, two questioners are very likely one: odds of 16 to one.
pub const VERY_LIKELY_FROM: f64 = 4.0;

/// What comparing two questioners found.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The reasons to show them as alike, the strongest first; none where nothing is shown.
    pub reasons: Vec<Likeness>,
    /// The weight that they are one person: the logarithm to base 2 of the odds. It orders and never refuses.
    pub weight: f64,
}

impl Comparison {
    /// How likely it is that they are one; none where nothing is shown.
    pub fn likelihood(&self) -> Option<Likelihood> {
        let strongest = self.reasons.first()?;
        Some(if strongest.refuses() || self.weight >= VERY_LIKELY_FROM {
            Likelihood::VeryLikely
        } else {
            Likelihood::Possible
        })
    }
}

/// Compares two questioners. It makes no difference which is which.
pub fn compare(a: &Profile, b: &Profile) -> Comparison {
    let name: Compared = a.name.compare(&b.name);
    let like_postcode = postcode::compare(&a.postcode, &b.postcode);
    let like_address = Address::compare(a.address.as_ref(), b.address.as_ref());
    let like_email = Email::compare(a.email.as_ref(), b.email.as_ref());
    let weight = weights::weight(&name, like_postcode, like_address, like_email);
    let place = Where::of(like_postcode, like_address);

    let mut reasons = Vec::new();
    let same_name = name.like == LikeName::Same;
    let equal_key =
        same_name && (like_postcode == LikePostcode::Same || like_email == LikeEmail::Same);
    if equal_key {
        reasons.push(Likeness::SamePerson);
    }
    match like_email {
        LikeEmail::Same if !same_name => reasons.push(Likeness::SameEmailOtherName),
        LikeEmail::Tag => reasons.push(Likeness::LikeEmail),
        _ => {}
    }
    let by_rule = name.like.whole() && place.is_one_place();
    if !equal_key && name.like != LikeName::Different && (by_rule || weight >= SHOWN_FROM) {
        reasons.push(Likeness::LikeName(name.like, place));
        if matches!(like_email, LikeEmail::Slip | LikeEmail::OtherProvider) {
            reasons.push(Likeness::SimilarEmail);
        }
    }
    match OrganisationName::compare(a.organisation.as_ref(), b.organisation.as_ref()) {
        LikeOrganisation::Same => reasons.push(Likeness::SameOrganisation),
        LikeOrganisation::Alike => reasons.push(Likeness::LikeOrganisation),
        LikeOrganisation::Initials => reasons.push(Likeness::InitialsOfOrganisation),
        LikeOrganisation::Different => {}
    }
    reasons.sort();
    Comparison { reasons, weight }
}
