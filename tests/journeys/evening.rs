//! The Safer Board's meeting of 6 February 2024, an hour before its deadline: what the chair, the papers and the import start from.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};

use public_question_time::{
    domain::{
        agenda::{AgendaItem, ItemKind, Part},
        id::{BoardId, MeetingId},
        question::Channel,
    },
    service::{
        actor::{Acting, Who},
        approve_question,
        boards::{self, BoardParticulars},
        meetings::{self, ItemParticulars, Particulars},
        submit_question::{self, Submission},
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
    },
    store::{
        questions::Question,
        staff::{HeldRole, Role},
    },
};

use crate::app::{Browser, Page, Setup, TestApp};

/// A time on the evening of the meeting; London keeps Greenwich Mean Time in February.
pub fn evening(hour: u32, minute: u32, second: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, 6, hour, minute, second)
        .unwrap()
}

/// A running service with one meeting.
pub struct Evening {
    /// The service.
    pub app: TestApp,
    /// The proper officer, as an actor.
    pub officer: Acting,
    /// The Safer Board.
    pub board: BoardId,
    /// Its meeting of 6 February 2024.
    pub meeting: MeetingId,
    /// Its agenda: minutes, public question time, community safety.
    pub agenda: Vec<AgendaItem>,
}

/// A board under its own name and address.
pub fn board(app: &TestApp, officer: &Acting, name: &str, slug: &str) -> BoardId {
    let particulars = BoardParticulars {
        name: format!("{name} {}", app.service.settings.council.rule.board),
        slug: slug.to_owned(),
        modern_gov_id: None,
        minute_prefix: String::new(),
        nil_return: String::new(),
        response_owner: None,
        retired: false,
    };
    boards::add(&app.service, officer, &particulars)
        .expect("a board")
        .id
}

impl Evening {
    /// Starts the service at 3pm on the day before.
    pub async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    /// Starts a service of the test's choice on an empty database.
    pub async fn start_with(setup: Setup) -> Self {
        let app = TestApp::start_with(setup).await;
        let role = HeldRole {
            role: Role::ProperOfficer,
            board: None,
        };
        app.account("proper_officer@example.org", "Sample Officer", &[role]);
        let accounts = app
            .service
            .accounts(&Acting::system())
            .expect("the accounts");
        let member = accounts.into_iter().next().expect("the officer");
        let officer = Acting {
            who: Who::Staff(member),
            request_id: None,
        };
        let board = board(&app, &officer, "Safer", "safer");
        let meeting = meetings::schedule(
            &app.service,
            &officer,
            board,
            &Particulars {
                date: NaiveDate::from_ymd_opt(2024, 2, 6).unwrap(),
                starts: NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
                venue: "Boardroom, Municipal Building, Widnes".to_owned(),
                agenda_published: true,
                ended: None,
            },
        )
        .expect("a meeting")
        .meeting()
        .id;
        let agenda = [
            ("Minutes", "SAF24"),
            ("Public Question Time", "SAF25"),
            ("Community Safety Update", "SAF26"),
        ];
        let agenda = (1..)
            .zip(agenda)
            .map(|(position, (title, minute_number))| {
                let item = ItemParticulars {
                    position,
                    title: title.to_owned(),
                    minute_number: minute_number.to_owned(),
                    part: Part::Public,
                    kind: ItemKind::Ordinary,
                };
                meetings::add_item(&app.service, &officer, meeting, &item).expect("an item")
            })
            .collect();
        Self {
            app,
            officer,
            board,
            meeting,
            agenda,
        }
    }

    /// The same with so many questions approved, and the clock at 6:40pm on the evening.
    pub async fn with_questions(count: usize) -> (Self, Vec<Question>) {
        let evening_of = Self::start().await;
        let questions = (1..=count)
            .map(|number| evening_of.approve(&evening_of.receive(number)))
            .collect();
        evening_of.app.clock.set(evening(18, 40, 0));
        (evening_of, questions)
    }

    /// What the person with this number types.
    pub fn typed(&self, number: usize) -> TypedQuestion {
        TypedQuestion {
            matter: TypedMatter {
                agenda_item: self.agenda[2].id.to_string(),
                ..TypedMatter::default()
            },
            text: TypedText {
                question: format!("When will lamp {number} in Example Street be mended?"),
            },
            questioner: TypedQuestioner {
                name: resident(number),
                address: "1 Example Street\nWidnes".to_owned(),
                postcode: "WA8 7QF".to_owned(),
                email: email(number),
                resident: "yes".to_owned(),
                publish_name: "yes".to_owned(),
                ..TypedQuestioner::default()
            },
            difference: String::new(),
        }
    }

    /// The question of that person, received now.
    pub fn receive(&self, number: usize) -> Question {
        self.receive_typed(self.typed(number))
    }

