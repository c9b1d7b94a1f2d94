//! The real program, to be killed.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::databases::Database;

/// The real program, on a database and in a folder of the test's.
pub struct Process {
    child: Child,
    /// Where it answers: `http://127.0.0.1:40123`.
    pub address: String,
}

/// The program with the settings of a test, and no command yet: as it is typed at a prompt.
pub fn program(database_url: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_public-question-time"));
    set(&mut command, database_url, folder);
    command
}

fn set(command: &mut Command, database_url: &str, folder: &Path) {
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PQT__DATABASE__URL", database_url)
        .env("PQT__MAIL__FOLDER", folder.join("mail"))
        .env("PQT__RETENTION__JOURNAL", folder.join("erasures"))
        .env("PQT__OUTBOX__POLL_INTERVAL_MILLISECONDS", "100")
        .env("PQT__OUTBOX__LEASE_SECONDS", "5")
        .env(
            "PQT__SECRET__KEY",
            "a secret that only the tests know, 0123456789",
        )
        .env("PQT__LIMITS__SUBMISSIONS_PER_MINUTE", "100000")
        .env("PQT__LIMITS__API_REQUESTS_PER_MINUTE", "100000")
        .env("PQT__LOG__FILTER", "error");
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Runs a command to its end: whether it succeeded, and everything that it said.
pub fn run(command: &mut Command) -> (bool, String) {
    let output = command.stdin(Stdio::null()).output().expect("the program");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

impl Process {
    /// Starts it. It answers once it is [`ready`](Self::ready).
    pub fn start(database: &Database, folder: &Path) -> Self {
        Self::start_at(&database.url_text(), folder, &[])
    }

    /// Starts it under settings of the test's.
    pub fn start_with(database: &Database, folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_at(&database.url_text(), folder, settings)
    }

    /// Starts it on the database at this URL, with further variables of its environment.
    pub fn start_at(database_url: &str, folder: &Path, more: &[(&str, &str)]) -> Self {
        let program = program(database_url, folder);
        Self::start_as(program, more)
    }

    /// Starts it as this command, which may be another program that runs it.
    pub fn start_as(command: Command, more: &[(&str, &str)]) -> Self {
        Self::start_on(free_port(), command, more)
    }

    /// Starts it at this port.
    pub fn start_on(port: u16, mut command: Command, more: &[(&str, &str)]) -> Self {
        let address = format!("http://127.0.0.1:{port}");
        let child = command
            .env("PQT__SERVER__BIND", format!("127.0.0.1:{port}"))
            .env("PQT__COUNCIL__PUBLIC_URL", &address)
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        Self { child, address }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and how it ended. Fails where that takes longer than a minute.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(run(Command::new("kill").args(["-TERM", &pid])).0);
        self.ended(Duration::from_secs(60)).expect("it ends")
    }

    /// How it ended, where it does within this time.
    pub fn ended(&mut self, within: Duration) -> Option<std::process::ExitStatus> {
        let steps = within.as_millis() / 20;
        (0..=steps).find_map(|_| {
            let ended = self.child.try_wait().expect("its state");
            if ended.is_none() {
                std::thread::sleep(Duration::from_millis(20));
            }
            ended
        })
    }

    /// Waits until it answers.
    pub async fn ready(&mut self, client: &reqwest::Client) {
        for _ in 0..1500 {
            let answer = client
                .get(format!("{}/health/ready", self.address))
                .send()
                .await;
            // another program may have been given the port meanwhile, and answer in this one's place
            let ended = self.child.try_wait().expect("its state");
            assert!(ended.is_none(), "the program ended by itself: {ended:?}");
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the program does not become ready");
    }

    /// SIGKILL: nothing is tidied up.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Process {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        // gone already where the test came to its end
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The letters of a kind about a question in the folder where the program puts them.
pub fn letters(mail: &Path, kind: &str, reference: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(mail) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| {
                    name.contains(reference) && name.contains(kind) && name.ends_with(".eml")
                })
        })
        .collect()
}
