//! How many requests a second the public pages take, as parts of what the same actix-web server takes with a static body, measured in the
//! same run; how long a request takes; and what changes while people send questions.
//!
//!     cargo bench --bench pages
//!     cargo bench --bench pages -- --seconds 1 --questions 300      # a smaller one
//!
//! It starts the real program, with two workers, on a database of its own that holds the seeds, and a bare server in a process of its own.
//! It stays on the loopback, whoever asks runs on the same processors as the server, and it ends by itself.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures, and nothing is decided by it"
)]

mod bare;
mod load;
mod meeting;
#[path = "../viewers/server.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest of it")]
mod server;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use clap::Parser;

use load::{Figures, Target};
use meeting::Prepared;
use server::Process;

/// Below this part of the static body a page is too slow, and the one that is aimed at.
const TOO_SLOW: f64 = 0.25;
const AIM: f64 = 0.5;

/// How many requests a second the public pages take.
#[derive(Parser, Clone)]
struct Arguments {
    /// Seconds for each row.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Questions of the meeting that has most; the one between has as many as an eighth of them.
    #[arg(long, default_value_t = 2_300)]
    questions: usize,
    /// Connections that ask at once.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Questions that are sent each second while the pages are read.
    #[arg(long, default_value_t = 60)]
    submissions: u32,
    /// Serves the bare pages at this address. The benchmark starts itself with this.
    #[arg(long, hide = true)]
    bare: Option<SocketAddr>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The limits that one address would meet, out of the way.
const SETTINGS: [(&str, &str); 8] = [
    ("PQT__SERVER__WORKERS", "2"),
    ("PQT__LIMITS__READS_PER_MINUTE", "1000000000"),
    ("PQT__LIMITS__FILE_REQUESTS_PER_MINUTE", "1000000000"),
    ("PQT__LIMITS__SEARCHES_PER_MINUTE", "1000000000"),
    ("PQT__LIMITS__WRITES_IN_ALL_PER_MINUTE", "1000000000"),
    ("PQT__LIMITS__SUBMISSIONS_PER_MINUTE", "100000"),
    ("PQT__LIMITS__API_REQUESTS_PER_MINUTE", "100000"),
    ("PQT__SERVER__TRUSTED_PROXIES", "127.0.0.1"),
];

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(address) = arguments.bare {
        return bare::serve(address);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("bench.sqlite3");
    println!(
        "Preparing meetings with 0, {} and {} questions …",
        arguments.questions / 8,
        arguments.questions
    );
    let prepared = meeting::prepare(root, &database, arguments.questions)?;
    let bare = Process::bare(server::free_address()?)?;
    let address = server::free_address()?;
    let program = Process::program(folder.path(), &database, address, &SETTINGS)?;
    let idle = program.memory()?;

    let bench = Bench {
        seconds: Duration::from_secs(arguments.seconds),
        connections: arguments.connections,
    };
    println!(
        "\n{:<46} {:>9} {:>7} {:>9} {:>9}",
        "requests/s, by one client on the same processors", "", "ratio", "p50 ms", "p99 ms"
    );
    let before = bench.bare(bare.address)?;
    let mut slow = Vec::new();
    for target in rows(address, &prepared, arguments.questions) {
        slow.extend(bench.row(&target, before)?);
    }
    println!(
        "\nwhile {} questions a second are sent to the meeting that has most",
        arguments.submissions
    );
    let stop = Arc::new(AtomicBool::new(false));
    let sender = {
        let (stop, meeting) = (stop.clone(), prepared.many);
        let rate = arguments.submissions;
        thread::spawn(move || load::send_questions(address, meeting, rate, &stop))
    };
    for target in rushed(address, &prepared, arguments.questions) {
        slow.extend(bench.row(&target, before)?);
    }
    stop.store(true, Ordering::Relaxed);
    let sent = sender
        .join()
        .map_err(|_| anyhow::anyhow!("whoever sends questions panicked"))??;
    println!(
        "  {:.0} questions a second arrived, an answer took {:.1} ms in the median and {:.1} ms for 99 of 100",
        sent.per_second,
        sent.at(0.5),
        sent.at(0.99)
    );
    let after = bench.bare(bare.address)?;
    println!(
        "\nthe static body at the end: {:.2} of what it was at first",
        after / before
    );
    println!(
        "memory of the program (PSS): {:.0} MB before the first request, {:.0} MB after the last",
        idle / 1e6,
        program.memory()? / 1e6
    );
    if slow.is_empty() {
        println!("every page is at {AIM} of the static body or above");
    } else {
        println!("below {AIM} of the static body: {}", slow.join(", "));
    }
    Ok(())
}

struct Bench {
    seconds: Duration,
    connections: usize,
}

impl Bench {
    fn measure(&self, target: &Target) -> anyhow::Result<Figures> {
        load::ask(target, self.connections, Duration::from_millis(300))?;
        load::ask(target, self.connections, self.seconds)
    }

