//! `evaluate`: measuring what finds likenesses, on files of which the truth is known. It needs neither settings nor database.

mod same_person;

use clap::Subcommand;

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum EvaluateCommand {
    /// How well one person's records are found, and how often two people are taken for one
    SamePerson(Box<same_person::Options>),
}

/// Measures it and prints what was found.
///
/// # Errors
/// Where a file cannot be read or is not what the options say.
pub fn carry_out(command: &EvaluateCommand) -> anyhow::Result<()> {
    match command {
        EvaluateCommand::SamePerson(options) => {
            print!("{}", same_person::evaluate(options)?);
        }
    }
    Ok(())
}
