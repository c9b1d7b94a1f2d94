//! The smaller sections: the outbox, sessions, live screens, limits, retention, follow-up, similarity, seeds and the log.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{Months, TimeDelta};

use super::reader::{Reader, Unit};
use crate::domain::similarity::Thresholds;

/// How letters that wait are delivered.
#[derive(Debug, Clone)]
pub struct Outbox {
    /// How often the worker looks for letters.
    pub poll_interval: Duration,
    /// After how long a worker that hasn't settled a letter is taken for dead.
    pub lease: Duration,
    /// After how long a letter that could not be delivered is given up and shown to the officers.
    pub retry_for: Duration,
    /// How many letters are under way at once.
    pub concurrency: usize,
    /// After how long a letter that waits is shown on the officers' desk.
    pub shown_after: TimeDelta,
    /// After how long the officers are told of the questions that were left to a digest.
    pub digest_after: TimeDelta,
    /// From how many days before a meeting on a letter about it that waits or failed is marked as urgent.
    pub urgent_days_before_meeting: u64,
}

impl Outbox {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            poll_interval: reader.duration(
                "outbox.poll_interval_milliseconds",
                Unit::Milliseconds,
                50..=60_000,
            ),
            lease: reader.duration("outbox.lease_seconds", Unit::Seconds, 5..=600),
            retry_for: reader.duration("outbox.retry_hours", Unit::Hours, 1..=336),
            concurrency: reader.number("outbox.concurrency", 1..=32),
            shown_after: TimeDelta::minutes(reader.number("outbox.shown_after_minutes", 1..=1440)),
            digest_after: TimeDelta::minutes(
                reader.number("outbox.digest_after_minutes", 1..=1440),
            ),
            urgent_days_before_meeting: reader.number("outbox.urgent_days_before_meeting", 0..=60),
        }
    }
}

/// How long a member of staff stays signed in.
#[derive(Debug, Clone)]
pub struct Sessions {
    /// Without doing anything.
    pub idle: TimeDelta,
    /// Whatever they do.
    pub absolute: TimeDelta,
    /// How long a device on which somebody signed in is known again.
    pub known_device: TimeDelta,
    /// How long a password holds that somebody else issued.
    pub issued_password: TimeDelta,
}

impl Sessions {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let idle = TimeDelta::minutes(reader.number("sessions.idle_minutes", 1..=480));
        let absolute = TimeDelta::hours(reader.number("sessions.absolute_hours", 1..=24));
        if idle > absolute {
            reader.problem(
                "sessions.idle_minutes",
                "is longer than sessions.absolute_hours: it must be shorter",
            );
        }
        Self {
            idle,
            absolute,
            known_device: TimeDelta::days(reader.number("sessions.known_device_days", 1..=730)),
            issued_password: TimeDelta::days(
                reader.number("sessions.issued_password_days", 1..=90),
            ),
        }
    }
}

/// How the screens of a meeting are kept true.
#[derive(Debug, Clone)]
pub struct Live {
    /// How often the database is asked whether another node changed anything, while anybody watches or reads public pages.
    pub poll_interval: Duration,
    /// After how long a silence at most an open stream is told that it is alive, and what time it is.
    pub beat: Duration,
    /// How many streams may be open at once on this node.
    pub streams: usize,
    /// How many of them from one client address.
    pub streams_per_address: usize,
    /// How many of them are kept for staff and displays.
    pub streams_for_staff: usize,
}

impl Live {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let live = Self {
            poll_interval: reader.duration(
                "live.poll_interval_milliseconds",
                Unit::Milliseconds,
                50..=10_000,
            ),
            beat: reader.duration("live.beat_milliseconds", Unit::Milliseconds, 100..=60_000),
            streams: reader.number("live.streams", 1..=1_000_000),
            streams_per_address: reader.number("live.streams_per_address", 1..=1_000_000),
            streams_for_staff: reader.number("live.streams_for_staff", 0..=100_000),
        };
        if reader.is_fine() && live.streams_for_staff >= live.streams {
            reader.problem(
                "live.streams_for_staff",
                "leaves none for the public: it must be less than live.streams",
            );
        }
        live
    }
}

/// More in a minute than any machine answers: for measuring.
const NO_LIMIT: u32 = 1_000_000_000;

