//! Every question that is held, indexed by its words: the inverted index.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap},
};

use chrono::NaiveDate;

use super::{
    asked::Asked,
    neighbours::likeness_to_first,
    signals::{Comparer, Signals},
    vocabulary::{Bag, Reading, Vocabulary, sublinear},
};
use crate::domain::id::QuestionId;

/// How many of the texts that may be found are compared closely.
const CANDIDATES: usize = 60;

/// How many others may stand between them.
const BRIDGES: usize = 60;

/// How many places in the index are looked at to choose them, the rarest words first. A word that a large share of very many texts
/// hold tells next to nothing about which of them to choose; all words count in the close comparison.
const LOOKED_AT: usize = 250_000;

/// A question found, and how like it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Which.
    pub id: QuestionId,
    /// How likely it is that a person would say that the two ask the same, 0 to 1.
    pub likelihood: f64,
    /// What says so.
    pub signals: Signals,
}

impl Match {
    /// The likelier first; of equals the later asked.
    fn order(a: &Self, b: &Self) -> Ordering {
        b.likelihood
            .total_cmp(&a.likelihood)
            .then(b.signals.sum().total_cmp(&a.signals.sum()))
            .then(b.id.cmp(&a.id))
    }
}

#[derive(Debug)]
struct Held {
    id: QuestionId,
    put_on: Option<NaiveDate>,
    bag: Bag,
}

/// Where a text stands among those held.
type Slot = u32;

/// A text that holds a word, and the word's weight in it by its count.
#[derive(Debug, Clone, Copy)]
struct Posting {
    slot: Slot,
    weight: f32,
}

/// Questions to compare with.
///
/// All of them teach which words are rare, and any can stand between two others; only those that were put are found.
#[derive(Debug, Default)]
pub struct Archive {
    vocabulary: Vocabulary,
    /// None where a text was taken out.
    held: Vec<Option<Held>>,
    slots: HashMap<QuestionId, Slot>,
    /// Of each word, who holds it.
    postings: Vec<Vec<Posting>>,
    /// The length of each text, as it was when it was last reckoned: good enough to choose whom to compare closely.
    lengths: Vec<f32>,
    /// How many texts there were when all lengths were last reckoned.
    reckoned_at: usize,
}

impl Archive {
    /// How many questions are held.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Holds a question from now on, with the date on which it was put, if it was; in place of what was held of it before.
    pub fn hold(&mut self, id: QuestionId, put_on: Option<NaiveDate>, asked: &Asked) {
        self.release(id);
        let slot = self.held.len() as Slot;
        let bag = self.vocabulary.learn(asked);
        for count in &bag {
            let term = count.term as usize;
            if term >= self.postings.len() {
                self.postings.resize_with(term + 1, Vec::new);
            }
            self.postings[term].push(Posting {
                slot,
                weight: sublinear(count.whole()),
            });
        }
        self.lengths.push(self.length(&bag));
        self.held.push(Some(Held { id, put_on, bag }));
        self.slots.insert(id, slot);
        if self.len() > 2 * self.reckoned_at {
            self.reckon();
        }
    }

    /// Holds a question no longer.
    pub fn release(&mut self, id: QuestionId) {
        let Some(slot) = self.slots.remove(&id) else {
            return;
        };
        let Some(held) = self.held[slot as usize].take() else {
            return;
        };
        for count in &held.bag {
            let postings = &mut self.postings[count.term as usize];
            if let Ok(place) = postings.binary_search_by_key(&slot, |posting| posting.slot) {
                postings.remove(place);
            }
        }
        self.vocabulary.forget(&held.bag);
    }

    fn length(&self, bag: &Bag) -> f32 {
        let squares: f32 = bag
            .iter()
            .map(|count| (sublinear(count.whole()) * self.vocabulary.rarity(count.term)).powi(2))
            .sum();
        squares.sqrt()
    }

    /// Which words are rare changes as texts come; the lengths follow each time that their number has doubled.
    fn reckon(&mut self) {
        self.reckoned_at = self.len();
        self.lengths = self
            .held
            .iter()
            .map(|held| held.as_ref().map_or(0.0, |held| self.length(&held.bag)))
            .collect();
    }

    /// The questions most like a text among those put on a date that `counts`, best first, at most `most` of them. The text may
    /// be held `itself`: it is not found, and stands between no others.
    pub fn find(
        &self,
        asked: &Asked,
        itself: Option<QuestionId>,
        counts: impl Fn(QuestionId, NaiveDate) -> bool,
        most: usize,
    ) -> Vec<Match> {
        let put = |id, put_on: Option<NaiveDate>| put_on.is_some_and(|day| counts(id, day));
        self.find_among(asked, itself, put, most)
    }

