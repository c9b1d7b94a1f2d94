//! Every route of the service as every role (reading 19). The list of routes is made by the calls that serve them (`web::routes`), and
//! that of the API by its document, so a new one cannot be forgotten: without a row in the tables below these tests fail. Everybody who
//! asks has a word of their own in each personal field; a page that shows one to somebody whose it is not fails as well.

use std::{collections::BTreeSet, time::Duration};

use chrono::NaiveDate;
use public_question_time::{
    domain::{
        codes::Code,
        id::{MeetingId, QuestionId, ResponseId, StaffId},
        question::Channel,
        status::Status,
    },
    service::{
        actor::{Acting, Who},
        api_tokens::TypedToken,
        approve_question,
        draft_space::Owner,
        drafts,
        meetings::{self, ItemParticulars, Particulars},
        redact_question,
        reject_question::{self, Rejection},
        responses,
        submit_question::{self, Submission},
        your_question,
    },
    store::{
        letters,
        questions::Question,
        staff::{HeldRole, Role, TokenAccess},
    },
    web::{api, routes},
};
use reqwest::Method;

use crate::{
    app::{Browser, Setup},
    evening::{Evening, board, evening as at},
    who_sees_what::{canaries, contact, everything_stored, letters as in_letters},
};

/// Whom a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Whoever asks.
    Anyone,
    /// Whoever holds the private link, or the draft, in the address.
    Holder,
    /// Anybody who is signed in.
    Staff,
    /// The proper officer.
    Officer,
    /// The chair of the board, and the proper officer.
    Chair,
    /// Any chair, and the proper officer.
    Chairs,
    /// Any responding officer, and the proper officer.
    Responders,
    /// The responding officer to whom a response is given, or any where it is nobody's; and the proper officer.
    Theirs,
    /// An administrator.
    Administrator,
    /// An administrator, and the proper officer.
    Trail,
    /// Any chair, an administrator, and the proper officer.
    Calendar,
}
use For::{
    Administrator, Anyone, Calendar, Chair, Chairs, Holder, Officer, Responders, Staff, Theirs,
    Trail,
};

