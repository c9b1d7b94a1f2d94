//! `restore`: a copy in the place of the database, without those whose details were removed since it was made.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, bail};

use super::{
    backup::{describe, sqlite_file},
    start,
};
use crate::{
    clock::{Clock, SystemClock},
    config::Settings,
    domain::id::QuestionId,
    private_files,
    service::{Service, remove_personal_details as removal},
    store::{
        connection::{DatabaseUrl, StoreSettings},
        copies::{self, CopyError},
        erasures::Journal,
        error::StoreError,
        migrate::SCHEMA,
        staff,
        transaction::Store,
    },
};

/// Puts a copy in the place of the database.
///
/// Everything is done to a copy of the copy beside the database, and nothing is changed before that is finished: up to the last
/// step the database that was there stays.
pub(super) fn restore(
    settings: &Arc<Settings>,
    file: &Path,
    journal: Option<&Path>,
) -> anyhow::Result<()> {
    let database = sqlite_file(settings)?;
    let examined = copies::examine(file)?;
    let _alone = start::InUse::alone(&database)?;
    let erased = erased(settings, &database, journal)?;

    let finished = private_files::beside(&database, ".restoring");
    for suffix in ["", "-wal", "-shm"] {
        // what a restore that was killed has left
        let left = private_files::beside(&finished, suffix);
        if left.exists() {
            fs::remove_file(&left).map_err(CopyError::io(&left))?;
        }
    }
    let made = prepare(settings, file, &finished, &erased);
    let again = match made {
        Ok(again) => again,
        Err(error) => {
            // the error that is told is the first one
            let _ = fs::remove_file(&finished);
            return Err(error);
        }
    };
    // what another journal or the trail of the database named is lost with them otherwise
    own_journal(settings, &database)
        .append(SystemClock.now(), &erased)
        .context("the journal of erasures")?;
    let moment = SystemClock.now().format("%Y%m%dT%H%M%S%3fZ");
    let aside = private_files::beside(&database, &format!(".before-{moment}"));
    let kept = database.exists();
    copies::put_in_place(&finished, &database, &aside)?;

    println!("{}: restored from {}", database.display(), file.display());
    describe(&examined);
    println!("  removed again: the details of {again} questioners");
    println!("  everybody who was signed in is signed out");
    if kept {
        println!(
            "What was there is kept as {}: delete it once it is not needed, since it holds personal details",
            aside.display()
        );
    }
    println!(
        "Look through accounts, passwords and API tokens: what was closed, changed or revoked since the copy was made is as it was then"
    );
    Ok(())
}

fn own_journal(settings: &Settings, database: &Path) -> Journal {
    match &settings.retention.journal {
        Some(file) => Journal::at(file),
        None => Journal::beside(database),
    }
}

/// Returns whose details were removed: by the journal, by another one, and by the trail of the database that is there.
fn erased(
    settings: &Settings,
    database: &Path,
    journal: Option<&Path>,
) -> anyhow::Result<Vec<QuestionId>> {
    let mut erased = own_journal(settings, database)
        .read()
        .context("the journal of erasures")?;
    if let Some(file) = journal {
        if !file.exists() {
            bail!("{}: there is no such journal", file.display());
        }
        erased.extend(
            Journal::at(file)
                .read()
                .with_context(|| file.display().to_string())?,
        );
    }
    if database.exists() {
        match copies::close(database, removal::ACT) {
            Ok(trail) => erased.extend(trail),
            Err(StoreError::Busy) => bail!(
                "{}: another program has the database open: stop it first",
                database.display()
            ),
            // it may be what the copy is restored for
            Err(error) => eprintln!(
                "{}: cannot be read ({error}); whose details were removed is known from the journal alone",
                database.display()
            ),
        }
    }
    erased.sort_unstable();
    erased.dedup();
    Ok(erased)
}

/// Makes the file that will be the database: up to date, without what was removed, and with nobody signed in; how many were removed.
fn prepare(
    settings: &Arc<Settings>,
    file: &Path,
    finished: &Path,
    erased: &[QuestionId],
) -> anyhow::Result<usize> {
    let mut from = fs::File::open(file).map_err(CopyError::io(file))?;
    let mut to = private_files::create_new(finished).map_err(CopyError::io(finished))?;
    std::io::copy(&mut from, &mut to).map_err(CopyError::io(finished))?;
    drop(to);
    let again = {
        let store = Store::open(&StoreSettings {
            connections: 1,
            ..StoreSettings::new(DatabaseUrl::sqlite(finished))
        })?;
        SCHEMA.run(&store).context("the migrations")?;
        let key = settings.secret.obtain(settings.environment)?;
        let service = Service::new(
            store.clone(),
            Arc::new(SystemClock),
            Arc::clone(settings),
            key,
        );
        store.write(staff::end_all_sessions)?;
        removal::remove_those(&service, erased)?
    };
    copies::close(finished, removal::ACT)?;
    copies::sync(finished)?;
    copies::examine(finished)?;
    Ok(again)
}