    /// The questions most like a text among those that `counts`, put or not, best first, at most `max` of them. It is not like
    /// `itself`.
    pub fn find_among(
        &self,
        asked: &Asked,
        itself: Option<QuestionId>,
        counts: impl Fn(QuestionId, Option<NaiveDate>) -> bool,
        max: usize,
    ) -> Vec<Match> {
        let reading = self.vocabulary.read(asked);
        let (candidates, bridges) =
            self.nearest(&reading, itself, |held| counts(held.id, held.put_on));
        let comparer = Comparer::new(&self.vocabulary, &reading);
        let mut directions = Vec::with_capacity(1 + candidates.len() + bridges.len());
        directions.push(comparer.direction());
        let mut found: Vec<(QuestionId, Signals)> = Vec::with_capacity(candidates.len());
        for held in candidates {
            let compared = comparer.compare(&held.bag);
            found.push((held.id, compared.signals));
            directions.push(compared.direction);
        }
        for held in bridges {
            directions.push(comparer.direction_of(&held.bag));
        }
        let neighbours = likeness_to_first(&directions);
        let mut matches: Vec<Match> = found
            .into_iter()
            .zip(neighbours)
            .map(|((id, signals), neighbours)| {
                let signals = Signals {
                    neighbours,
                    ..signals
                };
                Match {
                    id,
                    likelihood: signals.likelihood(),
                    signals,
                }
            })
            .collect();
        matches.sort_by(Match::order);
        matches.truncate(max);
        matches
    }

    /// Those that share the most with what is looked for: some that may be found, and some of the others.
    fn nearest(
        &self,
        reading: &Reading,
        itself: Option<QuestionId>,
        may_be_found: impl Fn(&Held) -> bool,
    ) -> (Vec<&Held>, Vec<&Held>) {
        let mut words: Vec<(&Vec<Posting>, f32)> = reading
            .bag
            .iter()
            .filter_map(|count| {
                let postings = self.postings.get(count.term as usize)?;
                let rarity = self.vocabulary.rarity(count.term);
                Some((postings, sublinear(count.whole()) * rarity * rarity))
            })
            .collect();
        words.sort_by_key(|(postings, _)| postings.len());
        let mut scores = vec![0.0_f32; self.held.len()];
        let mut looked_at = 0;
        for (postings, weight) in words {
            if looked_at > 0 && looked_at + postings.len() > LOOKED_AT {
                break;
            }
            looked_at += postings.len();
            for posting in postings {
                scores[posting.slot as usize] += weight * posting.weight;
            }
        }
        let (mut candidates, mut others) = (Best::of(CANDIDATES), Best::of(BRIDGES));
        for (slot, (score, length)) in scores.iter().zip(&self.lengths).enumerate() {
            if *score <= 0.0 {
                continue;
            }
            let score = score / length;
            if (candidates.takes(score) || others.takes(score))
                && let Some(held) = &self.held[slot]
                && Some(held.id) != itself
            {
                if may_be_found(held) {
                    candidates.offer(score, held);
                } else {
                    others.offer(score, held);
                }
            }
        }
        (candidates.into_held(), others.into_held())
    }
}

/// The best so far.
struct Best<'a> {
    room: usize,
    /// The worst of them first.
    kept: BTreeSet<Scored<'a>>,
}

struct Scored<'a> {
    score: f32,
    held: &'a Held,
}

impl Ord for Scored<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then(self.held.id.cmp(&other.held.id))
    }
}

impl PartialOrd for Scored<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Scored<'_> {}

impl<'a> Best<'a> {
    fn of(room: usize) -> Self {
        Self {
            room,
            kept: BTreeSet::new(),
        }
    }

    fn takes(&self, score: f32) -> bool {
        self.kept.len() < self.room || self.kept.first().is_some_and(|worst| score >= worst.score)
    }

    fn offer(&mut self, score: f32, held: &'a Held) {
        if !self.takes(score) {
            return;
        }
        self.kept.insert(Scored { score, held });
        if self.kept.len() > self.room {
            self.kept.pop_first();
        }
    }

    fn into_held(self) -> Vec<&'a Held> {
        self.kept
            .into_iter()
            .rev()
            .map(|scored| scored.held)
            .collect()
    }
}
