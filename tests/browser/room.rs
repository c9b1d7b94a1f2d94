//! A meeting with windows that look at it, each a browser of its own, and a clock that runs.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::Value;

use public_question_time::domain::standing_order::question_time::Event;
use public_question_time::service::actor::Acting;
use public_question_time::service::question_time;
use public_question_time::store::connection::DatabaseUrl;
use public_question_time::store::questions::Question;
use public_question_time::store::staff::{HeldRole, Role};

use crate::app::{PASSWORD, Setup, TestApp};
use crate::browser::{self, Browser};
use crate::evening::{Evening, evening, resident};
use crate::running_clock::RunningClock;

/// How long something may take to appear before the test gives up; on an idle machine it takes some tens of milliseconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// Streams beat often enough for a clock that the test moved to be noticed at once. A page that has been open for a while holds no idle
/// connection any more; here that takes a second and not thirty.
const SETTINGS: &str = "[live]\nbeat_milliseconds = 300\npoll_interval_milliseconds = 100\n[sessions]\nidle_minutes = 240\n[server]\nkeep_alive_seconds = 1\n";

/// The service on the evening, with questions approved.
pub struct Room {
    /// The meeting.
    pub of: Evening,
    /// Its questions, in order of receipt.
    pub questions: Vec<Question>,
    /// What the service goes by.
    pub clock: Arc<RunningClock>,
    database: DatabaseUrl,
    _directory: tempfile::TempDir,
}

impl Room {
    /// A meeting with so many questions, at 6:40pm.
    pub async fn with_questions(count: usize) -> Self {
        Self::with_names((1..=count).map(resident)).await
    }

    /// A meeting with a question of each of these people.
    pub async fn with_names(names: impl IntoIterator<Item = String>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let database = DatabaseUrl::sqlite(directory.path().join("test.sqlite3"));
        let clock = RunningClock::at(Setup::default().now);
        let of = Evening::start_with(Setup {
            clock: Some(clock.clone()),
            database: Some(database.clone()),
            toml: SETTINGS.to_owned(),
            ..Setup::default()
        })
        .await;
        let chair = HeldRole {
            role: Role::Chair,
            board: Some(of.board),
        };
        of.app
            .account("chair@example.org", "Sample Chair", &[chair]);
        let questions = (1..)
            .zip(names)
            .map(|(number, name)| {
                let mut typed = of.typed(number);
                typed.questioner.name = name;
                clock.advance(TimeDelta::seconds(1));
                of.approve(&of.receive_typed(typed))
            })
            .collect();
        clock.set(evening(18, 40, 0));
        Self {
            of,
            questions,
            clock,
            database,
            _directory: directory,
        }
    }

    /// The service again, on the same port and database, after it was stopped.
    pub async fn start_again(&self) -> TestApp {
        let port = self.of.app.address.rsplit(':').next().expect("a port");
        TestApp::start_with(Setup {
            clock: Some(self.clock.clone()),
            database: Some(self.database.clone()),
            toml: SETTINGS.to_owned(),
            port: port.parse().expect("a number"),
            ..Setup::default()
        })
        .await
    }

    /// Somebody does this on another node of the service.
    pub fn happens(&self, event: &Event) {
        let acting: &Acting = &self.of.officer;
        question_time::act(&self.of.app.service, acting, self.of.meeting, event).expect("an act");
    }

