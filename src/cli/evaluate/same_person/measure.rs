//! Comparing the records and counting what is found.

use std::{
    collections::HashMap,
    ops::{Add, AddAssign},
    thread,
    time::Duration,
};

use super::records::Record;
use crate::domain::same_person::{Comparison, Likelihood, Likeness, compare};

/// A key that more records share than this is left out: it says little and would cost the square.
const MOST_FOR_A_KEY: usize = 3_000;

/// What some rule shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Pairs that are one person.
    pub found: u64,
    /// Pairs that are two.
    pub false_alarms: u64,
}

impl Tally {
    /// All that it shows.
    pub fn shown(self) -> u64 {
        self.found + self.false_alarms
    }

    fn count(&mut self, one_person: bool) {
        if one_person {
            self.found += 1;
        } else {
            self.false_alarms += 1;
        }
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            found: self.found + other.found,
            false_alarms: self.false_alarms + other.false_alarms,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// A pair to be shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example {
    /// Its weight.
    pub weight: f64,
    /// The place of one record.
    pub one: usize,
    /// The place of the other.
    pub other: usize,
    /// The strongest reason, if any.
    pub reason: Option<Likeness>,
}

/// What blocking reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocking {
    /// True pairs that share a key.
    pub reached: u64,
    /// Keys that were left out.
    pub left_out: usize,
}

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// Persons.
    pub persons: usize,
    /// Pairs of records of one person.
    pub true_pairs: u64,
    /// Pairs compared.
    pub compared: u64,
    /// How long that took.
    pub took: Duration,
    /// What blocking reaches; none where each was compared with each.
    pub blocking: Option<Blocking>,
    /// Equal keys.
    pub refused: Tally,
    /// Shown as very likely the same.
    pub very_likely: Tally,
    /// Shown as possibly the same.
    pub possible: Tally,
    /// By the strongest reason, what finds most first.
    pub reasons: Vec<(Likeness, Tally)>,
    /// By weight alone.
    pub weights: Vec<(f64, Tally)>,
    /// Pairs of one person that are not shown.
    pub missed: Vec<Example>,
    /// Pairs of two that are.
    pub alarms: Vec<Example>,
}

/// What one thread counts.
#[derive(Debug)]
struct Counts {
    compared: u64,
    reached: u64,
    refused: Tally,
    very_likely: Tally,
    possible: Tally,
    reasons: HashMap<Likeness, Tally>,
    weights: Vec<Tally>,
    missed: Vec<Example>,
    alarms: Vec<Example>,
}

impl Counts {
    fn new(weights: usize) -> Self {
        Self {
            compared: 0,
            reached: 0,
            refused: Tally::default(),
            very_likely: Tally::default(),
            possible: Tally::default(),
            reasons: HashMap::new(),
            weights: vec![Tally::default(); weights],
            missed: Vec::new(),
            alarms: Vec::new(),
        }
    }

    fn count(
        &mut self,
        compared: &Comparison,
        one_person: bool,
        (one, other): (usize, usize),
        weights: &[f64],
        examples: usize,
    ) {
        self.compared += 1;
        self.reached += u64::from(one_person);
        for (tally, weight) in self.weights.iter_mut().zip(weights) {
            if compared.weight >= *weight {
                tally.count(one_person);
            }
        }
        let reason = compared.reasons.first().copied();
        let example = Example {
            weight: compared.weight,
            one,
            other,
            reason,
        };
        match (reason, compared.likelihood()) {
            (Some(strongest), Some(likelihood)) => {
                if strongest.refuses() {
                    self.refused.count(one_person);
                } else if likelihood == Likelihood::VeryLikely {
                    self.very_likely.count(one_person);
                } else {
                    self.possible.count(one_person);
                }
                self.reasons.entry(strongest).or_default().count(one_person);
                if !one_person && self.alarms.len() < examples {
                    self.alarms.push(example);
                }
            }
            _ if one_person && self.missed.len() < examples => self.missed.push(example),
            _ => {}
        }
    }

    fn add(&mut self, other: Self) {
        self.compared += other.compared;
        self.reached += other.reached;
        self.refused += other.refused;
        self.very_likely += other.very_likely;
        self.possible += other.possible;
        for (reason, tally) in other.reasons {
            *self.reasons.entry(reason).or_default() += tally;
        }
        for (sum, more) in self.weights.iter_mut().zip(other.weights) {
            *sum += more;
        }
        self.missed.extend(other.missed);
        self.alarms.extend(other.alarms);
    }
}

