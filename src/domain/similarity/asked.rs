//! What of a text asks, and what only leads up to it.
//!
//! People write letters: a greeting, a preamble, and the question at the end. Two letters that ask one thing may share little
//! else, so the sentences that ask count for more.

use unicode_segmentation::UnicodeSegmentation;

use super::words::words;

/// How a sentence goes on that asks without a question mark.
const REQUESTS: &[&str] = &[
    "please",
    "i ask",
    "we ask",
    "i am asking",
    "we are asking",
    "i would like",
    "we would like",
    "i'd like",
    "i want to know",
    "i wish to",
    "can you",
    "could you",
    "can the",
    "could the",
    "will the",
    "would the",
    "tell me",
    "tell us",
    "explain",
    "call on",
    "calling on",
    "urge",
    "request",
];

/// How a line begins that only greets or takes leave.
const COURTESIES: &[&str] = &[
    "dear ",
    "good morning",
    "good afternoon",
    "good evening",
    "hello",
    "to whom it may concern",
    "thank you",
    "thanks",
    "many thanks",
    "yours ",
    "kind regards",
    "best regards",
    "regards",
    "sincerely",
];

/// A greeting is not longer than this, in words: "Dear Chair, why is …" is no greeting.
const COURTESY_WORDS: usize = 6;

/// A text, cut into sentences.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Its sentences, those without words left out.
    pub(super) sentences: Vec<Sentence>,
}

/// A sentence: the stems of its words, and whether it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub stems: Vec<String>,
    pub asks: bool,
}

impl Asked {
    /// Reads a text as people write it.
    ///
    /// Sentences ask that end with a question mark; where there is none, those that request; and where nobody can tell, all.
    pub fn read(text: &str) -> Self {
        let sentences = sentences(text);
        let asking: Vec<bool> = [is_question, is_request]
            .into_iter()
            .map(|asks| sentences.iter().map(|s| asks(s)).collect::<Vec<bool>>())
            .find(|asking| asking.contains(&true))
            .unwrap_or_else(|| vec![true; sentences.len()]);
        Self::of(sentences.into_iter().zip(asking))
    }

    /// A text of which it is known what asks, as where a form has a field for it.
    pub fn with_request(request: &str, rest: &str) -> Self {
        Self::of(
            std::iter::once((request, true)).chain(sentences(rest).into_iter().map(|s| (s, false))),
        )
    }

    fn of<'a>(sentences: impl Iterator<Item = (&'a str, bool)>) -> Self {
        let read: Vec<_> = sentences.map(|(s, asks)| (words(s), asks)).collect();
        // even "Why is it so?" is found again: little words count where there is nothing else
        let all = !read
            .iter()
            .any(|(words, _)| words.iter().any(|w| !w.little));
        let sentences = read
            .into_iter()
            .map(|(words, asks)| Sentence {
                stems: words
                    .into_iter()
                    .filter(|word| all || !word.little)
                    .map(|word| word.stem)
                    .collect(),
                asks,
            })
            .filter(|sentence| !sentence.stems.is_empty())
            .collect();
        Self { sentences }
    }
}

/// The sentences of a text, less those that only greet or take leave.
fn sentences(text: &str) -> Vec<&str> {
    text.lines()
        .flat_map(str::split_sentence_bounds)
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty() && !is_courtesy(sentence))
        .collect()
}

fn is_question(sentence: &str) -> bool {
    sentence
        .trim_end_matches(|c: char| !c.is_alphanumeric() && c != '?' && c != '？')
        .ends_with(['?', '？'])
}

fn is_request(sentence: &str) -> bool {
    let small = format!(" {} ", sentence.to_lowercase().replace('’', "'"));
    REQUESTS
        .iter()
        .any(|request| small.contains(&format!(" {request} ")))
}

fn is_courtesy(sentence: &str) -> bool {
    let small = sentence.to_lowercase();
    sentence.unicode_words().count() <= COURTESY_WORDS
        && !is_question(sentence)
        && COURTESIES.iter().any(|start| small.starts_with(start))
}
