//! Comparing e-mail addresses.

use rapidfuzz::distance::osa;

/// Domains under which one provider gives the same mailbox.
const ONE_PROVIDER: &[(&str, &str)] = &[("googlemail.com", "gmail.com")];

/// Providers at which dots in the name make no difference.
const DOTS_MAKE_NO_DIFFERENCE: &[&str] = &["gmail.com"];

/// The mailbox to which letters to an address come: without its case, without a tag after a plus sign, and without dots where the
/// provider passes over them. Addresses of one mailbox give one text; it is not always an address that a letter can be sent to.
///
/// ```
/// use public_question_time::domain::same_person::mailbox;
/// assert_eq!(mailbox("A.nn+council@GoogleMail.com"), mailbox("ann@gmail.com"));
/// assert_ne!(mailbox("a.nn@example.org"), mailbox("ann@example.org"));
/// ```
pub fn mailbox(address: &str) -> String {
    let whole = address.trim().to_lowercase();
    let (local, domain) = whole.rsplit_once('@').unwrap_or((&whole, ""));
    let domain = usual_domain(domain.trim_end_matches('.'));
    let bare = local.split('+').next().unwrap_or(local);
    let bare = if DOTS_MAKE_NO_DIFFERENCE.contains(&domain) {
        bare.replace('.', "")
    } else {
        bare.to_owned()
    };
    // what is nothing but a tag is left as it is
    let local = if bare.is_empty() { local } else { &bare };
    format!("{local}@{domain}")
}

fn usual_domain(domain: &str) -> &str {
    ONE_PROVIDER
        .iter()
        .find(|(other, _)| *other == domain)
        .map_or(domain, |(_, usual)| usual)
}

/// How two e-mail addresses compare, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LikeEmail {
    /// Equal but for case.
    Same,
    /// Equal but for dots, or a tag after a plus sign.
    Tag,
    /// A slip of the pen apart.
    Slip,
    /// The same name at another provider.
    OtherProvider,
    /// At least one has none.
    Missing,
    /// Two addresses.
    Different,
}

/// An address made ready to be compared with many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    whole: String,
    local: String,
    domain: String,
}

impl Email {
    /// Reads an address.
    pub fn read(address: &str) -> Self {
        let whole = address.trim().to_lowercase();
        let (local, domain) = whole.rsplit_once('@').unwrap_or((&whole, ""));
        let bare = local.split('+').next().unwrap_or(local).replace('.', "");
        let domain = usual_domain(domain);
        Self {
            // what is nothing but a tag is left as it is
            local: if bare.is_empty() {
                local.to_owned()
            } else {
                bare
            },
            domain: domain.to_owned(),
            whole,
        }
    }

    /// The mailbox, whatever dots and tags it is written with; and its name alone, at whichever provider, where that is long enough to
    /// be compared.
    pub(super) fn blocking_keys(&self) -> impl Iterator<Item = String> {
        let name = (self.local.len() >= 6).then(|| format!("mailbox {}", self.local));
        std::iter::once(format!("email {}@{}", self.local, self.domain)).chain(name)
    }

    /// Compares two addresses; it makes no difference which is which.
    pub fn compare(one: Option<&Self>, other: Option<&Self>) -> LikeEmail {
        let (Some(a), Some(b)) = (one, other) else {
            return LikeEmail::Missing;
        };
        if a.whole == b.whole {
            return LikeEmail::Same;
        }
        if a.domain == b.domain {
            if a.local == b.local {
                return LikeEmail::Tag;
            }
            let longest = a.local.len().max(b.local.len());
            let digits =
                |local: &str| -> String { local.chars().filter(char::is_ascii_digit).collect() };
            // ann1 and ann2 are two mailboxes
            if longest >= 6
                && digits(&a.local) == digits(&b.local)
                && a.local.len().abs_diff(b.local.len()) <= 1
                && osa::distance(a.local.chars(), b.local.chars()) == 1
            {
                return LikeEmail::Slip;
            }
            return LikeEmail::Different;
        }
        if a.local == b.local {
            let near = a.domain.len().abs_diff(b.domain.len()) <= 1
                && osa::distance(a.domain.chars(), b.domain.chars()) == 1;
            // info@ and office@ are at every domain
            return if near {
                LikeEmail::Slip
            } else if a.local.len() >= 6 {
                LikeEmail::OtherProvider
            } else {
                LikeEmail::Different
            };
        }
        LikeEmail::Different
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ann@example.com", "ANN@Example.com", LikeEmail::Same)]
    #[case("ann+council@example.com", "ann@example.com", LikeEmail::Tag)]
    #[case("a.n.n@example.com", "ann@example.com", LikeEmail::Tag)]
    #[case("ann@googlemail.com", "ann@gmail.com", LikeEmail::Tag)]
    #[case("ann.exampel@example.com", "ann.example@example.com", LikeEmail::Slip)]
    #[case("ann.example@example.com", "ann.example@exmple.com", LikeEmail::Slip)]
    #[case(
        "ann.example@example.com",
        "annexample@example.org",
        LikeEmail::OtherProvider
    )]
    #[case(
        "ann.example1@example.com",
        "ann.example2@example.com",
        LikeEmail::Different
    )]
    #[case("info@example.com", "info@example.org", LikeEmail::Different)]
    #[case("ann@example.com", "zoe@example.com", LikeEmail::Different)]
    #[case("+a@example.com", "+b@example.com", LikeEmail::Different)]
    #[case("no address", "another", LikeEmail::Different)]
    fn addresses_compare(#[case] one: &str, #[case] other: &str, #[case] like: LikeEmail) {
        let (one, other) = (Email::read(one), Email::read(other));
        assert_eq!(Email::compare(Some(&one), Some(&other)), like);
        assert_eq!(Email::compare(Some(&other), Some(&one)), like);
    }

    #[rstest]
    #[case("ann@example.org", "ann@example.org")]
    #[case("Ann+one+two@EXAMPLE.org", "ann@example.org")]
    #[case("a.n.n@gmail.com", "ann@gmail.com")]
    #[case("a.n.n+x@googlemail.com", "ann@gmail.com")]
    #[case("a.n.n@example.org", "a.n.n@example.org")]
    #[case("+tag@example.org", "+tag@example.org")]
    #[case("no address", "no address@")]
    fn addresses_of_one_mailbox_give_one_text(#[case] address: &str, #[case] one: &str) {
        assert_eq!(mailbox(address), one);
    }

    #[test]
    fn no_address_says_nothing() {
        let one = Email::read("ann@example.com");
        assert_eq!(Email::compare(Some(&one), None), LikeEmail::Missing);
        assert_eq!(Email::compare(None, None), LikeEmail::Missing);
    }
}
