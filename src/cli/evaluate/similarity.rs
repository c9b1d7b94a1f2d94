//! `evaluate similarity`: how well questions that are substantially the same are found, on pairs that officials judged.
//!
//! The files are those of petitions to the UK Parliament: each with its text and dates, the pairs of which moderators rejected one
//! as the same as the other, and pairs that they let stand side by side. A rejected petition is looked for, on the day of its
//! rejection, among those opened in the 183 days before it.

use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Write},
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, ValueEnum};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use super::fit;
use crate::domain::{
    id::QuestionId,
    similarity::{Archive, Asked, Band, Match, Thresholds},
};

/// How long before the rejection a petition may have been opened to be found.
const WINDOW: TimeDelta = TimeDelta::days(183);

/// The ranks up to which recall is printed.
const RANKS: [usize; 4] = [1, 3, 5, 10];

/// Where the pairs are, and how they are looked at.
#[derive(Debug, Args)]
pub struct Options {
    /// The texts: a JSON object on each line, with id, action, background, additional_details, created_at and opened_at
    #[arg(long, value_name = "FILE")]
    petitions: PathBuf,

    /// Pairs that are the same: CSV with rejected_id, target_id and rejected_at
    #[arg(long, value_name = "FILE")]
    same: PathBuf,

    /// Pairs that are not: CSV with earlier_id and later_id
    #[arg(long, value_name = "FILE")]
    different: Option<PathBuf>,

    /// Which texts are held when one is looked for, to tell which words are rare and which texts are neighbours
    #[arg(long, value_enum, default_value_t = Known::Past)]
    known: Known,

    /// Learn the weights of the signals from the pairs, and print them with what cross-validation says of them
    #[arg(long)]
    fit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Known {
    /// Those written before, as in a council's service
    Past,
    /// All of the file
    All,
}

#[derive(Debug, Deserialize)]
struct Petition {
    id: u128,
    action: Option<String>,
    background: Option<String>,
    additional_details: Option<String>,
    created_at: DateTime<Utc>,
    opened_at: Option<DateTime<Utc>>,
}

impl Petition {
    fn asked(&self) -> Asked {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let rest = format!(
            "{}\n{}",
            text(&self.background),
            text(&self.additional_details)
        );
        Asked::with_request(&text(&self.action), &rest)
    }
}

#[derive(Debug, Deserialize)]
struct Same {
    rejected_id: u128,
    target_id: u128,
    rejected_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
struct Different {
    earlier_id: u128,
    later_id: u128,
}

/// What was found for a petition among those that it could be the same as.
struct Search {
    /// The one that it is compared with.
    other: QuestionId,
    /// How many there were to find.
    candidates: usize,
    matches: Vec<Match>,
    took: Duration,
}

impl Search {
    /// The place of the other one, from 1; those that were not compared closely share the last places.
    fn rank(&self) -> usize {
        let place = self.matches.iter().position(|found| found.id == self.other);
        place.map_or(self.candidates, |place| place + 1)
    }

    fn likelihood(&self) -> f64 {
        let found = self.matches.iter().find(|found| found.id == self.other);
        found.map_or(0.0, |found| found.likelihood)
    }
}

/// What was measured, in words.
///
/// # Errors
/// Where a file can't be read, or has nothing to look for.
pub fn evaluate(options: &Options, thresholds: Thresholds) -> anyhow::Result<String> {
    let mut said = String::new();
    let out = &mut said;
    let petitions = petitions(&options.petitions)?;
    let by_id: HashMap<u128, &Petition> = petitions.iter().map(|p| (p.id, p)).collect();
    let same: Vec<Same> = rows(&options.same)?;
    let searched = |pairs: Vec<(u128, u128, DateTime<Utc>)>| {
        Years::new(&petitions, options.known).search(&by_id, pairs)
    };
    let (found, missing) = searched(
        same.iter()
            .map(|pair| (pair.rejected_id, pair.target_id, pair.rejected_at))
            .collect(),
    );
    anyhow::ensure!(
        !found.is_empty(),
        "{} has no pair of which both texts are in {} and one could be found",
        options.same.display(),
        options.petitions.display()
    );
    writeln!(
        out,
        "{} texts; {} pairs that are the same, {} more left out because one text is missing or was not open then",
        petitions.len(),
        found.len(),
        missing,
    )?;
    recall(out, &found)?;
    let different = match &options.different {
        Some(file) => {
            let pairs: Vec<Different> = rows(file)?;
            let dated = pairs.iter().filter_map(|pair| {
                let later = by_id.get(&pair.later_id)?;
                Some((pair.later_id, pair.earlier_id, later.created_at))
            });
            let (found, missing) = searched(dated.collect());
            writeln!(
                out,
                "\n{} pairs that are different, {missing} more left out",
                found.len()
            )?;
            found
        }
        None => Vec::new(),
    };
    bands(out, &found, &different, thresholds)?;
    times(out, found.iter().chain(&different))?;
    if options.fit {
        fit::learn_from(out, &examples(&found))?;
    }
    Ok(said)
}

fn examples(searches: &[Search]) -> Vec<fit::Example> {
    searches
        .iter()
        .map(|search| fit::Example {
            signals: search.matches.iter().map(|m| m.signals.values()).collect(),
            right: search.matches.iter().position(|m| m.id == search.other),
        })
        .collect()
}

/// The texts in the order in which they were written, held one after the other.
struct Years<'a> {
    archive: Archive,
    coming: std::iter::Peekable<std::vec::IntoIter<&'a Petition>>,
    known: Known,
}

impl<'a> Years<'a> {
    fn new(petitions: &'a [Petition], known: Known) -> Self {
        let mut coming: Vec<_> = petitions.iter().collect();
        coming.sort_by_key(|petition| petition.created_at);
        Self {
            archive: Archive::default(),
            coming: coming.into_iter().peekable(),
            known,
        }
    }

