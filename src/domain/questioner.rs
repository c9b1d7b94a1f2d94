//! The questioner: who asks, for whom, and where the council can reach them.

mod email;
mod postcode;
mod telephone;

pub use email::EmailAddress;
pub use postcode::Postcode;
pub use telephone::Telephone;
use unicode_normalization::UnicodeNormalization;

use crate::{
    coded,
    domain::{malformed::Malformed, text},
};

/// Whether a name holds a web address, or an e-mail address: the council's letters would carry it to whomever they go to.
fn holds_address(name: &str) -> bool {
    let plain = name.nfkc().collect::<String>().to_lowercase();
    let joined = plain.split_whitespace().collect::<String>();
    joined.contains("://")
        || plain.contains("www.")
        || plain.split_whitespace().any(is_domain_with_path)
        || plain.split_whitespace().any(|word| {
            word.split_once('@')
                .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        })
}

/// Whether a word is a domain with a path, which many programs turn into a link: `example.org/pay`.
fn is_domain_with_path(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let Some((host, _)) = word.split_once('/') else {
        return false;
    };
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    host.rsplit_once('.').is_some_and(|(name, ending)| {
        ending.chars().count() >= 2
            && ending.chars().all(char::is_alphabetic)
            && name.chars().next_back().is_some_and(char::is_alphanumeric)
    })
}

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $most:literal, $empty:literal, $long:literal, $address:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Most characters.
            pub const MOST_CHARACTERS: usize = $most;

            /// Reads what was typed.
            ///
            /// # Errors
            /// `empty`, `too_long`, or `address` where it holds a web address or an e-mail address.
            pub fn parse(typed: &str) -> Result<Self, Malformed> {
                let line = text::single_line(typed);
                if !line.chars().any(char::is_alphanumeric) {
                    return Err(Malformed::new("empty", $empty));
                }
                if line.chars().count() > Self::MOST_CHARACTERS {
                    return Err(Malformed::new("too_long", $long));
                }
                if holds_address(&line) {
                    return Err(Malformed::new("address", $address));
                }
                Ok(Self(line))
            }

            /// Takes what was read when it was stored: what is read today may be stricter.
            pub fn stored(line: &str) -> Self {
                Self(line.to_owned())
            }

            /// As it was typed.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

line!(
    /// A person's full name, in any script.
    PersonName, 200, "Enter your full name", "Your full name must be 200 characters or fewer",
    "Your full name must not include a web address or an email address");
line!(
    /// An organisation on whose behalf the question is asked.
    Organisation, 200, "Enter the name of the organisation", "The name of the organisation must be 200 characters or fewer",
    "The name of the organisation must not include a web address or an email address");

/// A postal address without its postcode: one to six lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalAddress(String);

impl PostalAddress {
    /// Reads what was typed, keeping its lines.
    ///
    /// # Errors
    /// `empty` or `too_long`.
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let address = text::several_lines(typed);
        let lines: Vec<&str> = address
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        if !address.chars().any(char::is_alphanumeric) {
            return Err(Malformed::new("empty", "Enter your address"));
        }
        if lines.len() > 6 || address.chars().count() > 500 {
            return Err(Malformed::new(
                "too_long",
                "Your address must be 6 lines and 500 characters or fewer",
            ));
        }
        Ok(Self(lines.join("\n")))
    }

    /// Its lines, separated by line feeds.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address for an envelope on which the postcode stands by itself: where it ends in that postcode, without it.
    ///
    /// # Errors
    /// `postcode` where it ends in another postcode: only the person knows which is right; `empty` where it was nothing else.
    ///
    /// ```
    /// use public_question_time::domain::questioner::{PostalAddress, Postcode};
    /// let postcode = Postcode::parse("WA8 7QF").unwrap();
    /// let address = PostalAddress::parse("1 Example Street\nWidnes WA8 7QF").unwrap();
    /// assert_eq!(address.beside(&postcode).unwrap().as_str(), "1 Example Street\nWidnes");
    /// ```
    pub fn beside(self, postcode: &Postcode) -> Result<Self, Malformed> {
        let Some((found, at)) = self.ending_postcode() else {
            return Ok(self);
        };
        if found != *postcode {
            return Err(Malformed::new(
                "postcode",
                format!(
                    "Your address ends in {}, but your postcode is {}. Change the one that is wrong",
                    found.as_str(),
                    postcode.as_str()
                ),
            ));
        }
        let after = self.0[at..].split_once('\n').map_or("", |(_, after)| after);
        let before = self.0[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ',');
        let rest = [before, after]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n");
        Self::parse(&rest)
    }

    /// The postcode with which it ends, before the country if that is named, and where it begins.
    fn ending_postcode(&self) -> Option<(Postcode, usize)> {
        let country = |line: &str| {
            let plain = line.trim_end_matches('.').to_lowercase();
            matches!(
                plain.as_str(),
                "uk" | "u.k" | "gb" | "united kingdom" | "great britain" | "england"
            )
        };
        let lines = match self.0.rsplit_once('\n') {
            Some((before, last)) if country(last) => before,
            _ => self.0.as_str(),
        };
        let start = lines.rfind('\n').map_or(0, |at| at + 1);
        let line = lines.get(start..)?;
        let mut words: Vec<usize> = line
            .char_indices()
            .filter(|(at, c)| {
                !c.is_whitespace()
                    && (*at == 0 || line[..*at].ends_with(|c: char| c.is_whitespace() || c == ','))
            })
            .map(|(at, _)| at)
            .collect();
        words.reverse();
        // in one word or in two
        words.into_iter().take(2).find_map(|at| {
            let written = line.get(at..)?;
            let digits = written.chars().filter(|c| c.is_numeric()).count();
            let postcode = Postcode::parse(written).ok()?;
            (digits >= 2).then_some((postcode, start + at))
        })
    }
}

