//! Checking the settings and the database, without changing either.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use secrecy::ExposeSecret;

use super::start::{Opened, read_seeds, store};
use crate::{
    clock::{Clock, SystemClock},
    config::{Environment, MailTransport, Settings},
    private_files,
    store::{connection::DatabaseUrl, dialect, error::StoreError, migrate::SCHEMA},
};

/// How far the database's clock may be off this machine's, in milliseconds, before it is worth a word.
const CLOCKS_APART: i64 = 1000;

/// Says how things stand; fails where something is wrong. The settings themselves have been read by now.
pub(super) fn check(settings: &Settings) -> anyhow::Result<ExitCode> {
    println!("settings: right");
    let mut wrong = 0;
    let mut report = |what: &str, problem: Option<String>, fine: &str| match problem {
        Some(problem) => {
            wrong += 1;
            println!("{what}: {problem}");
        }
        None => println!("{what}: {fine}"),
    };
    // development makes its secret at the first start; a check makes nothing
    let has_secret = settings.secret.key.is_some() || settings.secret.file.exists();
    let secret = if has_secret || settings.environment == Environment::Production {
        settings
            .secret
            .obtain(settings.environment)
            .err()
            .map(|error| error.to_string())
    } else {
        None
    };
    report("secret", secret, "right");
    if settings.seeds.load_when_empty {
        let seeds = read_seeds(settings).err().map(|error| format!("{error:#}"));
        report("seeds", seeds, "right");
    }
    let url = DatabaseUrl::parse(settings.database.url.expose_secret()).context("database.url")?;
    if url.file().is_some_and(|file| !Path::new(file).exists()) {
        println!("database: not there yet; the first start makes it");
    } else {
        // before it is opened, which mends the file's mode
        report(
            "permissions",
            open_to_others(settings, &url),
            "for this account alone",
        );
        let Opened { store, .. } = store(settings)?;
        let standing = SCHEMA.standing(&store)?;
        let pending = (!standing.pending.is_empty())
            .then(|| format!("to be brought up to date: {}", standing.pending.join(", ")));
        let unknown = (!standing.unknown.is_empty()).then(|| {
            format!(
                "a newer release has been here: {}",
                standing.unknown.join(", ")
            )
        });
        report("schema", pending.or(unknown), "current");
        let (problems, size, apart) = store.read(|db| {
            let theirs = dialect::database_time(db)?;
            let apart = (SystemClock.now() - theirs).num_milliseconds();
            Ok::<_, StoreError>((dialect::integrity_problems(db)?, dialect::size(db)?, apart))
        })?;
        let broken = (!problems.is_empty()).then(|| problems.join("; "));
        report("integrity", broken, "no problem found");
        let skewed = (apart.abs() > CLOCKS_APART)
            .then(|| format!("this machine's is {apart} ms ahead of the database's"));
        report("clocks", skewed, "within a second");
        println!("size: {size} bytes");
    }
    Ok(if wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Names the files and directories of ours that other accounts have a right to.
fn open_to_others(settings: &Settings, url: &DatabaseUrl) -> Option<String> {
    let mut ours: Vec<PathBuf> = Vec::new();
    if let Some(file) = url.file() {
        ours.extend(
            file.parent()
                .filter(|p| !p.as_os_str().is_empty())
                .map(Path::to_owned),
        );
        for suffix in ["", "-wal", "-shm", ".erasures", ".lock", ".backed-up"] {
            ours.push(private_files::beside(file, suffix));
        }
    }
    ours.extend(settings.retention.journal.clone());
    if let MailTransport::Folder(folder) = &settings.mail.transport {
        ours.push(folder.clone());
    }
    let open: Vec<String> = ours
        .iter()
        .filter(|path| private_files::is_open_to_others(path).unwrap_or(false))
        .map(|path| path.display().to_string())
        .collect();
    (!open.is_empty()).then(|| {
        format!(
            "other accounts can read {}: take that from them (chmod go= …)",
            open.join(", ")
        )
    })
}