/// Every route outside the API's document, with the methods that it answers.
const PAGES: &[(&str, &str, For)] = &[
    ("/", "GET", Anyone),
    ("/health/live", "GET", Anyone),
    ("/health/ready", "GET", Anyone),
    ("/time", "GET", Anyone),
    ("/assets/{release}/{name}", "GET HEAD", Anyone),
    ("/robots.txt", "GET", Anyone),
    ("/favicon.ico", "GET", Anyone),
    ("/api/openapi.json", "GET", Anyone),
    ("/api/docs", "GET", Anyone),
    ("/problems", "GET", Anyone),
    ("/problems/{kind}", "GET", Anyone),
    ("/standing-order", "GET", Anyone),
    ("/accessibility", "GET", Anyone),
    ("/privacy", "GET", Anyone),
    ("/cookies", "GET", Anyone),
    ("/contact", "GET", Anyone),
    ("/meetings", "GET", Anyone),
    ("/meetings/{id}", "GET", Anyone),
    ("/meetings/{id}/ask", "GET POST", Anyone),
    ("/meetings/{id}/screen", "GET", Anyone),
    ("/meetings/{id}/live", "GET", Anyone),
    ("/meetings/{id}/live/state", "GET", Anyone),
    ("/questions", "GET", Anyone),
    ("/ask/answered", "GET", Anyone),
    ("/ask/finished", "GET", Anyone),
    ("/ask/{draft}", "GET", Holder),
    ("/ask/{draft}/matter", "GET POST", Holder),
    ("/ask/{draft}/question", "GET POST", Holder),
    ("/ask/{draft}/matches", "GET POST", Holder),
    ("/ask/{draft}/answered", "GET POST", Holder),
    ("/ask/{draft}/delete", "POST", Holder),
    ("/ask/{draft}/about-you", "GET POST", Holder),
    ("/ask/{draft}/check", "GET", Holder),
    ("/ask/{draft}/email", "POST", Holder),
    ("/ask/{draft}/remove", "POST", Holder),
    ("/ask/{draft}/send", "POST", Holder),
    ("/ask/{draft}/send", "GET", Anyone),
    ("/ask/{draft}/done", "GET", Holder),
    ("/ask/{draft}/carry", "POST", Holder),
    // it clears the browser that asks, whatever stands in the address
    ("/ask/{draft}/finish", "POST", Anyone),
    ("/question/{token}", "GET", Holder),
    ("/question/{token}/this-was-me", "POST", Holder),
    ("/question/{token}/withdraw", "GET POST", Holder),
    ("/question/{token}/not-mine", "GET POST", Holder),
    ("/question/{token}/next-meeting", "POST", Holder),
    ("/question/{token}/instead", "GET POST", Holder),
    ("/question/{token}/same-meeting", "POST", Holder),
    ("/question/{token}/letters", "GET POST", Holder),
    ("/question/new-address/{correction}", "GET POST", Holder),
    ("/question/old-address/{correction}", "GET POST", Holder),
    ("/staff/sign-in", "GET POST", Anyone),
    ("/staff/sign-out", "POST", Staff),
    ("/staff", "GET", Staff),
    ("/staff/search", "GET", Staff),
    ("/staff/account", "GET", Staff),
    ("/staff/account/password", "POST", Staff),
    ("/staff/account/sign-out-everywhere", "POST", Staff),
    ("/staff/account/sessions/end", "POST", Staff),
    ("/staff/account/tokens/{id}/revoke", "POST", Staff),
    ("/staff/accounts", "GET", Administrator),
    ("/staff/accounts/new", "GET POST", Administrator),
    ("/staff/accounts/{id}", "GET POST", Administrator),
    (
        "/staff/accounts/{id}/reset-password",
        "GET POST",
        Administrator,
    ),
    ("/staff/tokens", "GET POST", Administrator),
    ("/staff/tokens/{id}/revoke", "POST", Administrator),
    ("/staff/audit", "GET", Trail),
    ("/staff/questions", "GET", Officer),
    ("/staff/questions/new", "GET POST", Officer),
    ("/staff/questions/{id}", "GET", Chair),
    ("/staff/questions/{id}/approve", "POST", Officer),
    ("/staff/questions/{id}/reject", "GET POST", Chair),
    ("/staff/questions/{id}/reopen", "POST", Chair),
    ("/staff/questions/{id}/admit", "POST", Officer),
    ("/staff/questions/{id}/item", "GET POST", Officer),
    ("/staff/questions/{id}/keep", "POST", Officer),
    ("/staff/questions/{id}/stands", "POST", Officer),
    ("/staff/questions/{id}/in-place", "GET POST", Officer),
    ("/staff/questions/{id}/two-people", "GET POST", Officer),
    ("/staff/questions/{id}/withdraw", "GET POST", Officer),
    ("/staff/questions/{id}/arranged", "POST", Officer),
    ("/staff/questions/{id}/contact-details", "GET POST", Officer),
    ("/staff/questions/{id}/private-link", "GET POST", Officer),
    ("/staff/questions/{id}/text", "GET POST", Officer),
    ("/staff/questions/{id}/remove", "POST", Officer),
    ("/staff/questions/{id}/minutes", "GET POST", Chair),
    ("/staff/responses", "GET", Responders),
    ("/staff/responses/{id}", "GET POST", Theirs),
    ("/staff/letters", "GET", Officer),
    ("/staff/letters/sent", "GET", Officer),
    ("/staff/letters/{id}/came-back", "POST", Officer),
    ("/staff/letters/{id}", "GET", Officer),
    ("/staff/letters/{id}/resend", "POST", Officer),
    ("/staff/letters/{id}/settle", "POST", Officer),
    ("/staff/letters/{id}/printed", "POST", Officer),
    ("/staff/meetings", "GET", Chairs),
    ("/staff/meetings/new", "GET POST", Officer),
    ("/staff/meetings/{id}", "GET", Chair),
    ("/staff/meetings/{id}/edit", "GET POST", Officer),
    ("/staff/meetings/{id}/cancel", "GET POST", Officer),
    ("/staff/meetings/{id}/publish", "POST", Officer),
    ("/staff/meetings/{id}/reject-several", "GET POST", Chair),
    ("/staff/meetings/{id}/agenda", "POST", Officer),
    ("/staff/meetings/{id}/agenda/{item}", "GET POST", Officer),
    ("/staff/meetings/{id}/agenda/{item}/move", "POST", Officer),
    (
        "/staff/meetings/{id}/agenda/{item}/remove",
        "GET POST",
        Officer,
    ),
    ("/staff/boards", "GET", Officer),
    ("/staff/boards/new", "GET POST", Officer),
    ("/staff/boards/{id}", "GET POST", Officer),
    ("/staff/calendar", "GET", Calendar),
    ("/staff/calendar", "POST", Officer),
    ("/staff/calendar/remove", "POST", Officer),
    ("/staff/chair", "GET", Chairs),
    ("/staff/meetings/{id}/question-time", "GET POST", Chair),
    (
        "/staff/meetings/{id}/question-time/close",
        "GET POST",
        Chair,
    ),
    ("/staff/meetings/{id}/question-time/name", "POST", Chair),
    (
        "/staff/meetings/{id}/question-time/record",
        "GET POST",
        Chair,
    ),
    ("/staff/meetings/{id}/question-time/minutes", "POST", Chair),
    ("/staff/meetings/{id}/live", "GET", Chair),
    ("/staff/meetings/{id}/live/state", "GET", Chair),
    ("/staff/meetings/{id}/papers/questions", "GET", Chair),
    ("/staff/meetings/{id}/papers/officers-copy", "GET", Officer),
    ("/staff/meetings/{id}/papers/minutes", "GET", Chair),
];

