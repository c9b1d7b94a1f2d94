//! The whole service in one process, as people meet it: an address to send requests to, a clock that the test moves, letters
//! that the test reads.
//!
//! A test opens a [`Browser`] for each person. Forms are read out of the pages that were answered, token and all, so that a
//! test can only fill in what a person could.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use reqwest::header::{HeaderMap, HeaderName};
use scraper::{ElementRef, Html, Selector};

use public_question_time::clock::{FixedClock, SharedClock};
use public_question_time::config::{SecretKey, Settings};
use public_question_time::domain::id::BoardId;
use public_question_time::mail::MemoryPostman;
pub use public_question_time::mail::transport::Kept;
use public_question_time::service::Service;
use public_question_time::service::actor::Acting;
use public_question_time::service::confirm_address;
use public_question_time::service::deliver_outbox::deliver_once;
use public_question_time::service::load_seeds;
use public_question_time::service::password::Password;
use public_question_time::service::seeds::Seeds;
use public_question_time::service::staff_accounts::TypedAccount;
use public_question_time::store::connection::DatabaseUrl;
use public_question_time::store::connection::StoreSettings;
use public_question_time::store::migrate::SCHEMA;
use public_question_time::store::staff::{HeldRole, Role};
use public_question_time::store::transaction::Store;
use public_question_time::web::{AppState, server};

/// The password of every account that a test signs in with.
pub const PASSWORD: &str = "a quiet evening in Widnes";

/// How a service is started for a test.
pub struct Setup {
    /// What the clock shows.
    pub now: DateTime<Utc>,
    /// Settings over those of the repository, in TOML.
    pub toml: String,
    /// The figures of the standing order, in TOML; empty for those of the repository.
    pub figures: String,
    /// Whether the seeds are loaded.
    pub seeds: bool,
    /// A database of the caller's; none for an SQLite file of its own.
    pub database: Option<DatabaseUrl>,
    /// A clock of the caller's; none for one that stands still at `now`.
    pub clock: Option<SharedClock>,
    /// The port that it answers at; 0 for any that is free.
    pub port: u16,
}

impl Default for Setup {
    /// 3pm on Monday 5 February 2024, an hour before the deadline of a meeting on the Tuesday; an empty database.
    fn default() -> Self {
        Self {
            now: Utc.with_ymd_and_hms(2024, 2, 5, 15, 0, 0).unwrap(),
            toml: String::new(),
            figures: String::new(),
            seeds: false,
            database: None,
            clock: None,
            port: 0,
        }
    }
}

/// A running service.
pub struct TestApp {
    /// Where it answers: `http://127.0.0.1:40123`.
    pub address: String,
    /// Its clock, unless the setup brought another.
    pub clock: Arc<FixedClock>,
    /// The acts, for what a test needs before it begins.
    pub service: Service,
    /// The postman, to make him fail.
    pub postman: MemoryPostman,
    /// What its handlers share.
    pub state: web::Data<AppState>,
    handle: ServerHandle,
    _directory: tempfile::TempDir,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // told at once; the future would only wait for it
        drop(self.handle.stop(false));
    }
}

