//! Clause (i): questions are for "members of the public who are residents of the Borough" (reading 8).
//!
//! The questioner declares it. Where a directory of postcodes has been imported, a postcode that it places elsewhere refuses;
//! one that it does not know is accepted and shown to the officer.

use crate::{
    coded,
    domain::{questioner::Questioner, refusal::Refusal},
};

coded! {
    /// What the directory of postcodes says.
    pub enum PostcodeCheck {
        /// It places the postcode in the borough.
        Inside = "inside",
        /// It places the postcode elsewhere.
        Outside = "outside",
        /// It does not know the postcode, or there is no directory.
        Unknown = "unknown",
    }
}

impl PostcodeCheck {
    /// In words for the officer.
    pub fn words(self) -> &'static str {
        match self {
            Self::Inside => "in the borough",
            Self::Outside => "outside the borough",
            Self::Unknown => "not found in the list of postcodes",
        }
    }
}

/// The refusals, if the questioner does not declare residence, or the directory says otherwise, or both.
pub fn check(questioner: &Questioner, postcode: PostcodeCheck) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !questioner.resident {
        refusals.push(Refusal::NotResident);
    }
    if postcode == PostcodeCheck::Outside {
        refusals.push(Refusal::OutsideBorough {
            postcode: questioner.postcode.as_str().to_owned(),
        });
    }
    refusals
}
