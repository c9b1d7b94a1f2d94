//! Reading an e-mail address as people paste it, and noticing one that was probably mistyped.

use rapidfuzz::distance::osa;
use unicode_normalization::UnicodeNormalization;
use validator::ValidateEmail;

use crate::domain::{malformed::Malformed, text};

/// Where most people in Britain have their mail, by the name and the rest of the domain. A domain here is never doubted.
const COMMON_DOMAINS: &[(&str, &[&str])] = &[
    ("gmail", &["com"]),
    ("googlemail", &["com", "co.uk"]),
    ("hotmail", &["co.uk", "com"]),
    ("outlook", &["com"]),
    ("live", &["co.uk", "com"]),
    ("msn", &["com"]),
    ("yahoo", &["co.uk", "com"]),
    ("ymail", &["com"]),
    ("rocketmail", &["com"]),
    ("icloud", &["com"]),
    ("me", &["com"]),
    ("mac", &["com"]),
    ("aol", &["com", "co.uk"]),
    ("btinternet", &["com"]),
    ("btopenworld", &["com"]),
    ("sky", &["com"]),
    ("virginmedia", &["com"]),
    ("virgin", &["net"]),
    ("blueyonder", &["co.uk"]),
    ("ntlworld", &["com"]),
    ("talktalk", &["net"]),
    ("tiscali", &["co.uk"]),
    ("plusnet", &["com"]),
    ("o2", &["co.uk"]),
    ("protonmail", &["com"]),
    ("proton", &["me"]),
    ("fastmail", &["com", "co.uk", "fm"]),
    ("mail", &["com"]),
    ("email", &["com"]),
    ("gmx", &["com", "co.uk"]),
];

/// Endings that no domain has, and the one that was meant.
const MISTYPED_ENDINGS: &[(&str, &str)] = &[
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("cpm", "com"),
    ("clm", "com"),
    ("comm", "com"),
    ("coom", "com"),
    ("ccom", "com"),
    ("couk", "co.uk"),
    ("co.ku", "co.uk"),
    ("co.uj", "co.uk"),
    ("co.ik", "co.uk"),
    ("co.ukk", "co.uk"),
    ("og", "org"),
    ("ogr", "org"),
    ("orgg", "org"),
    ("nett", "net"),
];

/// The shortest name of a provider of which a likeness says anything: short ones have many neighbours that exist.
const MIN_COMPARED: usize = 5;

/// An e-mail address that a letter can be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads what was typed or pasted: with a name before it and in angle brackets, after `mailto:`, in quotation marks, or with
    /// the punctuation of the sentence from which it was copied.
    ///
    /// # Errors
    /// `empty` or `email`.
    ///
    /// ```
    /// use public_question_time::domain::questioner::EmailAddress;
    /// let read = |typed| EmailAddress::parse(typed).unwrap().as_str().to_owned();
    /// assert_eq!(read("Ann Smith <ann@example.org>;"), "ann@example.org");
    /// assert_eq!(read("mailto:ann@example.org?subject=Buses"), "ann@example.org");
    /// ```
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let line: String = text::single_line(typed).nfkc().collect();
        if line.is_empty() {
            return Err(Malformed::new("empty", "Enter your email address"));
        }
        let wrong = || {
            Malformed::new(
                "email",
                "Enter an email address in the correct format, like name@example.com",
            )
        };
        let address = unwrapped(&line).ok_or_else(wrong)?;
        // the validator lets through what no mail server takes: stray dots, hosts without a domain, address literals
        let deliverable = address.rsplit_once('@').is_some_and(|(local, domain)| {
            let ending = domain.rsplit('.').next().unwrap_or_default();
            !local.starts_with('.')
                && !local.ends_with('.')
                && !local.contains("..")
                && domain.contains('.')
                && !domain.contains('[')
                // a number is a machine, and no domain ends in a single letter
                && ending.len() > 1
                && !ending.bytes().all(|b| b.is_ascii_digit())
        });
        // 254 is the longest path of RFC 5321 without its brackets
        if !address.is_ascii()
            || address.len() > 254
            || address.contains(' ')
            || !address.validate_email()
            || !deliverable
        {
            return Err(wrong());
        }
        Ok(Self(address.to_owned()))
    }

    /// Takes what was read when it was stored: what is read today may be stricter.
    pub fn stored(address: &str) -> Self {
        Self(address.to_owned())
    }

    /// As it was typed; letters go to this.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared (reading 5).
    pub fn normalised(&self) -> String {
        self.0.to_lowercase()
    }

    /// The address that was probably meant, where this one is a slip away from one of the commonest domains, or ends as no domain
    /// does. Only a question to put to the person: the address can be right.
    ///
    /// ```
    /// use public_question_time::domain::questioner::EmailAddress;
    /// let meant = |typed| {
    ///     let meant = EmailAddress::parse(typed).unwrap().probably_meant();
    ///     meant.map(|address| address.as_str().to_owned())
    /// };
    /// assert_eq!(meant("ann@gmial.com").as_deref(), Some("ann@gmail.com"));
    /// assert_eq!(meant("ann@example.con").as_deref(), Some("ann@example.com"));
    /// assert_eq!(meant("ann@ymail.com"), None);
    /// ```
    pub fn probably_meant(&self) -> Option<Self> {
        let (local, domain) = self.0.rsplit_once('@')?;
        let domain = probable_domain(&domain.to_lowercase())?;
        Self::parse(&format!("{local}@{domain}")).ok()
    }
}

