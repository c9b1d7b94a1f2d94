//! From settings to a service that can act.

use std::{io::IsTerminal, path::Path, sync::Arc};

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;

use crate::{
    clock::SystemClock,
    config::{Environment, Log, LogFormat, Settings},
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
    /// The migrations that this start ran.
    pub(super) migrated: Vec<String>,
}

/// The settings of a directory, checked.
pub(super) fn settings(directory: &Path) -> anyhow::Result<Arc<Settings>> {
    Ok(Arc::new(Settings::load(directory)?))
}

/// Starts the log, on standard error.
pub(super) fn log(settings: &Log) -> anyhow::Result<()> {
    let filter: EnvFilter = settings.filter.parse().context("log.filter")?;
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

/// Opens the store that the settings name. Makes SQLite's directory where it is missing.
pub(super) fn store(settings: &Settings) -> anyhow::Result<Store> {
    let url = DatabaseUrl::parse(settings.database.url.expose_secret()).context("database.url")?;
    if let Some(directory) = url.file().and_then(Path::parent) {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("database.url: {} cannot be made", directory.display()))?;
    }
    let store_settings = StoreSettings {
        connections: settings.database.pool_size,
        connection_wait: settings.database.wait,
        ..StoreSettings::new(url)
    };
    Store::open(&store_settings).context("database.url")
}

impl Started {
    /// Opens the database, brings it up to date and reckons the deadlines by the present calendar.
    pub(super) fn open(settings: Arc<Settings>) -> anyhow::Result<Self> {
        let key = settings.secret.obtain(settings.environment)?;
        let store = store(&settings)?;
        let migrated = SCHEMA.run(&store).context("the migrations")?;
        let service = Service::new(store, Arc::new(SystemClock), settings, key);
        let changed = calendar::reckon_deadlines(&service).context("the deadlines")?;
        if !changed.is_empty() {
            tracing::warn!(
                meetings = changed.len(),
                "deadlines have moved with the calendar"
            );
        }
        Ok(Self { service, migrated })
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
