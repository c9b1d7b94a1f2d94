//! Personal details inside a text that will be public.
//!
//! Letters to the council carry more than the question: the writer's street and postcode, a telephone number, a signature, the
//! whole thread that was answered. [`find`] marks what looks like one, so that a person can take it out before it is published.
//! It refuses nothing and removes nothing by itself: what looks like a telephone number may be the number of a helpline.
//!
//! It takes time in proportion to the length of the text, whatever stands in it: the regular expressions have no backtracking.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::{
    questioner::{EmailAddress, Postcode, Telephone},
    text,
};

/// A kind of personal detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// The name of the person who asks, who does not agree to its publication.
    OwnName,
    /// A line of the address of the person who asks.
    OwnAddress,
    /// The postcode of the person who asks.
    OwnPostcode,
    /// The telephone number of the person who asks.
    OwnTelephone,
    /// The e-mail address of the person who asks.
    OwnEmail,
    /// What looks like a postcode.
    Postcode,
    /// What looks like a telephone number.
    Telephone,
    /// What looks like an e-mail address.
    Email,
    /// An e-mail that was quoted or forwarded with the text.
    QuotedEmail,
    /// The end of a letter: greeting, name, what the program adds.
    Signature,
}

impl Detail {
    /// What it is, to the person who asks: "your postcode", "a telephone number".
    pub fn to_the_questioner(self) -> &'static str {
        match self {
            Self::OwnName => "your name",
            Self::OwnAddress => "your address",
            Self::OwnPostcode => "your postcode",
            Self::OwnTelephone => "your telephone number",
            Self::OwnEmail => "your email address",
            other => other.in_general(),
        }
    }

    /// What it is, to an officer: "the questioner’s postcode", "a telephone number".
    pub fn to_the_officer(self) -> &'static str {
        match self {
            Self::OwnName => "the questioner’s name",
            Self::OwnAddress => "the questioner’s address",
            Self::OwnPostcode => "the questioner’s postcode",
            Self::OwnTelephone => "the questioner’s telephone number",
            Self::OwnEmail => "the questioner’s email address",
            other => other.in_general(),
        }
    }

    fn in_general(self) -> &'static str {
        match self {
            Self::OwnName => "a name",
            Self::OwnAddress => "an address",
            Self::OwnPostcode | Self::Postcode => "a postcode",
            Self::OwnTelephone | Self::Telephone => "a telephone number",
            Self::OwnEmail | Self::Email => "an email address",
            Self::QuotedEmail => "a quoted email",
            Self::Signature => "an email signature",
        }
    }
}

/// What the person who asks has given about themselves. Empty where it was not given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Own<'a> {
    /// Full name; empty where it may be published.
    pub name: &'a str,
    /// Address.
    pub address: &'a str,
    /// Postcode.
    pub postcode: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// Telephone number.
    pub telephone: &'a str,
}

/// A personal detail in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it looks like.
    pub detail: Detail,
    /// Where it stands, in bytes.
    pub range: std::ops::Range<usize>,
}

impl Found {
    /// The words.
    pub fn words<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// A regular expression of this module. The tests use each, so that one that cannot be read is found there; it then finds nothing.
fn expression(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static POSTCODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| expression(r"(?i)\b[a-z]{1,2}[0-9][0-9a-z]?[ \t]{0,2}[0-9][a-z]{2}\b"));

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    expression(r"(?i)[a-z0-9._%+'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
});

static TELEPHONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| expression(r"(?:\+[1-9]|\(?0)[0-9](?:[ ().-]{0,3}[0-9]){6,13}"));

static HEADER: LazyLock<Option<Regex>> =
    LazyLock::new(|| expression(r"(?i)^\s*(?:from|sent|to|cc|subject|date|reply-to):\s+\S"));

static WROTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    expression(
        r"(?i)^\s*(?:on\s.{5,200}\swrote:|-{2,}\s*(?:original message|forwarded message)\s*-{2,}|begin forwarded message:)\s*$",
    )
});

static SENT_FROM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    expression(
        r"(?i)^\s*(?:sent (?:from|via|with) (?:my |the )?(?:iphone|ipad|android|samsung|galaxy|huawei|mobile|phone|yahoo|outlook|mail|gmail|proton|windows|tablet|hotmail|aol|ee|o2|bt)\b.{0,60}|get outlook for (?:ios|android).{0,60})$",
    )
});

static CLOSING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    expression(
        r"(?i)^\s*(?:(?:kind(?:est)?|best|warm(?:est)?|many) (?:regards|wishes|thanks)|regards|yours(?: (?:sincerely|faithfully|truly))?|sincerely|best wishes|thank you|thanks|cheers)\s*[,.!]?\s*$",
    )
});

