//! What people read, put together to be read again: pages and letters word for word, less what differs from run to run.

use std::fmt::Write;

use scraper::{ElementRef, Html, Node, Selector};

use crate::app::{Kept, Page};

/// Everything that was read so far.
#[derive(Default)]
pub struct Reader {
    text: String,
    references: Vec<String>,
}

impl Reader {
    /// Adds the words of a page's main part, a line for each block.
    pub fn page(&mut self, what: &str, page: &Page) {
        assert_eq!(page.status, 200, "{}: {}", page.path, page.text());
        let html = Html::parse_document(&page.body);
        let main = Selector::parse("main, .app-screen").expect("a selector");
        let mut words = String::new();
        if let Some(main) = html.select(&main).next() {
            read(main, &mut words);
        }
        self.add(what, &words);
    }

    /// Adds the letters to an address, in the order in which they left.
    pub fn letters(&mut self, what: &str, letters: &[Kept], to: &str) {
        let mut words = String::new();
        for letter in letters.iter().filter(|letter| letter.to == to) {
            let _ = writeln!(words, "Subject: {}\n{}\n----", letter.subject, letter.text);
        }
        self.add(what, &words);
    }

    fn add(&mut self, what: &str, words: &str) {
        let words = self.masked(words);
        let lines: Vec<&str> = words
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.trim().is_empty())
            .collect();
        let _ = writeln!(self.text, "==== {what}\n{}\n", lines.join("\n"));
    }

    /// References numbered in the order in which they are first read, and no secret of a link.
    fn masked(&mut self, words: &str) -> String {
        let mut masked = String::with_capacity(words.len());
        let mut rest = words;
        while let Some(at) = ["PQ-2024-", "/question/", "/letters/", "/staff/"]
            .iter()
            .filter_map(|start| rest.find(start).map(|at| (at, *start)))
            .min()
        {
            let (at, start) = at;
            masked.push_str(&rest[..at]);
            let after = &rest[at + start.len()..];
            let end = after
                .find(|c: char| c.is_whitespace() || ">)\"".contains(c))
                .unwrap_or(after.len());
            let end = if start == "PQ-2024-" { 4 } else { end };
            let found = &after[..end];
            if start == "PQ-2024-" {
                let number = self
                    .references
                    .iter()
                    .position(|known| known == found)
                    .unwrap_or_else(|| {
                        self.references.push(found.to_owned());
                        self.references.len() - 1
                    });
                let _ = write!(masked, "PQ-2024-(number {})", number + 1);
            } else {
                let _ = write!(masked, "{start}…");
            }
            rest = &after[end..];
        }
        masked.push_str(rest);
        masked
    }

    /// Everything that was read.
    pub fn finish(self) -> String {
        self.text
    }
}

/// The words of an element as a person reads them: scripts and what is hidden apart, a line for each block.
fn read(element: ElementRef<'_>, words: &mut String) {
    const BLOCKS: &[&str] = &[
        "p", "li", "h1", "h2", "h3", "h4", "tr", "dt", "dd", "legend", "label", "button", "div",
        "section", "summary", "caption",
    ];
    for child in element.children() {
        match child.value() {
            Node::Text(text) => {
                let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !folded.is_empty() {
                    if !words.is_empty() && !words.ends_with('\n') {
                        words.push(' ');
                    }
                    words.push_str(&folded);
                }
            }
            Node::Element(inner) => {
                let Some(child) = ElementRef::wrap(child) else {
                    continue;
                };
                let hidden = matches!(inner.name(), "script" | "style" | "template" | "svg")
                    || inner.attr("hidden").is_some()
                    || inner.attr("type") == Some("hidden");
                if hidden {
                    continue;
                }
                let block = BLOCKS.contains(&inner.name());
                if block && !words.is_empty() && !words.ends_with('\n') {
                    words.push('\n');
                }
                read(child, words);
                if block && !words.ends_with('\n') && !words.is_empty() {
                    words.push('\n');
                }
            }
            _ => {}
        }
    }
}
