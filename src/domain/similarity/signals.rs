//! In how many ways two texts are alike, each from 0 to 1, and what they say together.

use super::vocabulary::{Bag, Reading, Term, Vocabulary, sublinear};

/// How many ways there are.
pub const SIGNALS: usize = 7;

/// The ways in which a new text and an earlier one are compared.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signals {
    /// The words of both, what asks counting three times.
    pub whole: f64,
    /// What asks in the new one, and the rest of the earlier one.
    pub asks_of_rest: f64,
    /// How the words of both begin.
    pub beginnings: f64,
    /// How the words of what asks begin.
    pub asks_beginnings: f64,
    /// How much of what the earlier one asks stands in the new one: padding does not hide it.
    pub covered: f64,
    /// What the earlier one asks, and the one sentence of the new one that is most like it: nor does it hide there.
    pub sentence: f64,
    /// The words of both and of the texts that are most like each: two texts are alike where a third is like both.
    pub neighbours: f64,
}

impl Signals {
    /// In a fixed order.
    pub fn values(self) -> [f64; SIGNALS] {
        [
            self.whole,
            self.asks_of_rest,
            self.beginnings,
            self.asks_beginnings,
            self.covered,
            self.sentence,
            self.neighbours,
        ]
    }

    /// How much each counts, learnt from pairs that officials judged the same (decision 0034): `evaluate similarity --fit` prints
    /// these figures.
    pub const WEIGHTS: [f64; SIGNALS] = [2.2, 4.6, 2.5, 2.75, 3.9, 0.42, 7.7];

    /// The sum of the signals, each by its weight.
    pub fn sum(self) -> f64 {
        self.values()
            .iter()
            .zip(Self::WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum()
    }

    /// How likely it is that officials would say that the two ask the same: a logistic curve through everything that was found for
    /// the texts which they judged (`evaluate similarity --fit` prints its two figures).
    pub fn likelihood(self) -> f64 {
        const SLOPE: f64 = 0.786;
        const MIDDLE: f64 = 9.95;
        1.0 / (1.0 + (-SLOPE * (self.sum() - MIDDLE)).exp())
    }
}

/// Three weights of a word in a text, or three lengths of a text: of the whole, of what asks, and of the rest.
#[derive(Debug, Clone, Copy, Default)]
struct Weights {
    whole: f32,
    asks: f32,
    tells: f32,
}

/// The words of a text with their weights, by number.
struct Weighed {
    words: Vec<(Term, Weights)>,
    lengths: Weights,
}

impl Weighed {
    fn new(bag: &Bag, rarity: impl Fn(Term) -> f32) -> Self {
        let words: Vec<_> = bag
            .iter()
            .map(|count| {
                let rarity = rarity(count.term);
                let weights = Weights {
                    whole: sublinear(count.whole()) * rarity,
                    asks: sublinear(count.asks.into()) * rarity,
                    tells: sublinear(count.tells.into()) * rarity,
                };
                (count.term, weights)
            })
            .collect();
        let length = |of: fn(&Weights) -> f32| {
            let squares: f32 = words.iter().map(|(_, weights)| of(weights).powi(2)).sum();
            squares.sqrt()
        };
        Self {
            lengths: Weights {
                whole: length(|w| w.whole),
                asks: length(|w| w.asks),
                tells: length(|w| w.tells),
            },
            words,
        }
    }

