//! Equal keys refuse: the database keeps them unique for each meeting (clause (iii), reading 5).

use super::organisations::organisation_key;
use crate::domain::{questioner::Questioner, refusal::Allowance, text::comparable};

/// What makes two questioners the same for clause (iii).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllowanceKey {
    /// Whose allowance it stands for.
    pub of: Allowance,
    /// The text that is equal for the same person or organisation; personal, so it is hashed before it is stored.
    pub text: String,
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
