//! `evaluate`: measures how well the service judges, on files with known answers.

mod fit;
mod similarity;

use clap::Subcommand;

use crate::config::Settings;

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum EvaluateCommand {
    /// How well questions that are substantially the same are found
    Similarity(similarity::Options),
}

/// Measures and prints.
///
/// # Errors
/// Where a file can't be read.
pub fn carry_out(settings: &Settings, command: &EvaluateCommand) -> anyhow::Result<()> {
    match command {
        EvaluateCommand::Similarity(options) => {
            similarity::run(options, settings.similarity.thresholds)
        }
    }
}
