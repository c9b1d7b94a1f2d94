//! `evaluate same-person`: records of which the person is known, each compared with each as the product compares the questioners
//! of one meeting.

mod measure;
mod records;

use std::{fmt, path::PathBuf};

use clap::Args;

use self::{
    measure::{Measured, Tally},
    records::Table,
};
use crate::domain::{
    same_person::likeness::{SHOWN_FROM, VERY_LIKELY_FROM},
    text::grouped,
};

/// The files, and which column is what. A column that is not named is looked for under its usual names.
#[derive(Debug, Args)]
pub struct Options {
    /// CSV files with a header; several are taken together
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    records: Vec<PathBuf>,
    /// The column that says which records are one person
    #[arg(long, value_name = "COLUMN")]
    person: Option<String>,
    /// What of that column is the person, as a regular expression: its first group, or else the whole match. Records named like
    /// rec-12-org and rec-12-dup-0 need none
    #[arg(long, value_name = "REGEX")]
    person_pattern: Option<regex::Regex>,
    /// The column with the full name
    #[arg(long, value_name = "COLUMN")]
    name: Option<String>,
    /// The column with the first name
    #[arg(long, value_name = "COLUMN")]
    given_name: Option<String>,
    /// The column with middle names
    #[arg(long, value_name = "COLUMN")]
    middle_name: Option<String>,
    /// The column with the surname
    #[arg(long, value_name = "COLUMN")]
    surname: Option<String>,
    /// The column with the e-mail address
    #[arg(long, value_name = "COLUMN")]
    email: Option<String>,
    /// The column with the postcode
    #[arg(long, value_name = "COLUMN")]
    postcode: Option<String>,
    /// The columns with the number and the street, parted by commas
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    address: Option<Vec<String>>,
    /// The column with the organisation
    #[arg(long, value_name = "COLUMN")]
    organisation: Option<String>,
    /// Compare each record with each up to so many records, beyond them only records that share a blocking key
    #[arg(long, value_name = "RECORDS", default_value_t = 5_000)]
    all_pairs_up_to: usize,
    /// The weights to measure besides the product's own
    #[arg(
        long,
        value_name = "WEIGHTS",
        value_delimiter = ',',
        allow_hyphen_values = true,
        default_values_t = [-2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    )]
    weights: Vec<f64>,
    /// Print so many pairs that were missed and so many false alarms, with the names
    #[arg(long, value_name = "PAIRS", default_value_t = 0)]
    examples: usize,
}

/// What an evaluation says.
#[derive(Debug)]
pub struct Report {
    table: Table,
    measured: Measured,
    all_pairs_up_to: usize,
}

/// Reads the files and measures.
///
/// # Errors
/// Where a file cannot be read, or lacks a column that was named or that is needed.
pub fn evaluate(options: &Options) -> anyhow::Result<Report> {
    let table = records::read(options)?;
    let measured = measure::measure(
        &table.records,
        &options.weights,
        options.all_pairs_up_to,
        options.examples,
    )?;
    Ok(Report {
        table,
        measured,
        all_pairs_up_to: options.all_pairs_up_to,
    })
}

/// A share in per cent, a dash where there is nothing to share.
fn per_cent(part: u64, whole: u64) -> String {
    if whole == 0 {
        "-".to_owned()
    } else {
        format!("{:.2}%", part as f64 / whole as f64 * 100.0)
    }
}

fn count(number: u64) -> String {
    usize::try_from(number).map_or_else(|_| number.to_string(), grouped)
}

/// Precision and recall in one: 2 × found / (shown + true).
fn f1(tally: Tally, true_pairs: u64) -> String {
    let whole = tally.shown() + true_pairs;
    if whole == 0 {
        "-".to_owned()
    } else {
        format!("{:.4}", 2.0 * tally.found as f64 / whole as f64)
    }
}

impl Report {
    fn row(
        &self,
        f: &mut fmt::Formatter<'_>,
        what: &str,
        width: usize,
        tally: Tally,
    ) -> fmt::Result {
        let truth = self.measured.true_pairs;
        writeln!(
            f,
            "{what:<width$}  {:>10}  {:>8}  {:>12}  {:>9}  {:>7}",
            count(tally.found),
            per_cent(tally.found, truth),
            count(tally.false_alarms),
            per_cent(tally.found, tally.shown()),
            f1(tally, truth),
        )
    }

