//! Every setting, typed, checked at start.
//!
//! Settings are layered, the later over the earlier: `default.toml`, `council.toml`, `local.toml` where there is one, then
//! environment variables such as `PQT__SERVER__BIND`. Beside them lie the figures of the standing order, the bank holidays and
//! the council's closure days. Everything is read and checked before anything is started, and everything that is wrong is
//! reported together: the file, the key, what is wrong and what would be right.

mod bank_holidays;
mod council;
mod database;
mod drafts;
mod mail;
mod problem;
mod production;
mod reader;
mod secret;
mod server;
mod sources;
mod standing_order;
mod threads;
mod trusted_proxy;
mod workings;

use std::path::Path;

use chrono::NaiveDate;

pub use bank_holidays::{BankHolidays, BankHolidaysError};
pub use council::{Council, PublicUrl};
pub use database::Database;
pub use drafts::{Bots, Drafts};
pub use mail::{
    BounceAddress, Mail, MailTransport, Smtp, SmtpAccount, SmtpSecurity, TOKEN_CHARACTERS,
};
pub use problem::{Problem, SettingsError};
pub use secret::{Secret, SecretError, SecretKey};
pub use server::Server;
pub use threads::Threads;
pub use trusted_proxy::{NotAProxy, TrustedProxy};
pub use workings::{
    FollowUp, Limits, Live, Log, LogFormat, Metrics, Outbox, Retention, SeedSettings, Sessions,
    Similarity,
};

use crate::domain::standing_order::figures::StandingOrderFigures;
use crate::domain::wording::Wording;
use crate::domain::working_days::WorkingDays;
use reader::Reader;
use sources::Overlay;

/// Where the service runs, and with that what it may take lightly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On one's own machine: plain http to this machine alone, example addresses, staff accounts that everybody knows.
    Development,
    /// Before the public.
    Production,
}

/// Every setting of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it runs.
    pub environment: Environment,
    /// Whose service it is.
    pub council: Council,
    /// How it listens.
    pub server: Server,
    /// Where records are kept.
    pub database: Database,
    /// How letters leave.
    pub mail: Mail,
    /// How letters that wait are delivered.
    pub outbox: Outbox,
    /// How many threads do what blocks.
    pub threads: Threads,
    /// How long staff stay signed in.
    pub sessions: Sessions,
    /// How often something may be done.
    pub limits: Limits,
    /// What drafts may take.
    pub drafts: Drafts,
    /// What is asked of whoever seems to be a program.
    pub bots: Bots,
    /// How the screens of a meeting are kept true.
    pub live: Live,
    /// How long things are kept.
    pub retention: Retention,
    /// What is followed up when people forget it.
    pub follow_up: FollowUp,
    /// From what likeness on two questions are shown together.
    pub similarity: Similarity,
    /// What signs cookies and private links.
    pub secret: Secret,
    /// What an empty database is filled with.
    pub seeds: SeedSettings,
    /// How the log is written.
    pub log: Log,
    /// Where the metrics are.
    pub metrics: Metrics,
    /// The figures of the standing order.
    pub standing_order: StandingOrderFigures,
    working_days: WorkingDays,
}

impl Settings {
    /// Reads the settings of a directory, laid over with the process's environment. Changes nothing on the disk.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(dir: &Path) -> Result<Self, SettingsError> {
        Self::read(dir, &Overlay::Start)
    }

    /// Reads the settings of a directory with a TOML text in the place of local.toml, and with the given variables in the
    /// place of the environment's.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn from_parts(
        dir: &Path,
        toml: &str,
        environment: &[(&str, &str)],
    ) -> Result<Self, SettingsError> {
        Self::read(dir, &Overlay::Given { toml, environment })
    }

    /// What sentences about a meeting on this date are made of: the figures that hold for it, and the council's names.
    pub fn wording(&self, date: NaiveDate) -> Wording<'_> {
        Wording {
            figures: self.standing_order.for_meeting(date),
            names: &self.council.rule,
        }
    }

    /// The calendar as the files have it: bank holidays and closure days.
    pub fn working_days(&self) -> &WorkingDays {
        &self.working_days
    }

    fn read(dir: &Path, overlay: &Overlay<'_>) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let figures = gather(
            &mut problems,
            standing_order::read_figures(&dir.join("standing_order.toml")),
        );
        let working_days = gather(&mut problems, read_working_days(dir));
        let settings = gather(&mut problems, sources::merged(dir, overlay)).and_then(|table| {
            let mut reader = Reader::new(table, dir.join("default.toml").display().to_string());
            let settings = read_sections(&mut reader, figures, working_days);
            if let Some(settings) = &settings {
                production::check(settings, &mut reader);
            }
            problems.extend(reader.finish());
            settings
        });
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(SettingsError { problems }),
        }
    }
}

