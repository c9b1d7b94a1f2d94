//! The words of every text that is held, and how rare each is.

use std::{collections::HashMap, sync::LazyLock};

use super::asked::Asked;

/// The number of a word.
pub(super) type Term = u32;

/// How many letters of a word are its beginning. "National", "nationalise" and "nationalisation" begin alike although their stems
/// differ.
const BEGINNING: usize = 4;

/// How much more a word counts where it asks.
const ASKING: u16 = 3;

/// How often a word stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub term: Term,
    /// In the sentences that ask.
    pub asks: u8,
    /// In the others.
    pub tells: u8,
}

impl Count {
    /// In the whole text, where asking counts for more.
    pub fn whole(self) -> u16 {
        ASKING * u16::from(self.asks) + u16::from(self.tells)
    }

    fn add(&mut self, other: Self) {
        self.asks = self.asks.saturating_add(other.asks);
        self.tells = self.tells.saturating_add(other.tells);
    }
}

/// The words of a text with their counts, by number.
pub(super) type Bag = Vec<Count>;

/// Puts equal words together.
pub(super) fn gathered(mut counts: Bag) -> Bag {
    counts.sort_unstable_by_key(|count| count.term);
    counts.dedup_by(|next, kept| {
        let same = next.term == kept.term;
        if same {
            kept.add(*next);
        }
        same
    });
    counts
}

/// A repeated word says little more: 1 + ln(count), and nothing for none.
pub(super) fn sublinear(count: u16) -> f32 {
    if count > 0 {
        1.0 + ln(count.into())
    } else {
        0.0
    }
}

/// The natural logarithm of a count: each comparison takes thousands, of small numbers.
fn ln(count: u32) -> f32 {
    static SMALL: LazyLock<Vec<f32>> =
        LazyLock::new(|| (0..=u16::MAX).map(|count| f32::from(count).ln()).collect());
    match SMALL.get(count as usize) {
        Some(ln) => *ln,
        None => (count as f32).ln(),
    }
}

/// Words, their beginnings, and how many texts hold each.
#[derive(Debug, Default, Clone)]
pub(super) struct Vocabulary {
    terms: HashMap<Box<str>, Term>,
    beginnings: HashMap<Box<str>, Term>,
    /// Of each word: how many texts hold it, and its beginning.
    holding: Vec<u32>,
    beginning: Vec<Term>,
    /// Of each beginning: how many texts hold it.
    holding_beginning: Vec<u32>,
    texts: u32,
}

impl Vocabulary {
    /// The bag of a text whose words are learnt.
    pub fn learn(&mut self, asked: &Asked) -> Bag {
        let bag = bag(asked, |stem| match self.terms.get(stem) {
            Some(&term) => term,
            None => self.add(stem),
        });
        self.count(&bag, 1);
        bag
    }

    /// Takes back what a text taught.
    pub fn forget(&mut self, bag: &Bag) {
        self.count(bag, -1);
    }

    /// A text that is only looked for.
    pub fn read(&self, asked: &Asked) -> Reading {
        // words that no text holds get the numbers after those that some text does
        let mut unknown: HashMap<&str, Term> = HashMap::new();
        let mut number = |stem| match self.terms.get(stem) {
            Some(&term) => term,
            None => {
                let next = (self.holding.len() + unknown.len()) as Term;
                *unknown.entry(stem).or_insert(next)
            }
        };
        let bag = bag(asked, &mut number);
        let sentences = asked
            .sentences
            .iter()
            .map(|sentence| {
                gathered(
                    sentence
                        .stems
                        .iter()
                        .map(|stem| Count {
                            term: number(stem),
                            asks: 0,
                            tells: 1,
                        })
                        .collect(),
                )
            })
            .collect();
        let unknown_beginnings: HashMap<Term, Term> = unknown
            .iter()
            .map(|(stem, term)| {
                let known = self.beginnings.get(start(stem)).copied();
                // of two unknown words that begin alike the beginnings count apart, which hides nothing
                (*term, known.unwrap_or(Term::MAX - term))
            })
            .collect();
        let beginnings = gathered(
            bag.iter()
                .map(|count| Count {
                    term: match self.beginning.get(count.term as usize) {
                        Some(&beginning) => beginning,
                        None => unknown_beginnings[&count.term],
                    },
                    ..*count
                })
                .collect(),
        );
        Reading {
            bag,
            beginnings,
            sentences,
        }
    }

    /// How rare a word is: smoothed inverse document frequency, never zero, so that two lone questions can still be alike.
    pub fn rarity(&self, term: Term) -> f32 {
        self.rare(self.holding.get(term as usize).copied().unwrap_or(0))
    }

    /// How rare a beginning of words is.
    pub fn rarity_of_beginning(&self, beginning: Term) -> f32 {
        self.rare(
            self.holding_beginning
                .get(beginning as usize)
                .copied()
                .unwrap_or(0),
        )
    }

    fn rare(&self, holding: u32) -> f32 {
        ln(1 + self.texts) - ln(1 + holding) + 1.0
    }

    /// The bag of beginnings of a text that is held.
    pub fn beginnings(&self, bag: &Bag) -> Bag {
        gathered(
            bag.iter()
                .map(|count| Count {
                    term: self.beginning[count.term as usize],
                    ..*count
                })
                .collect(),
        )
    }

    fn add(&mut self, stem: &str) -> Term {
        let term = self.holding.len() as Term;
        let next = self.holding_beginning.len() as Term;
        let beginning = *self.beginnings.entry(start(stem).into()).or_insert(next);
        if beginning == next {
            self.holding_beginning.push(0);
        }
        self.terms.insert(stem.into(), term);
        self.holding.push(0);
        self.beginning.push(beginning);
        term
    }

    fn count(&mut self, bag: &Bag, by: i32) {
        let beginnings = self.beginnings(bag);
        let change = |held: &mut u32| *held = held.saturating_add_signed(by);
        for count in bag {
            change(&mut self.holding[count.term as usize]);
        }
        for count in &beginnings {
            change(&mut self.holding_beginning[count.term as usize]);
        }
        change(&mut self.texts);
    }
}

/// A text that is looked for, in the words of a vocabulary.
pub(super) struct Reading {
    /// Its words; those that the vocabulary does not know have numbers after its own.
    pub bag: Bag,
    /// How its words begin.
    pub beginnings: Bag,
    /// Its sentences.
    pub sentences: Vec<Bag>,
}

/// The counts of a text's words, each with its number. A text that only asks is its own preamble, and one that asks nothing its
/// own question, so that any two texts can be compared in each way.
fn bag<'a>(asked: &'a Asked, mut number: impl FnMut(&'a str) -> Term) -> Bag {
    let asks = asked.sentences.iter().any(|sentence| sentence.asks);
    let tells = asked.sentences.iter().any(|sentence| !sentence.asks);
    gathered(
        asked
            .sentences
            .iter()
            .flat_map(|sentence| {
                let count = Count {
                    term: 0,
                    asks: u8::from(sentence.asks || !asks),
                    tells: u8::from(!sentence.asks || !tells),
                };
                sentence.stems.iter().map(move |stem| (stem, count))
            })
            .map(|(stem, count)| Count {
                term: number(stem),
                ..count
            })
            .collect(),
    )
}

/// How a word begins.
fn start(stem: &str) -> &str {
    stem.char_indices()
        .nth(BEGINNING)
        .map_or(stem, |(end, _)| &stem[..end])
}
