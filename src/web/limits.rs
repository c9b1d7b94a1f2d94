//! How often something may be done from one client address.
//!
//! The address is the connection's, unless that belongs to a trusted proxy: then X-Forwarded-For is walked from the right, past
//! every trusted proxy, because anything further to the left may be invented. An IPv6 client is taken by its /64, the least
//! that a household is given.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
};

use actix_governor::governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use actix_web::HttpRequest;

use crate::{config, web::Failure};

/// When more addresses than this are remembered, those that have been quiet are forgotten.
const MOST_REMEMBERED: usize = 20_000;

/// What is limited, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Sending a question.
    Submissions,
    /// Trying to sign in.
    SignIns,
    /// Calling the API.
    Api,
}

/// The limits of a running service.
pub struct Limits {
    submissions: DefaultKeyedRateLimiter<IpAddr>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    api: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// As the settings have them.
    pub fn new(limits: &config::Limits) -> Self {
        Self {
            submissions: per_minute(limits.submissions_per_minute),
            sign_ins: per_minute(limits.sign_ins_per_minute),
            api: per_minute(limits.api_requests_per_minute),
        }
    }

    /// Counts one more from this address.
    ///
    /// # Errors
    /// [`Failure::TooMany`] where that is more than is allowed.
    pub fn count(&self, limit: Limit, client: IpAddr) -> Result<(), Failure> {
        let limiter = match limit {
            Limit::Submissions => &self.submissions,
            Limit::SignIns => &self.sign_ins,
            Limit::Api => &self.api,
        };
        if limiter.len() > MOST_REMEMBERED {
            limiter.retain_recent();
        }
        limiter
            .check_key(&client)
            .map_err(|until| Failure::TooMany(until.wait_time_from(DefaultClock::default().now())))
    }
}

fn per_minute(times: u32) -> DefaultKeyedRateLimiter<IpAddr> {
    RateLimiter::keyed(Quota::per_minute(
        NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN),
    ))
}

/// The client's address, as it is counted.
pub fn client_of(request: &HttpRequest, server: &config::Server) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
    let forwarded = request
        .headers()
        .get_all("X-Forwarded-For")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    counted_as(real_address(peer, forwarded, |address| {
        server.trusts(address)
    }))
}

fn real_address<'a>(
    peer: IpAddr,
    forwarded: impl Iterator<Item = &'a str>,
    trusts: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let mut claims: Vec<&str> = forwarded.collect();
    let mut address = peer;
    while trusts(address) {
        let Some(claim) = claims.pop().and_then(parse_address) else {
            break;
        };
        address = claim;
    }
    address
}

fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| {
        text.parse::<SocketAddr>()
            .ok()
            .map(|with_port| with_port.ip())
    })
}

fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusts = |address: IpAddr| address.to_string().starts_with("10.");
        counted_as(real_address(
            peer.parse().unwrap(),
            forwarded.iter().copied(),
            trusts,
        ))
        .to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_the_address_that_is_counted() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.1", "203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1", "203.0.113.9", "10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(seen("10.0.0.1", &["198.51.100.1", "nonsense"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
    }

    #[test]
    fn a_household_with_ipv6_is_one_client() {
        assert_eq!(seen("2001:db8:1:2:3:4:5:6", &[]), "2001:db8:1:2::");
        assert_eq!(seen("::ffff:203.0.113.9", &[]), "203.0.113.9");
    }
}