    fn hold(&mut self, petition: &Petition) {
        let opened = petition.opened_at.map(|at| at.date_naive());
        self.archive
            .hold(id(petition.id), opened, &petition.asked());
    }

    /// Looks for each pair's first text on its day, and says how many pairs there was nothing to look for.
    fn search(
        mut self,
        by_id: &HashMap<u128, &Petition>,
        mut pairs: Vec<(u128, u128, DateTime<Utc>)>,
    ) -> (Vec<Search>, usize) {
        pairs.sort_by_key(|(_, _, at)| *at);
        let mut found = Vec::new();
        let mut missing = 0;
        for (new, other, at) in pairs {
            let known = self.known;
            while let Some(petition) = self
                .coming
                .next_if(|petition| known == Known::All || petition.created_at <= at)
            {
                self.hold(petition);
            }
            let open: HashSet<QuestionId> = by_id
                .values()
                .filter(|p| p.id != new)
                .filter(|p| {
                    p.opened_at
                        .is_some_and(|open| at - WINDOW <= open && open <= at)
                })
                .map(|p| id(p.id))
                .collect();
            let (Some(petition), true) = (by_id.get(&new), open.contains(&id(other))) else {
                missing += 1;
                continue;
            };
            let asked = petition.asked();
            #[allow(clippy::disallowed_methods, reason = "the measurement")]
            let began = std::time::Instant::now();
            let matches = self.archive.find(
                &asked,
                Some(id(new)),
                |id, _| open.contains(&id),
                usize::MAX,
            );
            found.push(Search {
                other: id(other),
                candidates: open.len(),
                matches,
                took: began.elapsed(),
            });
        }
        (found, missing)
    }
}

fn recall(out: &mut String, found: &[Search]) -> fmt::Result {
    let count = found.len() as f64;
    let candidates: usize = found.iter().map(|search| search.candidates).sum();
    writeln!(
        out,
        "each is looked for among {:.0} on average\n",
        candidates as f64 / count
    )?;
    for rank in RANKS {
        let within = found.iter().filter(|search| search.rank() <= rank).count();
        writeln!(
            out,
            "recall at {rank:<2}             {:.3}",
            within as f64 / count
        )?;
    }
    let reciprocal: f64 = found.iter().map(|search| 1.0 / search.rank() as f64).sum();
    writeln!(out, "mean reciprocal rank     {:.3}", reciprocal / count)
}

/// How many pairs are in each band, and how many of them rightly.
fn bands(
    out: &mut String,
    same: &[Search],
    different: &[Search],
    thresholds: Thresholds,
) -> fmt::Result {
    let of = |search: &Search| thresholds.band(search.likelihood());
    let shown = |from: fn(Option<Band>) -> bool| {
        let right = same.iter().filter(|search| from(of(search))).count();
        let wrong = different.iter().filter(|search| from(of(search))).count();
        let matches = same.iter().flat_map(|search| &search.matches);
        let all = matches
            .filter(|m| from(thresholds.band(m.likelihood)))
            .count();
        (right, wrong, all)
    };
    writeln!(
        out,
        "\nband                      likelihood  precision                    recall"
    )?;
    writeln!(
        out,
        "                                      labelled pairs  all shown"
    )?;
    for (name, least, from) in [
        (
            "almost certainly the same",
            thresholds.strong,
            (|band| band == Some(Band::Strong)) as fn(Option<Band>) -> bool,
        ),
        ("probably related, or so", thresholds.related, |band| {
            band.is_some()
        }),
    ] {
        let (right, wrong, all) = shown(from);
        let share = |part: usize, of: usize| {
            if of == 0 {
                "-".to_owned()
            } else {
                format!("{:.3} ({part} of {of})", part as f64 / of as f64)
            }
        };
        let labelled = if different.is_empty() {
            0
        } else {
            right + wrong
        };
        writeln!(
            out,
            "{name:<25} from {least:.2}   {}   {}   {}",
            share(right, labelled),
            share(right, all),
            share(right, same.len()),
        )?;
    }
    writeln!(
        out,
        "\"All shown\" are all matches of the rejected ones; where more than one is the same, only the one that was named counts as right."
    )
}

fn times<'a>(out: &mut String, searches: impl Iterator<Item = &'a Search>) -> fmt::Result {
    let mut times: Vec<Duration> = searches.map(|search| search.took).collect();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    writeln!(
        out,
        "\ntime for a search: {:.2} ms in the median, {:.2} ms at the 99th percentile, {:.2} ms at most",
        at(0.5),
        at(0.99),
        at(1.0)
    )
}

