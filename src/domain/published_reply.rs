//! The published version of a written reply: proposed from the letter, without the greeting and the questioner's name.

use crate::domain::questioner::Naming;

/// The details of the questioner that a published reply should not hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Personal<'a> {
    /// Full name.
    pub name: &'a str,
    /// Organisation, if any.
    pub organisation: Option<&'a str>,
    /// Postal address, line by line.
    pub address: &'a str,
    /// Postcode.
    pub postcode: &'a str,
    /// E-mail address, if any.
    pub email: Option<&'a str>,
    /// Telephone number, if any.
    pub telephone: Option<&'a str>,
    /// The parent or carer, for somebody under 18.
    pub carer: Option<&'a str>,
}

/// Words with which a letter begins.
const GREETINGS: [&str; 6] = [
    "dear",
    "hello",
    "hi",
    "good morning",
    "good afternoon",
    "good evening",
];

/// Proposes the published version of a reply: without its greeting and, where the questioner's own name is not published, with
/// "the questioner" in its place.
pub fn propose(body: &str, personal: Personal<'_>, naming: Naming) -> String {
    let mut text = without_greeting(body).trim().to_owned();
    if naming != Naming::Name {
        for name in [Some(personal.name), personal.carer].into_iter().flatten() {
            text = replace_ignoring_case(&text, name, "the questioner");
        }
    }
    if naming == Naming::Withheld
        && let Some(organisation) = personal.organisation
    {
        text = replace_ignoring_case(&text, organisation, "the questioner’s organisation");
    }
    text
}

/// Returns what in a text looks like the questioner's details, as it stands there, each once. An officer decides about it.
pub fn details_in<'t>(text: &'t str, personal: Personal<'_>, naming: Naming) -> Vec<&'t str> {
    let mut sought: Vec<String> = personal
        .address
        .lines()
        .map(|line| line.trim().trim_end_matches(',').to_owned())
        .filter(|line| line.chars().any(char::is_numeric) && line.chars().count() > 4)
        .collect();
    sought.push(personal.postcode.to_owned());
    sought.extend(personal.email.map(str::to_owned));
    sought.extend(personal.telephone.map(str::to_owned));
    if naming != Naming::Name {
        for name in [Some(personal.name), personal.carer].into_iter().flatten() {
            let parts = name
                .split_whitespace()
                .filter(|part| part.chars().count() > 2);
            sought.extend(parts.map(str::to_owned));
        }
    }
    let mut found: Vec<&str> = sought
        .iter()
        .filter(|words| !words.is_empty())
        .filter_map(|words| place(text, words).map(|(from, to)| &text[from..to]))
        .collect();
    found.extend(email_addresses(text));
    found.dedup();
    let mut each = Vec::new();
    for words in found {
        if !each.contains(&words) {
            each.push(words);
        }
    }
    each
}

fn email_addresses(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "<>()[],;“”\"".contains(c))
        .map(|word| word.trim_end_matches(['.', ':', '!', '?']))
        .filter(|word| {
            word.split_once('@')
                .is_some_and(|(local, host)| !local.is_empty() && host.contains('.'))
        })
}

/// The text without a first line that only greets.
fn without_greeting(body: &str) -> &str {
    let body = body.trim_start();
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    let greets = first.to_lowercase();
    let is_greeting = GREETINGS.iter().any(|greeting| {
        greets
            .strip_prefix(greeting)
            .is_some_and(|after| after.is_empty() || after.starts_with([' ', ',']))
    });
    // a greeting alone on its line is short; otherwise it ends at its comma
    if is_greeting && first.chars().count() <= 60 && !first.trim_end().ends_with('.') {
        return rest;
    }
    match first.find(',') {
        Some(comma) if is_greeting && comma <= 60 => &body[comma + 1..],
        _ => body,
    }
}

/// Where some words stand in a text, whole and in any case.
fn place(text: &str, words: &str) -> Option<(usize, usize)> {
    let sought: Vec<char> = words.chars().flat_map(char::to_lowercase).collect();
    let is_boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    for (from, _) in text.char_indices() {
        if !is_boundary(text[..from].chars().next_back()) {
            continue;
        }
        let mut matched = 0;
        let mut end = from;
        for c in text[from..].chars() {
            let lower: Vec<char> = c.to_lowercase().collect();
            if sought[matched..].starts_with(&lower) {
                matched += lower.len();
                end += c.len_utf8();
            } else {
                break;
            }
            if matched == sought.len() {
                break;
            }
        }
        if matched == sought.len() && matched > 0 && is_boundary(text[end..].chars().next()) {
            return Some((from, end));
        }
    }
    None
}

fn replace_ignoring_case(text: &str, words: &str, with: &str) -> String {
    let mut rest = text;
    let mut replaced = String::with_capacity(text.len());
    while let Some((from, to)) = place(rest, words.trim()) {
        replaced.push_str(&rest[..from]);
        replaced.push_str(with);
        rest = &rest[to..];
    }
    replaced + rest
}