/// Every operation of the API that reads.
const OPERATIONS: &[(&str, For)] = &[
    ("list_boards", Anyone),
    ("read_board", Anyone),
    ("list_meetings", Anyone),
    ("read_meeting", Anyone),
    ("read_agenda", Anyone),
    ("list_questions", Anyone),
    ("read_question", Anyone),
    ("see_your_question", Holder),
    ("list_staff_questions", Chair),
    ("read_staff_question", Chair),
    ("see_question_time", Chair),
    ("follow_question_time", Chair),
    ("see_event_log", Chair),
    ("list_written_responses", Responders),
    ("list_response_writers", Responders),
    ("read_written_response", Theirs),
    ("list_days", Anyone),
    ("list_letters", Officer),
    ("read_letter", Officer),
];

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    Stranger,
    ProperOfficer,
    ThisChair,
    OtherChair,
    /// The responding officer with this number: 0 or 1.
    Responder(usize),
    AnAdministrator,
    /// A token of a room's display.
    Display,
}
use Caller::{AnAdministrator, Display, OtherChair, ProperOfficer, Responder, Stranger, ThisChair};

const CALLERS: [Caller; 8] = [
    Stranger,
    ProperOfficer,
    ThisChair,
    OtherChair,
    Responder(0),
    Responder(1),
    AnAdministrator,
    Display,
];

/// A question in the town, by the number in its words.
struct Asked {
    number: usize,
    id: QuestionId,
    reference: String,
    response: Option<(ResponseId, Option<usize>)>,
}

/// A council with a question in every status, at a meeting that is over and at one to come.
struct Town {
    evening: Evening,
    held: MeetingId,
    next: MeetingId,
    item: String,
    asked: Vec<Asked>,
    people: Vec<(Caller, StaffId)>,
    tokens: Vec<(Caller, String)>,
    token_id: String,
    /// The path of the private link of number 12.
    link: String,
    draft: String,
}

/// The one whose name and words are published.
const PUT: usize = 1;
/// The one whose published text is not the one that came.
const REDACTED: usize = 17;
/// The one whose private link is followed.
const LINKED: usize = 12;
/// The one who is still writing.
const WRITING: usize = 20;

impl Town {
    async fn build() -> Self {
        let evening = Evening::start_with(Setup {
            toml: "[limits]\napi_requests_per_minute = 60000\nsubmissions_per_minute = 60000\nsign_ins_per_minute = 600\n".to_owned(),
            ..Setup::default()
        })
        .await;
        let app = &evening.app;
        let service = &app.service;
        let officer = &evening.officer;
        let held = evening.meeting;
        let other = board(app, officer, "Corporate", "corporate");
        let next = meetings::schedule(
            service,
            officer,
            evening.board,
            &Particulars {
                date: NaiveDate::from_ymd_opt(2024, 3, 12).unwrap(),
                starts: "18:30:00".parse().unwrap(),
                venue: "Boardroom, Municipal Building, Widnes".to_owned(),
                agenda_published: true,
                ended: None,
            },
        )
        .unwrap()
        .meeting()
        .id;
        let item = meetings::add_item(
            service,
            officer,
            next,
            &ItemParticulars {
                position: 1,
                title: "Street lighting".to_owned(),
                minute_number: String::new(),
                part: public_question_time::domain::agenda::Part::Public,
                kind: public_question_time::domain::agenda::ItemKind::Ordinary,
            },
        )
        .unwrap()
        .id
        .to_string();

        let accounts = [
            (
                ThisChair,
                "this.chair@example.org",
                Role::Chair,
                Some(evening.board),
            ),
            (
                OtherChair,
                "other.chair@example.org",
                Role::Chair,
                Some(other),
            ),
            (
                Responder(0),
                "one@example.org",
                Role::RespondingOfficer,
                None,
            ),
            (
                Responder(1),
                "two@example.org",
                Role::RespondingOfficer,
                None,
            ),
            (
                AnAdministrator,
                "administrator@example.org",
                Role::Administrator,
                None,
            ),
        ];
        for (caller, email, role, board) in accounts {
            app.account(
                email,
                &format!("Sample {caller:?}"),
                &[HeldRole { role, board }],
            );
        }
        let members = service.accounts(&Acting::system()).unwrap();
        let id_of = |email: &str| members.iter().find(|m| m.email == email).unwrap().id;
        let mut people: Vec<(Caller, StaffId)> = accounts
            .iter()
            .map(|(caller, email, _, _)| (*caller, id_of(email)))
            .collect();
        people.push((ProperOfficer, id_of("proper_officer@example.org")));
        let administrator = Acting {
            who: Who::Staff(
                members
                    .iter()
                    .find(|m| m.email == "administrator@example.org")
                    .unwrap()
                    .clone(),
            ),
            request_id: None,
        };
        let issue = |access: TokenAccess, staff_id: String| {
            let typed = TypedToken {
                name: "tests".to_owned(),
                access: access.code().to_owned(),
                staff_id,
                days: "90".to_owned(),
                unconfirmed: None,
            };
            service
                .issue_api_token(&administrator, &typed)
                .unwrap()
                .text
        };
        let mut tokens: Vec<(Caller, String)> = people
            .iter()
            .map(|(caller, id)| (*caller, issue(TokenAccess::Full, id.to_string())))
            .collect();
        tokens.push((Display, issue(TokenAccess::Display, String::new())));
        let token_id = service.api_tokens(&administrator).unwrap()[0]
            .token
            .id
            .to_string();

        let mut town = Self {
            held,
            next,
            item,
            asked: Vec::new(),
            people,
            tokens,
            token_id,
            link: String::new(),
            draft: String::new(),
            evening,
        };
        town.fill_the_meeting_that_is_over().await;
        town.fill_the_meeting_to_come().await;
        town
    }