    /// Measures the bare server and returns how many static bodies a second it gives.
    fn bare(&self, address: SocketAddr) -> anyhow::Result<f64> {
        let of = |name: &str, path: &str| Target::new(name, address, path);
        let fixed = self.measure(&of("bare actix-web, static body of 12 KB", "/static"))?;
        let empty = self.measure(&of("bare actix-web, empty body", "/empty"))?;
        for (name, figures) in [
            ("bare actix-web, static body of 12 KB", &fixed),
            ("bare actix-web, empty body", &empty),
        ] {
            print_row(name, figures, fixed.per_second);
        }
        Ok(fixed.per_second)
    }

    /// Measures a page; its name where it is below the aim.
    fn row(&self, target: &Target, fixed: f64) -> anyhow::Result<Option<String>> {
        let figures = self.measure(target)?;
        print_row(&target.name, &figures, fixed);
        let ratio = figures.per_second / fixed;
        let word = if ratio < TOO_SLOW { "far " } else { "" };
        Ok((ratio < AIM).then(|| format!("{word}{} ({ratio:.2})", target.name)))
    }
}

fn print_row(name: &str, figures: &Figures, fixed: f64) {
    println!(
        "{name:<46} {:>9.0} {:>7.2} {:>9.2} {:>9.2}   {} bytes",
        figures.per_second,
        figures.per_second / fixed,
        figures.at(0.5),
        figures.at(0.99),
        figures.body
    );
}

fn rows(address: SocketAddr, prepared: &Prepared, questions: usize) -> Vec<Target> {
    let of = |name: &str, path: &str| Target::new(name, address, path);
    let meeting = |id| format!("/meetings/{id}");
    let mut rows = vec![
        of("home", "/"),
        of("meetings", "/meetings"),
        of("a meeting without questions", &meeting(prepared.none)),
        of(
            &format!("a meeting with {} questions", questions / 8),
            &meeting(prepared.some),
        ),
        of(
            &format!("a meeting with {questions} questions"),
            &meeting(prepared.many),
        ),
        of("a past meeting with its answers", &meeting(prepared.past)),
        of(
            &format!("the screen of the meeting with {questions}"),
            &format!("/meetings/{}/screen", prepared.many),
        ),
        of("questions and answers", "/questions"),
        of("how it works", "/standing-order"),
        of("privacy", "/privacy"),
        of("accessibility", "/accessibility"),
        of("cookies", "/cookies"),
        of(
            "API, a meeting",
            &format!("/api/v1/meetings/{}", prepared.many),
        ),
        of("API, meetings", "/api/v1/meetings"),
        of("API, questions", "/api/v1/questions"),
        of("health, for comparison", "/health/live"),
    ];
    rows.push(of("home, gzip", "/").with("Accept-Encoding: gzip"));
    rows.push(of("home, Brotli", "/").with("Accept-Encoding: gzip, deflate, br"));
    rows.push(of("home, not changed (304)", "/").not_changed());
    rows.push(of("meetings, not changed (304)", "/meetings").not_changed());
    rows
}

fn rushed(address: SocketAddr, prepared: &Prepared, questions: usize) -> Vec<Target> {
    let of = |name: &str, path: &str| Target::new(name, address, path);
    vec![
        of("home", "/"),
        of("meetings", "/meetings"),
        of(
            &format!("a meeting with {questions} questions and more"),
            &format!("/meetings/{}", prepared.many),
        ),
        of("questions and answers", "/questions"),
        of("how it works", "/standing-order"),
    ]
}
