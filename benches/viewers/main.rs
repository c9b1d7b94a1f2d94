//! How soon the screens of a meeting show what happened, with many viewers on one node; what each viewer costs; and what happens
//! when the node is killed and when viewers do not read.
//!
//!     cargo bench --bench viewers
//!     cargo bench --bench viewers -- --viewers 1000 --silence 10
//!
//! It starts the real program on a database of its own and stays on the loopback. The viewers run on the same processors, so the
//! last part gives the same meeting to a bare stream of actix-web: what the machine gives today with nothing of ours in between.
//! What the system must be set to: docs/OPERATIONS.md, "Screens for many viewers".

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures, and nothing is decided by it"
)]

mod crowd;
mod meeting;
mod server;

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Parser;
use serde_json::{Value, json};
use tokio::{
    task::{LocalSet, spawn_blocking},
    time::sleep,
};

use crowd::Crowd;
use meeting::Prepared;
use server::{Process, send};

/// Files that a process needs beside its streams.
const FILES_BESIDE: u64 = 300;

/// How often something else is shown while some do not read, to fill what the system holds for them.
const SHOWN_MEANWHILE: usize = 200;

/// How soon the screens of a meeting show what happened.
#[derive(Parser, Clone)]
struct Arguments {
    /// Viewers of one node.
    #[arg(long, default_value_t = 10_000)]
    viewers: usize,
    /// Viewers that never read.
    #[arg(long, default_value_t = 1_000)]
    never_read: usize,
    /// Seconds of silence over which processor time is measured, three times.
    #[arg(long, default_value_t = 30)]
    silence: u64,
    /// Serves a bare stream at this address. The benchmark starts itself with this.
    #[arg(long, hide = true)]
    bare: Option<SocketAddr>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(address) = arguments.bare {
        return server::serve_bare(address);
    }
    let streams = u64::try_from(arguments.viewers + arguments.never_read)?;
    let files = rlimit::increase_nofile_limit(streams + FILES_BESIDE)?;
    if files < streams + FILES_BESIDE {
        bail!(
            "{} files may be open at once, and {} are needed: raise the hard limit (ulimit -Hn, or LimitNOFILE in systemd), or \
             ask for fewer with --viewers",
            files,
            streams + FILES_BESIDE
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, measure(arguments))
}

/// Delays of one event: until the act was answered, and until each viewer had it.
struct Delays {
    answer: Duration,
    viewers: Vec<Duration>,
}

impl Delays {
    fn of(sent: Instant, answered: Instant, arrivals: &[Instant]) -> Self {
        Self {
            answer: answered - sent,
            viewers: arrivals.iter().map(|at| *at - sent).collect(),
        }
    }