impl TestApp {
    /// Starts an empty service an hour before the deadline of 5 February 2024.
    pub async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    /// Starts a service.
    pub async fn start_with(setup: Setup) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let toml = format!("{}\n", setup.toml);
        let mut environment = vec![
            ("PQT__MAIL__TRANSPORT", "memory"),
            ("PQT__SERVER__WORKERS", "1"),
        ];
        if !setup.toml.contains("[bots]") {
            // by a clock that stands still everybody is quick
            environment.push(("PQT__BOTS__MINIMUM_SECONDS", "0"));
        }
        let config = if setup.figures.is_empty() {
            root.join("config")
        } else {
            config_with(&root.join("config"), directory.path(), &setup.figures)
        };
        let settings = Settings::from_parts(&config, &toml, &environment)
            .expect("the settings of the repository");
        let settings = Arc::new(settings);
        let url = setup
            .database
            .unwrap_or_else(|| DatabaseUrl::sqlite(directory.path().join("test.sqlite3")));
        let store = Store::open(&StoreSettings::new(url)).expect("a database");
        SCHEMA.run(&store).expect("the migrations");
        let clock = Arc::new(FixedClock::at(setup.now));
        let key =
            SecretKey::parse("a secret that only the tests know, 0123456789").expect("a secret");
        let told = setup.clock.unwrap_or_else(|| clock.clone());
        let service = Service::new(store, told, settings.clone(), key);
        if setup.seeds {
            let seeds = Seeds::read(&root.join("seeds")).expect("the seeds");
            let password = Password::parse(PASSWORD).expect("a password");
            let hash = service.hasher.hash(&password).expect("a hash");
            load_seeds::load(&service, &seeds, &hash).expect("the seeds loaded");
        }
        let listener = TcpListener::bind(("127.0.0.1", setup.port)).expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = web::Data::new(AppState::new(service.clone()));
        let server = server::run(state.clone(), listener).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            clock,
            postman: MemoryPostman::new(&settings),
            service,
            state,
            handle,
            _directory: directory,
        }
    }

    /// Stops as the program does: open streams end, requests under way are finished.
    pub async fn stop(&self) {
        self.state.stopping.cancel();
        self.handle.stop(true).await;
    }

    /// Stops answering at once, and cuts every connection.
    pub async fn cut(&self) {
        self.state.stopping.cancel();
        self.handle.stop(false).await;
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::at(&self.address)
    }

    /// Opens an account with [`PASSWORD`].
    pub fn account(&self, email: &str, name: &str, roles: &[HeldRole]) {
        let typed = TypedAccount {
            name: name.to_owned(),
            email: email.to_owned(),
            roles: roles.to_vec(),
            active: true,
            unconfirmed: None,
        };
        let password = Password::parse(PASSWORD).expect("a password");
        self.service
            .open_account(&Acting::system(), &typed, Some(password))
            .map(drop)
            .expect("an account");
    }

    /// A browser in which somebody with this role has signed in. The account is opened on the way.
    pub async fn sign_in(&self, role: Role) -> Browser {
        self.sign_in_holding(HeldRole { role, board: None }).await
    }

    /// A browser in which the chair of this board has signed in.
    pub async fn sign_in_chair(&self, board: BoardId) -> Browser {
        self.sign_in_holding(HeldRole {
            role: Role::Chair,
            board: Some(board),
        })
        .await
    }

    async fn sign_in_holding(&self, held: HeldRole) -> Browser {
        let board = held
            .board
            .map(|board| format!(".{board}"))
            .unwrap_or_default();
        let email = format!("{}{board}@example.org", held.role);
        let accounts = self
            .service
            .accounts(&Acting::system())
            .expect("the accounts");
        if !accounts.iter().any(|member| member.email == email) {
            let name = format!("Sample {}", held.role).replace('_', " ");
            self.account(&email, &name, &[held]);
        }
        self.sign_in_as(&email).await
    }

    /// A browser in which the account with this address has signed in.
    pub async fn sign_in_as(&self, email: &str) -> Browser {
        let browser = self.browser();
        let page = browser.get("/staff/sign-in").await;
        let answer = browser
            .submit(
                &page,
                "main form",
                &[("email", email), ("password", PASSWORD)],
            )
            .await;
        assert_eq!(
            answer.status,
            303,
            "{email} could not sign in: {}",
            answer.text()
        );
        browser
    }

    /// Delivers every letter that is due, and gives all that were ever delivered, oldest first.
    pub async fn letters(&self) -> Vec<Kept> {
        loop {
            let delivered = deliver_once(&self.service, &self.postman, "test", 50)
                .await
                .expect("the outbox");
            if delivered.sent + delivered.put_off + delivered.failed == 0 {
                return self.postman.letters();
            }
        }
    }

    /// Whoever reads this mailbox says "This was me" of every question that a letter to it is about.
    pub async fn confirm(&self, email: &str) {
        for letter in self.letters_to(email).await {
            let link = letter.private_link.unwrap_or_default();
            if let Some((_, token)) = link.split_once("/question/") {
                // a letter about where letters go has a link of another kind
                let _ = confirm_address::confirm(&self.service, &Acting::questioner(None), token);
            }
        }
    }

    /// Delivers every letter that is due, and gives those to this address, oldest first.
    pub async fn letters_to(&self, email: &str) -> Vec<Kept> {
        self.letters().await;
        self.postman.letters_to(email)
    }
}

