//! How long a search for questions that are substantially the same takes, what the archive costs, and how each grows.
//!
//!     cargo bench --bench similarity
//!     cargo bench --bench similarity -- --up-to 100000
//!
//! One thread. The texts are made up: words as frequent as in English (Zipf's law), a greeting, a preamble on one of many matters,
//! and a question at the end, 60 to 140 words in all. A tenth of what is looked for says in other words what a text that is held
//! says.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures, and nothing is decided by it"
)]

use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use clap::Parser;
use public_question_time::domain::{
    id::QuestionId,
    similarity::{Archive, Asked},
};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use uuid::Uuid;

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// How many words there are to choose from.
const WORDS: usize = 200_000;

/// How many matters people ask about, and how many words belong to each.
const MATTERS: usize = 2_000;
const OF_A_MATTER: usize = 40;

/// How many searches are timed.
const SEARCHES: usize = 1_000;

/// How long a search for questions that are substantially the same takes.
#[derive(Parser)]
struct Arguments {
    /// The most questions that are held.
    #[arg(long, default_value_t = 1_000_000)]
    up_to: usize,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    println!(
        "questions   built in   a search: median   99 of 100   of six months   a change   memory   for each"
    );
    for size in SIZES.into_iter().filter(|size| *size <= arguments.up_to) {
        measure(size);
    }
}

fn measure(size: usize) {
    let language = Language::new();
    let mut random = SmallRng::seed_from_u64(size as u64);
    let first_day = NaiveDate::from_ymd_opt(2016, 1, 1).expect("a day");
    // ten years of meetings
    let put_on = |number: usize| first_day + Days::new((number * 3650 / size) as u64);
    let before = memory();
    let mut archive = Archive::default();
    let mut building = Duration::ZERO;
    let mut kept = Vec::new();
    for number in 0..size {
        let matter = random.random_range(0..MATTERS);
        let text = language.text(matter, &mut random);
        let began = Instant::now();
        archive.hold(id(number), Some(put_on(number)), &Asked::read(&text));
        building += began.elapsed();
        if number % (size / 100) == 0 {
            kept.push(matter);
        }
    }
    let used = memory().saturating_sub(before);
    let looked_for: Vec<String> = (0..SEARCHES)
        .map(|number| {
            let matter = if number % 10 == 0 {
                kept[number % kept.len()]
            } else {
                random.random_range(0..MATTERS)
            };
            language.text(matter, &mut random)
        })
        .collect();
    let since = put_on(size) - Days::new(183);
    let everything = timed(&looked_for, |text| {
        archive.find(&Asked::read(text), None, |_, _| true, 5).len()
    });
    let recent = timed(&looked_for, |text| {
        archive
            .find(&Asked::read(text), None, |_, put_on| put_on >= since, 5)
            .len()
    });
    let changes = timed(&looked_for[..100], |text| {
        let number = text.len() % size;
        archive_with(&mut archive, number, put_on(number), text)
    });
    println!(
        "{size:>9} {:>9.1} s {:>15.2} ms {:>8.2} ms {:>12.2} ms {:>7.2} ms {:>5} MB {:>7.1} KB",
        building.as_secs_f64(),
        milliseconds(everything.0),
        milliseconds(everything.1),
        milliseconds(recent.0),
        milliseconds(changes.0),
        used / 1_000_000,
        used as f64 / size as f64 / 1000.0,
    );
}

fn archive_with(archive: &mut Archive, number: usize, put_on: NaiveDate, text: &str) -> usize {
    archive.hold(id(number), Some(put_on), &Asked::read(text));
    archive.len()
}

/// The median and the 99th percentile.
fn timed(texts: &[String], mut act: impl FnMut(&str) -> usize) -> (Duration, Duration) {
    let mut times: Vec<Duration> = texts
        .iter()
        .map(|text| {
            let began = Instant::now();
            std::hint::black_box(act(text));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn id(number: usize) -> QuestionId {
    Uuid::from_u128(number as u128).into()
}

/// What this process holds, in bytes; 0 where the system does not say.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Made-up words, each as frequent as its place says.
struct Language {
    words: Vec<String>,
    /// The share of all words that stand before each in the list, it included.
    up_to: Vec<f64>,
}

impl Language {
    fn new() -> Self {
        const LITTLE: &[&str] = &[
            "the", "of", "and", "to", "a", "in", "that", "is", "was", "for", "it", "with", "as",
            "on", "be", "at", "by", "this", "had", "not", "are", "but", "from", "or", "have", "an",
            "they", "which", "one", "you", "were", "all", "we", "her", "she", "there", "would",
            "their", "when", "who", "will", "more", "no", "if", "out", "so", "what", "up", "said",
        ];
        let words: Vec<String> = LITTLE
            .iter()
            .map(|word| (*word).to_owned())
            .chain((LITTLE.len()..WORDS).map(word))
            .collect();
        let mut sum = 0.0;
        let up_to = (1..=WORDS)
            .map(|place| {
                sum += 1.0 / (place as f64 + 2.7);
                sum
            })
            .collect();
        Self { words, up_to }
    }

    fn any(&self, random: &mut SmallRng) -> &str {
        let share = random.random::<f64>() * self.up_to[WORDS - 1];
        let place = self.up_to.partition_point(|up_to| *up_to < share);
        &self.words[place.min(WORDS - 1)]
    }

    fn of(&self, matter: usize, random: &mut SmallRng) -> &str {
        let number = random.random_range(0..OF_A_MATTER);
        // the words of a matter are neither the commonest nor the rarest
        &self.words[500 + (matter * 7919 + number * 104_729) % (WORDS / 4)]
    }

    fn sentence(&self, matter: usize, length: usize, random: &mut SmallRng) -> String {
        let words: Vec<&str> = (0..length)
            .map(|_| {
                if random.random_range(0..4) == 0 {
                    self.of(matter, random)
                } else {
                    self.any(random)
                }
            })
            .collect();
        words.join(" ")
    }

    fn text(&self, matter: usize, random: &mut SmallRng) -> String {
        let mut text = String::from("Dear Chair,\n\n");
        for _ in 0..random.random_range(3..7) {
            let length = random.random_range(12..20);
            text.push_str(&self.sentence(matter, length, random));
            text.push_str(". ");
        }
        text.push_str("\n\nWill the council ");
        text.push_str(&self.sentence(matter, 14, random));
        text.push('?');
        text
    }
}

/// A word that can be said, from a number.
fn word(mut number: usize) -> String {
    const SYLLABLES: [&str; 25] = [
        "ba", "ker", "di", "lo", "mun", "ta", "ri", "so", "pel", "va", "ne", "cho", "gar", "fi",
        "hu", "lin", "mo", "wes", "ya", "tro", "sel", "pi", "dun", "ca", "ro",
    ];
    let mut word = String::new();
    while number > 0 {
        word.push_str(SYLLABLES[number % SYLLABLES.len()]);
        number /= SYLLABLES.len();
    }
    word
}
