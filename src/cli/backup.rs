//! `backup`: a copy of the database, made while the service runs; and a look at one made before.

use std::path::Path;

use anyhow::{Context, bail};
use secrecy::ExposeSecret;

use super::start;
use crate::{
    config::Settings,
    private_files,
    store::{
        connection::DatabaseUrl,
        copies::{self, Examined},
    },
};

/// What to do instead on PostgreSQL.
const BY_POSTGRESQL: &str = "\
the database is PostgreSQL's, which makes and restores copies by its own means:

  pg_dump --format=custom --file=FILE --dbname=URL
  pg_restore --clean --if-exists --single-transaction --dbname=URL FILE     with every node stopped

URL is database.url without its password: put that into ~/.pgpass. At its next start each node removes again what its journal of
erasures (retention.journal) says was removed since.";

/// Makes a copy, or looks at one; says what it holds.
pub(super) fn backup(settings: &Settings, file: &Path, check: bool) -> anyhow::Result<()> {
    if check {
        let examined = copies::examine(file)?;
        println!("{}: can be restored", file.display());
        describe(&examined);
        if private_files::is_open_to_others(file)? {
            bail!(
                "{}: other accounts can read it: run chmod 600 on it",
                file.display()
            );
        }
        return Ok(());
    }
    let database = sqlite_file(settings)?;
    if !database.exists() {
        bail!("{}: there is no database yet", database.display());
    }
    let opened = start::store(settings)?;
    let examined = copies::make(&opened.store, file)?;
    // for whoever watches how old the last copy is
    let noted = private_files::beside(&database, ".backed-up");
    let mut options = std::fs::OpenOptions::new();
    private_files::open(options.create(true).write(true).truncate(true), &noted)
        .and_then(|mut stamp| {
            std::io::Write::write_all(&mut stamp, file.display().to_string().as_bytes())
        })
        .with_context(|| format!("the copy is made; {}", noted.display()))?;
    println!("{}: written and checked", file.display());
    describe(&examined);
    Ok(())
}

/// Returns the SQLite file of the settings.
///
/// # Errors
/// On PostgreSQL: what to do there.
pub(super) fn sqlite_file(settings: &Settings) -> anyhow::Result<std::path::PathBuf> {
    let url = DatabaseUrl::parse(settings.database.url.expose_secret()).context("database.url")?;
    match url.file() {
        Some(file) => Ok(file.to_owned()),
        None => bail!(BY_POSTGRESQL),
    }
}

/// Says what a copy holds.
pub(super) fn describe(examined: &Examined) {
    let last = examined.last_act.map_or_else(
        || "none".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
    );
    println!("  size: {} bytes", examined.bytes);
    println!("  last act: {last}");
    println!(
        "  meetings: {}, questions: {}, of them with personal details: {}",
        examined.meetings, examined.questions, examined.questioners
    );
    if !examined.pending.is_empty() {
        println!(
            "  made by an earlier release: restoring it runs {} migrations",
            examined.pending.len()
        );
    }
}