/// A copy of the configuration with other figures of the standing order.
fn config_with(config: &Path, directory: &Path, figures: &str) -> std::path::PathBuf {
    let copy = directory.join("config");
    std::fs::create_dir(&copy).expect("a directory");
    for file in std::fs::read_dir(config).expect("the configuration") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), copy.join(file.file_name())).expect("a copy");
    }
    std::fs::write(copy.join("standing_order.toml"), figures).expect("the figures");
    copy
}

/// Somebody's browser: it keeps its cookies, and follows no redirect by itself.
#[derive(Clone)]
pub struct Browser {
    address: String,
    client: reqwest::Client,
}

impl Browser {
    /// A browser that has never been at this address.
    pub fn at(address: &str) -> Self {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            address: address.to_owned(),
            client,
        }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        let request = self.client.get(self.url(path));
        Page::of(path, request).await
    }

    /// Opens a page and goes where it leads, as long as it leads on.
    pub async fn open(&self, path: &str) -> Page {
        let page = self.get(path).await;
        self.follow(page).await
    }

    /// Goes where an answer leads, as long as it leads on.
    pub async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            match page.location() {
                Some(next) => page = self.get(&next).await,
                None => return page,
            }
        }
        panic!("{} leads on and on", page.path);
    }

    /// Fills in a form of a page and sends it. `form` is a selector; a name's values replace all that the form holds for it,
    /// none where the value is empty and the control is a box or a radio.
    pub async fn submit(&self, page: &Page, form: &str, values: &[(&str, &str)]) -> Page {
        let (action, fields) = page.filled_in(form, values);
        self.post(&action, &fields).await
    }

    /// Goes where the link with this text leads.
    pub async fn go(&self, page: &Page, link: &str) -> Page {
        self.open(&page.link(link)).await
    }

    /// Presses the button with this text, in the form that holds it, after filling in the form.
    pub async fn press(&self, page: &Page, button: &str, values: &[(&str, &str)]) -> Page {
        let (action, fields) = page.pressed(button, values);
        self.post(&action, &fields).await
    }

    /// Sends fields as a form of our own pages would.
    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        let headers = [
            ("Origin", self.address.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        self.post_with(path, &headers, fields).await
    }

    /// Sends fields with headers of the test's choice.
    pub async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(String, String)],
    ) -> Page {
        let mut request = self.client.post(self.url(path)).form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Page::of(path, request).await
    }

    /// A request of the test's own making, with this browser's cookies.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path))
    }

    fn url(&self, path: &str) -> String {
        assert!(path.starts_with('/'), "{path} is not a path of ours");
        format!("{}{path}", self.address)
    }
}