    fn heading(f: &mut fmt::Formatter<'_>, what: &str, width: usize) -> fmt::Result {
        writeln!(
            f,
            "\n{what:<width$}  {:>10}  {:>8}  {:>12}  {:>9}  {:>7}",
            "found", "recall", "false alarms", "precision", "F1"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, measured) = (&self.table, &self.measured);
        writeln!(f, "Columns: {}", table.columns.join("; "))?;
        writeln!(
            f,
            "Records: {}; persons: {}; true pairs: {}",
            grouped(table.records.len()),
            grouped(measured.persons),
            count(measured.true_pairs)
        )?;
        if table.without_person > 0 {
            writeln!(
                f,
                "Left aside, since they name no person: {} records",
                grouped(table.without_person)
            )?;
        }
        if measured.true_pairs == 0 {
            writeln!(
                f,
                "No person has two records. Does --person name the right column, or does it need --person-pattern?"
            )?;
        }
        let seconds = measured.took.as_secs_f64();
        writeln!(
            f,
            "Compared: {} pairs in {seconds:.1} s",
            count(measured.compared)
        )?;
        match measured.blocking {
            None => writeln!(f, "Each record with each, as at a meeting")?,
            Some(blocking) => {
                writeln!(
                    f,
                    "More than {} records: compared only where they share the postcode, the beginning of the name, the email address \
                     or the organisation. {} of the true pairs do, so recall is at most {}",
                    grouped(self.all_pairs_up_to),
                    count(blocking.reached),
                    per_cent(blocking.reached, measured.true_pairs)
                )?;
                if blocking.left_out > 0 {
                    writeln!(
                        f,
                        "Keys that too many records share, left out: {}",
                        grouped(blocking.left_out)
                    )?;
                }
            }
        }

        let width = 74;
        Self::heading(f, "As the product decides", width)?;
        self.row(f, "refused: an equal key", width, measured.refused)?;
        self.row(
            f,
            &format!("shown: very likely the same (weight from {VERY_LIKELY_FROM})"),
            width,
            measured.very_likely,
        )?;
        self.row(
            f,
            &format!("shown: possibly the same (by rule, or weight from {SHOWN_FROM})"),
            width,
            measured.possible,
        )?;
        let all = measured.refused + measured.very_likely + measured.possible;
        self.row(f, "refused or shown", width, all)?;

        Self::heading(f, "By the strongest reason", width)?;
        for (reason, tally) in &measured.reasons {
            self.row(f, &reason.words(), width, *tally)?;
        }

        Self::heading(f, "By weight alone", width)?;
        for (weight, tally) in &measured.weights {
            let odds = crate::domain::same_person::weights::probability(*weight);
            self.row(
                f,
                &format!("from weight {weight} (probability {odds:.3})"),
                width,
                *tally,
            )?;
        }

        for (title, examples) in [
            ("Missed", &measured.missed),
            ("False alarms", &measured.alarms),
        ] {
            if !examples.is_empty() {
                writeln!(f, "\n{title}")?;
            }
            for example in examples {
                writeln!(
                    f,
                    "{:6.1}  {}  |  {}{}",
                    example.weight,
                    table.records[example.one].shown,
                    table.records[example.other].shown,
                    example
                        .reason
                        .map(|reason| format!("  ({})", reason.words()))
                        .unwrap_or_default()
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    /// What the command says of a file with this text.
    fn run(text: &str, more: &[&str]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        fs::write(&file, text).unwrap();
        let mut line = vec!["evaluate", "--records", file.to_str().unwrap()];
        line.extend(more);
        let options = Line::try_parse_from(line).unwrap().options;
        evaluate(&options)
            .map(|report| report.to_string())
            .map_err(|error| format!("{error:#}"))
    }

    /// Rows in the manner of generated record-linkage sets, with blanks in the header and empty cells.
    const GENERATED: &str = "\u{feff}rec_id, given_name, surname, street_number, address_1, postcode\n\
        rec-1-org, winston, ogundipe, 12, example street, 4011\n\
        rec-1-dup-0, winstn, ogundipe, 12, exmaple street, 4011\n\
        rec-2-org, robert, tallow, 3, mill lane, 4814\n\
        rec-2-dup-0, bob, tallow, , mill lane, 4814\n\
        rec-2-dup-1, , tallow, 3, mill lane, 4814\n\
        rec-3-org, margaret, tallow, 3, mill lane, 4814\n\
        rec-4-org, zelda, quince, 7, cross road, 2602\n";

    fn line<'a>(said: &'a str, begins: &str) -> &'a str {
        said.lines()
            .find(|line| line.starts_with(begins))
            .unwrap_or_else(|| panic!("{begins} is not in {said}"))
    }

    #[test]
    fn a_generated_set_is_read_without_naming_anything() {
        let said = run(GENERATED, &[]).unwrap();
        assert!(
            said.contains("Records: 7; persons: 4; true pairs: 4"),
            "{said}"
        );
        assert!(said.contains("Compared: 21 pairs"), "{said}");
        assert!(said.contains("Each record with each"), "{said}");
        let all: Vec<&str> = line(&said, "refused or shown").split_whitespace().collect();
        // of the household of one surname, the one whose first name is missing may be either
        assert_eq!(all[3..7], ["4", "100.00%", "1", "80.00%"], "{said}");
        assert!(line(&said, "a short form").contains("at the same postcode"));
    }

    #[test]
    fn blocking_says_what_it_can_reach() {
        let said = run(GENERATED, &["--all-pairs-up-to", "3"]).unwrap();
        assert!(said.contains("4 of the true pairs do"), "{said}");
        let all: Vec<&str> = line(&said, "refused or shown").split_whitespace().collect();
        assert_eq!(all[3..6], ["4", "100.00%", "1"], "{said}");
    }

    #[test]
    fn columns_and_the_person_can_be_named() {
        let text = "who;Full Name;mail;zip\nA/1;Ann Example;ann@example.com;WA8 7QF\n\
            A/2;Ann Example;ANN@example.com;\nB/1;Bob Other;bob@example.com;WA7 2BB\n;Nobody;;\n";
        let said = run(
            text,
            &[
                "--person",
                "who",
                "--person-pattern",
                "^(.)/",
                "--name",
                "full_name",
                "--email",
                "mail",
            ],
        )
        .unwrap();
        assert!(
            said.contains("Records: 3; persons: 2; true pairs: 1"),
            "{said}"
        );
        assert!(
            said.contains("Left aside, since they name no person: 1"),
            "{said}"
        );
        let refused: Vec<&str> = line(&said, "refused: an equal key")
            .split_whitespace()
            .collect();
        assert_eq!(refused[4..6], ["1", "100.00%"], "{said}");
    }

    #[test]
    fn a_column_that_is_not_there_is_named_with_those_that_are() {
        let error = run(GENERATED, &["--surname", "last"]).unwrap_err();
        assert!(error.contains("no column \"last\" (--surname)"), "{error}");
        assert!(
            error.contains("\"rec_id\", \"given_name\", \"surname\""),
            "{error}"
        );
        let error = run("a,b\n1,2\n", &[]).unwrap_err();
        assert!(error.contains("--person"), "{error}");
        let error = run("rec_id,b\n1,2\n", &[]).unwrap_err();
        assert!(error.contains("--surname"), "{error}");
        assert!(run("", &[]).is_err());
    }

    #[test]
    fn persons_with_one_record_each_are_pointed_out() {
        let said = run("id,name\n1,Ann Example\n2,Bob Other\n", &["--person", "id"]).unwrap();
        assert!(said.contains("--person-pattern"), "{said}");
    }

    #[test]
    fn examples_show_what_was_missed_and_what_was_false() {
        let said = run(
            "id,name,postcode\n1,Ann Example,WA8 7QF\n1,Zoe Quince,WA7 2BB\n2,Ann Example,WA8 7QF\n",
            &["--person", "id", "--examples", "3"],
        )
        .unwrap();
        assert!(
            said.contains("Missed\n") && said.contains("False alarms\n"),
            "{said}"
        );
    }
}
