//! Letters as they are read: plain text, HTML for e-mail, HTML to print.
//!
//! All three come from one content, so that nobody is told in one form what they are not told in another, and the letter
//! that an officer sees before it is sent is the letter that is sent.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::{
    config::{Council, Settings},
    domain::local_time,
    mail::words,
    service::{deliver_outbox::Outgoing, letters::Letter},
    store::letters::AsSent,
};

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject: one line.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The letter as a whole HTML document for e-mail.
    pub html: String,
}

impl Rendered {
    /// The words that are kept once the letter has gone out.
    pub fn as_sent(&self) -> AsSent {
        AsSent {
            subject: self.subject.clone(),
            text: self.text.clone(),
        }
    }
}

/// A letter and to whom it goes.
#[derive(Debug, Clone, Copy)]
pub struct Addressed<'a> {
    /// What it says.
    pub letter: &'a Letter,
    /// To whom.
    pub name: &'a str,
    /// The private link of the question; none in a letter that is printed, which says how to do the same by post and telephone.
    pub private_link: Option<&'a str>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

impl<'a> From<&'a Outgoing> for Addressed<'a> {
    fn from(outgoing: &'a Outgoing) -> Self {
        Self {
            letter: &outgoing.letter,
            name: &outgoing.name,
            private_link: outgoing.private_link.as_deref(),
            written_at: outgoing.written_at,
        }
    }
}

/// What a letter says, before it has a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    /// The subject, and in HTML the heading: it names the reference.
    pub subject: String,
    /// The letter from the greeting to the contact.
    pub blocks: Vec<Block>,
    /// Whether it goes to a member of the public, who is greeted and told how to reach the council.
    pub to_questioner: bool,
    /// What to quote on getting in touch.
    pub reference: Option<String>,
}

/// A piece of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading of a part.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// Points.
    List(Vec<String>),
    /// What is known, name by name.
    Facts(Vec<(&'static str, String)>),
    /// Words of the questioner or of an earlier question, marked as theirs.
    Quote(String),
    /// Words that an officer wrote for this letter, paragraph by paragraph.
    Words(String),
    /// An address to follow, and what for.
    Link { what: &'static str, href: String },
}

/// One paragraph of words that somebody wrote, line by line.
type Lines<'a> = Vec<&'a str>;

/// The paragraphs of a text: what empty lines part.
fn paragraphs(text: &str) -> Vec<Lines<'_>> {
    let mut paragraphs: Vec<Lines<'_>> = vec![Vec::new()];
    for line in text.lines().map(str::trim_end) {
        match (line.is_empty(), paragraphs.last_mut()) {
            (true, _) => paragraphs.push(Vec::new()),
            (false, Some(last)) => last.push(line),
            (false, None) => paragraphs.push(vec![line]),
        }
    }
    paragraphs.retain(|lines| !lines.is_empty());
    paragraphs
}

/// What the templates share.
struct Page<'a> {
    content: &'a Content,
    council: &'a Council,
    /// Whom it greets; empty where it greets nobody by name.
    name: String,
    written_on: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Text<'a> {
    page: &'a Page<'a>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    page: &'a Page<'a>,
}

#[derive(Template)]
#[template(path = "mail/printed.html")]
struct Printed<'a> {
    page: &'a Page<'a>,
    to: &'a [String],
    /// Whether it stands on a sheet of its own, with both addresses.
    sheet: bool,
}

impl Page<'_> {
    /// The subject in parts, and whether a part is the reference, which is not to be broken at its hyphens.
    fn subject(&self) -> Vec<(&str, bool)> {
        let subject = self.content.subject.as_str();
        let reference = self.content.reference.as_deref().unwrap_or_default();
        match subject.split_once(reference) {
            Some((before, after)) if !reference.is_empty() => {
                vec![(before, false), (reference, true), (after, false)]
            }
            _ => vec![(subject, false)],
        }
    }

    /// Words that somebody wrote, by paragraph and line.
    fn paragraphs<'t>(&self, text: &'t str) -> Vec<Lines<'t>> {
        paragraphs(text)
    }

    /// A line under a heading, as long as it.
    fn underline(&self, heading: &str) -> String {
        "-".repeat(heading.chars().count())
    }

    /// Lines marked as somebody else's.
    fn quoted(&self, text: &str) -> String {
        paragraphs(text)
            .iter()
            .map(|lines| {
                lines
                    .iter()
                    .map(|line| format!("> {line}"))
                    .collect::<Vec<_>>()
                    .join("\n")
            })
            .collect::<Vec<_>>()
            .join("\n>\n")
    }

    /// Paragraphs as they are.
    fn plain(&self, text: &str) -> String {
        paragraphs(text)
            .iter()
            .map(|lines| lines.join("\n"))
            .collect::<Vec<_>>()
            .join("\n\n")
    }
}

