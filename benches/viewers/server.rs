//! What is measured: the real program as a child, and beside it a bare stream of actix-web, to know what the machine gives today.

use std::{
    fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use actix_web::{
    App, HttpResponse, HttpServer,
    web::{self, Bytes},
};
use anyhow::{Context, bail};
use futures_util::stream;
use tokio::sync::watch;

/// How many times a second the kernel counts processor time (`getconf CLK_TCK`).
const TICKS: f64 = 100.0;

/// A server in a process of its own, gone when this value is dropped.
pub struct Process {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Drop for Process {
    fn drop(&mut self) {
        // it may be gone already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// The real program on a database, with its settings but for address, folder, secret and those that are given.
    ///
    /// # Errors
    /// Where it does not become ready.
    pub fn program(
        folder: &Path,
        database: &Path,
        address: SocketAddr,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let child = Command::new(env!("CARGO_BIN_EXE_public-question-time"))
            .env("PQT__SERVER__BIND", address.to_string())
            .env("PQT__COUNCIL__PUBLIC_URL", format!("http://{address}"))
            .env(
                "PQT__DATABASE__URL",
                format!("sqlite://{}", database.display()),
            )
            .env("PQT__MAIL__FOLDER", folder.join("mail"))
            .env("PQT__SECRET__KEY", super::meeting::SECRET)
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log"))?)
            .spawn()
            .context("the program")?;
        Self { child, address }.ready("/health/ready")
    }

    /// The bare stream: this same benchmark, started to serve it.
    ///
    /// # Errors
    /// Where it does not become ready.
    pub fn bare(address: SocketAddr) -> anyhow::Result<Self> {
        let child = Command::new(std::env::current_exe()?)
            .args(["--bare", &address.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .context("the bare stream")?;
        Self { child, address }.ready("/ready")
    }

    fn ready(self, path: &str) -> anyhow::Result<Self> {
        for _ in 0..600 {
            if matches!(send(self.address, "GET", path, &[], ""), Ok(answer) if answer.status == 200)
            {
                return Ok(self);
            }
            sleep(Duration::from_millis(50));
        }
        bail!("{} does not become ready", self.address)
    }

    /// SIGKILL: nothing is tidied up.
    ///
    /// # Errors
    /// Where it can't be killed.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// SIGTERM, and how long it takes to end.
    ///
    /// # Errors
    /// Where it does not end within a minute.
    pub fn stop(mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        while began.elapsed() < Duration::from_secs(60) {
            if self.child.try_wait()?.is_some() {
                return Ok(began.elapsed());
            }
            sleep(Duration::from_millis(10));
        }
        bail!("it does not stop")
    }

    /// The memory that it has for itself, in bytes: its share of every page (PSS).
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn memory(&self) -> anyhow::Result<f64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kibibytes: f64 = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .context("no Pss in smaps_rollup")?
            .parse()?;
        Ok(kibibytes * 1024.0)
    }

    /// The processor time that it has used.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn processor(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // the name in brackets may hold anything; utime and stime are the 12th and 13th after it
        let (_, fields) = stat.rsplit_once(')').context("no name in stat")?;
        let ticks: f64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum();
        Ok(Duration::from_secs_f64(ticks / TICKS))
    }
}

/// An address on the loopback that nobody listens on.
///
/// # Errors
/// Where there is none.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

/// Sends one request on a connection of its own and waits for the answer.
///
/// # Errors
/// Where there is none.
pub fn send(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_nodelay(true)?;
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .context("no status")?;
    Ok(Answer {
        status,
        body: body.to_owned(),
    })
}

/// Serves what is posted to `/act` as a stream, with nothing around it.
///
/// # Errors
/// Where it can't listen.
pub fn serve_bare(address: SocketAddr) -> anyhow::Result<()> {
    let frames = web::Data::new(watch::Sender::new(Bytes::new()));
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(frames.clone())
                .route("/ready", web::get().to(HttpResponse::Ok))
                .route("/act", web::post().to(act))
                .route("/live", web::get().to(live))
        })
        .workers(2)
        .bind(address)?
        .run()
        .await
    })?;
    Ok(())
}

async fn act(frames: web::Data<watch::Sender<Bytes>>, frame: Bytes) -> HttpResponse {
    frames.send_replace(frame);
    HttpResponse::Ok().finish()
}

async fn live(frames: web::Data<watch::Sender<Bytes>>) -> HttpResponse {
    let mut frames = frames.subscribe();
    frames.mark_changed();
    let later = stream::unfold(frames, |mut frames| async move {
        frames.changed().await.ok()?;
        let frame = frames.borrow_and_update().clone();
        Some((Ok::<_, io::Error>(frame), frames))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(later)
}
