//! The questioner: who asks, for whom, and where the council can reach them.

use validator::ValidateEmail;

use crate::domain::{malformed::Malformed, text};

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $most:literal, $empty:literal, $long:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Most characters.
            pub const MOST_CHARACTERS: usize = $most;

            /// Reads what was typed.
            ///
            /// # Errors
            /// `empty` or `too_long`.
            pub fn parse(typed: &str) -> Result<Self, Malformed> {
                let line = text::single_line(typed);
                if !line.chars().any(char::is_alphanumeric) {
                    return Err(Malformed::new("empty", $empty));
                }
                if line.chars().count() > Self::MOST_CHARACTERS {
                    return Err(Malformed::new("too_long", $long));
                }
                Ok(Self(line))
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
    PersonName, 200, "Enter your full name", "Your full name must be 200 characters or fewer");
line!(
    /// An organisation on whose behalf the question is asked.
    Organisation, 200, "Enter the name of the organisation", "The name of the organisation must be 200 characters or fewer");

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

    /// Its lines, parted by line feeds.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A UK postcode in its usual form, such as `WA8 7QF`. The form is checked, not whether it exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

impl Postcode {
    /// Reads a postcode in any case and with blanks anywhere.
    ///
    /// # Errors
    /// `empty` or `postcode`.
    ///
    /// ```
    /// use public_question_time::domain::questioner::Postcode;
    /// assert_eq!(Postcode::parse("wa87qf").unwrap().as_str(), "WA8 7QF");
    /// assert!(Postcode::parse("WA8").is_err());
    /// ```
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let joined: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !text::is_invisible(*c))
            .collect::<String>()
            .to_uppercase();
        if joined.is_empty() {
            return Err(Malformed::new("empty", "Enter your postcode"));
        }
        let wrong = || Malformed::new("postcode", "Enter a full UK postcode, like WA8 7QF");
        if !joined.is_ascii() || !(5..=7).contains(&joined.len()) {
            return Err(wrong());
        }
        let (outward, inward) = joined.split_at(joined.len() - 3);
        let letters = |s: &str| {
            s.bytes()
                .map(|b| {
                    if b.is_ascii_digit() {
                        '9'
                    } else if b.is_ascii_uppercase() {
                        'A'
                    } else {
                        '?'
                    }
                })
                .collect::<String>()
        };
        // the six outward forms and the one inward form of BS 7666
        let outward_form = letters(outward);
        let good = matches!(
            outward_form.as_str(),
            "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A"
        ) && letters(inward) == "9AA"
            && !inward[1..].contains(['C', 'I', 'K', 'M', 'O', 'V']);
        if good {
            Ok(Self(format!("{outward} {inward}")))
        } else {
            Err(wrong())
        }
    }

    /// In its usual form, with one blank.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the blank, such as `WA8`.
    pub fn district(&self) -> &str {
        self.0.split(' ').next().unwrap_or(&self.0)
    }
}

/// An e-mail address that a letter can be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `empty` or `email`.
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let address = text::single_line(typed);
        if address.is_empty() {
            return Err(Malformed::new("empty", "Enter your email address"));
        }
        // the validator lets through what no mail server takes: stray dots, hosts without a domain, address literals
        let deliverable = address.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.starts_with('.')
                && !local.ends_with('.')
                && !local.contains("..")
                && domain.contains('.')
                && !domain.contains('[')
        });
        // 254 is the longest path of RFC 5321 without its brackets
        if !address.is_ascii()
            || address.len() > 254
            || address.contains(' ')
            || !address.validate_email()
            || !deliverable
        {
            return Err(Malformed::new(
                "email",
                "Enter an email address in the correct format, like name@example.com",
            ));
        }
        Ok(Self(address))
    }

    /// As it was typed; letters go to this.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared (reading 5).
    pub fn normalised(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A telephone number as people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telephone(String);

impl Telephone {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `telephone` where it can't be a number.
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let number = text::single_line(typed);
        let digits = number.chars().filter(char::is_ascii_digit).count();
        let only = number
            .to_lowercase()
            .replace("extension", "")
            .replace("ext", "")
            .chars()
            .all(|c| c.is_ascii_digit() || " +()-./x".contains(c));
        if !(8..=20).contains(&digits) || !only || number.len() > 40 {
            return Err(Malformed::new(
                "telephone",
                "Enter a telephone number, like 01632 960 001 or 07700 900 982",
            ));
        }
        Ok(Self(number))
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
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
    /// Whether the name may stand on the council's pages and papers; else they read "A resident of the borough".
    pub publish_name: bool,
}

impl Questioner {
    /// The name as agreed for publication.
    pub fn published_name(&self) -> String {
        published_name(
            self.publish_name,
            self.name.as_str(),
            self.organisation.as_ref().map(Organisation::as_str),
        )
    }
}

/// The name as agreed for publication, from its parts.
pub fn published_name(agreed: bool, name: &str, organisation: Option<&str>) -> String {
    match (agreed, organisation) {
        (true, Some(organisation)) => format!("{name}, {organisation}"),
        (true, None) => name.to_owned(),
        (false, _) => "A resident of the borough".to_owned(),
    }
}
