//! The real program as a child, with letters on.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use super::corpus::{Corpus, SECRET};

/// How many times a second the kernel counts processor time (`getconf CLK_TCK`).
const TICKS: f64 = 100.0;

/// The program in a process of its own, gone when this value is dropped.
pub struct Program {
    child: Child,
    letters: PathBuf,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Drop for Program {
    fn drop(&mut self) {
        // it may be gone already
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.letters);
    }
}

impl Program {
    /// Starts it on a corpus, with the settings of the repository but for address, secret, letters, a proxy that says who the client is,
    /// and the bounds for all clients together.
    ///
    /// # Errors
    /// Where it does not become ready.
    pub fn start(folder: &Path, corpus: &Corpus) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let letters = letters_folder(folder);
        let child = Command::new(env!("CARGO_BIN_EXE_public-question-time"))
            .env("PQT__SERVER__BIND", address.to_string())
            .env("PQT__SERVER__TRUSTED_PROXIES", "127.0.0.1")
            .env("PQT__COUNCIL__PUBLIC_URL", format!("http://{address}"))
            .env("PQT__DATABASE__URL", &corpus.url)
            .env("PQT__MAIL__TRANSPORT", "folder")
            .env("PQT__MAIL__FOLDER", &letters)
            .env("PQT__SECRET__KEY", SECRET)
            .env("PQT__SEEDS__LOAD_WHEN_EMPTY", "false")
            .env("PQT__LOG__FILTER", "warn")
            // what holds robots back would be measured otherwise
            .env("PQT__LIMITS__WRITES_IN_ALL_PER_MINUTE", "1000000000")
            .env("PQT__BOTS__MINIMUM_SECONDS", "0")
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log"))?)
            .spawn()
            .context("the program")?;
        let program = Self {
            child,
            letters,
            address,
        };
        for _ in 0..1_200 {
            if TcpStream::connect(address).is_ok() {
                return Ok(program);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("{address} does not become ready")
    }

    /// SIGTERM, and waits for its end.
    ///
    /// # Errors
    /// Where it does not end within a minute.
    pub fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("it does not stop")
    }

    /// Its resident memory in megabytes.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn memory(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes: f64 = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .context("no VmRSS")?
            .parse()?;
        Ok(kibibytes / 1024.0)
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

/// Letters go to memory where there is some, so that only the database waits for the disk, as with a mail server.
fn letters_folder(folder: &Path) -> PathBuf {
    let memory = Path::new("/dev/shm");
    match (memory.is_dir(), folder.file_name()) {
        (true, Some(name)) => memory.join("public-question-time-rush").join(name),
        _ => folder.join("mail"),
    }
}