    /// A question as typed, received now; the next comes a second later.
    pub fn receive_typed(&self, typed: TypedQuestion) -> Question {
        let submission = Submission {
            meeting: self.meeting,
            typed,
            channel: Channel::Web,
            received_at: self.app.service.now(),
            draft: None,
            carried_from: None,
            idempotency_key: None,
            exceptions: Vec::new(),
        };
        let acting = Acting::questioner(None);
        let submitted = submit_question::submit(&self.app.service, &acting, &submission);
        self.app.advance(TimeDelta::seconds(1));
        submitted.expect("a submission").question
    }

    /// Approves a question.
    pub fn approve(&self, question: &Question) -> Question {
        approve_question::approve(
            &self.app.service,
            &self.officer,
            question.id,
            question.version,
            "",
        )
        .expect("an approval")
    }

    /// Adds an item to the agenda, which everybody can see.
    pub fn add_item(&self, title: &str) {
        let item = ItemParticulars {
            position: 1,
            title: title.to_owned(),
            minute_number: String::new(),
            part: Part::Public,
            kind: ItemKind::Ordinary,
        };
        meetings::add_item(&self.app.service, &self.officer, self.meeting, &item).expect("an item");
    }

    /// The address of the chair's screen.
    pub fn screen(&self) -> String {
        format!("/staff/meetings/{}/question-time", self.meeting)
    }

    /// The address of a paper.
    pub fn paper(&self, paper: &str) -> String {
        format!("/staff/meetings/{}/papers/{paper}", self.meeting)
    }

    /// The chair at their screen.
    pub async fn chair(&self) -> Chair<'_> {
        Chair {
            of: self,
            browser: self.app.sign_in_chair(self.board).await,
        }
    }
}

/// The name of the resident with this number.
pub fn resident(number: usize) -> String {
    format!("Sample Resident {number}")
}

/// Their address.
pub fn email(number: usize) -> String {
    format!("resident.{number}@example.org")
}

/// A chair with the screen open.
pub struct Chair<'a> {
    of: &'a Evening,
    /// Their browser.
    pub browser: Browser,
}

impl Chair<'_> {
    /// The screen as it stands.
    pub async fn look(&self) -> Page {
        let page = self.browser.get(&self.of.screen()).await;
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    /// What a press of a button among those of the next step would send.
    pub async fn asks(&self, act: &str) -> Vec<(String, String)> {
        pressed(&self.look().await, ".app-stage__acts", act, &[])
    }

    /// What a press of a button beside a question would send.
    pub async fn asks_of(
        &self,
        question: &Question,
        act: &str,
        values: &[(&str, &str)],
    ) -> Vec<(String, String)> {
        let form = match act {
            "deal_with" => format!("#deal-{}", question.reference),
            _ => format!("#acts-{}", question.reference),
        };
        pressed(&self.look().await, &form, act, values)
    }

    /// Sends what a press would.
    pub async fn send(&self, fields: &[(String, String)]) -> Page {
        self.browser.post(&self.of.screen(), fields).await
    }

    /// Does what comes next, and gives the page that follows.
    pub async fn does(&self, act: &str) -> Page {
        let fields = self.asks(act).await;
        self.goes_on(self.send(&fields).await, act).await
    }

    /// Presses a button beside a question, and gives the page that follows.
    pub async fn does_to(&self, question: &Question, act: &str) -> Page {
        let fields = self.asks_of(question, act, &[]).await;
        self.goes_on(self.send(&fields).await, act).await
    }

    /// Chooses what the public screen shows, and gives the page that follows.
    pub async fn shows(&self, act: &str) -> Page {
        let fields = pressed(&self.look().await, "#screen-view", act, &[]);
        self.goes_on(self.send(&fields).await, act).await
    }

    async fn goes_on(&self, answer: Page, act: &str) -> Page {
        assert_eq!(answer.status, 303, "{act}: {}", answer.text());
        self.browser.follow(answer).await
    }

    /// Puts a question from the call to the finish: 30 seconds of speaking, 30 of answering.
    pub async fn puts(&self, question: &Question, finish: &str) {
        self.does_to(question, "indicate").await;
        self.does_to(question, "call").await;
        self.does("speak").await;
        self.of.app.advance(TimeDelta::seconds(30));
        self.does("answer").await;
        self.of.app.advance(TimeDelta::seconds(30));
        self.does(finish).await;
    }

    /// Closes question time on its page, and gives the page that follows.
    pub async fn closes(&self) -> Page {
        let page = self
            .browser
            .get(&format!("{}/close", self.of.screen()))
            .await;
        let answer = self
            .browser
            .press(&page, "Close public question time", &[])
            .await;
        self.goes_on(answer, "close").await
    }
}

/// A form's fields with the button `act` among them, whether the page shows that button or not: what is refused must be refused
/// by the server.
fn pressed(page: &Page, form: &str, act: &str, values: &[(&str, &str)]) -> Vec<(String, String)> {
    let (_, mut fields) = page.filled_in(form, values);
    fields.push(("act".to_owned(), act.to_owned()));
    fields
}