    /// What these do, in their order.
    pub fn happen(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.happens(&event);
        }
    }

    /// The first question, called, its questioner speaking.
    pub fn first_speaks(&self) {
        let question = self.questions[0].id;
        self.happen([
            Event::Indicated { question },
            Event::Opened,
            Event::Called { question },
            Event::SpeakingStarted,
        ]);
    }

    /// The chair's window, signed in and looking; none where there is no browser.
    pub async fn chair(&self) -> Option<Window> {
        self.staff("chair", "chair@example.org", &self.of.app.address)
            .await
    }

    /// The clerk's, beside the chair.
    pub async fn clerk(&self) -> Option<Window> {
        self.staff("clerk", "proper_officer@example.org", &self.of.app.address)
            .await
    }

    /// A window of staff that reaches the service at `address`.
    pub async fn staff(&self, name: &'static str, email: &str, address: &str) -> Option<Window> {
        let window = Window::open(name).await?;
        let goto = |path: String| window.goto(format!("{address}{path}"));
        goto("/staff/sign-in".to_owned()).await;
        window.fill("#email", email).await;
        window.fill("#password", PASSWORD).await;
        window.press_key(ENTER).await;
        window
            .until(
                "return !location.pathname.endsWith('/sign-in');",
                "signed in",
            )
            .await;
        goto(self.of.screen()).await;
        window.mark().await;
        Some(window)
    }

    /// The address of the public screen.
    pub fn public_path(&self) -> String {
        format!("/meetings/{}/screen", self.of.meeting)
    }

    /// The public screen.
    pub async fn public(&self) -> Option<Window> {
        self.public_at(&self.of.app.address).await
    }

    /// The public screen, from a window that reaches the service at `address`.
    pub async fn public_at(&self, address: &str) -> Option<Window> {
        let window = Window::open("public").await?;
        window
            .goto(format!("{address}{}", self.public_path()))
            .await;
        window.mark().await;
        Some(window)
    }
}

pub const ENTER: char = '\u{e007}';
pub const TAB: char = '\u{e004}';
pub const SHIFT: char = '\u{e008}';
pub const CONTROL: char = '\u{e009}';

/// A browser that looks at the meeting.
pub struct Window {
    /// The browser.
    pub browser: Browser,
    name: &'static str,
}

impl Window {
    /// Opens it; none where there is no browser.
    pub async fn open(name: &'static str) -> Option<Self> {
        let browser = browser::open().await?;
        browser.viewport(1280, 757).await;
        Some(Self { browser, name })
    }

    /// Goes to an address.
    pub async fn goto(&self, url: String) {
        let gone = self.browser.client.goto(&url).await;
        gone.unwrap_or_else(|error| panic!("{}: {url}: {error}", self.name));
    }

    /// Notes that this page was loaded once, and from now on all that it says to a screen reader and does, for when a test fails.
    pub async fn mark(&self) {
        self.js(
            "window.loadedOnce = true; window.said = []; window.diary = []; \
             const note = (...what) => { window.diary.push([Math.round(performance.now()), ...what].join(' ')); }; \
             document.addEventListener('keydown', (e) => note('key', e.key, 'on', e.target.id || e.target.value || e.target.tagName), true); \
             document.addEventListener('submit', (e) => note('submit', e.target.id, e.submitter?.value)); \
             const fetched = window.fetch; \
             window.fetch = async (...sent) => { \
                const method = sent[1]?.method ?? 'GET'; \
                try { const answer = await fetched(...sent); note(method, sent[0], answer.status); return answer; } \
                catch (error) { note(method, sent[0], String(error)); throw error; } \
             }; \
             new MutationObserver(() => { \
                const text = document.querySelector('[data-announce]').textContent; \
                if (text !== '') window.said.push(text); \
             }).observe(document.querySelector('[data-announce]'), { childList: true, characterData: true, subtree: true });",
        )
        .await;
    }

    /// Fails if the page has been loaded again since it was marked.
    pub async fn was_not_reloaded(&self) {
        let once = self.js("return window.loadedOnce === true;").await;
        assert_eq!(once, Value::Bool(true), "{} was reloaded", self.name);
    }