    fn at(&self, part: f64) -> Duration {
        let last = self.viewers.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a length"
        )]
        let place = (last as f64 * part).round() as usize;
        self.viewers.get(place).copied().unwrap_or_default()
    }

    fn slowest(&self) -> Duration {
        self.at(1.0)
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn table(rows: &[(String, Delays)]) {
    println!(
        "  milliseconds from sending the act to   its answer  the median viewer  99 of 100  the slowest"
    );
    for (what, delays) in rows {
        println!(
            "  {what:<37}  {:>10.1}  {:>17.1}  {:>9.1}  {:>11.1}",
            milliseconds(delays.answer),
            milliseconds(delays.at(0.5)),
            milliseconds(delays.at(0.99)),
            milliseconds(delays.slowest()),
        );
    }
}

/// The median and the worst of the slowest viewers, in milliseconds.
fn slowest(rows: &[(String, Delays)]) -> (f64, f64) {
    let mut all: Vec<f64> = rows
        .iter()
        .map(|(_, delays)| milliseconds(delays.slowest()))
        .collect();
    all.sort_by(f64::total_cmp);
    (
        all.get(all.len() / 2).copied().unwrap_or_default(),
        all.last().copied().unwrap_or_default(),
    )
}

/// Whoever runs question time, through the API.
struct Chair {
    address: SocketAddr,
    path: String,
    bearer: String,
    revision: i64,
}

impl Chair {
    fn of(meeting: &Prepared, address: SocketAddr) -> Self {
        Self {
            address,
            path: format!("/api/v1/meetings/{}/question-time/events", meeting.meeting),
            bearer: format!("Bearer {}", meeting.token),
            revision: 0,
        }
    }

    /// Does something; when it was sent and when it was answered.
    async fn does(&mut self, act: Value) -> anyhow::Result<(Instant, Instant)> {
        let (address, path, bearer) = (self.address, self.path.clone(), self.bearer.clone());
        let (sent, answer, answered) = spawn_blocking(move || {
            let headers = [
                ("Authorization", bearer.as_str()),
                ("Content-Type", "application/json"),
            ];
            let sent = Instant::now();
            let answer = send(address, "POST", &path, &headers, &act.to_string());
            (sent, answer, Instant::now())
        })
        .await?;
        let answer = answer?;
        if answer.status != 201 {
            bail!("an act was answered {}: {}", answer.status, answer.body);
        }
        let state: Value = serde_json::from_str(&answer.body)?;
        self.revision = state["revision"].as_i64().context("no revision")?;
        Ok((sent, answered))
    }

    /// Does something that every viewer sees.
    async fn shows(&mut self, crowd: &Crowd, act: Value) -> anyhow::Result<(String, Delays)> {
        let name = act["event"].as_str().unwrap_or_default().replace('_', " ");
        crowd.awaits(self.revision + 1);
        let (sent, answered) = self.does(act).await?;
        let arrivals = crowd.arrivals().await?;
        // as long as a press of a key takes
        sleep(Duration::from_millis(100)).await;
        Ok((name, Delays::of(sent, answered, &arrivals)))
    }

    /// A questioner's turn from the call to the answer.
    async fn puts(
        &mut self,
        crowd: &Crowd,
        question: &str,
        rows: &mut Vec<(String, Delays)>,
    ) -> anyhow::Result<()> {
        for act in [
            json!({ "event": "called", "question": question }),
            json!({ "event": "speaking_started" }),
            json!({ "event": "answer_started" }),
            json!({ "event": "finished", "answer": "given" }),
        ] {
            rows.push(self.shows(crowd, act).await?);
        }
        Ok(())
    }
}

async fn started(folder: &Path, database: &Path, address: SocketAddr) -> anyhow::Result<Process> {
    let (folder, database) = (folder.to_owned(), database.to_owned());
    spawn_blocking(move || Process::program(&folder, &database, address, &[])).await?
}

/// Processor time that a server uses while nothing happens, as a part of one processor in hundredths.
async fn idle(server: &Process, silence: Duration) -> anyhow::Result<f64> {
    let before = server.processor()?;
    sleep(silence).await;
    let used = server.processor()? - before;
    Ok(100.0 * used.as_secs_f64() / silence.as_secs_f64())
}

async fn measure(arguments: Arguments) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("viewers.sqlite3");
    let meeting = meeting::prepare(&root.join("config"), &database, 8)?;
    let questions: Vec<String> = meeting.questions.iter().map(ToString::to_string).collect();
    let address = server::free_address()?;
    let stream = format!("/meetings/{}/live", meeting.meeting);
    let count = arguments.viewers;
    let silence = Duration::from_secs(arguments.silence);

    let mut program = started(folder.path(), &database, address).await?;
    let mut chair = Chair::of(&meeting, address);
    for question in &questions {
        chair
            .does(json!({ "event": "indicated", "question": question }))
            .await?;
    }

    println!("Viewers of one node: {count}");
    let nobody = idle(&program, silence).await?;
    let one = Crowd::gather(1, address, &stream);
    one.all_present().await?;
    let one_viewer = idle(&program, silence).await?;
    drop(one);
    let empty = program.memory()?;
    let crowd = Crowd::gather(count, address, &stream);
    let opened = crowd.all_present().await?;
    println!(
        "  all have the present state after {:.2} s; a state has {} bytes",
        opened.as_secs_f64(),
        crowd.size()
    );
    let each = (program.memory()? - empty) / count as f64 / 1024.0;

    println!("\nA meeting");
    let mut rows = vec![chair.shows(&crowd, json!({ "event": "opened" })).await?];
    for question in &questions[..3] {
        chair.puts(&crowd, question, &mut rows).await?;
    }
    for event in ["adjourned", "resumed"] {
        rows.push(chair.shows(&crowd, json!({ "event": event })).await?);
    }
    table(&rows);
    let ours = slowest(&rows);
    println!(
        "  the slowest viewer: {:.0} ms in the median of the events, {:.0} ms at worst",
        ours.0, ours.1
    );

    let each_later = (program.memory()? - empty) / count as f64 / 1024.0;
    println!("\nThe server's memory for each viewer");
    println!("  {each:.1} KB when all have come, {each_later:.1} KB after the meeting");
    println!("  {:.1} MB without viewers", empty / 1024.0 / 1024.0);

    println!("\nThe server's processor time while nothing happens, of one processor");
    let beats = crowd.beats();
    let all_viewers = idle(&program, silence).await?;
    let beats = crowd.beats() - beats;
    println!("  nobody watches:  {nobody:.2} %");
    println!("  one viewer:      {one_viewer:.2} %");
    println!(
        "  {count} viewers: {all_viewers:.2} %, of it {:.2} % for {beats} beats in {} s",
        (all_viewers - one_viewer).max(0.0),
        silence.as_secs()
    );

    println!("\nKilled and started again");
    let lost = crowd.lost();
    let killed = Instant::now();
    program.kill()?;
    program = started(folder.path(), &database, address).await?;
    let ready = killed.elapsed();
    while crowd.lost() < lost + count {
        sleep(Duration::from_millis(5)).await;
    }
    crowd.all_present().await?;
    println!(
        "  ready again after {:.2} s, every viewer has the present state after {:.2} s",
        ready.as_secs_f64(),
        killed.elapsed().as_secs_f64()
    );

    let deaf = arguments.never_read;
    println!("\n{deaf} more that never read");
    let mut without = Vec::new();
    for question in &questions[3..5] {
        chair.puts(&crowd, question, &mut without).await?;
    }
    let before = program.memory()?;
    let held = crowd::never_read(deaf, address, &stream).await?;
    for (number, view) in (0..SHOWN_MEANWHILE).zip(["list", "clock"].iter().cycle()) {
        chair
            .does(json!({ "event": "shown", "view": view }))
            .await
            .with_context(|| format!("view {number}"))?;
    }
    sleep(Duration::from_secs(1)).await;
    let mut with = Vec::new();
    for question in &questions[5..7] {
        chair.puts(&crowd, question, &mut with).await?;
    }
    let memory = program.memory()?;
    let (without, with) = (slowest(&without), slowest(&with));
    println!(
        "  the slowest of the others: {:.0} ms without them, {:.0} ms with them (median of the events)",
        without.0, with.0
    );
    println!(
        "  after {SHOWN_MEANWHILE} more events the server has {:.1} KB more for each that does not read",
        (memory - before) / deaf.max(1) as f64 / 1024.0
    );
    let stopped = spawn_blocking(move || program.stop()).await??;
    println!(
        "\nTold to stop with every stream open, it ends after {:.2} s",
        stopped.as_secs_f64()
    );
    let size = crowd.size();
    drop((crowd, held));

    println!("\nThe same with a bare stream of actix-web");
    let bare = bare_stream(count, size).await?;
    println!(
        "  this service over the bare stream: {:.1} times its delay",
        ours.0 / bare.max(0.1)
    );
    Ok(())
}

