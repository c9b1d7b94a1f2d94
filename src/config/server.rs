//! How the service listens and how long it waits.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::reader::{Reader, Unit};
use super::trusted_proxy::TrustedProxy;

/// The web server's settings.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where it listens. Port 0 takes any free port.
    pub bind: SocketAddr,
    /// Threads that answer requests.
    pub workers: usize,
    /// The largest request body that is read, in bytes.
    pub max_body_bytes: usize,
    /// Memory for the public pages that are kept as they were rendered, in bytes.
    pub page_cache_bytes: usize,
    /// How long a client may take over the head of a request.
    pub request_head_timeout: Duration,
    /// How long a connection is kept open for the next request.
    pub keep_alive: Duration,
    /// How long requests under way may take once the service is told to stop.
    pub shutdown_timeout: Duration,
    /// The proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// Whether cookies are for https alone and HSTS is sent.
    pub secure_cookies: bool,
    /// How long browsers are told to come by https only.
    pub hsts: Duration,
}

impl Server {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let bind = reader.parsed(
            "server.bind",
            "an address and a port, such as 127.0.0.1:8080",
            |text| text.parse::<SocketAddr>().ok(),
        );
        let workers = reader.number("server.workers", 1..=256_usize);
        let max_body_bytes = reader.number("server.max_body_bytes", 16_384..=16_777_216_usize);
        let page_cache_megabytes = reader.number("server.page_cache_megabytes", 1..=1024_usize);
        let request_head_timeout = reader.duration(
            "server.request_head_timeout_seconds",
            Unit::Seconds,
            1..=120,
        );
        let keep_alive = reader.duration("server.keep_alive_seconds", Unit::Seconds, 1..=3600);
        let shutdown_timeout =
            reader.duration("server.shutdown_timeout_seconds", Unit::Seconds, 1..=600);
        let mut trusted_proxies = Vec::new();
        for text in reader.list("server.trusted_proxies") {
            match text.parse() {
                Ok(proxy) => trusted_proxies.push(proxy),
                Err(_) => reader.problem(
                    "server.trusted_proxies",
                    format!("{text:?} is not right: it must be an address or a network, such as 10.0.0.0/8"),
                ),
            }
        }
        let secure_cookies = reader.flag("server.secure_cookies");
        let hsts = reader.duration("server.hsts_days", Unit::Days, 1..=730);
        Some(Self {
            bind: bind?,
            workers,
            max_body_bytes,
            page_cache_bytes: page_cache_megabytes * 1024 * 1024,
            request_head_timeout,
            keep_alive,
            shutdown_timeout,
            trusted_proxies,
            secure_cookies,
            hsts,
        })
    }

    /// Whether this is the address of a proxy whose X-Forwarded-For is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|proxy| proxy.contains(address))
    }
}
