//! What the four o'clock rush costs: submissions a second, how long each waits, memory, and what one costs in statements, waits for
//! the disk and processor time; each as a ratio to what the same disk gives in the same run.
//!
//!     cargo bench --bench rush                        # two minutes
//!     cargo bench --bench rush -- --full              # growth to 100,000 stored; a quarter of an hour
//!     cargo bench --bench rush -- --full --million    # to 1,000,000
//!     cargo bench --bench rush -- --postgres          # beside it, on a private PostgreSQL, against pgbench
//!
//! It starts the real program on a database of its own and stays on the loopback; the clients run on the same processors. Letters
//! are on: they go into a folder. What was measured: docs/OPERATIONS.md, "What it takes, measured".

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures, and nothing is decided by it"
)]

mod clients;
mod corpus;
mod cost;
mod disk;
mod forms;
#[path = "../../tests/support/postgres.rs"]
mod postgres;
mod server;
mod versus_postgres;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Parser;

use clients::{Latencies, Rush};
use corpus::Corpus;
use server::Program;

/// What the four o'clock rush costs.
#[derive(Parser, Clone)]
struct Arguments {
    /// More clients' time, and growth to 100,000 stored questions.
    #[arg(long)]
    full: bool,
    /// Growth to 1,000,000 stored questions as well.
    #[arg(long)]
    million: bool,
    /// PostgreSQL instead of SQLite: a private server, and pgbench beside it.
    #[arg(long)]
    postgres: bool,
    /// Clients that send at the same time.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Where the databases are put: the disk that is measured.
    #[arg(long)]
    folder: Option<std::path::PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if arguments.postgres {
        return versus_postgres::measure(&runtime, folder.path(), &arguments);
    }
    runtime.block_on(measure(&arguments, folder.path()))
}

/// Prints one figure with its limit.
fn figure(what: &str, value: f64, unit: &str, limit: f64) {
    println!(
        "  {what:<52} {value:>9.0} {unit:<3} {:>6.2} of the limit",
        value / limit
    );
}

fn latencies(what: &str, of: &Latencies) {
    println!(
        "  {what:<52} p50 {:>7.1} ms   p99 {:>7.1} ms   ({} of {} answered 201)",
        of.at(0.5),
        of.at(0.99),
        of.accepted,
        of.sent()
    );
}

async fn measure(arguments: &Arguments, folder: &Path) -> anyhow::Result<()> {
    let window = if arguments.full { 2_000 } else { 1_000 };
    println!("The disk, bare");
    let before = disk::commits_a_second(folder, Duration::from_secs(3))?;
    println!("  durable commits of one row (SQLite, WAL, FULL)       {before:>9.0} /s");
    let grouped = disk::rows_a_second(folder, 10, Duration::from_secs(1))?;
    println!("  rows committed in tens                               {grouped:>9.0} /s");

    println!(
        "\nOne meeting, 10,000 earlier questions, {} clients, letters on",
        arguments.clients
    );
    let corpus = Corpus::sqlite(&folder.join("rush.sqlite3"), 10_000, 0)?;
    let program = Program::start(folder, &corpus)?;
    let idle = program.memory()?;
    let mut rush = Rush::new(&program, &corpus, arguments.clients);
    let mut peak = idle;
    let mut full_rate = 0.0;
    for stored in [0, 2_000, 5_000] {
        rush.fill_to(stored).await?;
        let (processor, begun) = (program.processor()?, Instant::now());
        let measured = rush.closed(window).await?;
        let took = begun.elapsed().as_secs_f64();
        let rate = measured.accepted as f64 / took;
        figure(
            &format!("submissions by API with {stored} in the meeting"),
            rate,
            "/s",
            before,
        );
        latencies("at full load", &measured);
        let processor = program.processor()? - processor;
        println!(
            "  {:<52} {:>9.2} ms each, letters that left meanwhile included",
            "processor time of the service",
            1_000.0 * processor.as_secs_f64() / measured.accepted.max(1) as f64
        );
        peak = peak.max(program.memory()?);
        full_rate = rate;
    }
    let seconds = if arguments.full { 20 } else { 8 };
    let half = rush
        .open(full_rate / 2.0, Duration::from_secs(seconds))
        .await?;
    latencies("at half load", &half);
    let real = rush.open(59.0, Duration::from_secs(seconds)).await?;
    latencies("at 59 a second", &real);
    peak = peak.max(program.memory()?);

    println!("\nBy the forms");
    let people = if arguments.full { 400 } else { 100 };
    let (rate, pages) = forms::submit(&program, &corpus, people, 16).await?;
    figure("submissions by the forms, 16 people", rate, "/s", before);
    println!("  {:<52} {pages:>9.1} requests each", "");

    println!("\nMemory of the service, resident");
    let letters = corpus.wait_for_letters(Duration::from_secs(60)).await?;
    println!(
        "  idle {idle:.0} MB, at most {peak:.0} MB during the rush, {:.0} MB afterwards",
        program.memory()?
    );
    println!("  letters still waiting when the benchmark ended: {letters}");
    program.stop()?;

    println!("\nWhat one submission costs, measured inside");
    cost::print(folder)?;

    println!("\nGrowth: the same with 5,000 in the meeting");
    let sizes: &[usize] = match (arguments.full, arguments.million) {
        (_, true) => &[100, 10_000, 100_000, 1_000_000],
        (true, false) => &[100, 10_000, 100_000],
        (false, false) => &[100, 10_000],
    };
    let mut first = None;
    for &size in sizes {
        let corpus = Corpus::sqlite(&folder.join(format!("{size}.sqlite3")), size, 5_000)?;
        let program = Program::start(folder, &corpus)?;
        let mut rush = Rush::new(&program, &corpus, arguments.clients);
        rush.closed(200).await.context("warming up")?;
        let begun = Instant::now();
        let measured = rush.closed(window).await?;
        let rate = measured.accepted as f64 / begun.elapsed().as_secs_f64();
        figure(
            &format!("{size} stored"),
            rate,
            "/s",
            *first.get_or_insert(rate),
        );
        latencies("", &measured);
        program.stop()?;
    }
    let after = disk::commits_a_second(folder, Duration::from_secs(3))?;
    println!(
        "\nThe disk at the end: {after:.0} durable commits of one row a second (at the beginning {before:.0})"
    );
    Ok(())
}