/// The slowest viewer of a bare stream with states of this size, in the median of the events, in milliseconds.
async fn bare_stream(count: usize, size: usize) -> anyhow::Result<f64> {
    let address = server::free_address()?;
    let program = spawn_blocking(move || Process::bare(address)).await??;
    let frame = |revision: i64| {
        let head = format!("id: {revision}\nevent: state\ndata: ");
        let rest = size.saturating_sub(head.len() + 2);
        format!("{head}{}\n\n", "x".repeat(rest))
    };
    let act = |revision: i64| {
        let frame = frame(revision);
        spawn_blocking(move || {
            let sent = Instant::now();
            let answer = send(address, "POST", "/act", &[], &frame);
            answer.map(|_| (sent, Instant::now()))
        })
    };
    act(0).await??;
    let empty = program.memory()?;
    let crowd = Crowd::gather(count, address, "/live");
    let opened = crowd.all_present().await?;
    println!(
        "  all have the present state after {:.2} s",
        opened.as_secs_f64()
    );
    let mut rows = Vec::new();
    for revision in 1..=15 {
        crowd.awaits(revision);
        let (sent, answered) = act(revision).await??;
        let arrivals = crowd.arrivals().await?;
        rows.push((revision.to_string(), Delays::of(sent, answered, &arrivals)));
        sleep(Duration::from_millis(100)).await;
    }
    let (median, worst) = slowest(&rows);
    println!(
        "  the slowest viewer: {median:.0} ms in the median of the events, {worst:.0} ms at worst"
    );
    println!(
        "  {:.1} KB of memory for each viewer",
        (program.memory()? - empty) / count as f64 / 1024.0
    );
    Ok(median)
}