fn is_match(expression: &LazyLock<Option<Regex>>, line: &str) -> bool {
    expression.as_ref().is_some_and(|e| e.is_match(line))
}

/// Finds what looks like a personal detail, in the order of the text. None overlaps another.
///
/// ```
/// use public_question_time::domain::personal_details::{Detail, Own, find};
///
/// let text = "My mother (07700 900982) lives at WA8 7QF.\n\nSent from my iPhone";
/// let found: Vec<Detail> = find(text, &Own::default()).iter().map(|f| f.detail).collect();
/// assert_eq!(found, [Detail::Telephone, Detail::Postcode, Detail::Signature]);
/// ```
pub fn find(text: &str, own: &Own<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    quoted_and_signed(text, &mut found);
    let mut each = |expression: &LazyLock<Option<Regex>>, read: &dyn Fn(&str) -> Option<Detail>| {
        let hits = expression.iter().flat_map(|e| e.find_iter(text));
        found.extend(hits.filter_map(|hit| {
            Some(Found {
                detail: read(hit.as_str())?,
                range: hit.range(),
            })
        }));
    };
    each(&EMAIL, &|hit| email(hit, own));
    each(&POSTCODE, &|hit| postcode(hit, own));
    telephones(text, own, &mut found);
    for (words, detail) in [(own.name, Detail::OwnName)]
        .into_iter()
        .chain(own.address.lines().map(|line| (line, Detail::OwnAddress)))
    {
        own_words(text, words, detail, &mut found);
    }
    // what holds another is taken whole; of two at one place, the one's own
    found.sort_by_key(|f| (f.range.start, std::cmp::Reverse(f.range.end), f.detail));
    let mut end = 0;
    found.retain(|f| {
        let apart = f.range.start >= end;
        if apart {
            end = f.range.end;
        }
        apart
    });
    found
}

fn email(hit: &str, own: &Own<'_>) -> Option<Detail> {
    let read = EmailAddress::parse(hit).ok()?;
    let is_own =
        EmailAddress::parse(own.email).is_ok_and(|email| email.normalised() == read.normalised());
    Some(if is_own {
        Detail::OwnEmail
    } else {
        Detail::Email
    })
}

fn postcode(hit: &str, own: &Own<'_>) -> Option<Detail> {
    let inward = &hit[hit.len() - 3..];
    // "the A56 1st", "M62 2nd"
    let is_ordinal = matches!(inward, "1st" | "2nd" | "3rd") || inward.ends_with("th");
    let read = Postcode::parse(hit).ok().filter(Postcode::has_known_area)?;
    if is_ordinal {
        return None;
    }
    let is_own = Postcode::parse(own.postcode).is_ok_and(|postcode| postcode == read);
    Some(if is_own {
        Detail::OwnPostcode
    } else {
        Detail::Postcode
    })
}

/// The digits of a number of this country.
const DIGITS_AT_HOME: usize = 11;

fn telephones(text: &str, own: &Own<'_>, found: &mut Vec<Found>) {
    let Some(expression) = TELEPHONE.as_ref() else {
        return;
    };
    let mut from = 0;
    while let Some(hit) = expression.find_at(text, from) {
        let start = hit.start();
        // two numbers with a space between them look like one
        let digits = hit
            .as_str()
            .char_indices()
            .filter(|(_, c)| c.is_ascii_digit());
        let end = match digits.clone().nth(DIGITS_AT_HOME - 1) {
            Some((last, _)) if hit.as_str().trim_start_matches('(').starts_with('0') => {
                start + last + 1
            }
            _ => hit.end(),
        };
        from = end;
        let number = &text[start..end];
        if !part_of_a_figure(&text[..start], &text[end..])
            && let Some(detail) = telephone(number, own)
        {
            found.push(Found {
                detail,
                range: start..end,
            });
        }
    }
}

/// Whether digits go on before or after, as in a year or a sum.
fn part_of_a_figure(before: &str, after: &str) -> bool {
    let joins = |first: Option<char>, second: Option<char>| match first {
        Some(c) if c.is_ascii_digit() => true,
        Some('.' | '-' | '/' | ',') => second.is_some_and(|c| c.is_ascii_digit()),
        Some('£' | '€' | '$') => true,
        _ => false,
    };
    let (mut before, mut after) = (before.chars().rev(), after.chars());
    joins(before.next(), before.next()) || joins(after.next(), after.next())
}