    /// Runs a script in the page.
    pub async fn js(&self, script: &str) -> Value {
        let answer = self.browser.client.execute(script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{}: {script}: {error}", self.name))
    }

    /// A script's answer as text.
    pub async fn text_of(&self, script: &str) -> String {
        match self.js(script).await {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// Waits until a script says yes.
    pub async fn until(&self, script: &str, what: &str) {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                // between two pages there is nothing to ask
                let answer = self.browser.client.execute(script, Vec::new()).await;
                if answer.is_ok_and(|answer| answer == Value::Bool(true)) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        if waited.await.is_err() {
            let shown = self.text_of("return document.body.innerText;").await;
            let diary = self
                .text_of("return (window.diary ?? []).slice(-40).join('\\n');")
                .await;
            panic!(
                "{}: never {what}; it shows:\n{shown}\nand it did:\n{diary}",
                self.name
            );
        }
    }

    /// Waits until what a selector finds holds this text.
    pub async fn sees(&self, selector: &str, text: &str) {
        let script = format!(
            "return [...document.querySelectorAll({selector:?})].some((e) => \
                e.textContent.replace(/\\s+/g, ' ').includes({text:?}));"
        );
        self.until(&script, &format!("{text:?} in {selector}"))
            .await;
    }

    /// Waits until nothing that a selector finds holds this text.
    pub async fn sees_no(&self, selector: &str, text: &str) {
        let script = format!(
            "return ![...document.querySelectorAll({selector:?})].some((e) => \
                e.textContent.replace(/\\s+/g, ' ').includes({text:?}));"
        );
        self.until(&script, &format!("without {text:?} in {selector}"))
            .await;
    }

    /// Presses keys one after another, as a person does, wherever the focus is.
    pub async fn keys(&self, keys: &str) {
        for key in keys.chars() {
            self.press_key(key).await;
        }
    }

    /// Presses one key.
    pub async fn press_key(&self, key: char) {
        self.chord(&[key]).await;
    }

    /// Presses keys together.
    pub async fn chord(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        let done = self.browser.client.perform_actions(actions).await;
        done.unwrap_or_else(|error| panic!("{}: {keys:?}: {error}", self.name));
    }

    /// Presses the next act's key and waits until the screen says so.
    pub async fn next(&self, says: &str) {
        self.does("n", says).await;
    }

    /// Presses a key of an act and waits until the screen says so.
    pub async fn does(&self, key: &str, says: &str) {
        self.settled().await;
        self.keys(key).await;
        self.sees("#now-heading", says).await;
    }

    /// Waits until a press is a press again, and not the second half of a double one.
    pub async fn settled(&self) {
        tokio::time::sleep(Duration::from_millis(400)).await;
    }

    /// Goes on by the Tab key until the focus is on what a selector finds.
    pub async fn tab_to(&self, selector: &str) {
        let script = format!("return document.activeElement.matches({selector:?});");
        for _ in 0..150 {
            if self.js(&script).await == Value::Bool(true) {
                return;
            }
            self.press_key(TAB).await;
        }
        panic!("{}: the Tab key never came to {selector}", self.name);
    }

    /// Types into a field that a selector finds.
    pub async fn fill(&self, selector: &str, value: &str) {
        let field = self.browser.client.find(Locator::Css(selector)).await;
        let field = field.unwrap_or_else(|_| panic!("{}: no {selector}", self.name));
        field.send_keys(value).await.expect("typed");
    }

    /// What it has said to a screen reader since it was marked.
    pub async fn said(&self) -> Vec<String> {
        let said = self.js("return window.said;").await;
        serde_json::from_value(said).expect("a list of texts")
    }

    /// Looks at the page, wide and narrow: console, axe-core, nothing to scroll sideways; a picture of each.
    pub async fn look(&self, phase: &str) {
        let high = if self.name == "public" { 720 } else { 757 };
        for (width, height) in [(360, 740), (1280, high)] {
            let what = format!("{phase}-{}-{width}", self.name);
            self.browser.viewport(width, height).await;
            self.browser.assert_faultless(&what).await;
            self.fits(&what).await;
            self.browser.picture(&what).await;
        }
    }

    /// Nothing is wider than the window.
    pub async fn fits(&self, what: &str) {
        let wide = self
            .js("const page = document.documentElement; \
                 return page.scrollWidth <= page.clientWidth ? [] : [...document.querySelectorAll('body *')] \
                    .filter((e) => e.getBoundingClientRect().right > page.clientWidth + 1) \
                    .map((e) => e.outerHTML.slice(0, 120));")
            .await;
        assert_eq!(
            wide,
            Value::Array(Vec::new()),
            "{what}: wider than the window"
        );
    }
}
