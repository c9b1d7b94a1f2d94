//! Serving: the server, the worker that delivers letters, the hourly follow-up and upkeep, and an orderly end.

use std::{net::TcpListener, process::ExitCode, time::Duration};

use actix_web::web;
use anyhow::Context;
use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::start::{Started, read_seeds, seed};
use crate::{
    config::{Environment, Settings},
    mail,
    service::{Service, follow_up, remove_personal_details},
    web::{AppState, metrics, server},
};

/// How often what is over is removed.
const UPKEEP_EVERY: Duration = Duration::from_secs(3600);

/// How often the database is asked whether it still confirms what it writes.
const WATCH_EVERY: Duration = Duration::from_secs(2);

/// How often the clocks are compared.
const CLOCKS_EVERY: Duration = Duration::from_secs(60);

/// How far apart they may be before it is worth a word.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(1);

/// Files that the process has open beside the streams of screens: the database, letters, requests.
const FILES_BESIDE: usize = 500;

/// Serves until it is told to stop.
pub(super) fn serve(started: Started) -> anyhow::Result<ExitCode> {
    let service = started.service;
    let _in_use = started.in_use;
    let settings = service.settings.clone();
    // before anybody can ask for it
    let again =
        remove_personal_details::remove_again(&service).context("the journal of erasures")?;
    if again > 0 {
        tracing::warn!(
            questioners = again,
            "details that a restored backup had brought back have been removed again"
        );
    }
    if settings.seeds.load_when_empty && seed(&service)? {
        tracing::info!("the empty database has been filled with the seeds");
    }
    allow_open_files(settings.live.streams);
    let listener = TcpListener::bind(settings.server.bind).with_context(|| {
        format!(
            "server.bind: {} cannot be listened on",
            settings.server.bind
        )
    })?;
    print_addresses(&settings, &listener)?;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the runtime")?
        .block_on(until_stopped(service, listener))
}

/// Raises the number of files that may be open to what the system allows: each stream is one, and systems start a process with
/// 1,024. Fewer than all streams need is no reason not to serve.
fn allow_open_files(streams: usize) {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) if files < u64::try_from(streams + FILES_BESIDE).unwrap_or(u64::MAX) => {
            tracing::warn!(
                files,
                streams,
                "fewer files may be open than live.streams needs: raise LimitNOFILE"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
    }
}

async fn until_stopped(service: Service, listener: TcpListener) -> anyhow::Result<ExitCode> {
    let settings = service.settings.clone();
    let state = web::Data::new(AppState::new(service.clone()));
    let postman = mail::postman(&settings).context("mail")?;
    // letters go on being delivered until the last request has been answered
    let stop_mail = CancellationToken::new();
    let worker = mail::spawn(
        service.clone(),
        postman,
        state.bell.clone(),
        stop_mail.clone(),
    );
    let upkeep = tokio::spawn(keep_up(state.clone()));
    let clocks = tokio::spawn(compare_clocks(state.clone()));
    let watched = match settings.metrics.bind {
        Some(bind) => {
            let listener = TcpListener::bind(bind)
                .with_context(|| format!("metrics.bind: {bind} cannot be listened on"))?;
            let server = metrics::serve(state.clone(), listener)?;
            let handle = server.handle();
            tokio::spawn(server);
            Some(handle)
        }
        None => None,
    };
    let server = server::run(state.clone(), listener)?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    let code = tokio::select! {
        told = told_to_stop() => {
            told?;
            ExitCode::SUCCESS
        }
        () = disk_failure(service) => ExitCode::FAILURE,
    };
    tracing::info!("stopping: requests under way are finished first");
    state.stopping.cancel();
    handle.stop(true).await;
    serving.await.context("the server")??;
    upkeep.abort();
    clocks.abort();
    if let Some(watched) = watched {
        watched.stop(false).await;
    }
    stop_mail.cancel();
    if tokio::time::timeout(settings.server.shutdown_timeout, worker)
        .await
        .is_err()
    {
        tracing::warn!("a letter is still under way; it is tried again at the next start");
    }
    tracing::info!("stopped");
    Ok(code)
}

/// Follows up what was forgotten and removes what is over, now and every hour.
async fn keep_up(state: web::Data<AppState>) {
    let service = state.service.clone();
    let mut ticks = interval(UPKEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let forgotten = service.clone();
        let done = tokio::task::spawn_blocking(move || follow_up::follow_up(&forgotten)).await;
        match done {
            Ok(Ok(done)) => tracing::info!(?done, "forgotten meetings and responses followed up"),
            Ok(Err(error)) => {
                tracing::error!(%error, "forgotten meetings and responses not followed up")
            }
            Err(error) => tracing::error!(%error, "the follow-up panicked"),
        }
        let service = service.clone();
        let removed = tokio::task::spawn_blocking(move || {
            remove_personal_details::remove_what_is_due(&service)
        })
        .await;
        match removed {
            Ok(Ok(removed)) => {
                state
                    .metrics
                    .observed()
                    .retention_has_run(state.service.now());
                tracing::info!(?removed, "what was over has been removed");
            }
            Ok(Err(error)) => tracing::error!(%error, "what was over has not been removed"),
            Err(error) => tracing::error!(%error, "the upkeep panicked"),
        }
    }
}

/// Compares this node's clock with the database's, now and every minute: a question is in time or late by this node's clock.
async fn compare_clocks(state: web::Data<AppState>) {
    let mut ticks = interval(CLOCKS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let service = state.service.clone();
        let compared = tokio::task::spawn_blocking(move || service.clock_offset()).await;
        // a database that does not answer is told of elsewhere
        let Ok(Ok(offset)) = compared else { continue };
        state
            .metrics
            .observed()
            .clock_is_ahead_by(offset.num_milliseconds());
        if offset.abs() > CLOCKS_APART {
            tracing::warn!(
                milliseconds_ahead = offset.num_milliseconds(),
                "this node's clock and the database's are apart: questions near a deadline are in time or late by this node's"
            );
        }
    }
}

/// Ends when the disk has failed to confirm a commit: what it holds is certain again only after a new start.
async fn disk_failure(service: Service) {
    let mut ticks = interval(WATCH_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let store = service.store.clone();
        let answer = tokio::task::spawn_blocking(move || store.ping()).await;
        if let Ok(Err(error)) = answer
            && error.is_fatal()
        {
            tracing::error!(%error, "the service cannot go on");
            return;
        }
    }
}

#[cfg(unix)]
async fn told_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        told = tokio::signal::ctrl_c() => Ok(told?),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> anyhow::Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}

/// Tells whoever started it what to open.
fn print_addresses(settings: &Settings, listener: &TcpListener) -> anyhow::Result<()> {
    let base = match settings.environment {
        Environment::Development => format!("http://{}", listener.local_addr()?),
        Environment::Production => settings.council.public_url.to_string(),
    };
    println!("{}\n", settings.council.service_name);
    println!("  residents  {base}/");
    println!("  staff      {base}/staff");
    println!("  API        {base}/api/docs");
    if settings.environment == Environment::Development && settings.seeds.load_when_empty {
        let staff = read_seeds(settings)?.staff;
        println!(
            "\nStaff of the demonstration, all with the password {}\n",
            staff.development_password
        );
        for account in &staff.staff {
            println!("  {:<34} {}", account.email, account.name);
        }
    }
    println!();
    Ok(())
}
