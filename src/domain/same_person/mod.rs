//! Whether two questions come from one person or organisation (clause (iii), reading 5).
//!
//! Equal *keys* refuse: the database keeps them unique for each meeting. *Likenesses* never refuse: they are shown to the
//! officer with their reason, because households, namesakes and nicknames are ordinary.
//!
//! Each kind of detail has its file, which says how two of them compare. [`weights`] says how much that means; [`likeness`] makes
//! the reasons in words, from rules first, and from the weight where several details agree only in part.

pub mod address;
pub mod email;
pub mod keys;
pub mod likeness;
pub mod names;
mod nicknames;
pub mod organisations;
pub mod postcode;
pub mod weights;

pub use self::{
    email::mailbox,
    keys::{AllowanceKey, keys},
    likeness::{Comparison, Likelihood, Likeness, compare},
    names::Compared,
    organisations::organisation_key,
};

/// What of a questioner likenesses are found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person<'a> {
    /// Full name.
    pub name: &'a str,
    /// E-mail address, if any.
    pub email: Option<&'a str>,
    /// Postcode, empty where there is none.
    pub postcode: &'a str,
    /// Postal address without its postcode, its lines parted by line feeds, if any.
    pub address: Option<&'a str>,
    /// Organisation, if any.
    pub organisation: Option<&'a str>,
}

/// A questioner made ready to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    name: names::Name,
    email: Option<email::Email>,
    postcode: String,
    address: Option<address::Address>,
    organisation: Option<organisations::OrganisationName>,
}

impl Profile {
    /// Reads what is compared.
    pub fn read(person: &Person<'_>) -> Self {
        Self {
            name: names::Name::read(person.name),
            email: person.email.map(email::Email::read),
            postcode: postcode::normalised(person.postcode),
            address: person.address.and_then(address::Address::read),
            organisation: person
                .organisation
                .map(organisations::OrganisationName::read),
        }
    }

    /// Keys of which two questioners who are shown as alike nearly always share one: the mailbox, the postcode, the whole name and the
    /// beginnings of its words, the house and the street, the organisation by its name and its initials. For finding whom to compare
    /// with without comparing each with each. An equal key of clause (iii) is always shared.
    pub fn blocking_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self
            .name
            .beginnings()
            .map(|beginning| format!("name {beginning}"))
            .collect();
        if !self.postcode.is_empty() {
            keys.push(format!("postcode {}", self.postcode));
        }
        if let Some(email) = &self.email {
            keys.extend(email.blocking_keys());
        }
        if let Some(address) = &self.address {
            keys.extend(address.blocking_keys());
        }
        if let Some(organisation) = &self.organisation {
            keys.extend(organisation.blocking_keys());
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Every reason to think that two questioners may be one, the strongest first.
pub fn likenesses(a: &Person<'_>, b: &Person<'_>) -> Vec<Likeness> {
    compare(&Profile::read(a), &Profile::read(b)).reasons
}