fn page<'a>(settings: &'a Settings, content: &'a Content, to: &Addressed<'_>) -> Page<'a> {
    Page {
        content,
        council: &settings.council,
        // a name was typed as well
        name: if to.letter.is_withheld() {
            String::new()
        } else {
            one_line(to.name)
        },
        written_on: local_time::short_date(local_time::london_date(to.written_at)),
    }
}

/// The letter in words, for sending and for the officer who is about to send it.
///
/// # Errors
/// Where a template cannot be filled in, which a letter's facts cannot bring about.
pub fn render(settings: &Settings, to: &Addressed<'_>) -> Result<Rendered, askama::Error> {
    let content = words::content(settings, to);
    let page = page(settings, &content, to);
    Ok(Rendered {
        subject: one_line(&content.subject),
        text: with_single_gaps(&Text { page: &page }.render()?),
        html: Html { page: &page }.render()?,
    })
}

/// The letter as a piece of a page, on a sheet that can be posted: the council's address, the date, and the address of whoever it
/// goes to, a line to an entry. It has no link: what the link would do is said for post and telephone.
///
/// # Errors
/// As [`render`].
pub fn printable(
    settings: &Settings,
    to: &Addressed<'_>,
    postal_address: &[String],
) -> Result<String, askama::Error> {
    let letter = on_paper(to.letter);
    piece(settings, &posted(to, &letter), postal_address, true)
}

/// The words that are on the sheet of [`printable`], to be kept once it was posted.
///
/// # Errors
/// As [`render`].
pub fn as_printed(settings: &Settings, to: &Addressed<'_>) -> Result<AsSent, askama::Error> {
    let letter = on_paper(to.letter);
    Ok(render(settings, &posted(to, &letter))?.as_sent())
}

/// A letter as it is posted: an officer has it in hand, so it quotes what was typed.
fn on_paper(letter: &Letter) -> Letter {
    let mut letter = letter.clone();
    letter.withhold(false);
    letter
}

fn posted<'a>(to: &Addressed<'a>, letter: &'a Letter) -> Addressed<'a> {
    Addressed {
        letter,
        private_link: None,
        ..*to
    }
}

/// The letter as a piece of a page, as its reader will see it: for the officer's preview.
///
/// # Errors
/// As [`render`].
pub fn preview(settings: &Settings, to: &Addressed<'_>) -> Result<String, askama::Error> {
    piece(settings, to, &[], false)
}

fn piece(
    settings: &Settings,
    to: &Addressed<'_>,
    address: &[String],
    sheet: bool,
) -> Result<String, askama::Error> {
    let content = words::content(settings, to);
    Printed {
        page: &page(settings, &content, to),
        to: address,
        sheet,
    }
    .render()
}

/// One line, whatever was given: nothing in it can end a header and begin another.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control() || c == '\u{2028}' || c == '\u{2029}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Text in which at most one empty line parts two paragraphs.
fn with_single_gaps(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 && !(kept.is_empty() && line.is_empty()) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.truncate(kept.trim_end().len());
    kept.push('\n');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_has_no_way_out() {
        assert_eq!(
            one_line("Jo\r\nBcc: all@example.org\u{0}\u{2028}x\u{85}y"),
            "Jo Bcc: all@example.org x y"
        );
        assert_eq!(one_line("\r\n"), "");
    }

    #[test]
    fn paragraphs_are_parted_by_empty_lines() {
        assert_eq!(
            paragraphs("a\nb\n\n \n\nc\n"),
            vec![vec!["a", "b"], vec!["c"]]
        );
        assert!(paragraphs("\n\n").is_empty());
    }
}
