//! `evaluate`: measuring what finds likenesses, on files of which the truth is known. It needs no database.

mod fit;
mod same_person;
mod similarity;

use std::path::Path;

use clap::Subcommand;

use super::start;

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum EvaluateCommand {
    /// How well questions that are substantially the same are found, and what the bands of the settings say
    Similarity(similarity::Options),
    /// How well one person's records are found, and how often two people are taken for one
    SamePerson(Box<same_person::Options>),
}

/// Measures it and prints what was found.
///
/// # Errors
/// Where a file cannot be read or is not what the options say.
pub fn carry_out(config: &Path, command: &EvaluateCommand) -> anyhow::Result<()> {
    match command {
        EvaluateCommand::Similarity(options) => {
            let thresholds = start::settings(config)?.similarity.thresholds;
            print!("{}", similarity::evaluate(options, thresholds)?);
        }
        EvaluateCommand::SamePerson(options) => {
            print!("{}", same_person::evaluate(options)?);
        }
    }
    Ok(())
}
