//! Whether the process lives, and whether it is ready for requests. Both are for machines and name nothing that is secret.

use std::sync::OnceLock;

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::{
    domain::{codes::Code, local_time},
    service::ServiceError,
    store::{letters::LetterState, migrate::SCHEMA, vital_signs},
    web::{Answer, AppState, executor::Lane, metrics, routes},
};

/// Adds `/health/live` and `/health/ready`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/health/live").route(routes::get().to(live)))
        .service(routes::resource("/health/ready").route(routes::get().to(ready)));
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "live": true }))
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    database: &'static str,
    schema: &'static str,
    /// Seconds for which the letter has waited that has waited longest; none where none waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_letter_seconds: Option<i64>,
    letters: std::collections::BTreeMap<&'static str, i64>,
    /// By how much this node's clock is ahead of the database's, where it has been measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_offset_milliseconds: Option<i64>,
}

async fn ready(state: web::Data<AppState>) -> Answer {
    let stopping = state.stopping.is_cancelled();
    let clock_offset_milliseconds = state.metrics.observed().clock_offset();
    // the schema is looked at until it is found current: nothing but a release changes it, and asking takes the writer's turn
    static CURRENT: OnceLock<()> = OnceLock::new();
    let found = state
        .run(Lane::Screens, |service| {
            let current = CURRENT.get().is_some() || {
                let standing = SCHEMA.standing(&service.store)?;
                standing.pending.is_empty() && standing.unknown.is_empty()
            };
            if current {
                CURRENT.get_or_init(|| ());
            }
            let now = service.now();
            let signs = service.store.read(|db| {
                let today = local_time::london_date(now);
                Ok::<_, ServiceError>(vital_signs::read(db, today, metrics::MOST)?)
            })?;
            let counts = std::collections::BTreeMap::from([
                (LetterState::Waiting.code(), signs.letters_waiting),
                (LetterState::Failed.code(), signs.letters_failed),
            ]);
            let oldest = signs.oldest_waiting;
            Ok((
                current,
                oldest.map(|since| (now - since).num_seconds()),
                counts,
            ))
        })
        .await;
    let readiness = match found {
        Ok((current, oldest_letter_seconds, letters)) => Readiness {
            ready: current && !stopping,
            database: "reachable",
            schema: if current { "current" } else { "not current" },
            oldest_letter_seconds,
            letters,
            clock_offset_milliseconds,
        },
        Err(_) => Readiness {
            ready: false,
            database: "not reachable",
            schema: "unknown",
            oldest_letter_seconds: None,
            letters: std::collections::BTreeMap::new(),
            clock_offset_milliseconds,
        },
    };
    Ok(if readiness.ready {
        HttpResponse::Ok().json(readiness)
    } else {
        HttpResponse::ServiceUnavailable().json(readiness)
    })
}