    fn receive(&mut self, number: usize) -> Question {
        let first = self.asked.len() < 7;
        let mut typed = canaries(number, Default::default());
        typed.matter.agenda_item = if first {
            self.evening.agenda[2].id.to_string()
        } else {
            self.item.clone()
        };
        if number == PUT {
            typed.questioner.publish_name = "yes".to_owned();
        }
        if number == 14 {
            // contends with number 11 for one allowance
            let rival = canaries(11, Default::default()).questioner;
            typed.questioner.name = rival.name;
            typed.questioner.email = rival.email;
        }
        if number == 18 {
            typed.questioner.email = String::new();
        }
        let submission = Submission {
            meeting: if first { self.held } else { self.next },
            typed,
            channel: Channel::Web,
            received_at: self.evening.app.service.now(),
            draft: None,
            carried_from: None,
            idempotency_key: None,
            exceptions: Vec::new(),
        };
        let service = &self.evening.app.service;
        let question = submit_question::submit(service, &Acting::questioner(None), &submission)
            .expect("a submission")
            .question;
        self.evening.app.advance(chrono::TimeDelta::seconds(1));
        self.asked.push(Asked {
            number,
            id: question.id,
            reference: question.reference.to_string(),
            response: None,
        });
        question
    }

    fn approve(&self, question: &Question) -> Question {
        let service = &self.evening.app.service;
        let officer = &self.evening.officer;
        let (id, version) = (question.id, question.version);
        approve_question::approve(service, officer, id, version, "Another lamp").unwrap()
    }

    fn reject(&self, question: &Question) {
        let rejection = Rejection {
            grounds: vec![
                public_question_time::domain::standing_order::rejection::Ground::Frivolous,
            ],
            reason: "It is not a serious matter.".to_owned(),
            earlier: String::new(),
            other: String::new(),
        };
        let service = &self.evening.app.service;
        let officer = &self.evening.officer;
        reject_question::reject(service, officer, question.id, question.version, &rejection)
            .unwrap();
    }

    fn withdraw(&self, question: &Question) {
        let service = &self.evening.app.service;
        let officer = &self.evening.officer;
        your_question::withdraw_for(service, officer, question.id, question.version).unwrap();
    }