fn telephone(hit: &str, own: &Own<'_>) -> Option<Detail> {
    let digits = |number: &str| -> String { number.chars().filter(char::is_ascii_digit).collect() };
    let number = digits(hit);
    // the numbers of services belong to nobody
    let of_a_service = number.starts_with("03") || number.starts_with("08");
    if of_a_service || Telephone::parse(hit).is_err() {
        return None;
    }
    let national = |number: &str| -> String {
        let number = digits(number);
        let number = number
            .strip_prefix("0044")
            .or_else(|| number.strip_prefix("44"))
            .unwrap_or(&number);
        number.trim_start_matches('0').to_owned()
    };
    let is_own = !own.telephone.is_empty() && national(own.telephone) == national(hit);
    Some(if is_own {
        Detail::OwnTelephone
    } else {
        Detail::Telephone
    })
}

/// Finds the words of a name, or of a line of an address, in any case and with any space between them. A town alone is nobody's
/// address, and a first name nobody's name.
fn own_words(text: &str, words: &str, detail: Detail, found: &mut Vec<Found>) {
    let words = text::single_line(words);
    let parts: Vec<String> = words
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(regex::escape)
        .collect();
    let says_who = match detail {
        Detail::OwnName => parts.len() > 1,
        _ => parts.len() > 1 && words.chars().any(|c| c.is_numeric()),
    };
    if !says_who {
        return;
    }
    let pattern = format!(r"(?i)(?:^|[^\w])({})(?:$|[^\w])", parts.join(r"[\s,]+"));
    let Some(expression) = expression(&pattern) else {
        return;
    };
    found.extend(expression.captures_iter(text).filter_map(|hit| {
        Some(Found {
            detail,
            range: hit.get(1)?.range(),
        })
    }));
}

/// A line and where it begins.
type Line<'a> = (usize, &'a str);

fn quoted_and_signed(text: &str, found: &mut Vec<Found>) {
    let mut start = 0;
    let lines: Vec<Line<'_>> = text
        .split('\n')
        .map(|line| {
            let at = start;
            start += line.len() + 1;
            (at, line)
        })
        .collect();
    let end_of = |index: usize| {
        lines
            .get(index)
            .map_or(text.len(), |(at, line)| at + line.len())
    };
    let is_quote = |index: usize| {
        lines
            .get(index)
            .is_some_and(|(_, line)| line.trim_start().starts_with('>'))
    };
    let is_header = |index: usize| {
        lines
            .get(index)
            .is_some_and(|(_, line)| is_match(&HEADER, line))
    };
    let is_blank = |index: usize| {
        lines
            .get(index)
            .is_some_and(|(_, line)| line.trim().is_empty())
    };
    let mut index = 0;
    while let Some((at, line)) = lines.get(index).copied() {
        let mut last = None;
        let mut detail = Detail::QuotedEmail;
        let wrote = is_match(&WROTE, line);
        let headed = is_header(index) && is_header(index + 1);
        if wrote || is_quote(index) {
            let mut next = index + 1;
            while is_quote(next) || (is_blank(next) && is_quote(next + 1)) {
                next += 1;
            }
            // an answer under the quotation is the person's own; without a mark, all that follows was quoted
            last = Some(if wrote && next == index + 1 {
                lines.len() - 1
            } else {
                next - 1
            });
        } else if headed {
            let first = lines[..index]
                .iter()
                .all(|(_, line)| line.trim().is_empty());
            let mut next = index + 2;
            while is_header(next) {
                next += 1;
            }
            last = Some(if first { next - 1 } else { lines.len() - 1 });
        } else if is_match(&SENT_FROM, line) {
            detail = Detail::Signature;
            last = Some(index);
        } else if line.trim_end() == "--" || is_match(&CLOSING, line) {
            let rest = &lines[index + 1..];
            let signed = rest
                .iter()
                .filter(|(_, line)| !line.trim().is_empty())
                .count();
            let short = rest
                .iter()
                .all(|(_, line)| line.chars().count() <= 60 && !line.contains('?'));
            if (1..=8).contains(&signed) && short {
                detail = Detail::Signature;
                last = Some(lines.len() - 1);
            }
        }
        if let Some(last) = last {
            found.push(Found {
                detail,
                range: at..end_of(last),
            });
            index = last;
        }
        index += 1;
    }
}