/// What the questioner needs for the meeting, such as a hearing loop or a place for a wheelchair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs(String);

impl Needs {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `too_long`.
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let needs = text::several_lines(typed);
        if needs.chars().count() > 1000 {
            return Err(Malformed::new(
                "too_long",
                "What you need for the meeting must be 1,000 characters or fewer",
            ));
        }
        Ok(Self(needs))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Everything that the council holds about the person who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Questioner {
    /// Full name.
    pub name: PersonName,
    /// The organisation asked for, if any.
    pub organisation: Option<Organisation>,
    /// Where a letter reaches them (clause (ix)).
    pub address: PostalAddress,
    /// The postcode of that address.
    pub postcode: Postcode,
    /// Where letters go; none means that they are printed and posted.
    pub email: Option<EmailAddress>,
    /// Only if they wish.
    pub telephone: Option<Telephone>,
    /// What they need for the meeting.
    pub needs: Option<Needs>,
    /// Whether they declare that they live in the borough (clause (i)).
    pub resident: bool,
    /// How they agree to be named in what is published and in the room.
    pub naming: Naming,
    /// The parent or carer of somebody under 18, whose the address, e-mail address and telephone number then are.
    pub carer: Option<PersonName>,
}

impl Questioner {
    /// The name as agreed for publication.
    pub fn published_name(&self) -> String {
        published_name(
            self.naming,
            self.name.as_str(),
            self.organisation.as_ref().map(Organisation::as_str),
        )
    }
}

coded! {
    /// How it became known that an e-mail address is the questioner's.
    pub enum Confirmation {
        /// By a press on the private page, opened from a letter to the address.
        Link = "link",
        /// By a press on the page that confirms a new address, opened from a letter to it.
        AddressLink = "address_link",
        /// An officer entered it for the questioner.
        Officer = "officer",
        /// The question has been approved: somebody at the council has read what letters quote.
        Approval = "approval",
        /// The question came before addresses were confirmed.
        EarlierRelease = "earlier_release",
    }
}

coded! {
    /// How a questioner is named in what is published, and called in the room (reading 21).
    pub enum Naming {
        /// By their own name, with the organisation if there is one.
        Name = "name",
        /// By the organisation's name alone.
        Organisation = "organisation",
        /// By neither.
        Withheld = "withheld",
    }
}

/// What stands in what is published for a questioner who is not named.
pub const UNNAMED: &str = "A resident of the borough";

/// The name as agreed for publication, from its parts.
pub fn published_name(naming: Naming, name: &str, organisation: Option<&str>) -> String {
    match (naming, organisation) {
        (Naming::Name, Some(organisation)) => format!("{name}, {organisation}"),
        (Naming::Name, None) => name.to_owned(),
        (Naming::Organisation, Some(organisation)) => organisation.to_owned(),
        (Naming::Organisation, None) | (Naming::Withheld, _) => UNNAMED.to_owned(),
    }
}
