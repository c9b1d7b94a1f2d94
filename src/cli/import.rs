//! `import`: taking over what others publish.

use std::path::PathBuf;

use clap::Subcommand;

use crate::{
    import::postcodes,
    service::{Service, actor::Acting},
};

/// What is imported.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Replace the directory of the borough's postcodes by what ONSPD, NSPL or Code-Point Open say
    Postcodes {
        /// The CSV file, or several that make one directory, as Code-Point Open comes.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// Imports it.
///
/// # Errors
/// Where a file is not what it should be; nothing has been changed then.
pub fn carry_out(service: &Service, command: &ImportCommand) -> anyhow::Result<()> {
    match command {
        ImportCommand::Postcodes { files } => {
            print!("{}", postcodes::import(service, &Acting::system(), files)?);
        }
    }
    Ok(())
}