/// The text without every finding that has these words. A gap that is left in a line is closed; `instead` stands for words that
/// were inside a sentence.
pub fn without(text: &str, words: &str, own: &Own<'_>, instead: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for found in find(text, own) {
        if found.words(text) != words {
            continue;
        }
        let in_a_sentence = !matches!(found.detail, Detail::QuotedEmail | Detail::Signature);
        kept.push_str(&text[from..found.range.start]);
        from = found.range.end;
        if in_a_sentence && !instead.is_empty() {
            kept.push_str(instead);
        } else if kept.is_empty() || kept.ends_with([' ', '\t', '\n']) {
            let after = &text[from..];
            from += after.len() - after.trim_start_matches([' ', '\t']).len();
            if text[from..].starts_with(['.', ',', ';', ':', '?', '!', ')']) {
                kept.truncate(kept.trim_end_matches([' ', '\t', ',']).len());
            }
        }
    }
    kept.push_str(&text[from..]);
    text::several_lines(&kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const OWN: Own<'_> = Own {
        name: "Ann Sample",
        address: "12 Example Street\nWidnes",
        postcode: "WA8 7QF",
        email: "ann@example.org",
        telephone: "07700 900982",
    };

    fn all(text: &str) -> Vec<(Detail, &str)> {
        find(text, &OWN)
            .iter()
            .map(|found| (found.detail, found.words(text)))
            .collect()
    }

    #[test]
    fn every_expression_can_be_read() {
        for e in [
            &POSTCODE, &EMAIL, &TELEPHONE, &HEADER, &WROTE, &SENT_FROM, &CLOSING,
        ] {
            assert!(e.is_some());
        }
    }

    #[rstest]
    #[case::postcode("He lives at WA7 2BB now", &[(Detail::Postcode, "WA7 2BB")])]
    #[case::postcode_joined("wa72bb", &[(Detail::Postcode, "wa72bb")])]
    #[case::own_postcode("I live in wa8 7qf.", &[(Detail::OwnPostcode, "wa8 7qf")])]
    #[case::mobile("ring 07700 900 123 or 07700900124", &[(Detail::Telephone, "07700 900 123"), (Detail::Telephone, "07700900124")])]
    #[case::own_mobile("ring +44 7700 900982", &[(Detail::OwnTelephone, "+44 7700 900982")])]
    #[case::landline("(01632) 960 001", &[(Detail::Telephone, "(01632) 960 001")])]
    #[case::two_in_a_row("07700 900 123 07700 900 124", &[(Detail::Telephone, "07700 900 123"), (Detail::Telephone, "07700 900 124")])]
    #[case::abroad("+353 1 234 5678", &[(Detail::Telephone, "+353 1 234 5678")])]
    #[case::email("write to jo.sample@example.com.", &[(Detail::Email, "jo.sample@example.com")])]
    #[case::own_email("ANN@example.org", &[(Detail::OwnEmail, "ANN@example.org")])]
    #[case::own_name("signed: ann  sample", &[(Detail::OwnName, "ann  sample")])]
    #[case::own_address("at 12, example street there", &[(Detail::OwnAddress, "12, example street")])]
    #[case::phone_program("Why?\n\nSent from my iPhone", &[(Detail::Signature, "Sent from my iPhone")])]
    #[case::outlook("Why?\nGet Outlook for Android", &[(Detail::Signature, "Get Outlook for Android")])]
    #[case::signature("Why?\n\nKind regards,\n\nJo Sample\nChair, Anglers", &[(Detail::Signature, "Kind regards,\n\nJo Sample\nChair, Anglers")])]
    #[case::delimiter("Why?\n--\nJo", &[(Detail::Signature, "--\nJo")])]
    #[case::thread("Why?\n\nOn 3 May 2024 at 10:02, Jo Sample wrote:\n> Dear Ann\n>\n> no\n", &[(Detail::QuotedEmail, "On 3 May 2024 at 10:02, Jo Sample wrote:\n> Dear Ann\n>\n> no")])]
    #[case::answer_below("On Monday Jo Sample wrote:\n> no\n\nBut why?", &[(Detail::QuotedEmail, "On Monday Jo Sample wrote:\n> no")])]
    #[case::outlook_thread("Why?\n\nFrom: Jo\nSent: Monday\nTo: Ann\nSubject: Lamps\n\nNo.", &[(Detail::QuotedEmail, "From: Jo\nSent: Monday\nTo: Ann\nSubject: Lamps\n\nNo.")])]
    #[case::headers_first("From: Jo\nTo: Clerk\n\nWhy?", &[(Detail::QuotedEmail, "From: Jo\nTo: Clerk")])]
    fn a_personal_detail_is_found(#[case] text: &str, #[case] expected: &[(Detail, &str)]) {
        assert_eq!(all(text), expected);
    }

    /// Questions of this file's own making, as residents ask them, in which nothing is personal.
    const ORDINARY: &[&str] = &[
        "When will the crossing on the A557 near Example School be made safer?",
        "The A56 1st phase was due on 01/02/2024. Why did it slip to 03.04.2025?",
        "On the M62 2nd exit there were 1,204 accidents between 2019-20 and 2023-24.",
        "Why did the budget rise from £1,204,567 to £2,345,678 in 2024/25?",
        "Could the council say what it spends on each of its 21 wards, at 2024 prices?",
        "Bus 110 runs at 07.15, 08.15 and 09.15; why not at 10.15 as well?",
        "Planning policy H4 3rd edition says 40 dwellings a hectare. Is it kept?",
        "People can ring 0303 333 4300 but nobody answers. How long do they wait?",
        "The helpline 0800 123 4567 closes at 5pm. Can it stay open to 8pm?",
        "Lamps 4 to 17 in Example Street have been dark since the 12th of March. When will they be mended?",
        "Thank you for the answer of 14 November. What has been done since?",
        "From April the fee was £36. To whom does it apply?",
        "Minute SAF 21 of 12 September 2023 promised a report. Where is it?",
        "What is the ratio 0.25:0.75 in table 3.1.4 based on, and who signed it off?",
        "Section 106 money of 2016 0203 0405 lists three schemes. Were they built?",
        "Does the council follow ISO 9001:2015 and BS 7666 in its address list?",
        "How many pupils at Key Stage 2 (KS2 4th band) missed 10 days or more?",
        "Between 5am and 7am lorries use the B5178. Will the 7.5t limit be enforced?",
        "Is the reference 23/00123/FUL or 24/00456/OUT the one that was refused?",
        "What do the 3 new PCSOs cost, and what did the 5 old ones cost?",
        "Regards were paid to safety in 2019, the report says. Are they still?",
        "Can the board explain the 95% confidence interval of 0.81 to 0.94?",
        "At what date will Silver Jubilee Bridge works, phase 2B 1AA, be finished?",
        "Yours is the only council that charges for the third bin. Why?",
    ];

    #[test]
    fn ordinary_questions_are_left_alone() {
        let marked: Vec<_> = ORDINARY
            .iter()
            .flat_map(|text| all(text).into_iter().map(move |found| (found, *text)))
            .collect();
        // a false mark costs a glance; more than one in twenty would teach people to look away
        assert!(marked.len() * 20 <= ORDINARY.len(), "{marked:#?}");
    }

    #[rstest]
    #[case("Ring 07700 900 123, please.", "07700 900 123", "", "Ring, please.")]
    #[case(
        "I am at 12 Example Street, WA7 2BB. Why?",
        "WA7 2BB",
        "",
        "I am at 12 Example Street. Why?"
    )]
    #[case("Ring 07700 900 123 now", "07700 900 123", "", "Ring now")]
    #[case(
        "Ring 07700 900 123 now",
        "07700 900 123",
        "[removed]",
        "Ring [removed] now"
    )]
    #[case(
        "WA7 2BB is dark. Is WA7 2BB ours?",
        "WA7 2BB",
        "",
        "is dark. Is ours?"
    )]
    #[case(
        "Why?\n\nSent from my iPhone",
        "Sent from my iPhone",
        "[removed]",
        "Why?"
    )]
    #[case("Why?", "WA7 2BB", "", "Why?")]
    fn one_press_takes_it_out(
        #[case] text: &str,
        #[case] words: &str,
        #[case] instead: &str,
        #[case] left: &str,
    ) {
        assert_eq!(without(text, words, &OWN, instead), left);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a measurement")]
    fn ten_thousand_characters_of_anything_take_no_time() {
        let began = std::time::Instant::now();
        for piece in [
            "0",
            "07",
            "a.",
            "a@a.",
            ">",
            "\n> ",
            "On a wrote:\n",
            "From: a\n",
            "WA8 7Q",
            "Kind regards,\n",
            " ",
            "Ann ",
        ] {
            let text = piece.repeat(10_000 / piece.len());
            let _ = find(&text, &OWN);
        }
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }

    proptest! {
        #[test]
        fn findings_are_in_order_and_can_be_taken_out(text in "(?s)[ -~\n>é路]{0,200}") {
            let found = find(&text, &OWN);
            for pair in found.windows(2) {
                prop_assert!(pair[0].range.end <= pair[1].range.start);
            }
            for one in &found {
                prop_assert!(!one.words(&text).is_empty());
                let left = without(&text, one.words(&text), &OWN, "");
                prop_assert!(left.len() <= text.len());
            }
        }
    }
}