/// Records under each key that they share, each record's keys in order.
struct Blocks {
    of: Vec<Vec<u32>>,
    members: Vec<Vec<u32>>,
    left_out: usize,
}

impl Blocks {
    fn of(records: &[Record]) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut members: Vec<Vec<u32>> = Vec::new();
        let mut of = Vec::with_capacity(records.len());
        for (place, record) in (0..).zip(records) {
            let mut keys: Vec<u32> = Vec::new();
            for key in record.profile.blocking_keys() {
                let next = u32::try_from(members.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(key).or_insert(next);
                if number == next {
                    members.push(Vec::new());
                }
                if let Some(block) = members.get_mut(number as usize) {
                    block.push(place);
                    keys.push(number);
                }
            }
            keys.sort_unstable();
            of.push(keys);
        }
        let mut left_out = 0;
        for block in &mut members {
            if block.len() > MOST_FOR_A_KEY {
                block.clear();
                left_out += 1;
            }
        }
        for keys in &mut of {
            keys.retain(|key| !members[*key as usize].is_empty());
        }
        Self {
            of,
            members,
            left_out,
        }
    }

    /// The first key that both share: the one under which a pair is compared.
    fn first_shared(&self, one: usize, other: usize) -> Option<u32> {
        let theirs = &self.of[other];
        self.of[one]
            .iter()
            .find(|key| theirs.binary_search(key).is_ok())
            .copied()
    }
}

/// Compares each record with each up to `all_pairs_up_to` records, beyond them those that share a key.
///
/// # Errors
/// Where a comparison fails.
#[expect(
    clippy::disallowed_methods,
    reason = "how long it took is told, nothing is decided by it"
)]
pub(super) fn measure(
    records: &[Record],
    weights: &[f64],
    all_pairs_up_to: usize,
    examples: usize,
) -> anyhow::Result<Measured> {
    let mut sizes: HashMap<usize, u64> = HashMap::new();
    for record in records {
        *sizes.entry(record.person).or_default() += 1;
    }
    let began = std::time::Instant::now();
    let blocks = (records.len() > all_pairs_up_to).then(|| Blocks::of(records));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut counts = Counts::new(weights.len());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let blocks = blocks.as_ref();
                scope.spawn(move || {
                    let mut counts = Counts::new(weights.len());
                    let mut pair = |one: usize, other: usize| {
                        let (a, b) = (&records[one], &records[other]);
                        let compared = compare(&a.profile, &b.profile);
                        counts.count(
                            &compared,
                            a.person == b.person,
                            (one, other),
                            weights,
                            examples,
                        );
                    };
                    match blocks {
                        None => {
                            for one in (worker..records.len()).step_by(threads) {
                                for other in one + 1..records.len() {
                                    pair(one, other);
                                }
                            }
                        }
                        Some(blocks) => {
                            let mine = (0_u32..).zip(&blocks.members).skip(worker).step_by(threads);
                            for (key, block) in mine {
                                for (place, &one) in block.iter().enumerate() {
                                    for &other in &block[place + 1..] {
                                        let (one, other) = (one as usize, other as usize);
                                        if blocks.first_shared(one, other) == Some(key) {
                                            pair(one, other);
                                        }
                                    }
                                }
                            }
                        }
                    }
                    counts
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| {
            let counted = worker
                .join()
                .map_err(|_| anyhow::anyhow!("comparing the records failed"))?;
            counts.add(counted);
            anyhow::Ok(())
        })
    })?;
    let mut reasons: Vec<_> = counts.reasons.into_iter().collect();
    reasons.sort_by(|(reason_a, a), (reason_b, b)| {
        b.shown().cmp(&a.shown()).then(reason_a.cmp(reason_b))
    });
    counts.missed.truncate(examples);
    counts.alarms.truncate(examples);
    Ok(Measured {
        persons: sizes.len(),
        true_pairs: sizes.values().map(|n| n * (n - 1) / 2).sum(),
        compared: counts.compared,
        took: began.elapsed(),
        blocking: blocks.map(|blocks| Blocking {
            reached: counts.reached,
            left_out: blocks.left_out,
        }),
        refused: counts.refused,
        very_likely: counts.very_likely,
        possible: counts.possible,
        reasons,
        weights: weights.iter().copied().zip(counts.weights).collect(),
        missed: counts.missed,
        alarms: counts.alarms,
    })
}