    /// One is put; one is not called, one not decided on and one late, each owed a response; the others are not accepted.
    async fn fill_the_meeting_that_is_over(&mut self) {
        let put = self.receive(PUT);
        let put = self.approve(&put);
        let not_called = self.receive(2);
        self.approve(&not_called);
        self.receive(3);
        let rejected = self.receive(4);
        self.reject(&rejected);
        let withdrawn = self.receive(5);
        self.withdraw(&withdrawn);
        self.evening.app.clock.set(at(12, 0, 0));
        let late = self.receive(6);
        let service = self.evening.app.service.clone();
        let officer = self.evening.officer.clone();
        responses::keep_for_response(&service, &officer, late.id, late.version).unwrap();
        let refused = self.receive(7);
        assert_eq!(refused.status, Status::Refused);
        self.evening.app.clock.set(at(18, 40, 0));
        let chair = self.evening.chair().await;
        chair.does("open").await;
        chair.puts(&put, "finish:given").await;
        chair.closes().await;
        let owed =
            responses::list(&service, &officer, responses::Which::Owed(None), None, 500).unwrap();
        assert_eq!(owed.len(), 3);
        for (owner, number) in [(Some(0), 2), (Some(1), 3), (None, 6)] {
            let asked = self
                .asked
                .iter_mut()
                .find(|asked| asked.number == number)
                .unwrap();
            let response = &owed
                .iter()
                .find(|owed| owed.response.question_id == asked.id)
                .unwrap()
                .response;
            asked.response = Some((response.id, owner));
            let owner = owner.map(|owner| {
                let found = self.people.iter().find(|(c, _)| *c == Responder(owner));
                found.unwrap().1
            });
            responses::save_draft(&service, &officer, response.id, response.version, "", owner)
                .unwrap();
        }
    }

    /// One waits, contested by another; approved, rejected, refused, withdrawn, disowned, redacted, and one on paper.
    async fn fill_the_meeting_to_come(&mut self) {
        self.receive(11);
        let linked = self.receive(LINKED);
        self.approve(&linked);
        let rejected = self.receive(13);
        self.reject(&rejected);
        let contested = self.receive(14);
        assert_eq!(contested.status, Status::Refused);
        let withdrawn = self.receive(15);
        self.withdraw(&withdrawn);
        let disowned = self.receive(16);
        let redacted = self.receive(REDACTED);
        let service = self.evening.app.service.clone();
        let officer = self.evening.officer.clone();
        let redacted = redact_question::redact(
            &service,
            &officer,
            redacted.id,
            redacted.version,
            &redact_question::Redaction {
                public_text: Some("When will the publiccanary17 be mended?".to_owned()),
                reason: "It names where somebody lives".to_owned(),
                ..redact_question::Redaction::default()
            },
        )
        .unwrap();
        approve_question::approve(
            &service,
            &officer,
            redacted.id,
            redacted.version,
            "Another lamp",
        )
        .unwrap();
        self.receive(18);
        let letters = self.evening.app.letters().await;
        let link = |number: usize| {
            let to = format!("emailcanary{number:02}@example.org");
            let letter = letters
                .iter()
                .find(|letter| letter.to.contains(&to))
                .unwrap();
            let url = letter.private_link.clone().unwrap();
            url[url.find("/question/").unwrap()..].to_owned()
        };
        let token = link(16).rsplit('/').next().unwrap().to_owned();
        your_question::disown(&service, &Acting::questioner(None), &token).unwrap();
        assert_eq!(disowned.status, Status::Submitted);
        self.link = link(LINKED);
        let owner = Owner {
            browser: "the cookie of somebody who is still writing".to_owned(),
            client: "their address".to_owned(),
        };
        let begun = drafts::begin(
            &service,
            &owner,
            self.next,
            &canaries(WRITING, Default::default()),
        );
        self.draft = begun.unwrap().to_string();
    }

    /// A browser for each caller that has one.
    async fn browsers(&self) -> Vec<(Caller, Browser)> {
        let app = &self.evening.app;
        vec![
            (Stranger, app.browser()),
            (
                ProperOfficer,
                app.sign_in_as("proper_officer@example.org").await,
            ),
            (ThisChair, app.sign_in_as("this.chair@example.org").await),
            (OtherChair, app.sign_in_as("other.chair@example.org").await),
            (Responder(0), app.sign_in_as("one@example.org").await),
            (Responder(1), app.sign_in_as("two@example.org").await),
            (
                AnAdministrator,
                app.sign_in_as("administrator@example.org").await,
            ),
        ]
    }