/// An answer.
pub struct Page {
    /// The path that was asked for.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

/// What a button is called: its words without the key that presses it.
fn label(button: ElementRef<'_>) -> String {
    plain(
        button
            .select(&selector(".app-act"))
            .next()
            .unwrap_or(button),
    )
}

fn plain(element: ElementRef<'_>) -> String {
    let text: Vec<&str> = element.text().collect();
    text.concat()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

impl Page {
    /// Sends a request and reads its answer.
    pub async fn of(path: &str, request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        Self {
            path: path.to_owned(),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.expect("a body"),
        }
    }

    /// The page as a document.
    pub fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers
            .get(&name)
            .map_or("", |value| value.to_str().expect("a header of text"))
    }

    /// Where it leads, if it does.
    pub fn location(&self) -> Option<String> {
        let to = self.header("location");
        (!to.is_empty()).then(|| to.to_owned())
    }

    /// The texts of what a selector finds.
    pub fn all(&self, found_by: &str) -> Vec<String> {
        self.html().select(&selector(found_by)).map(plain).collect()
    }

    /// The main heading.
    pub fn heading(&self) -> String {
        self.all("h1").join(" / ")
    }

    /// The title in the browser's bar.
    pub fn title(&self) -> String {
        self.all("title").concat()
    }

    /// What can be read in the main part.
    pub fn text(&self) -> String {
        self.all("main").concat()
    }

    /// The problems in the error summary.
    pub fn problems(&self) -> Vec<String> {
        self.all(".govuk-error-summary__list li")
    }

    /// The value of an attribute of the first that a selector finds.
    pub fn attribute(&self, found_by: &str, name: &str) -> Option<String> {
        self.html()
            .select(&selector(found_by))
            .next()?
            .value()
            .attr(name)
            .map(str::to_owned)
    }

    /// Where the link with this text leads.
    pub fn link(&self, text: &str) -> String {
        let html = self.html();
        html.select(&selector("a[href]"))
            .find(|link| plain(*link) == text)
            .and_then(|link| link.value().attr("href"))
            .unwrap_or_else(|| panic!("{} has no link {text:?}: {}", self.path, self.text()))
            .to_owned()
    }

    /// The fields of a form as a browser would send them, with these values filled in, and where it is sent.
    pub fn filled_in(
        &self,
        form: &str,
        values: &[(&str, &str)],
    ) -> (String, Vec<(String, String)>) {
        let html = self.html();
        let form = html
            .select(&selector(form))
            .next()
            .unwrap_or_else(|| panic!("{} has no form {form}: {}", self.path, self.text()));
        self.sent_by(form, values)
    }

    pub fn pressed(
        &self,
        button: &str,
        values: &[(&str, &str)],
    ) -> (String, Vec<(String, String)>) {
        let html = self.html();
        let (form, pressed) = html
            .select(&selector("form"))
            .find_map(|form| {
                let pressed = form
                    .select(&selector("button"))
                    .find(|b| label(*b) == button)?;
                Some((form, pressed))
            })
            .unwrap_or_else(|| panic!("{} has no button {button:?}: {}", self.path, self.text()));
        let (mut action, mut fields) = self.sent_by(form, values);
        if let Some(own) = pressed.value().attr("formaction") {
            action = own.to_owned();
        }
        if let Some(name) = pressed.value().attr("name").filter(|name| !name.is_empty()) {
            let value = pressed.value().attr("value").unwrap_or_default();
            fields.push((name.to_owned(), value.to_owned()));
        }
        (action, fields)
    }

    fn sent_by(
        &self,
        form: ElementRef<'_>,
        values: &[(&str, &str)],
    ) -> (String, Vec<(String, String)>) {
        assert_eq!(
            form.value()
                .attr("method")
                .map(str::to_lowercase)
                .as_deref(),
            Some("post"),
            "the form of {} is not a POST",
            self.path
        );
        let mut fields = Vec::new();
        let mut offered = Vec::new();
        for control in form.select(&selector("input[name], textarea[name], select[name]")) {
            let element = control.value();
            if element.attr("disabled").is_some() {
                continue;
            }
            let name = element.attr("name").unwrap_or_default().to_owned();
            let given: Vec<&str> = values
                .iter()
                .filter(|(n, _)| *n == name)
                .map(|(_, v)| *v)
                .collect();
            let kind = element.attr("type").unwrap_or("text");
            match (element.name(), kind) {
                ("input", "checkbox" | "radio") => {
                    let value = element.attr("value").unwrap_or("on").to_owned();
                    let chosen = if given.is_empty() {
                        element.attr("checked").is_some()
                    } else {
                        given.contains(&value.as_str())
                    };
                    offered.push((name.clone(), Some(value.clone())));
                    if chosen {
                        fields.push((name, value));
                    }
                    continue;
                }
                ("select", _) => {
                    for option in control.select(&selector("option")) {
                        let value = option.value().attr("value").unwrap_or_default().to_owned();
                        let chosen = if given.is_empty() {
                            option.value().attr("selected").is_some()
                        } else {
                            given.contains(&value.as_str())
                        };
                        offered.push((name.clone(), Some(value.clone())));
                        if chosen {
                            fields.push((name.clone(), value));
                        }
                    }
                    continue;
                }
                _ => {}
            }
            offered.push((name.clone(), None));
            let value = match given.first() {
                Some(value) => (*value).to_owned(),
                None if element.name() == "textarea" => control.text().collect(),
                None => element.attr("value").unwrap_or_default().to_owned(),
            };
            fields.push((name, value));
        }
        for (name, value) in values {
            let can = offered.iter().any(|(offered, choice)| {
                offered == name
                    && choice
                        .as_deref()
                        .is_none_or(|choice| choice == *value || value.is_empty())
            });
            assert!(
                can,
                "nobody can give {name} the value {value:?} on {}: {offered:?}",
                self.path
            );
        }
        let action = form
            .value()
            .attr("action")
            .filter(|action| !action.is_empty());
        (action.unwrap_or(&self.path).to_owned(), fields)
    }
}
