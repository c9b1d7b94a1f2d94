//! How often something may be asked of the service: by a client's address, for one draft or private link, and by all together.
//!
//! [`super::quotas`] counts every request before its handler runs. What is counted is kept in tables of a fixed size
//! ([`Table`]), so that no number of addresses takes more memory.
//!
//! The address is the connection's, unless that belongs to a trusted proxy: then X-Forwarded-For is walked from the right, past
//! every trusted proxy, because anything further to the left may be invented. An IPv6 client is taken by its /64, the least
//! that a household is given.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::HttpRequest;

use crate::config;

/// What is counted, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Looking at a page.
    Read,
    /// Fetching what pages are made of, and what is answered without the database.
    File,
    /// Searching the questions.
    Search,
    /// Sending a form: every POST that is not named otherwise.
    Write,
    /// Sending a question.
    Submission,
    /// Trying to sign in.
    SignIn,
    /// Calling the API.
    Api,
}

/// The limits of a running service.
pub struct Limits {
    began: Instant,
    reads: Table,
    files: Table,
    searches: Table,
    writes: Table,
    submissions: Table,
    sign_ins: Table,
    api: Table,
    of_one: Table,
    of_all: Table,
}

impl Limits {
    /// The limits of the settings.
    #[allow(
        clippy::disallowed_methods,
        reason = "measures how much time has passed, by a clock that is never set"
    )]
    pub fn new(limits: &config::Limits) -> Self {
        Self {
            began: Instant::now(),
            reads: Table::per_minute(limits.reads_per_minute),
            files: Table::per_minute(limits.file_requests_per_minute),
            searches: Table::per_minute(limits.searches_per_minute),
            writes: Table::per_minute(limits.writes_per_minute),
            submissions: Table::per_minute(limits.submissions_per_minute),
            sign_ins: Table::per_minute(limits.sign_ins_per_minute),
            api: Table::per_minute(limits.api_requests_per_minute),
            of_one: Table::per_minute(limits.writes_to_one_draft_per_minute),
            of_all: Table::per_minute(limits.writes_in_all_per_minute),
        }
    }

    /// Counts one more from this address.
    ///
    /// # Errors
    /// The time until one more is allowed.
    pub fn count(&self, limit: Limit, client: IpAddr) -> Result<(), Duration> {
        let table = match limit {
            Limit::Read => &self.reads,
            Limit::File => &self.files,
            Limit::Search => &self.searches,
            Limit::Write => &self.writes,
            Limit::Submission => &self.submissions,
            Limit::SignIn => &self.sign_ins,
            Limit::Api => &self.api,
        };
        table.count(client, self.now())
    }

    /// Counts one more change to the draft, or by the private link, that this part of the address names.
    ///
    /// # Errors
    /// The time until one more is allowed.
    pub fn count_of_one(&self, named: &str) -> Result<(), Duration> {
        self.of_one.count(named, self.now())
    }

    /// Counts one more change by anybody who is not signed in.
    ///
    /// # Errors
    /// The time until one more is allowed.
    pub fn count_of_all(&self) -> Result<(), Duration> {
        self.of_all.count((), self.now())
    }

    fn now(&self) -> u64 {
        nanoseconds(self.began.elapsed())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A rate limiter for any number of keys in a fixed number of bytes: the generic cell rate algorithm over a count-min sketch with
/// conservative update.
///
/// Each key has one cell in each of a few rows, found by a hash that nobody outside can compute. A cell holds the time at which its
/// keys would have used up what they were given (GCRA's theoretical arrival time). It is never earlier than what any one of its keys
/// caused, so nobody gets more than the quota; the earliest of a key's cells is believed, so somebody else's flood holds a key up only
/// where floods meet it in every row.
struct Table {
    hasher: RandomState,
    /// The time that one request takes up.
    interval: u64,
    /// How far ahead of the present somebody may be.
    tolerance: u64,
    cells: Mutex<Box<[u64]>>,
}

impl Table {
    const ROWS: usize = 4;
    /// Cells in a row, as a power of two. Four rows take 256 KiB.
    const BITS: usize = 13;

    /// So many in a minute: all at once after a quiet minute, or evenly.
    fn per_minute(times: u32) -> Self {
        let times = u64::from(times.max(1));
        let interval = nanoseconds(Duration::from_secs(60)) / times;
        Self {
            hasher: RandomState::new(),
            interval,
            tolerance: interval * (times - 1),
            cells: Mutex::new(vec![0; Self::ROWS << Self::BITS].into_boxed_slice()),
        }
    }

    fn count(&self, key: impl Hash, now: u64) -> Result<(), Duration> {
        let hash = self.hasher.hash_one(key);
        let places = std::array::from_fn::<usize, { Self::ROWS }, _>(|row| {
            let column = hash >> (row * Self::BITS) & ((1 << Self::BITS) - 1);
            (row << Self::BITS) + usize::try_from(column).unwrap_or_default()
        });
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let used_up = places
            .iter()
            .filter_map(|place| cells.get(*place))
            .min()
            .copied()
            .unwrap_or_default()
            .max(now);
        let early = used_up.saturating_sub(now.saturating_add(self.tolerance));
        if early > 0 {
            return Err(Duration::from_nanos(early));
        }
        let used_up = used_up.saturating_add(self.interval);
        for place in places {
            if let Some(cell) = cells.get_mut(place) {
                *cell = used_up.max(*cell);
            }
        }
        Ok(())
    }
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

    const MINUTE: u64 = 60_000_000_000;

    #[test]
    fn so_many_are_let_through_at_once_and_then_evenly() {
        let table = Table::per_minute(3);
        for _ in 0..3 {
            assert_eq!(table.count("somebody", 0), Ok(()));
        }
        assert_eq!(
            table.count("somebody", 0),
            Err(Duration::from_secs(20)),
            "the time to wait is true"
        );
        assert!(table.count("somebody", MINUTE / 3 - 1).is_err());
        assert_eq!(table.count("somebody", MINUTE / 3), Ok(()));
        assert!(table.count("somebody", MINUTE / 3).is_err());
        assert_eq!(table.count("somebody else", 0), Ok(()));
        for _ in 0..3 {
            assert_eq!(table.count("somebody", 10 * MINUTE), Ok(()), "quiet since");
        }
        assert!(table.count("somebody", 10 * MINUTE).is_err());
    }

    #[test]
    fn a_million_addresses_take_no_more_memory_and_hold_nobody_up() {
        let table = Table::per_minute(100);
        let cells = table.cells.lock().unwrap().len();
        for address in 0..1_000_000_u32 {
            // each within its quota, over ten minutes
            let _ = table.count(address, u64::from(address) * MINUTE / 100_000);
        }
        assert_eq!(table.cells.lock().unwrap().len(), cells);
        assert_eq!(cells * size_of::<u64>(), 256 * 1024);
        let now = 10 * MINUTE;
        let let_through = (0..1_000_u32)
            .filter(|newcomer| table.count(("newcomer", newcomer), now).is_ok())
            .count();
        assert_eq!(let_through, 1_000);
    }

    #[test]
    fn nobody_gets_more_than_the_quota_whoever_else_asks() {
        let table = Table::per_minute(10);
        let mut granted = 0;
        for round in 0..1_000_u32 {
            granted += usize::from(table.count("somebody", 0).is_ok());
            let _ = table.count(round, 0);
        }
        assert!(granted <= 10, "{granted}");
    }

    #[test]
    fn a_limit_of_a_thousand_million_is_none() {
        let table = Table::per_minute(1_000_000_000);
        for _ in 0..100_000 {
            assert_eq!(table.count("a benchmark", 0), Ok(()));
        }
    }
}