fn id(number: u128) -> QuestionId {
    Uuid::from_u128(number).into()
}

fn petitions(file: &Path) -> anyhow::Result<Vec<Petition>> {
    let name = file.display();
    let open = File::open(file).with_context(|| format!("{name} can't be opened"))?;
    BufReader::new(open)
        .lines()
        .enumerate()
        .map(|(number, line)| {
            let line = line.with_context(|| format!("{name} can't be read"))?;
            serde_json::from_str(&line)
                .with_context(|| format!("line {} of {name} is no petition", number + 1))
        })
        .collect()
}

fn rows<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    let name = file.display();
    csv::Reader::from_path(file)
        .with_context(|| format!("{name} can't be opened"))?
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("{name} can't be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(directory: &Path, name: &str, lines: &[String]) -> PathBuf {
        let file = directory.join(name);
        std::fs::write(&file, lines.join("\n")).unwrap();
        file
    }

    fn petition(id: u32, day: u32, open: bool, action: &str) -> String {
        let at = format!("2023-03-{day:02}T10:00:00.000Z");
        let opened = if open { Some(&at) } else { None };
        serde_json::json!({
            "id": id, "action": action, "background": "It matters to everybody who lives here.",
            "additional_details": null, "created_at": at, "opened_at": opened, "state": "closed",
        })
        .to_string()
    }

    fn options(directory: &Path, same: &str, different: Option<&str>) -> Options {
        let petitions = [
            petition(1, 1, true, "Mend the street lights of Example Road"),
            petition(2, 2, true, "Plant trees in Sample Park"),
            petition(3, 3, true, "Let trams run to Sampleton on Sundays"),
            petition(4, 4, false, "Repair the street lights on Example Road"),
            petition(5, 5, false, "Fund the swimming baths"),
        ];
        let csv = |name: &str, text: &str| written(directory, name, &[text.to_owned()]);
        Options {
            petitions: written(directory, "petitions.jsonl", &petitions),
            same: csv("same.csv", same),
            different: different.map(|text| csv("different.csv", text)),
            known: Known::Past,
            fit: true,
        }
    }

    const THRESHOLDS: Thresholds = Thresholds {
        strong: 0.9,
        related: 0.15,
    };

    #[test]
    fn what_is_found_and_what_is_not_are_counted() {
        let directory = tempfile::tempdir().unwrap();
        // the lights are found; of the trees and the baths nobody could say that they are one; no target was open for the last
        let same = "rejected_id,target_id,rejected_at\n\
            4,1,2023-03-06T10:00:00.000Z\n\
            5,2,2023-03-06T10:00:00.000Z\n\
            4,1,2024-03-06T10:00:00.000Z\n\
            4,77,2023-03-06T10:00:00.000Z\n";
        let different = "earlier_id,later_id\n1,3\n2,3\n";
        let options = options(directory.path(), same, Some(different));
        let said = evaluate(&options, THRESHOLDS).unwrap();
        for line in [
            "5 texts; 2 pairs that are the same, 2 more left out",
            "each is looked for among 3 on average",
            "recall at 1              0.500",
            "2 pairs that are different, 0 more left out",
            "1.000 (1 of 1)",
            "0.500 (1 of 2)",
            "cross-validated",
        ] {
            assert!(said.contains(line), "{line:?} in:\n{said}");
        }
    }

    #[test]
    fn a_file_that_is_not_right_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let wrong = |same: &str| {
            let options = options(directory.path(), same, None);
            format!("{:#}", evaluate(&options, THRESHOLDS).unwrap_err())
        };
        assert!(wrong("rejected_id,target_id\n4,1\n").contains("same.csv can't be read"));
        let nothing = wrong("rejected_id,target_id,rejected_at\n");
        assert!(nothing.contains("no pair"), "{nothing}");
        let mut gone = options(directory.path(), "", None);
        gone.petitions = directory.path().join("gone.jsonl");
        let error = format!("{:#}", evaluate(&gone, THRESHOLDS).unwrap_err());
        assert!(error.contains("gone.jsonl can't be opened"), "{error}");
    }
}
