//! The same on PostgreSQL, beside pgbench in the same run: rows that pgbench inserts one to a transaction, and questions.

use std::{path::Path, process::Command, time::Instant};

use anyhow::{Context, bail};

use super::{
    Arguments, clients::Rush, corpus::Corpus, figure, latencies, postgres::PostgresDatabase,
    server::Program,
};

/// How many clients send at a time, on either side.
const CLIENTS: usize = 8;

/// Measures both on a private server.
///
/// # Errors
/// Where PostgreSQL or pgbench is not installed, or the service fails.
pub fn measure(
    runtime: &tokio::runtime::Runtime,
    folder: &Path,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let window = if arguments.full { 4_000 } else { 1_500 };
    let database = PostgresDatabase::fresh().context("PostgreSQL is not installed")?;
    let seconds = if arguments.full { 15 } else { 5 };
    let rows = pgbench(folder, &database.url(), seconds)?;
    println!("PostgreSQL, {CLIENTS} clients");
    println!("  rows inserted one to a transaction (pgbench)         {rows:>9.0} /s");
    let corpus = Corpus::fill(database.url(), 10_000, 0)?;
    let program = Program::start(folder, &corpus)?;
    runtime.block_on(async {
        let mut rush = Rush::new(&program, &corpus, CLIENTS);
        for stored in [0, 2_000, 5_000] {
            rush.fill_to(stored).await?;
            let begun = Instant::now();
            let measured = rush.closed(window).await?;
            let rate = measured.accepted as f64 / begun.elapsed().as_secs_f64();
            figure(
                &format!("submissions by API with {stored} in the meeting"),
                rate,
                "/s",
                rows,
            );
            latencies("", &measured);
        }
        Ok::<_, anyhow::Error>(())
    })?;
    program.stop()?;
    let rows = pgbench(folder, &database.url(), seconds)?;
    println!("  pgbench at the end                                   {rows:>9.0} /s");
    drop(corpus);
    Ok(())
}

/// Transactions a second of one insert each.
fn pgbench(folder: &Path, url: &str, seconds: u32) -> anyhow::Result<f64> {
    let script = folder.join("insert.sql");
    std::fs::write(
        &script,
        format!(
            "\\set n random(1, 2000000000)\nINSERT INTO bare (n, body) VALUES (:n, '{}');\n",
            "x".repeat(300)
        ),
    )?;
    run(Command::new("psql").args([
        url,
        "-qc",
        "CREATE TABLE IF NOT EXISTS bare (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n BIGINT, body TEXT)",
    ]))?;
    let clients = CLIENTS.to_string();
    let told = run(Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-j", "2", "-c", &clients])
        .args(["-T", &seconds.to_string(), "-f"])
        .arg(&script)
        .arg(url))?;
    told.lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
        .context("pgbench says no rate")
}

fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().context("is it installed?")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