/// The address without what is copied along with it; none where there are two.
fn unwrapped(line: &str) -> Option<&str> {
    match (line.find('<'), line.rfind('>')) {
        (Some(open), Some(close)) if open < close => {
            let inside = bare(&line[open + 1..close]);
            let before = bare(&line[..open]);
            // many programs write the address before the brackets as well
            let is_name = !before.contains('@') || before == inside;
            (is_name && bare(&line[close + 1..]).is_empty()).then_some(inside)
        }
        _ => Some(bare(line)),
    }
}

fn bare(part: &str) -> &str {
    let around = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '“' | '”' | '‘' | '’' | '(' | ')' | '<' | '>' | ',' | ';' | ':'
            )
    };
    let part = part.trim_matches(around);
    let part = part
        .strip_prefix('\'')
        .and_then(|part| part.strip_suffix('\''))
        .unwrap_or(part);
    let part = match part.split_at_checked(7) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => {
            rest.split_once('?').map_or(rest, |(address, _)| address)
        }
        _ => part,
    };
    part.trim_end_matches(|c| around(c) || c == '.')
}

fn probable_domain(domain: &str) -> Option<String> {
    let is_common = |name: &str, rest: &str| {
        COMMON_DOMAINS
            .iter()
            .any(|(common, endings)| *common == name && endings.contains(&rest))
    };
    let (name, rest) = domain.split_once('.')?;
    if is_common(name, rest) {
        return None;
    }
    let close = |a: &str, b: &str| osa::distance(a.chars(), b.chars());
    let slip = COMMON_DOMAINS
        .iter()
        .filter(|(common, _)| common.len() >= MIN_COMPARED)
        .flat_map(|(common, endings)| endings.iter().map(move |ending| (*common, *ending)))
        .map(|(common, ending)| (close(name, common), close(rest, ending), common, ending))
        .filter(|(in_name, in_rest, ..)| in_name + in_rest <= 2 && *in_name <= 1 && *in_rest <= 1)
        .min_by_key(|(in_name, in_rest, ..)| in_name + in_rest)
        .map(|(.., common, ending)| format!("{common}.{ending}"));
    slip.or_else(|| {
        MISTYPED_ENDINGS.iter().find_map(|(wrong, right)| {
            let before = domain.strip_suffix(wrong)?.strip_suffix('.')?;
            (!before.is_empty()).then(|| format!("{before}.{right}"))
        })
    })
}