/// How often something may be done.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Looks at pages from one client address in a minute.
    pub reads_per_minute: u32,
    /// Files, and other answers that need no database, to one client address in a minute.
    pub file_requests_per_minute: u32,
    /// Searches of the questions from one client address in a minute.
    pub searches_per_minute: u32,
    /// Forms sent from one client address in a minute, where nothing else limits them.
    pub writes_per_minute: u32,
    /// Forms sent for one draft, or by one private link, in a minute.
    pub writes_to_one_draft_per_minute: u32,
    /// Forms and API requests that may change something, sent to this node in a minute by all who are not signed in.
    pub writes_in_all_per_minute: u32,
    /// Questions submitted from one client address in a minute.
    pub submissions_per_minute: u32,
    /// Requests to the API from one client address in a minute.
    pub api_requests_per_minute: u32,
    /// Attempts to sign in from one client address in a minute.
    pub sign_ins_per_minute: u32,
    /// Attempts to sign in to one account from one client address that may fail before each further one has to wait, a minute
    /// first and twice as long each time.
    pub failed_sign_ins_per_account_per_minute: u32,
    /// The same over all client addresses, not counting devices on which the account was signed in to before.
    pub failed_sign_ins_per_account_elsewhere: u32,
    /// Letters to one mailbox in an hour that its owner did not cause.
    pub letters_per_address_per_hour: u32,
    /// New questions in an hour of which the officers are told one by one.
    pub officer_notices_per_hour: u32,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut per_minute = |name: &str| reader.number(name, 1..=NO_LIMIT);
        Self {
            reads_per_minute: per_minute("limits.reads_per_minute"),
            file_requests_per_minute: per_minute("limits.file_requests_per_minute"),
            searches_per_minute: per_minute("limits.searches_per_minute"),
            writes_per_minute: per_minute("limits.writes_per_minute"),
            writes_to_one_draft_per_minute: per_minute("limits.writes_to_one_draft_per_minute"),
            writes_in_all_per_minute: per_minute("limits.writes_in_all_per_minute"),
            submissions_per_minute: per_minute("limits.submissions_per_minute"),
            api_requests_per_minute: per_minute("limits.api_requests_per_minute"),
            sign_ins_per_minute: reader.number("limits.sign_ins_per_minute", 1..=10_000),
            failed_sign_ins_per_account_per_minute: reader
                .number("limits.failed_sign_ins_per_account_per_minute", 1..=1000),
            failed_sign_ins_per_account_elsewhere: reader
                .number("limits.failed_sign_ins_per_account_elsewhere", 1..=1000),
            letters_per_address_per_hour: reader
                .number("limits.letters_per_address_per_hour", 1..=1000),
            officer_notices_per_hour: reader.number("limits.officer_notices_per_hour", 0..=1000),
        }
    }
}

/// How long things are kept.
#[derive(Debug, Clone)]
pub struct Retention {
    /// A draft that nobody has touched.
    pub draft: TimeDelta,
    /// Names and contact details of questioners, after the meeting.
    pub personal_details: Months,
    /// Questions that were refused and never admitted.
    pub refused_question: Months,
    /// Letters delivered, with their text.
    pub delivered_letter: TimeDelta,
    /// The file that names what was removed, for after a restore; none for one beside the SQLite database.
    pub journal: Option<PathBuf>,
}

impl Retention {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            draft: TimeDelta::days(reader.number("retention.draft_days", 1..=365)),
            personal_details: Months::new(
                reader.number("retention.personal_details_months", 1..=240),
            ),
            refused_question: Months::new(
                reader.number("retention.refused_question_months", 1..=240),
            ),
            delivered_letter: TimeDelta::days(
                reader.number("retention.delivered_letter_days", 1..=3650),
            ),
            journal: reader.optional_text("retention.journal").map(PathBuf::from),
        }
    }
}

/// What is followed up when people forget it.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// Working days after a meeting until the service closes public question time that nobody has closed (reading 23).
    pub close_after: NonZeroU16,
    /// Working days before a written response is due on which whoever writes it is reminded.
    pub remind_before: NonZeroU16,
}

impl FollowUp {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut days = |key| NonZeroU16::new(reader.number(key, 1..=60)).unwrap_or(NonZeroU16::MIN);
        Self {
            close_after: days("follow_up.close_after_working_days"),
            remind_before: days("follow_up.remind_before_working_days"),
        }
    }
}

/// From what likeness on, between 0 and 1, two questions are shown together.
#[derive(Debug, Clone)]
pub struct Similarity {
    /// From which likeness on an officer must record a decision, and from which on a match is shown at all.
    pub thresholds: Thresholds,
    /// How many earlier questions are shown at most.
    pub show: usize,
}

impl Similarity {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let strong = reader.fraction("similarity.strong");
        let related = reader.fraction("similarity.related");
        if reader.is_fine() && related >= strong {
            reader.problem(
                "similarity.related",
                format!("{related} is not right: it must be below similarity.strong, {strong}"),
            );
        }
        Self {
            thresholds: Thresholds { strong, related },
            show: reader.number("similarity.show", 1..=50),
        }
    }
}

/// What an empty database is filled with.
#[derive(Debug, Clone)]
pub struct SeedSettings {
    /// Where the seeds lie.
    pub directory: PathBuf,
    /// Whether an empty database is filled at start.
    pub load_when_empty: bool,
}

impl SeedSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            directory: reader.path("seeds.directory"),
            load_when_empty: reader.flag("seeds.load_when_empty"),
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object to a line, for programs.
    Json,
}

/// The log's settings.
#[derive(Debug, Clone)]
pub struct Log {
    /// How it is written.
    pub format: LogFormat,
    /// What is written, in the manner of RUST_LOG.
    pub filter: String,
}

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let format = reader.parsed("log.format", "\"text\" or \"json\"", |text| match text {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            _ => None,
        });
        let filter = reader.parsed(
            "log.filter",
            "a filter such as info or info,actix_web=warn",
            |text| {
                text.parse::<tracing_subscriber::filter::EnvFilter>()
                    .ok()
                    .map(|_| text.to_owned())
            },
        );
        Some(Self {
            format: format?,
            filter: filter?,
        })
    }
}

/// Where an operator's monitoring asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metrics {
    /// The address of the metrics; none where nobody asks.
    pub bind: Option<SocketAddr>,
}

impl Metrics {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let bind = reader.parsed(
            "metrics.bind",
            "empty, or an address and a port of its own, such as 127.0.0.1:9464",
            |text| match text {
                "" => Some(None),
                text => text.parse().ok().map(Some),
            },
        );
        Some(Self { bind: bind? })
    }
}