    /// The paths of a pattern with real things in it, each with the response that it names, if it does.
    fn paths(&self, pattern: &str) -> Vec<(String, Option<&Asked>)> {
        let with = |name: &str, value: &dyn std::fmt::Display| {
            pattern.replace(&format!("{{{name}}}"), &value.to_string())
        };
        let of = |prefix: &str| pattern.starts_with(prefix) && pattern.contains('{');
        if !pattern.contains('{') {
            vec![(pattern.to_owned(), None)]
        } else if pattern.contains("/questions/{id}") {
            self.asked
                .iter()
                .map(|asked| (with("id", &asked.id), Some(asked)))
                .collect()
        } else if pattern.contains("/questions/{reference}") {
            self.asked
                .iter()
                .map(|asked| (with("reference", &asked.reference), Some(asked)))
                .collect()
        } else if of("/staff/responses/") || pattern.contains("/written-responses/{id}") {
            self.asked
                .iter()
                .filter_map(|asked| {
                    let (id, _) = asked.response?;
                    Some((with("id", &id), Some(asked)))
                })
                .collect()
        } else if of("/staff/letters/") || pattern.contains("/letters/{id}") {
            let found = self.evening.app.service.store.read(|db| {
                let mut found = Vec::new();
                for asked in &self.asked {
                    found.extend(
                        letters::of_question(db, asked.id)?
                            .into_iter()
                            .map(|l| l.id),
                    );
                }
                Ok::<_, public_question_time::store::error::StoreError>(found)
            });
            found
                .unwrap()
                .iter()
                .map(|id| (with("id", id), None))
                .collect()
        } else if pattern.contains("/boards/{id}") {
            vec![(with("id", &self.evening.board), None)]
        } else if pattern.contains("/accounts/{id}") {
            vec![(with("id", &self.people[0].1), None)]
        } else if pattern.contains("/tokens/{id}") {
            vec![(with("id", &self.token_id), None)]
        } else if pattern.contains("/agenda-items/{id}") {
            vec![(with("id", &self.item), None)]
        } else if pattern.contains("/meetings/{id}") {
            [self.held, self.next]
                .iter()
                .map(|meeting| (with("id", meeting).replace("{item}", &self.item), None))
                .collect()
        } else if pattern.contains("{token}") {
            vec![(with("token", &"not-a-token"), None)]
        } else if pattern.contains("{correction}") {
            vec![(with("correction", &"not-a-token"), None)]
        } else if pattern.contains("{draft}") {
            vec![(with("draft", &self.draft), None)]
        } else if pattern.contains("{kind}") {
            vec![(with("kind", &"late"), None)]
        } else if pattern.contains("{date}") {
            vec![(with("date", &"2024-03-01"), None)]
        } else if of("/assets/") {
            Vec::new()
        } else {
            panic!("nothing is known to fill in {pattern}: add it here")
        }
    }

    /// The words that tell who somebody is or what they wrote and must not be on what this caller was answered.
    fn hidden_from(&self, caller: Caller) -> Vec<String> {
        if caller == ProperOfficer {
            return Vec::new();
        }
        let chair = caller == ThisChair;
        let mut hidden = Vec::new();
        let numbers = self.asked.iter().map(|asked| asked.number);
        for number in numbers.chain([WRITING]) {
            hidden.extend(contact(number));
            hidden.push(format!("differencecanary{number:02}"));
            let response = self.asked.iter().find(|asked| asked.number == number);
            let theirs = response.and_then(|asked| asked.response);
            let may_read = number == PUT
                || (chair && number != WRITING)
                || matches!((caller, theirs), (Responder(who), Some((_, owner))) if owner.is_none_or(|owner| owner == who));
            if !may_read || number == REDACTED {
                hidden.push(format!("wordcanary{number:02}"));
            }
            // nor does the chair's screen show it: it is a press away, and the press is recorded
            if number != PUT {
                hidden.push(format!("Namecanary{}", in_letters(number)));
            }
        }
        if !chair {
            hidden.push("publiccanary17".to_owned());
        }
        hidden
    }

    fn check(&self, caller: Caller, path: &str, body: &str, wrong: &mut BTreeSet<String>) {
        for word in self.hidden_from(caller) {
            if body.contains(&word) {
                wrong.insert(format!("{caller:?} reads {word} on {path}"));
            }
        }
    }
}

/// Whether somebody may use a route, or this one thing of it.
fn may(caller: Caller, whom: For, asked: Option<&Asked>) -> bool {
    let officer = caller == ProperOfficer;
    match whom {
        Anyone => true,
        // nobody here holds what stands in the address
        Holder => false,
        Staff => !matches!(caller, Stranger | Display),
        Officer => officer,
        Chair => officer || caller == ThisChair,
        Chairs => officer || matches!(caller, ThisChair | OtherChair),
        Responders => officer || matches!(caller, Responder(_)),
        Theirs => {
            let owner = asked
                .and_then(|asked| asked.response)
                .and_then(|(_, owner)| owner);
            officer || matches!(caller, Responder(who) if owner.is_none_or(|owner| owner == who))
        }
        Administrator => caller == AnAdministrator,
        Trail => officer || caller == AnAdministrator,
        Calendar => officer || matches!(caller, ThisChair | OtherChair | AnAdministrator),
    }
}

