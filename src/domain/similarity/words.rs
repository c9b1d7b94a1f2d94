//! The words of a text as they are compared: where each stands, and what it counts as.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text::plain_word;

/// Words that say nothing of a question's matter: the little words of English, and those with which one addresses a council.
const LITTLE: &[&str] = &[
    "a",
    "about",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "being",
    "board",
    "but",
    "by",
    "can",
    "chair",
    "could",
    "council",
    "councillor",
    "councillors",
    "dear",
    "did",
    "do",
    "does",
    "down",
    "faithfully",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "her",
    "here",
    "him",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "madam",
    "may",
    "me",
    "might",
    "more",
    "most",
    "must",
    "my",
    "no",
    "not",
    "of",
    "on",
    "only",
    "or",
    "other",
    "our",
    "out",
    "over",
    "please",
    "question",
    "re",
    "regards",
    "she",
    "should",
    "sincerely",
    "sir",
    "so",
    "some",
    "such",
    "than",
    "thank",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "under",
    "up",
    "us",
    "very",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "whom",
    "why",
    "will",
    "with",
    "would",
    "you",
    "your",
    "yours",
];

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it counts as: its stem. Words of one stem are one word.
    pub stem: String,
    /// Whether it is a little word.
    pub little: bool,
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let stemmer = Stemmer::create(Algorithm::English);
    text.unicode_word_indices()
        .filter_map(|(start, word)| {
            let plain = plain_word(word).replace('’', "'");
            let plain = plain.strip_suffix("'s").unwrap_or(&plain).replace('\'', "");
            if plain.is_empty() {
                return None;
            }
            let alone = plain.chars().nth(1).is_none() && plain.chars().all(char::is_alphabetic);
            Some(Word {
                start,
                end: start + word.len(),
                // one Latin letter alone is a little word, and "J" of a name; a Chinese sign is a word
                little: (alone && plain.is_ascii())
                    || LITTLE.binary_search(&plain.as_str()).is_ok(),
                stem: stemmer.stem(&british(&plain)).into_owned(),
            })
        })
        .collect()
}

/// The spelling with s where English has both: "organize" is "organise".
fn british(word: &str) -> String {
    const ENDINGS: &[&str] = &[
        "ize", "ized", "izes", "izing", "ization", "izations", "izer", "izers",
    ];
    match ENDINGS.iter().find(|ending| word.ends_with(**ending)) {
        Some(ending) if word.len() > ending.len() + 2 => {
            let (before, ending) = word.split_at(word.len() - ending.len());
            format!("{before}{}", ending.replacen('z', "s", 1))
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_little_words_are_in_order() {
        assert!(LITTLE.is_sorted());
    }
}