    /// The places of the words that both have.
    fn shared(&self, other: &Self) -> impl Iterator<Item = (usize, usize)> {
        let mut there = 0;
        self.words
            .iter()
            .enumerate()
            .filter_map(move |(here, (term, _))| {
                while other
                    .words
                    .get(there)
                    .is_some_and(|(theirs, _)| theirs < term)
                {
                    there += 1;
                }
                let same = other
                    .words
                    .get(there)
                    .is_some_and(|(theirs, _)| theirs == term);
                same.then_some((here, there))
            })
    }
}

/// The cosine of an angle, from the product and the two lengths.
fn cosine(product: f32, a: f32, b: f32) -> f64 {
    let lengths = f64::from(a) * f64::from(b);
    if lengths > 0.0 {
        (f64::from(product) / lengths).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

/// An earlier text beside the new one.
pub(super) struct Compared {
    /// All but the neighbours.
    pub signals: Signals,
    /// Its words with their weights in the whole text, whose length is 1.
    pub direction: Vec<(Term, f32)>,
}

/// A new text, ready to be compared with many.
pub(super) struct Comparer<'a> {
    vocabulary: &'a Vocabulary,
    words: Weighed,
    beginnings: Weighed,
    /// Of each word: in which sentences it stands, with its weight there over the sentence's length.
    in_sentences: Vec<Vec<(usize, f32)>>,
    sentences: usize,
}

impl<'a> Comparer<'a> {
    pub fn new(vocabulary: &'a Vocabulary, reading: &Reading) -> Self {
        let words = Weighed::new(&reading.bag, |term| vocabulary.rarity(term));
        let beginnings = Weighed::new(&reading.beginnings, |term| {
            vocabulary.rarity_of_beginning(term)
        });
        let mut in_sentences = vec![Vec::new(); words.words.len()];
        for (number, sentence) in reading.sentences.iter().enumerate() {
            let sentence = Weighed::new(sentence, |term| vocabulary.rarity(term));
            for (here, there) in words.shared(&sentence) {
                let weight = sentence.words[there].1.tells / sentence.lengths.tells;
                in_sentences[here].push((number, weight));
            }
        }
        Self {
            vocabulary,
            words,
            beginnings,
            in_sentences,
            sentences: reading.sentences.len(),
        }
    }

    /// The words of the new text with their weights in the whole of it, whose length is 1.
    pub fn direction(&self) -> Vec<(Term, f32)> {
        direction(&self.words)
    }

    /// The same of a text that is held.
    pub fn direction_of(&self, bag: &Bag) -> Vec<(Term, f32)> {
        direction(&Weighed::new(bag, |term| self.vocabulary.rarity(term)))
    }

    /// Compares with a text that is held.
    pub fn compare(&self, bag: &Bag) -> Compared {
        let theirs = Weighed::new(bag, |term| self.vocabulary.rarity(term));
        let (mut whole, mut asks_of_rest, mut covered) = (0.0, 0.0, 0.0);
        let mut sentences = vec![0.0_f32; self.sentences];
        for (here, there) in self.words.shared(&theirs) {
            let (ours, (term, theirs)) = (self.words.words[here].1, theirs.words[there]);
            whole += ours.whole * theirs.whole;
            asks_of_rest += ours.asks * theirs.tells;
            if theirs.asks > 0.0 {
                covered += self.vocabulary.rarity(term);
                for &(sentence, weight) in &self.in_sentences[here] {
                    sentences[sentence] += weight * theirs.asks;
                }
            }
        }
        let to_cover: f32 = bag
            .iter()
            .filter(|count| count.asks > 0)
            .map(|count| self.vocabulary.rarity(count.term))
            .sum();
        let begins = Weighed::new(&self.vocabulary.beginnings(bag), |term| {
            self.vocabulary.rarity_of_beginning(term)
        });
        let (mut beginnings, mut asks_beginnings) = (0.0, 0.0);
        for (here, there) in self.beginnings.shared(&begins) {
            let (ours, theirs) = (self.beginnings.words[here].1, begins.words[there].1);
            beginnings += ours.whole * theirs.whole;
            asks_beginnings += ours.asks * theirs.asks;
        }
        let (ours, length) = (self.words.lengths, theirs.lengths);
        let signals = Signals {
            whole: cosine(whole, ours.whole, length.whole),
            asks_of_rest: cosine(asks_of_rest, ours.asks, length.tells),
            beginnings: cosine(
                beginnings,
                self.beginnings.lengths.whole,
                begins.lengths.whole,
            ),
            asks_beginnings: cosine(
                asks_beginnings,
                self.beginnings.lengths.asks,
                begins.lengths.asks,
            ),
            covered: cosine(covered, to_cover, 1.0),
            sentence: sentences
                .into_iter()
                .map(|product| cosine(product, 1.0, length.asks))
                .fold(0.0, f64::max),
            neighbours: 0.0,
        };
        Compared {
            signals,
            direction: direction(&theirs),
        }
    }
}

/// The heaviest words of a text tell where it points.
const TELLING: usize = 48;

fn direction(weighed: &Weighed) -> Vec<(Term, f32)> {
    let mut words: Vec<(Term, f32)> = weighed
        .words
        .iter()
        .map(|(term, weights)| (*term, weights.whole))
        .collect();
    if words.len() > TELLING {
        words.select_nth_unstable_by(TELLING, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        words.truncate(TELLING);
    }
    let squares: f32 = words.iter().map(|(_, weight)| weight * weight).sum();
    let length = squares.sqrt().max(f32::MIN_POSITIVE);
    for (_, weight) in &mut words {
        *weight /= length;
    }
    words
}