/// `None` where any part is wrong; the reader, or whoever read the figures and the calendar, knows what.
fn read_sections(
    reader: &mut Reader,
    figures: Option<StandingOrderFigures>,
    working_days: Option<WorkingDays>,
) -> Option<Settings> {
    let environment =
        reader.parsed(
            "environment",
            "\"development\" or \"production\"",
            |text| match text {
                "development" => Some(Environment::Development),
                "production" => Some(Environment::Production),
                _ => None,
            },
        );
    let council = Council::read(reader);
    let server = Server::read(reader);
    let database = Database::read(reader);
    let mail = Mail::read(reader);
    let outbox = Outbox::read(reader);
    let threads = Threads::read(reader);
    let sessions = Sessions::read(reader);
    let limits = Limits::read(reader);
    let drafts = Drafts::read(reader);
    let bots = Bots::read(reader);
    let live = Live::read(reader);
    let retention = Retention::read(reader);
    let follow_up = FollowUp::read(reader);
    let similarity = Similarity::read(reader);
    let secret = read_secret(reader);
    let seeds = SeedSettings::read(reader);
    let log = Log::read(reader);
    let metrics = Metrics::read(reader);
    Some(Settings {
        environment: environment?,
        council: council?,
        server: server?,
        database: database?,
        mail: mail?,
        outbox,
        threads,
        sessions,
        limits,
        drafts,
        bots,
        live,
        retention,
        follow_up,
        similarity,
        secret,
        seeds,
        log: log?,
        metrics: metrics?,
        standing_order: figures?,
        working_days: working_days?,
    })
}

fn read_secret(reader: &mut Reader) -> Secret {
    let key = reader
        .optional_text("secret.key")
        .and_then(|text| match SecretKey::parse(&text) {
            Ok(key) => Some(key),
            Err(what) => {
                reader.problem("secret.key", what);
                None
            }
        });
    Secret {
        key,
        file: reader.path("secret.file"),
    }
}

fn read_working_days(dir: &Path) -> Result<WorkingDays, Vec<Problem>> {
    let mut problems = Vec::new();
    let closures = gather(
        &mut problems,
        standing_order::read_closures(&dir.join("closure-days.toml")),
    );
    let holidays = gather(
        &mut problems,
        read_bank_holidays(&dir.join("bank-holidays.json")),
    );
    match (holidays, closures) {
        (Some(holidays), Some(closures)) => Ok(WorkingDays::new(
            holidays.days.into_iter().chain(closures),
            holidays.covered_years,
        )),
        _ => Err(problems),
    }
}

fn read_bank_holidays(path: &Path) -> Result<BankHolidays, Vec<Problem>> {
    let file = path.display().to_string();
    let json = std::fs::read_to_string(path).map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => format!("it can't be read: {error}"),
        };
        vec![Problem {
            file: file.clone(),
            key: None,
            what,
        }]
    })?;
    BankHolidays::parse(&json).map_err(|wrong| {
        wrong
            .into_iter()
            .map(|error| Problem {
                file: file.clone(),
                key: Some(error.key),
                what: error.what,
            })
            .collect()
    })
}

/// Keeps what is right, notes what is wrong.
fn gather<T>(problems: &mut Vec<Problem>, result: Result<T, Vec<Problem>>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(more) => {
            problems.extend(more);
            None
        }
    }
}
