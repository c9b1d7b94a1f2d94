//! FLOOR 4: the command line, and the start of everything.
//!
//! Each subcommand is a file. What a command prints for a person or a program goes to standard output; the log goes to
//! standard error.

mod backup;
mod bounces;
mod check;
mod erase;
mod evaluate;
mod import;
mod restore;
mod serve;
mod staff;
mod start;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{mail, service::remove_personal_details, web::api};
use start::{Started, seed};

/// A council's public question time: residents' questions, the officer's decisions, the chair's clocks.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// The directory with the settings.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "config",
        env = "PQT_CONFIG"
    )]
    config: PathBuf,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve, which is also what happens without a subcommand: brings the database up to date and answers requests
    Serve,
    /// Bring the database up to date
    Migrate,
    /// Fill an empty database with boards, past meetings and a demonstration (development only)
    Seed,
    /// Look after staff accounts
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// Take over what others publish
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Check the settings and the database, and change nothing
    Check,
    /// Copy the database into a new file while the service runs (SQLite)
    Backup {
        /// The new file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Make nothing: check that a copy made before can be restored.
        #[arg(long)]
        check: bool,
    },
    /// Put a copy in the place of the database, without those whose details were removed since (SQLite, with the service stopped)
    Restore {
        /// The copy.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A journal of erasures kept elsewhere, where the one of this machine is lost.
        #[arg(long, value_name = "JOURNAL")]
        erasures: Option<PathBuf>,
    },
    /// Read reports of letters that came back, from a file, a folder, a Maildir or standard input
    Bounces(bounces::Bounces),
    /// Remove personal details, drafts and sessions whose time is over
    Purge,
    /// Remove the personal details of one question before they are due
    Erase {
        /// Its reference, such as PQ-2026-7KX4.
        #[arg(value_name = "REFERENCE")]
        reference: String,
        /// Why, for the audit trail. It must name nobody.
        #[arg(long)]
        reason: String,
    },
    /// Measure how well the service judges, on files with known answers
    #[command(subcommand)]
    Evaluate(evaluate::EvaluateCommand),
    /// Print the document of the REST API (OpenAPI 3.1)
    Openapi,
    /// Write every letter with invented details into a directory
    Letters {
        /// The directory.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match carry_out(&cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("public-question-time: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(cli: &Cli) -> anyhow::Result<ExitCode> {
    if let Some(Command::Openapi) = cli.command {
        println!("{}", api::document().to_pretty_json()?);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(Command::Evaluate(command)) = &cli.command {
        evaluate::carry_out(&cli.config, command)?;
        return Ok(ExitCode::SUCCESS);
    }
    let settings = start::settings(&cli.config)?;
    start::log(&settings.log)?;
    match cli.command.as_ref().unwrap_or(&Command::Serve) {
        Command::Serve => return serve::serve(Started::open(settings)?),
        Command::Check => return check::check(&settings),
        Command::Backup { file, check } => backup::backup(&settings, file, *check)?,
        Command::Restore { file, erasures } => {
            restore::restore(&settings, file, erasures.as_deref())?;
        }
        Command::Erase { reference, reason } => {
            erase::erase(&Started::open(settings)?.service, reference, reason)?;
        }
        Command::Migrate => {
            let run = Started::open(settings)?.migrated;
            println!("{} migrations run", run.len());
        }
        Command::Seed => {
            let started = Started::open(settings)?;
            let loaded = seed(&started.service)?;
            println!(
                "{}",
                if loaded {
                    "Seeds loaded"
                } else {
                    "Nothing loaded: there are boards already"
                }
            );
        }
        Command::Import(command) => {
            import::carry_out(&Started::open(settings)?.service, command)?;
        }
        Command::Staff(command) => staff::carry_out(&Started::open(settings)?.service, command)?,
        Command::Bounces(command) => {
            return bounces::carry_out(&Started::open(settings)?.service, command);
        }
        Command::Purge => {
            let started = Started::open(settings)?;
            remove_personal_details::remove_again(&started.service)?;
            let removed = remove_personal_details::remove_what_is_due(&started.service)?;
            println!(
                "Removed: the details of {} questioners, {} drafts, {} sessions, {} letters",
                removed.questioners, removed.drafts, removed.sessions, removed.letters
            );
        }
        // carried out above: they need no settings
        Command::Openapi | Command::Evaluate(_) => {}
        Command::Letters { out } => {
            mail::write_samples(&settings, out)?;
            println!("Written to {}", out.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}
