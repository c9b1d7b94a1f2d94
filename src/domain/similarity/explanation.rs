//! Why two texts were found alike, in words that can be shown: what both say, and what only one says.

use std::collections::HashSet;

use super::words::{Word, words};

/// What is said of a piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Both texts say it.
    Shared,
    /// Only this one does.
    Differs,
    /// Little words, and what stands between words.
    Plain,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The words as they stand.
    pub text: &'a str,
    /// What is said of them.
    pub mark: Mark,
}

/// Two texts side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// The new text, in pieces.
    pub here: Vec<Piece<'a>>,
    /// The earlier text, in pieces.
    pub there: Vec<Piece<'a>>,
    /// The phrases and words that both have, as they stand in the new text, the longest first.
    pub shared: Vec<&'a str>,
    /// Words that only the new text has.
    pub only_here: Vec<&'a str>,
    /// Words that only the earlier text has.
    pub only_there: Vec<&'a str>,
}

/// Explains a new text by an earlier one.
///
/// ```
/// use public_question_time::domain::similarity::explanation::explain;
/// let why = explain("Why is the number 62 bus late?", "Is the 62 bus often late at night?");
/// assert_eq!(why.shared, ["62 bus", "late"]);
/// assert_eq!((why.only_here, why.only_there), (vec!["number"], vec!["often", "night"]));
/// ```
pub fn explain<'a>(here: &'a str, there: &'a str) -> Explanation<'a> {
    let (ours, theirs) = (said(here), said(there));
    let shared = pieces(here, &ours, &theirs);
    Explanation {
        shared: phrases(&shared),
        only_here: only(here, &ours, &theirs),
        only_there: only(there, &theirs, &ours),
        there: pieces(there, &theirs, &ours),
        here: shared,
    }
}

/// The words that say something; all where none does.
fn said(text: &str) -> Vec<Word> {
    let mut words = words(text);
    if words.iter().any(|word| !word.little) {
        words.retain(|word| !word.little);
    }
    words
}

/// The text in pieces: words that follow each other in both are one piece.
fn pieces<'a>(text: &'a str, own: &[Word], other: &[Word]) -> Vec<Piece<'a>> {
    let stems: HashSet<&str> = other.iter().map(|word| word.stem.as_str()).collect();
    let pairs: HashSet<(&str, &str)> = other
        .iter()
        .zip(other.iter().skip(1))
        .map(|(a, b)| (a.stem.as_str(), b.stem.as_str()))
        .collect();
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    let mut from = 0;
    let mut place = 0;
    while let Some(word) = own.get(place) {
        let shared = stems.contains(word.stem.as_str());
        let mut end = word.end;
        while shared
            && let Some(next) = own.get(place + 1)
            && pairs.contains(&(own[place].stem.as_str(), next.stem.as_str()))
        {
            end = next.end;
            place += 1;
        }
        let mark = if shared { Mark::Shared } else { Mark::Differs };
        if word.start > from {
            let text = &text[from..word.start];
            let mark = Mark::Plain;
            pieces.push(Piece { text, mark });
        }
        let text = &text[word.start..end];
        pieces.push(Piece { text, mark });
        from = end;
        place += 1;
    }
    if from < text.len() {
        let text = &text[from..];
        let mark = Mark::Plain;
        pieces.push(Piece { text, mark });
    }
    pieces
}

/// The pieces that are shared, each once, the longest first.
fn phrases<'a>(pieces: &[Piece<'a>]) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let mut phrases: Vec<(usize, &str)> = pieces
        .iter()
        .filter(|piece| piece.mark == Mark::Shared)
        .map(|piece| (words(piece.text), piece.text))
        .filter(|(words, _)| {
            let stems: Vec<String> = words.iter().map(|word| word.stem.clone()).collect();
            seen.insert(stems)
        })
        .map(|(words, text)| (words.iter().filter(|word| !word.little).count(), text))
        .collect();
    // stable: those of one length stay in the order of the text
    phrases.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    phrases.into_iter().map(|(_, text)| text).collect()
}

/// The words that the other text does not have, each once, in order.
fn only<'a>(text: &'a str, own: &[Word], other: &[Word]) -> Vec<&'a str> {
    let mut seen: HashSet<&str> = other.iter().map(|word| word.stem.as_str()).collect();
    own.iter()
        .filter(|word| seen.insert(&word.stem))
        .map(|word| &text[word.start..word.end])
        .collect()
}
