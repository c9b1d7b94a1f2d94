//! From settings to a service that can act.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::IsTerminal,
    path::Path,
    sync::Arc,
};

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;

use crate::{
    clock::SystemClock,
    config::{Environment, Log, LogFormat, Settings},
    private_files,
    service::{Service, calendar, load_seeds, password::Password, seeds::Seeds},
    store::{
        connection::{DatabaseUrl, StoreSettings},
        migrate::SCHEMA,
        transaction::Store,
    },
};

/// A service on a database that is up to date.
pub(super) struct Started {
    pub(super) service: Service,
    /// Held as long as the service is.
    pub(super) in_use: Option<InUse>,
    /// The migrations that this start ran.
    pub(super) migrated: Vec<String>,
}

/// The settings of a directory, checked.
pub(super) fn settings(directory: &Path) -> anyhow::Result<Arc<Settings>> {
    Ok(Arc::new(Settings::load(directory)?))
}

/// Starts the log, on standard error.
pub(super) fn log(settings: &Log) -> anyhow::Result<()> {
    let filter: EnvFilter = with_strangers_hushed(&settings.filter)
        .parse()
        .context("log.filter")?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let begun = match settings.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    begun.map_err(|error| anyhow::anyhow!("the log cannot be started: {error}"))
}

/// The filter without what the web server's parser calls errors: requests that cannot be read, which anybody can send. An error in the
/// log is a fault of the service. A filter that names `actix_http` stands as it is.
fn with_strangers_hushed(filter: &str) -> String {
    if filter.contains("actix_http") {
        filter.to_owned()
    } else {
        format!("{filter},actix_http::h1=off")
    }
}

/// A store, and the sign that it is in use.
pub(super) struct Opened {
    pub(super) store: Store,
    /// Held as long as the store is.
    pub(super) in_use: Option<InUse>,
}

/// The sign that an SQLite database is in use: a lock on a file beside it, which the system gives up when the process ends, however
/// it ends.
pub(super) struct InUse(#[allow(dead_code, reason = "held for its lock")] File);

impl InUse {
    /// Shares the database with the service and its other commands.
    fn shared(database: &Path) -> anyhow::Result<Self> {
        let file = lock_file(database)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "{}: a backup is being restored: wait until that is done",
                database.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).context("the lock of the database"),
        }
    }

    /// Has the database alone.
    ///
    /// # Errors
    /// Where the service or one of its commands runs on it.
    pub(super) fn alone(database: &Path) -> anyhow::Result<Self> {
        let file = lock_file(database)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "{}: the service, or a command of it, runs on this database: stop it first",
                database.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).context("the lock of the database"),
        }
    }
}

fn lock_file(database: &Path) -> anyhow::Result<File> {
    if let Some(directory) = database.parent() {
        private_files::create_directories(directory)
            .with_context(|| format!("database.url: {} cannot be made", directory.display()))?;
    }
    let file = private_files::beside(database, ".lock");
    private_files::open(OpenOptions::new().create(true).append(true), &file)
        .with_context(|| file.display().to_string())
}

/// Opens the store that the settings name. Makes SQLite's directory where it is missing, and takes from other accounts what they
/// may do with the file.
pub(super) fn store(settings: &Settings) -> anyhow::Result<Opened> {
    let url = DatabaseUrl::parse(settings.database.url.expose_secret()).context("database.url")?;
    let in_use = url.file().map(InUse::shared).transpose()?;
    if let Some(file) = url.file().filter(|file| file.exists())
        && private_files::is_open_to_others(file)?
    {
        private_files::close_to_others(file)
            .with_context(|| format!("{}: other accounts can read it", file.display()))?;
        tracing::warn!(file = %file.display(), "other accounts could read the database: its mode is now 0600");
    }
    let store_settings = StoreSettings {
        connections: settings.database.pool_size,
        connection_wait: settings.database.wait,
        ..StoreSettings::new(url)
    };
    let store = Store::open(&store_settings).context("database.url")?;
    Ok(Opened { store, in_use })
}

impl Started {
    /// Opens the database, brings it up to date and reckons the deadlines by the present calendar.
    pub(super) fn open(settings: Arc<Settings>) -> anyhow::Result<Self> {
        let key = settings.secret.obtain(settings.environment)?;
        let Opened { store, in_use } = store(&settings)?;
        let migrated = SCHEMA.run(&store).context("the migrations")?;
        let service = Service::new(store, Arc::new(SystemClock), settings, key);
        let changed = calendar::reckon_deadlines(&service).context("the deadlines")?;
        if !changed.is_empty() {
            tracing::warn!(
                meetings = changed.len(),
                "deadlines have moved with the calendar"
            );
        }
        Ok(Self {
            service,
            in_use,
            migrated,
        })
    }
}

/// Fills an empty database; whether it was empty. The accounts' password is known to everybody, so production has none.
pub(super) fn seed(service: &Service) -> anyhow::Result<bool> {
    let settings = &service.settings;
    if settings.environment != Environment::Development {
        bail!("the seeds are for demonstration: production does not load them");
    }
    let seeds = read_seeds(settings)?;
    let password = Password::parse(&seeds.staff.development_password)
        .context("staff.toml: development_password")?;
    Ok(load_seeds::load(
        service,
        &seeds,
        &service.hasher.hash(&password)?,
    )?)
}

/// The seeds that the settings name.
pub(super) fn read_seeds(settings: &Settings) -> anyhow::Result<Seeds> {
    Ok(Seeds::read(&settings.seeds.directory)?)
}
