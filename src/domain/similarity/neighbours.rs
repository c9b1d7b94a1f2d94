//! Two texts are alike where a third is like both.
//!
//! "Barbecues on the moor" and "disposable grills" share no word, but a text that has both words stands between them. Each text is
//! moved towards those that are most like it, and the angles are measured again. This is what a latent space learnt from the texts
//! would tell, without learning one: only the texts found count, so it is always of the present state, and the same on every node.

use super::vocabulary::Term;

/// Towards how many texts each is moved.
const NEAREST: usize = 10;

/// Only towards texts at least as like it as this.
const LEAST: f32 = 0.15;

/// How far, as a share of how like it they are.
const PULL: f32 = 0.5;

/// Directions of texts, each of length 1: words with weights.
pub(super) type Direction = Vec<(Term, f32)>;

/// How like the first of the texts each of the others is, once every text has been moved towards its neighbours.
pub(super) fn likeness_to_first(directions: &[Direction]) -> Vec<f64> {
    let count = directions.len();
    let products = products(directions);
    let product = |a: usize, b: usize| products[a * count + b];
    let neighbours: Vec<Vec<(usize, f32)>> = (0..count)
        .map(|text| {
            let mut near: Vec<(usize, f32)> = (0..count)
                .filter(|other| *other != text)
                .map(|other| (other, product(text, other)))
                .filter(|(_, likeness)| *likeness > LEAST)
                .collect();
            near.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            near.truncate(NEAREST);
            for (_, likeness) in &mut near {
                *likeness *= PULL;
            }
            near
        })
        .collect();
    let Some(first) = neighbours.first() else {
        return Vec::new();
    };
    // the first text, moved, against each text where it stood
    let moved: Vec<f32> = (0..count)
        .map(|text| {
            let pulled: f32 = first
                .iter()
                .map(|(near, by)| by * product(*near, text))
                .sum();
            product(0, text) + pulled
        })
        .collect();
    let both_moved = |text: usize| {
        let pulled: f32 = neighbours[text]
            .iter()
            .map(|(near, by)| by * moved[*near])
            .sum();
        moved[text] + pulled
    };
    let length = |text: usize| {
        let near = &neighbours[text];
        let mut square = product(text, text);
        for &(one, by) in near {
            square += 2.0 * by * product(text, one);
            for &(other, also) in near {
                square += by * also * product(one, other);
            }
        }
        square.sqrt()
    };
    let own = length(0);
    (1..count)
        .map(|text| {
            let lengths = own * length(text);
            if lengths > 0.0 {
                f64::from(both_moved(text) / lengths).clamp(0.0, 1.0)
            } else {
                0.0
            }
        })
        .collect()
}

/// The product of each direction with each other.
fn products(directions: &[Direction]) -> Vec<f32> {
    let count = directions.len();
    let mut held: Vec<(Term, usize, f32)> = directions
        .iter()
        .enumerate()
        .flat_map(|(text, direction)| {
            direction
                .iter()
                .map(move |&(term, weight)| (term, text, weight))
        })
        .collect();
    held.sort_unstable_by_key(|&(term, text, _)| (term, text));
    let mut products = vec![0.0; count * count];
    for holders in held.chunk_by(|a, b| a.0 == b.0) {
        for (place, &(_, a, weight)) in holders.iter().enumerate() {
            for &(_, b, other) in &holders[place..] {
                products[a * count + b] += weight * other;
            }
        }
    }
    for a in 0..count {
        for b in 0..a {
            products[a * count + b] = products[b * count + a];
        }
    }
    products
}
