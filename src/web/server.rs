//! The server: the layers that every request passes, and the routes inside them.

use std::{io, net::TcpListener};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::{Compress, NormalizePath, from_fn},
    web,
};
use socket2::SockRef;
use tracing_actix_web::TracingLogger;

use crate::web::{
    AppState, csrf, faults, headers, metrics, quotas, receipt, request_id::RequestSpan, routes,
};

/// How many connections may wait to be accepted, where the system allows it (`net.core.somaxconn`): after a restart every screen
/// comes back within a second or two, and one that finds no room is not heard before its next try.
const BACKLOG: i32 = 16_384;

/// Threads of each worker that compress what is too long to be compressed in passing.
const COMPRESSING: usize = 1;

/// Serves on a listener until the server's handle stops it, and keeps the screens of meetings true. Signals are left to the
/// caller, who runs it inside a Tokio runtime.
///
/// # Errors
/// Where the listener can't be used.
pub fn run(state: web::Data<AppState>, listener: TcpListener) -> io::Result<Server> {
    let settings = state.service.settings.server.clone();
    // a second listen changes the length of the queue, which std sets to 128
    SockRef::from(&listener).listen(BACKLOG)?;
    let watching = state.clone();
    tokio::spawn(async move { watching.live.run(watching.stopping.clone()).await });
    let server = HttpServer::new(move || {
        // the last layer named is the first that a request meets
        App::new()
            .app_data(state.clone())
            .configure(routes::configure)
            .wrap(from_fn(csrf::guard))
            .wrap(from_fn(quotas::count))
            .wrap(from_fn(receipt::receive))
            .wrap(from_fn(faults::answer))
            .wrap(Compress::default())
            .wrap(from_fn(headers::add))
            .wrap(TracingLogger::<RequestSpan>::new())
            .wrap(from_fn(metrics::measure))
            .wrap(NormalizePath::trim())
    })
    .workers(settings.workers)
    // what blocks has threads of its own (`executor`); these only compress answers
    .worker_max_blocking_threads(COMPRESSING)
    .client_request_timeout(settings.request_head_timeout)
    .keep_alive(settings.keep_alive)
    .shutdown_timeout(settings.shutdown_timeout.as_secs())
    // a screen that is closed gives its place back at once, not when something is sent to it
    .h1_allow_half_closed(false)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
