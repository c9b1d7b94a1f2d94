//! What an operator would be woken for, in Prometheus' text form, at an address of its own.
//!
//! Requests are counted as they are answered, by the pattern of their route and never by their path, so that the number of series has
//! a bound and no label names anybody. What the database knows is asked at each scrape, with counts that stop at [`MOST`]: a scrape
//! costs no more when more is stored. Where nobody scrapes (`metrics.bind` is empty), nothing is counted.

use std::{
    net::TcpListener,
    path::Path,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Instant,
};

use actix_web::{
    App, Error, HttpResponse, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header},
    middleware::Next,
    web,
};
use chrono::{DateTime, Utc};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use crate::{
    domain::local_time,
    private_files,
    service::{Service, ServiceError},
    store::vital_signs::{self, VitalSigns},
    web::{AppState, executor::Lane},
};

/// What is counted in the database is counted to this number at most.
pub const MOST: i64 = 10_000;

/// Upper bounds in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    class: &'static str,
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    class: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// No label. A family of this has no value until one is set, and none where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Alone {}

type Sometimes<N = i64, A = AtomicI64> = Family<Alone, Gauge<N, A>>;
type Seconds = Sometimes<f64, AtomicU64>;

/// The metrics of a node.
pub struct Metrics {
    counting: bool,
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    submissions: Family<Outcome, Counter>,
    counted_submissions: [AtomicU64; 2],
    database_up: Gauge,
    letters: Family<State, Gauge>,
    oldest_letter: Seconds,
    undecided: Sometimes,
    overdue: Sometimes,
    unclosed: Sometimes,
    streams: Gauge,
    database_bytes: Sometimes,
    log_bytes: Sometimes,
    disk_free: Sometimes,
    clock_offset: Seconds,
    retention_ran: Sometimes,
    backed_up: Sometimes,
    resident: Sometimes,
    observed: Observed,
}

/// What the service notices by itself between two scrapes.
#[derive(Debug)]
pub struct Observed {
    /// Milliseconds by which this node's clock is ahead of the database's.
    clock_offset: AtomicI64,
    /// When the removal of personal details last ended well, in seconds since 1970.
    retention_ran: AtomicI64,
}

impl Default for Observed {
    fn default() -> Self {
        Self {
            clock_offset: AtomicI64::new(i64::MIN),
            retention_ran: AtomicI64::new(i64::MIN),
        }
    }
}

impl Observed {
    /// Notes by how many milliseconds this node's clock is ahead of the database's.
    pub fn clock_is_ahead_by(&self, milliseconds: i64) {
        self.clock_offset.store(milliseconds, Ordering::Relaxed);
    }

    /// Returns by how many milliseconds this node's clock was last seen ahead of the database's.
    pub fn clock_offset(&self) -> Option<i64> {
        known(&self.clock_offset)
    }

    /// Notes that what was due has been removed.
    pub fn retention_has_run(&self, at: DateTime<Utc>) {
        self.retention_ran.store(at.timestamp(), Ordering::Relaxed);
    }
}

fn known(value: &AtomicI64) -> Option<i64> {
    Some(value.load(Ordering::Relaxed)).filter(|value| *value != i64::MIN)
}