/// An answer, of a stream only what comes first.
async fn answer(request: reqwest::RequestBuilder) -> (u16, String, String) {
    let mut response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let header = |name: &str| {
        let value = response.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    let (kind, location) = (header("content-type"), header("location"));
    let mut body = Vec::new();
    if kind.starts_with("text/event-stream") {
        for _ in 0..3 {
            let chunk = tokio::time::timeout(Duration::from_millis(200), response.chunk()).await;
            match chunk {
                Ok(Ok(Some(words))) => body.extend_from_slice(&words),
                _ => break,
            }
        }
    } else {
        body = response.bytes().await.expect("a body").to_vec();
    }
    (
        status,
        String::from_utf8_lossy(&body).into_owned(),
        location,
    )
}

fn row(path: &str, method: &str) -> Option<For> {
    PAGES
        .iter()
        .find(|(known, methods, _)| *known == path && methods.split(' ').any(|m| m == method))
        .map(|(_, _, whom)| *whom)
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let listed: BTreeSet<(String, String)> = routes::list()
        .into_iter()
        .map(|(path, method)| (path, method.to_string()))
        .collect();
    let missing: Vec<_> = listed
        .iter()
        .filter(|(path, method)| row(path, method).is_none())
        .collect();
    assert!(missing.is_empty(), "whom are these for? {missing:#?}");
    for (path, methods, _) in PAGES {
        for method in methods.split(' ') {
            let known = (path.to_string(), method.to_owned());
            assert!(listed.contains(&known), "{method} {path} is no route");
        }
    }
    let reads: BTreeSet<String> = reading_operations()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let known: BTreeSet<String> = OPERATIONS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(reads, known, "the operations of the document that read");
}

/// The operations that read, with their paths.
fn reading_operations() -> Vec<(String, String)> {
    let document = serde_json::to_value(api::document()).expect("the document");
    let paths = document["paths"].as_object().expect("paths").clone();
    paths
        .into_iter()
        .filter_map(|(path, item)| {
            let name = item.get("get")?["operationId"].as_str()?.to_owned();
            Some((name, path))
        })
        .collect()
}

#[tokio::test]
async fn each_page_shows_each_role_what_is_theirs_and_nothing_of_anybody_else() {
    let town = Town::build().await;
    let mut wrong = BTreeSet::new();
    let mut seen_by_the_officer = String::new();
    for (caller, browser) in town.browsers().await {
        for (pattern, methods, whom) in PAGES {
            if !methods.split(' ').any(|method| method == "GET") {
                continue;
            }
            for (path, asked) in town.paths(pattern) {
                let (status, body, location) = answer(browser.request(Method::GET, &path)).await;
                town.check(caller, &path, &body, &mut wrong);
                if caller == ProperOfficer {
                    seen_by_the_officer.push_str(&body);
                }
                let sent_away = status == 303 && location.starts_with("/staff/sign-in");
                let right = if may(caller, *whom, asked) {
                    matches!(status, 200 | 302 | 303) && !sent_away
                } else {
                    matches!(status, 403 | 404) || (caller == Stranger && sent_away)
                };
                if !right {
                    wrong.insert(format!(
                        "{caller:?} gets {status} for GET {path} ({whom:?})"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // the words that are looked for are there to be found
    for asked in town
        .asked
        .iter()
        .filter(|asked| !matches!(asked.number, 14 | 18))
    {
        for word in contact(asked.number) {
            assert!(seen_by_the_officer.contains(&word), "{word}");
        }
    }
}

#[tokio::test]
async fn who_may_not_do_something_is_refused_whatever_they_send_and_nothing_changes() {
    let town = Town::build().await;
    let browsers = town.browsers().await;
    let before = stored(&town);
    let mut wrong = BTreeSet::new();
    for (caller, browser) in browsers {
        let page = browser
            .get(&if caller == Stranger {
                format!("/meetings/{}/ask", town.next)
            } else {
                "/staff/account".to_owned()
            })
            .await;
        let token = page
            .attribute("input[name=csrf_token]", "value")
            .expect("a form with a token");
        for (pattern, methods, whom) in PAGES {
            if !methods.split(' ').any(|method| method == "POST") {
                continue;
            }
            for (path, asked) in town.paths(pattern) {
                if may(caller, *whom, asked) {
                    continue;
                }
                let question = town.asked[0].id.to_string();
                let fields: Vec<(String, String)> = [
                    ("csrf_token", token.as_str()),
                    ("version", "1"),
                    ("step", "send"),
                    ("reason", "A reason"),
                    ("body", "Words"),
                    ("reply", "full"),
                    ("grounds", "frivolous"),
                    ("public_text", "Other words, are they not?"),
                    ("arranged", "A seat"),
                    ("act", "open"),
                    ("seen", "0"),
                    ("question", question.as_str()),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
                let answered = browser.post(&path, &fields).await;
                town.check(caller, &path, &answered.body, &mut wrong);
                let sent_away = answered
                    .location()
                    .is_some_and(|to| to.starts_with("/staff/sign-in"));
                // a browser that lost its cookie goes on in a draft of its own
                let own_draft = caller == Stranger
                    && answered.location().is_some_and(|to| {
                        to.starts_with("/ask/") && !to.contains(&town.draft.to_string())
                    });
                let refused = matches!(answered.status, 403 | 404)
                    || own_draft
                    || (caller == Stranger && (sent_away || answered.status == 401));
                if !refused {
                    wrong.insert(format!(
                        "{caller:?} gets {} for POST {path} ({whom:?})",
                        answered.status
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let after = stored(&town);
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) =
        (before.lines().collect(), after.lines().collect());
    let changed: Vec<_> = before.symmetric_difference(&after).collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

/// Everything stored but the sessions, which note when they were last used, and drafts of strangers' own.
fn stored(town: &Town) -> String {
    everything_stored(&town.evening)
        .lines()
        .filter(|line| !line.starts_with("staff_sessions:"))
        .filter(|line| !line.starts_with("drafts:") || line.contains(&town.draft.to_string()))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn each_operation_shows_each_program_what_is_theirs_and_nothing_of_anybody_else() {
    let town = Town::build().await;
    let client = reqwest::Client::new();
    let mut wrong = BTreeSet::new();
    for caller in CALLERS {
        let token = town.tokens.iter().find(|(whose, _)| *whose == caller);
        for (name, pattern) in reading_operations() {
            let whom = OPERATIONS
                .iter()
                .find(|(known, _)| *known == name)
                .unwrap()
                .1;
            for (path, asked) in town.paths(&pattern) {
                let queries: Vec<String> = match name.as_str() {
                    "list_staff_questions" => [town.held, town.next]
                        .iter()
                        .map(|meeting| format!("?limit=100&meeting={meeting}"))
                        .collect(),
                    "list_questions" => vec![String::new(), "?q=mended".to_owned()],
                    "list_written_responses" => vec![String::new(), "?state=sent".to_owned()],
                    "list_letters" => vec![String::new(), "?state=to_print".to_owned()],
                    "list_meetings" => vec![String::new(), "?when=past".to_owned()],
                    _ => vec![String::new()],
                };
                for query in queries {
                    let path = format!("{path}{query}");
                    let url = format!("{}{path}", town.evening.app.address);
                    let mut request = client.get(url);
                    if let Some((_, token)) = token {
                        request = request.bearer_auth(token);
                    }
                    let (status, body, _) = answer(request).await;
                    town.check(caller, &path, &body, &mut wrong);
                    let published = asked.is_none_or(|asked| asked.number == PUT);
                    let right = match (caller, whom, name.as_str()) {
                        (_, _, "read_question") if !published => status == 404,
                        (_, Holder, _) => matches!(status, 403 | 404),
                        (Display, _, "see_question_time" | "follow_question_time") => status == 200,
                        // its log is for it once question time is closed
                        (Display, _, "see_event_log") => {
                            (status == 200) == path.contains(&town.held.to_string())
                        }
                        _ if may(caller, whom, asked) => status == 200,
                        (Stranger, _, _) => status == 401,
                        _ => matches!(status, 403 | 404),
                    };
                    if !right {
                        wrong.insert(format!("{caller:?} gets {status} for {path} ({whom:?})"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_private_link_opens_the_question_and_not_how_to_reach_its_questioner() {
    let town = Town::build().await;
    let browser = town.evening.app.browser();
    let token = town.link.rsplit('/').next().unwrap();
    let mut wrong = BTreeSet::new();
    let mut opened = 0;
    for (pattern, methods, _) in PAGES {
        if !pattern.contains("{token}") || !methods.contains("GET") {
            continue;
        }
        let path = pattern.replace("{token}", token);
        let (status, body, _) = answer(browser.request(Method::GET, &path)).await;
        assert!(matches!(status, 200 | 303), "{status} for {pattern}");
        for word in town.hidden_from(Stranger) {
            if word != format!("wordcanary{LINKED:02}") && body.contains(&word) {
                wrong.insert(format!("{word} on {pattern}"));
            }
        }
        opened += usize::from(body.contains(&format!("wordcanary{LINKED:02}")));
    }
    let (status, body, _) =
        answer(browser.request(Method::GET, &format!("/api/v1/your-question/{token}"))).await;
    assert_eq!(status, 200);
    assert!(body.contains(&format!("wordcanary{LINKED:02}")));
    town.check(
        Stranger,
        "/your-question",
        &body.replace("wordcanary12", ""),
        &mut wrong,
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        opened >= 2,
        "the page and what it leads to show the question"
    );
}
