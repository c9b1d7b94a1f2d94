//! A program that calls the API, and a council for it to call: one board, one meeting, staff of each role.

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use public_question_time::domain::{codes::Code, id::BoardId};
use public_question_time::service::actor::{Acting, Who};
use public_question_time::service::api_tokens::TypedToken;
use public_question_time::store::staff::{HeldRole, Role, StaffMember, TokenAccess};

use crate::app::{Setup, TestApp};

/// A program: anonymous, or with a token.
#[derive(Clone)]
pub struct Client {
    address: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The problem of an answer that must have this status and this kind.
    #[track_caller]
    pub fn problem(self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
        assert_eq!(problem["status"], status);
        problem
    }
}

impl Client {
    pub fn new(app: &TestApp, token: Option<String>) -> Self {
        Self {
            address: app.address.clone(),
            token,
            http: reqwest::Client::new(),
        }
    }

    /// Its token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// Sends a request with further headers. `path` begins after `/api/v1` unless it is whole.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let path = match path.strip_prefix("/api/") {
            Some(_) => path.to_owned(),
            None => format!("/api/v1{path}"),
        };
        let mut request = self.http.request(method, format!("{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        // a stream does not end: its first words are what is read of it
        let streams = headers
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes() == b"text/event-stream");
        let text = if streams {
            let words = response.chunk().await.unwrap().unwrap_or_default();
            String::from_utf8(words.to_vec()).unwrap()
        } else {
            response.text().await.unwrap()
        };
        Reply {
            status,
            headers,
            text,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// A change made from a version.
    pub async fn post_from(&self, version: i64, path: &str, body: &Value) -> Reply {
        let etag = format!("\"{version}\"");
        self.send(Method::POST, path, &[("If-Match", &etag)], Some(body))
            .await
    }

    pub async fn put_from(&self, version: i64, path: &str, body: &Value) -> Reply {
        let etag = format!("\"{version}\"");
        self.send(Method::PUT, path, &[("If-Match", &etag)], Some(body))
            .await
    }
}

/// A council an hour before the deadline of its Safer Board's meeting of 6 February 2024.
pub struct Council {
    pub app: TestApp,
    pub anyone: Client,
    pub officer: Client,
    pub chair: Client,
    pub other_chair: Client,
    pub responder: Client,
    pub administrator: Client,
    pub display: Client,
    pub board: String,
    pub meeting: String,
}

/// A token for a member of staff.
fn token(app: &TestApp, held: HeldRole, email: &str) -> String {
    app.account(email, &format!("Sample {}", held.role), &[held]);
    let accounts = app.service.accounts(&Acting::system()).unwrap();
    let member: &StaffMember = accounts.iter().find(|m| m.email == email).unwrap();
    issued(app, TokenAccess::Full, &member.id.to_string())
}

/// A token, issued as an administrator would.
fn issued(app: &TestApp, access: TokenAccess, staff_id: &str) -> String {
    let accounts = app.service.accounts(&Acting::system()).unwrap();
    let administrator = accounts
        .iter()
        .find(|m| m.roles.iter().any(|r| r.role == Role::Administrator))
        .unwrap();
    let acting = Acting {
        who: Who::Staff(administrator.clone()),
        request_id: None,
    };
    let typed = TypedToken {
        name: "tests".to_owned(),
        access: access.code().to_owned(),
        staff_id: staff_id.to_owned(),
        days: "30".to_owned(),
        unconfirmed: None,
    };
    app.service.issue_api_token(&acting, &typed).unwrap().text
}

impl Council {
    pub async fn open() -> Self {
        Self::open_with(Setup::default()).await
    }

    pub async fn open_with(setup: Setup) -> Self {
        let app = TestApp::start_with(setup).await;
        let everywhere = |role| HeldRole { role, board: None };
        let client = |token| Client::new(&app, Some(token));
        let administrator = client(token(
            &app,
            everywhere(Role::Administrator),
            "administrator@example.org",
        ));
        let officer = client(token(
            &app,
            everywhere(Role::ProperOfficer),
            "officer@example.org",
        ));
        let responder = client(token(
            &app,
            everywhere(Role::RespondingOfficer),
            "responder@example.org",
        ));
        let display = client(issued(&app, TokenAccess::Display, ""));
        let mut boards = Vec::new();
        for (name, slug) in [("Safer", "safer"), ("Corporate", "corporate")] {
            let board =
                json!({ "name": format!("{name} Policy and Performance Board"), "slug": slug });
            let made = officer.post("/boards", &board).await.expect(201);
            boards.push(made["id"].as_str().unwrap().to_owned());
        }
        let chair_of = |board: &str| HeldRole {
            role: Role::Chair,
            board: Some(board.parse::<BoardId>().unwrap()),
        };
        let chair = client(token(&app, chair_of(&boards[0]), "chair@example.org"));
        let other_chair = client(token(&app, chair_of(&boards[1]), "other@example.org"));
        let made = officer
            .post("/meetings", &json!({ "board": boards[0], "meeting": {
                "date": "2024-02-06", "starts": "18:30", "venue": "Boardroom, Municipal Building, Widnes" } }))
            .await
            .expect(201);
        let meeting = made["id"].as_str().unwrap().to_owned();
        Self {
            anyone: Client::new(&app, None),
            officer,
            chair,
            other_chair,
            responder,
            administrator,
            display,
            board: boards.swap_remove(0),
            meeting,
            app,
        }
    }

    /// The notice that the person with this number gives.
    pub fn notice(&self, number: usize) -> Value {
        json!({
            "meeting": self.meeting,
            "matter": "Street lighting",
            "question": format!("When will lamp {number} in Example Street be mended?"),
            "questioner": {
                "name": format!("Resident Number{number}"),
                "address": "1 Example Street\nWidnes",
                "postcode": "WA8 7QF",
                "email": format!("resident.{number}@example.org"),
                "resident": true,
                "publish_name": false,
            },
        })
    }

    /// A question received from the person with this number: as its questioner sees it.
    pub async fn received(&self, number: usize) -> Value {
        self.anyone
            .post("/questions", &self.notice(number))
            .await
            .expect(201)
    }

    /// The question with a reference, as the officer sees it in the list.
    pub async fn listed(&self, reference: &Value) -> Value {
        let list = self
            .officer
            .get("/staff/questions?limit=100")
            .await
            .expect(200);
        let items = list["items"].as_array().unwrap();
        items
            .iter()
            .find(|q| q["reference"] == *reference)
            .unwrap()
            .clone()
    }

    /// A question received and approved: its identifier.
    pub async fn approved(&self, number: usize) -> String {
        let seen = self.received(number).await;
        let listed = self.listed(&seen["reference"]).await;
        let id = listed["id"].as_str().unwrap().to_owned();
        let path = format!("/staff/questions/{id}/decisions");
        let approve = json!({ "decision": "approve", "judgement": "Another lamp." });
        let approved = self.officer.post_from(1, &path, &approve).await.expect(200);
        assert_eq!(approved["status"], "approved");
        id
    }
}