impl Metrics {
    /// Metrics at nought.
    pub fn new(service: &Service) -> Self {
        let mut registry = Registry::with_prefix("question_time");
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations: Family<Route, Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            durations.clone(),
        );
        let submissions = Family::default();
        registry.register(
            "submissions",
            "Questions submitted to this node: admitted to the officers, or refused by rule",
            submissions.clone(),
        );
        let database_up = Gauge::default();
        registry.register(
            "database_up",
            "1 where the database answered this scrape",
            database_up.clone(),
        );
        let letters = Family::default();
        registry.register(
            "letters",
            "Letters that wait or failed, counted to 10,000",
            letters.clone(),
        );
        let streams = Gauge::default();
        registry.register("streams", "Streams of live screens open", streams.clone());
        registry.register(
            "build",
            "The release",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        let mut sometimes = |name: &str, help: &str| {
            let family = Sometimes::default();
            registry.register(name, help, family.clone());
            family
        };
        let undecided = sometimes(
            "questions_undecided",
            "Questions that wait for a decision, counted to 10,000",
        );
        let overdue = sometimes(
            "responses_overdue",
            "Written responses past their due date, counted to 10,000",
        );
        let unclosed = sometimes(
            "meetings_unclosed",
            "Past meetings whose public question time nobody has closed, counted to 10,000",
        );
        let database_bytes = sometimes("database_bytes", "Size of the database");
        let log_bytes = sometimes("write_ahead_log_bytes", "Size of SQLite's write-ahead log");
        let disk_free = sometimes(
            "disk_free_bytes",
            "Space left on the disk of the SQLite database",
        );
        let retention_ran = sometimes(
            "retention_last_run_timestamp_seconds",
            "When this node last removed what was due",
        );
        let backed_up = sometimes(
            "backup_last_timestamp_seconds",
            "When the command backup last made a copy of the SQLite database",
        );
        let resident = sometimes("resident_memory_bytes", "Memory of the process");
        let mut seconds = |name: &str, help: &str| {
            let family = Seconds::default();
            registry.register(name, help, family.clone());
            family
        };
        let oldest_letter = seconds(
            "oldest_letter_age_seconds",
            "How long the letter that has waited longest has waited",
        );
        let clock_offset = seconds(
            "clock_offset_seconds",
            "By how much this node's clock is ahead of the database's",
        );
        Self {
            counting: service.settings.metrics.bind.is_some(),
            registry,
            requests,
            durations,
            submissions,
            counted_submissions: Default::default(),
            database_up,
            letters,
            oldest_letter,
            undecided,
            overdue,
            unclosed,
            streams,
            database_bytes,
            log_bytes,
            disk_free,
            clock_offset,
            retention_ran,
            backed_up,
            resident,
            observed: Observed::default(),
        }
    }

    /// Returns what the service notices by itself.
    pub fn observed(&self) -> &Observed {
        &self.observed
    }

    fn count(&self, method: &Method, pattern: Option<String>, status: StatusCode, seconds: f64) {
        let route = pattern.unwrap_or_else(|| "none".to_owned());
        let class = class_of(&route);
        let answered = Answered {
            class,
            route: route.clone(),
            method: method_of(method),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&answered).inc();
        self.durations
            .get_or_create(&Route { class, route })
            .observe(seconds);
    }

    fn set(&self, found: Option<&Found>, service: &Service, streams: usize) {
        self.database_up.set(i64::from(found.is_some()));
        self.streams.set(i64::try_from(streams).unwrap_or(i64::MAX));
        put(&self.undecided, found.map(|found| found.signs.undecided));
        put(&self.overdue, found.map(|found| found.signs.overdue));
        put(&self.unclosed, found.map(|found| found.signs.unclosed));
        put(&self.database_bytes, found.map(|found| found.signs.bytes));
        self.letters.clear();
        self.oldest_letter.clear();
        if let Some(found) = found {
            for (state, count) in [
                ("waiting", found.signs.letters_waiting),
                ("failed", found.signs.letters_failed),
            ] {
                self.letters.get_or_create(&State { state }).set(count);
            }
            let waited = found.oldest_letter_age.unwrap_or(0.0);
            self.oldest_letter.get_or_create(&Alone {}).set(waited);
        }
        self.clock_offset.clear();
        if let Some(offset) = self.observed.clock_offset() {
            #[expect(
                clippy::cast_precision_loss,
                reason = "milliseconds between two clocks"
            )]
            let offset = offset as f64 / 1000.0;
            self.clock_offset.get_or_create(&Alone {}).set(offset);
        }
        put(&self.retention_ran, known(&self.observed.retention_ran));
        put(&self.resident, resident_bytes());
        let file = service.store.file();
        put(&self.log_bytes, file.and_then(log_bytes));
        put(&self.disk_free, file.and_then(disk_free));
        put(&self.backed_up, file.and_then(backed_up));
        let [admitted, refused] = service.counts.submitted();
        for ((outcome, now), before) in [("admitted", admitted), ("refused", refused)]
            .into_iter()
            .zip(&self.counted_submissions)
        {
            let more = now.saturating_sub(before.swap(now, Ordering::Relaxed));
            self.submissions
                .get_or_create(&Outcome { outcome })
                .inc_by(more);
        }
    }
}

