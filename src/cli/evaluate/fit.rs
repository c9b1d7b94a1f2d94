//! Learning how much each signal counts: conditional logistic regression, by which the right text is to come out above the others
//! that it was found among, and a logistic curve from the sum to a likelihood.

use std::fmt::{self, Write};

use crate::domain::similarity::signals::{SIGNALS, Signals};

/// The signals of all texts found in one search, and which of them is the right one, if it was found.
pub struct Example {
    pub signals: Vec<[f64; SIGNALS]>,
    pub right: Option<usize>,
}

/// How many parts the pairs are cut into: each is judged by what the others teach.
const PARTS: usize = 10;

/// What large weights cost, so that few pairs don't teach oddities.
const PENALTY: f64 = 0.1;

type Weights = [f64; SIGNALS];

/// Says the weights, and how pairs come out that did not teach them.
pub fn learn_from(out: &mut String, same: &[Example]) -> fmt::Result {
    let mut ranks = Vec::new();
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for part in 0..PARTS {
        let teaching: Vec<&Example> = others(same, part).collect();
        let weights = learn(&teaching);
        for example in same.iter().skip(part).step_by(PARTS) {
            ranks.push(example.right.map_or(usize::MAX, |right| {
                let sums: Vec<f64> = example.signals.iter().map(|s| sum(&weights, s)).collect();
                1 + sums.iter().filter(|sum| **sum > sums[right]).count()
            }));
        }
    }
    writeln!(out, "\ncross-validated, {PARTS} parts")?;
    for rank in [1, 3, 5, 10] {
        let within = ranks.iter().filter(|found| **found <= rank).count();
        writeln!(
            out,
            "recall at {rank:<2}             {:.3}",
            within as f64 / ranks.len() as f64
        )?;
    }
    let weights = learn(&same.iter().collect::<Vec<_>>());
    writeln!(out, "learnt from all  {weights:.2?}")?;
    writeln!(out, "in the service   {:.2?}", Signals::WEIGHTS)?;
    for example in same {
        for (place, signals) in example.signals.iter().enumerate() {
            let list = if Some(place) == example.right {
                &mut right
            } else {
                &mut wrong
            };
            list.push(sum(&Signals::WEIGHTS, signals));
        }
    }
    let (slope, middle) = curve(&right, &wrong);
    writeln!(
        out,
        "likelihood by the weights in the service: slope {slope:.3}, middle {middle:.2}"
    )?;
    Ok(())
}

fn others(all: &[Example], part: usize) -> impl Iterator<Item = &Example> {
    all.iter()
        .enumerate()
        .filter(move |(place, _)| place % PARTS != part)
        .map(|(_, example)| example)
}

fn sum(weights: &Weights, signals: &[f64; SIGNALS]) -> f64 {
    weights.iter().zip(signals).map(|(w, s)| w * s).sum()
}

/// Steps down the slope of the penalised loss, each signal at its own pace (Adam, Kingma and Ba 2015).
fn learn(examples: &[&Example]) -> Weights {
    let mut weights = [0.0; SIGNALS];
    let (mut mean, mut square) = ([0.0; SIGNALS], [0.0; SIGNALS]);
    for step in 1..=3000 {
        let mut slope = weights.map(|weight| 2.0 * PENALTY * weight);
        for example in examples {
            let Some(right) = example.right else {
                continue;
            };
            let sums: Vec<f64> = example.signals.iter().map(|s| sum(&weights, s)).collect();
            let most = sums.iter().copied().fold(f64::MIN, f64::max);
            let shares: Vec<f64> = sums.iter().map(|sum| (sum - most).exp()).collect();
            let total: f64 = shares.iter().sum();
            for (signals, share) in example.signals.iter().zip(&shares) {
                for (slope, signal) in slope.iter_mut().zip(signals) {
                    *slope += share / total * signal;
                }
            }
            for (slope, signal) in slope.iter_mut().zip(&example.signals[right]) {
                *slope -= signal;
            }
        }
        for place in 0..SIGNALS {
            mean[place] = 0.9 * mean[place] + 0.1 * slope[place];
            square[place] = 0.999 * square[place] + 0.001 * slope[place].powi(2);
            let (m, s) = (
                mean[place] / (1.0 - 0.9_f64.powi(step)),
                square[place] / (1.0 - 0.999_f64.powi(step)),
            );
            weights[place] -= 0.05 * m / (s.sqrt() + 1e-8);
        }
    }
    weights
}

/// The slope and the middle of the logistic curve through both lists, by Newton's steps, halved where they overshoot.
fn curve(right: &[f64], wrong: &[f64]) -> (f64, f64) {
    let labelled = || {
        right
            .iter()
            .map(|x| (x, 1.0))
            .chain(wrong.iter().map(|x| (x, -1.0)))
    };
    let loss = |slope: f64, base: f64| -> f64 {
        labelled()
            .map(|(x, sign)| (-sign * (slope * x + base)).exp().ln_1p())
            .sum()
    };
    let (mut slope, mut base) = (0.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
        for (x, sign) in labelled() {
            let likelihood = 1.0 / (1.0 + (-(slope * x + base)).exp());
            let (error, weight) = (
                (sign + 1.0) / 2.0 - likelihood,
                likelihood * (1.0 - likelihood),
            );
            g0 += error;
            g1 += error * x;
            h00 += weight;
            h01 += weight * x;
            h11 += weight * x * x;
        }
        let determinant = h00 * h11 - h01 * h01;
        let step = (
            (g1 * h00 - g0 * h01) / determinant,
            (g0 * h11 - g1 * h01) / determinant,
        );
        let before = loss(slope, base);
        let shorter = (0..30).map(|halvings| 0.5_f64.powi(halvings));
        let Some(by) =
            { shorter }.find(|by| loss(slope + by * step.0, base + by * step.1) < before)
        else {
            break;
        };
        slope += by * step.0;
        base += by * step.1;
    }
    (slope, -base / slope)
}
