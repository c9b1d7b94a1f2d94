//! Finding questions that are substantially the same (clause (v), reading 10).
//!
//! The service finds, ranks and explains; a person decides. Texts become bags of stemmed words, weighted by how rare each word
//! is among the questions compared (TF-IDF with sublinear counts), and are ranked by the cosine of their angle. The words that
//! two texts share carry the explanation.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::{coded, domain::text::is_invisible};

/// Words that say nothing of a question's matter.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been",
    "board", "but", "by", "can", "chair", "could", "council", "dear", "did", "do", "does", "for",
    "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in", "is", "it", "its",
    "just", "may", "me", "my", "no", "not", "of", "on", "or", "our", "please", "question", "she",
    "should", "so", "some", "sir", "such", "than", "thank", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "to", "us", "was", "we", "were", "what", "when",
    "where", "which", "who", "why", "will", "with", "would", "you", "your",
];

/// A word of a text: where it stands, and its stem.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    start: usize,
    end: usize,
    stem: String,
    says_something: bool,
}

/// The words that say something of the matter; all of them where none does, so that even "Why is it so?" is found again.
fn words(text: &str) -> Vec<Word> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut words: Vec<Word> = text
        .unicode_word_indices()
        .filter_map(|(start, word)| {
            let plain: String = word
                .nfkc()
                .filter(|c| !is_invisible(*c))
                .flat_map(char::to_lowercase)
                .map(|c| if c == '’' { '\'' } else { c })
                .collect();
            if plain.is_empty() {
                return None;
            }
            Some(Word {
                start,
                end: start + word.len(),
                stem: stemmer.stem(&plain).into_owned(),
                says_something: !STOP_WORDS.contains(&plain.as_str()),
            })
        })
        .collect();
    if words.iter().any(|word| word.says_something) {
        words.retain(|word| word.says_something);
    }
    words
}

coded! {
    /// How much a match says.
    pub enum Band {
        /// It must be decided in words before the question is approved.
        Strong = "strong",
        /// It is shown.
        Related = "related",
    }
}

/// From which score on a match is strong, or shown at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Strong from here on.
    pub strong: f64,
    /// Shown from here on.
    pub related: f64,
}

impl Thresholds {
    /// The band of a score, if it is shown at all.
    pub fn band(self, score: f64) -> Option<Band> {
        if score >= self.strong {
            Some(Band::Strong)
        } else if score >= self.related {
            Some(Band::Related)
        } else {
            None
        }
    }
}

/// A question found, and how like it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Its place in what the index was built from.
    pub entry: usize,
    /// Cosine similarity, 0 to 1.
    pub score: f64,
    /// The stems shared, those that weigh most first.
    pub shared: Vec<String>,
}

/// A piece of a text, and whether its words are shared with the other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The words as they stand.
    pub text: &'a str,
    /// Whether they are shared.
    pub shared: bool,
}

/// Cuts `text` into pieces, marking the words whose stems are in `shared`.
///
/// ```
/// use public_question_time::domain::similarity::marked;
/// let pieces = marked("Is the bus late?", &["bus".to_owned()]);
/// assert_eq!(pieces.iter().filter(|p| p.shared).map(|p| p.text).collect::<Vec<_>>(), ["bus"]);
/// assert_eq!(pieces.iter().map(|p| p.text).collect::<String>(), "Is the bus late?");
/// ```
pub fn marked<'a>(text: &'a str, shared: &[String]) -> Vec<Piece<'a>> {
    let shared: HashSet<&str> = shared.iter().map(String::as_str).collect();
    let mut pieces = Vec::new();
    let mut from = 0;
    for word in words(text)
        .into_iter()
        .filter(|word| shared.contains(word.stem.as_str()))
    {
        if word.start > from {
            pieces.push(Piece {
                text: &text[from..word.start],
                shared: false,
            });
        }
        pieces.push(Piece {
            text: &text[word.start..word.end],
            shared: true,
        });
        from = word.end;
    }
    if from < text.len() {
        pieces.push(Piece {
            text: &text[from..],
            shared: false,
        });
    }
    pieces
}

type Vector = BTreeMap<String, f64>;

/// What two texts have in common: the sum of the products of their weights, and each product with its stem.
type Shared<'a> = (f64, Vec<(f64, &'a str)>);

/// Questions to compare with, indexed by their stems.
#[derive(Debug, Default)]
pub struct Index {
    entries: usize,
    postings: HashMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
}

impl Index {
    /// Indexes the texts; a match names its text by place.
    pub fn build<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let counted: Vec<HashMap<String, usize>> = texts.into_iter().map(counts).collect();
        let mut index = Self {
            entries: counted.len(),
            ..Self::default()
        };
        for (entry, counts) in counted.into_iter().enumerate() {
            for (stem, count) in counts {
                index
                    .postings
                    .entry(stem)
                    .or_default()
                    .push((entry, sublinear(count)));
            }
        }
        let mut squares = vec![0.0; index.entries];
        for postings in index.postings.values() {
            let rarity = index.rarity(postings.len());
            for &(entry, weight) in postings {
                squares[entry] += (weight * rarity).powi(2);
            }
        }
        index.lengths = squares.into_iter().map(f64::sqrt).collect();
        index
    }

    /// Smoothed inverse document frequency: never zero, so that two lone questions can still be alike.
    fn rarity(&self, holding: usize) -> f64 {
        ((1.0 + self.entries as f64) / (1.0 + holding as f64)).ln() + 1.0
    }

    /// The questions most like `text`, best first, at most `most` of them and none below `least`.
    pub fn rank(&self, text: &str, least: f64, most: usize) -> Vec<Match> {
        let weights: Vector = counts(text)
            .into_iter()
            .map(|(stem, count)| {
                let rarity = self.rarity(self.postings.get(&stem).map_or(0, Vec::len));
                (stem, sublinear(count) * rarity)
            })
            .collect();
        let length = weights.values().map(|w| w * w).sum::<f64>().sqrt();
        let mut found: HashMap<usize, Shared<'_>> = HashMap::new();
        for (stem, weight) in &weights {
            let Some(postings) = self.postings.get(stem) else {
                continue;
            };
            let rarity = self.rarity(postings.len());
            for &(entry, theirs) in postings {
                let product = weight * theirs * rarity;
                let (score, shared) = found.entry(entry).or_default();
                *score += product;
                shared.push((product, stem));
            }
        }
        let mut matches: Vec<Match> = found
            .into_iter()
            .filter_map(|(entry, (dot, mut shared))| {
                let score = (dot / (length * self.lengths[entry])).min(1.0);
                (score.is_finite() && score >= least).then(|| {
                    shared.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
                    Match {
                        entry,
                        score,
                        shared: shared
                            .into_iter()
                            .map(|(_, stem)| stem.to_owned())
                            .collect(),
                    }
                })
            })
            .collect();
        matches.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry)));
        matches.truncate(most);
        matches
    }
}

fn counts(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in words(text) {
        *counts.entry(word.stem).or_default() += 1;
    }
    counts
}

fn sublinear(count: usize) -> f64 {
    1.0 + (count as f64).ln()
}