fn put(family: &Sometimes, value: Option<i64>) {
    family.clear();
    if let Some(value) = value {
        family.get_or_create(&Alone {}).set(value);
    }
}

/// The area that a route's pattern belongs to.
fn class_of(pattern: &str) -> &'static str {
    let first = pattern.split('/').nth(1).unwrap_or_default();
    match first {
        _ if pattern == "none" => "none",
        _ if pattern.ends_with("/live") => "stream",
        "api" => "api",
        "staff" => "staff",
        "assets" => "assets",
        "health" => "health",
        "ask" => "ask",
        "question" => "private_link",
        _ => "public",
    }
}

/// A method by its name: strangers may send any word.
fn method_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn log_bytes(database: &Path) -> Option<i64> {
    let log = std::fs::metadata(private_files::beside(database, "-wal"));
    i64::try_from(log.map_or(0, |log| log.len())).ok()
}

fn disk_free(database: &Path) -> Option<i64> {
    let disk = rustix::fs::statvfs(database).ok()?;
    i64::try_from(disk.f_bavail.saturating_mul(disk.f_frsize)).ok()
}

fn backed_up(database: &Path) -> Option<i64> {
    let stamp = std::fs::metadata(private_files::beside(database, ".backed-up")).ok()?;
    let since = stamp
        .modified()
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// Linux only.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: i64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Counts a request once it is answered.
///
/// # Errors
/// Those of the service inside.
pub async fn measure<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let state = request.app_data::<web::Data<AppState>>().cloned();
    let Some(state) = state.filter(|state| state.metrics.counting) else {
        return next.call(request).await;
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "how long an answer takes is measured, not decided by"
    )]
    let began = Instant::now();
    let (method, pattern) = (request.method().clone(), request.match_pattern());
    let outcome = next.call(request).await;
    let status = match &outcome {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let took = began.elapsed().as_secs_f64();
    state.metrics.count(&method, pattern, status, took);
    outcome
}

struct Found {
    signs: VitalSigns,
    oldest_letter_age: Option<f64>,
}

async fn scrape(state: web::Data<AppState>) -> HttpResponse {
    let found = state
        .run(Lane::Screens, |service| {
            let today = local_time::london_date(service.now());
            let signs = service
                .store
                .read(|db| Ok::<_, ServiceError>(vital_signs::read(db, today, MOST)?))?;
            #[expect(clippy::cast_precision_loss, reason = "seconds of a few days")]
            let age = |since: DateTime<Utc>| {
                ((service.now() - since).num_milliseconds() as f64 / 1000.0).max(0.0)
            };
            Ok(Found {
                oldest_letter_age: signs.oldest_waiting.map(age),
                signs,
            })
        })
        .await;
    let metrics = &state.metrics;
    metrics.set(
        found.as_ref().ok(),
        &state.service,
        state.live.places().taken(),
    );
    let mut body = String::new();
    if text::encode(&mut body, &metrics.registry).is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ))
        .body(body)
}

/// Serves the metrics, and nothing else, at a listener of their own.
///
/// # Errors
/// Where the listener cannot be used.
#[expect(
    clippy::disallowed_methods,
    reason = "these are not routes of the service: nobody who uses it reaches them"
)]
pub fn serve(state: web::Data<AppState>, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .service(web::resource("/metrics").route(web::get().to(scrape)))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_holds_what_a_stranger_sent() {
        assert_eq!(method_of(&Method::from_bytes(b"BREW").unwrap()), "other");
        assert_eq!(class_of("none"), "none");
        assert_eq!(class_of("/question/{token}"), "private_link");
        assert_eq!(class_of("/meetings/{id}/live"), "stream");
        assert_eq!(class_of("/staff/meetings/{id}/live"), "stream");
        assert_eq!(class_of("/api/v1/questions"), "api");
        assert_eq!(class_of("/"), "public");
    }
}
