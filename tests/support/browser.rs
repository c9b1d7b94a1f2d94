//! A headless Chromium for one test, driven through chromedriver (W3C WebDriver), with axe-core at hand.
//!
//! Where Chromium or chromedriver is not installed the tests that need it say so and pass; with `PQT_REQUIRE_BROWSER` set
//! they fail instead.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

/// A browser with one window; closed when dropped.
pub struct Browser {
    /// The window.
    pub client: Client,
    _driver: Driver,
    _profile: tempfile::TempDir,
}

/// Chromedriver and its browser: both end when this is dropped, whatever became of the test.
struct Driver {
    child: Child,
    /// The folder that the browser, and no other program, was started with.
    profile: PathBuf,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // a browser outlives a driver that is killed, and goes on looking for the service of a test that is over
        let profile = self.profile.display().to_string();
        for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let started = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&started).contains(&profile) {
                let _ = Command::new("kill")
                    .arg("-KILL")
                    .arg(process.file_name())
                    .stderr(Stdio::null())
                    .status();
            }
        }
    }
}

fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// Opens a browser, or says why not.
pub async fn open() -> Option<Browser> {
    let (Some(chromium), Some(chromedriver)) = (installed("chromium"), installed("chromedriver"))
    else {
        assert!(
            std::env::var_os("PQT_REQUIRE_BROWSER").is_none(),
            "chromium and chromedriver are required and not installed"
        );
        println!("Chromium not found: the tests in a browser are skipped");
        return None;
    };
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let profile = tempfile::tempdir().expect("a profile");
    let driver = Driver {
        child: Command::new(chromedriver)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver"),
        profile: profile.path().to_owned(),
    };
    let mut capabilities = serde_json::Map::new();
    capabilities.insert(
        "goog:chromeOptions".to_owned(),
        json!({
            "binary": chromium,
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-device-scale-factor=1",
                format!("--user-data-dir={}", profile.path().display()),
            ],
        }),
    );
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
    builder.capabilities(capabilities);
    for _ in 0..100 {
        if let Ok(client) = builder.connect(&format!("http://127.0.0.1:{port}")).await {
            return Some(Browser {
                client,
                _driver: driver,
                _profile: profile,
            });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("chromedriver did not answer");
}

/// Chromedriver's log of what the page wrote to the console, errors of the network among it.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (
            http::Method::POST,
            Some(json!({ "type": "browser" }).to_string()),
        )
    }
}

/// A command of the Chrome DevTools Protocol, for what WebDriver has no words for.
#[derive(Debug)]
struct DevTools {
    cmd: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.cmd, "params": self.params });
        (http::Method::POST, Some(body.to_string()))
    }
}

/// Tests in a browser are about moments, so one runs at a time.
static TURN: Mutex<()> = Mutex::const_new(());

/// Waits for the other tests in a browser to end.
pub async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

impl Browser {
    /// Sends a command of the Chrome DevTools Protocol.
    pub async fn dev_tools(&self, cmd: &'static str, params: Value) -> Value {
        let answer = self.client.issue_cmd(DevTools { cmd, params }).await;
        answer.unwrap_or_else(|error| panic!("{cmd}: {error}"))
    }

    /// Makes the page exactly so wide and so high, as a window on a real screen would: a headless one has a least width.
    pub async fn viewport(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.dev_tools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// What the console holds since the last look: errors of scripts, of the content policy, of the network.
    pub async fn console(&self) -> Vec<String> {
        match self.client.issue_cmd(BrowserLog).await {
            // a form that comes back with its problems is a 422, one that came too late a 409, which Chromium notes
            Ok(Value::Array(entries)) => entries
                .iter()
                .map(ToString::to_string)
                .filter(|entry| {
                    !entry.contains("with a status of 422")
                        && !entry.contains("with a status of 409")
                })
                .collect(),
            Ok(other) => vec![other.to_string()],
            Err(error) => panic!("chromedriver keeps no log: {error}"),
        }
    }

    /// Clicks on what leads to another page, and waits until that page is there.
    pub async fn click_through(&self, element: fantoccini::elements::Element) {
        let script = |text: &'static str| self.client.execute(text, Vec::new());
        script("window.pageBefore = true;").await.expect("a page");
        element.click().await.expect("it can be pressed");
        for _ in 0..200 {
            let arrived =
                script("return !window.pageBefore && document.readyState === 'complete';").await;
            if arrived.is_ok_and(|answer| answer == Value::Bool(true)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no other page came");
    }

    /// Looks at the page as it stands: nothing in the console, nothing found by axe-core at WCAG 2.2 AA.
    pub async fn assert_faultless(&self, what: &str) {
        let console = self.console().await;
        assert!(console.is_empty(), "{what}: the console says {console:#?}");
        let findings = self.axe().await;
        assert!(findings.is_empty(), "{what}: axe-core finds {findings:#?}");
    }

    async fn axe(&self) -> Vec<String> {
        let there = self
            .client
            .execute("return typeof axe === 'object';", Vec::new());
        if there.await.expect("an answer") != Value::Bool(true) {
            self.client
                .execute(axe_source(), Vec::new())
                .await
                .expect("axe-core loads");
        }
        let result = self
            .client
            .execute_async(
                "const done = arguments[0]; \
                 axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }) \
                    .then(r => done(r.violations), e => done([{ id: String(e), nodes: [] }]));",
                Vec::new(),
            )
            .await
            .expect("axe-core runs");
        result
            .as_array()
            .into_iter()
            .flatten()
            .map(|found| {
                let nodes: Vec<String> = found["nodes"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|node| node["html"].to_string())
                    .collect();
                format!("{}: {}", found["id"], nodes.join(" | "))
            })
            .collect()
    }

    /// Takes a picture of the whole window into the folder that `PQT_SCREENSHOTS` names, if it is set.
    pub async fn picture(&self, name: &str) {
        if let Some(dir) = std::env::var_os("PQT_SCREENSHOTS") {
            let png = self.client.screenshot().await.expect("a screenshot");
            std::fs::create_dir_all(&dir).expect("the folder");
            std::fs::write(Path::new(&dir).join(format!("{name}.png")), png).expect("written");
        }
    }
}

/// axe-core's source, from the package that `npm ci` fetches once into the build's folder.
fn axe_source() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let npm = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-npm");
        let script = npm.join("node_modules/axe-core/axe.min.js");
        if !script.is_file() {
            std::fs::create_dir_all(&npm).expect("the folder");
            for file in ["package.json", "package-lock.json"] {
                let from = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tests/browser/npm")
                    .join(file);
                std::fs::copy(&from, npm.join(file)).expect("copied");
            }
            let status = Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(&npm)
                .stdout(Stdio::null())
                .status()
                .expect("npm, which the README names");
            assert!(status.success(), "npm ci: {status}");
        }
        std::fs::read_to_string(script).expect("axe-core")
    })
}
