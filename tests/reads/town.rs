//! A council with a meeting that was held and one to come, and as many questions at each as are asked for, with all that stands behind
//! them: letters, drafts, allowances, entries in the audit trail.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use public_question_time::{
    domain::{
        id::{BoardId, LetterId, MeetingId, QuestionId, ResponseId, StaffId},
        question::Channel,
        standing_order::{question_time::Noted, rejection::Ground},
        status::Status,
    },
    service::{
        actor::{Acting, Who},
        approve_question,
        boards::{self, BoardParticulars},
        draft_space::Owner,
        drafts,
        meetings::{self, ItemParticulars, Particulars},
        question_time::{self, OnRecord},
        reject_question::{self, Rejection},
        responses::{self, Which},
        submit_question::{self, Submission},
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
    },
    store::{
        connection::DatabaseUrl,
        error::StoreError,
        letters,
        questions::Question,
        staff::{HeldRole, Role},
    },
};

use crate::app::{Setup, TestApp};

/// How many questions are approved for each meeting, and how many of those were put: what officers and the clock allow, whatever comes.
const APPROVED: usize = 4;
const PUT: usize = 2;

/// The council.
pub struct Town {
    pub app: TestApp,
    pub board: BoardId,
    pub held: MeetingId,
    pub coming: MeetingId,
    pub item: String,
    /// A question that waits, and one that was put.
    pub waiting: Question,
    pub put: Question,
    /// A question that another one from the same person keeps out.
    pub kept_out: Question,
    /// The token of its private link.
    pub kept_out_link: String,
    /// The token of the private link of the one that waits.
    pub link: String,
    pub response: ResponseId,
    pub letter: LetterId,
    pub account: StaffId,
}

const FIRST: &[&str] = &[
    "Anna", "Brian", "Carol", "David", "Edith", "Frank", "Grace", "Harold", "Irene", "Joseph",
    "Kathleen", "Leonard", "Mabel", "Norman", "Olive", "Peter", "Queenie", "Ronald", "Sheila",
    "Thomas", "Ursula", "Vincent", "Winifred", "Yvonne",
];

const LAST: &[&str] = &[
    "Ashton",
    "Birchall",
    "Cartwright",
    "Duckworth",
    "Entwistle",
    "Fairclough",
    "Grimshaw",
    "Hargreaves",
    "Isherwood",
    "Jolley",
    "Kershaw",
    "Lathom",
    "Mather",
    "Naylor",
    "Ogden",
    "Pilkington",
    "Quirk",
    "Rigby",
    "Sharrock",
    "Tyldesley",
    "Unsworth",
    "Venables",
    "Winstanley",
    "Yates",
];

/// What the person with this number types.
pub fn typed(number: usize) -> TypedQuestion {
    let first = FIRST[number % FIRST.len()];
    let last = LAST[(number / FIRST.len()) % LAST.len()];
    // no inward code has C, I, K, M, O or V
    let letter = |number: usize| char::from(b"ABDEFGHJLNPQRSTUWXYZ"[number % 20]);
    TypedQuestion {
        matter: TypedMatter {
            matter: "Street lighting".to_owned(),
            ..TypedMatter::default()
        },
        text: TypedText {
            question: format!(
                "When will lamp {number} in {last} Street be mended, and what does the council pay {first} Electrics for each of the lamps that it mends?"
            ),
        },
        questioner: TypedQuestioner {
            name: format!(
                "{first} {last}{}",
                in_letters(number / (FIRST.len() * LAST.len()))
            ),
            address: format!("{} {last} Street\nWidnes", number % 90 + 1),
            postcode: format!(
                "WA8 {}{}{}",
                number % 10,
                letter(number / 10),
                letter(number / 200)
            ),
            email: format!("resident.{number}@example.org"),
            resident: "yes".to_owned(),
            publish_name: "yes".to_owned(),
            ..TypedQuestioner::default()
        },
        difference: String::new(),
    }
}

/// A number as letters, empty for 0.
fn in_letters(mut number: usize) -> String {
    let mut letters = String::new();
    while number > 0 {
        letters.push(char::from(b"abdefghjlnpqrstuwxyz"[number % 20]));
        number /= 20;
    }
    letters
}

fn particulars(date: (i32, u32, u32)) -> Particulars {
    Particulars {
        date: NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap(),
        starts: NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
        venue: "Boardroom, Municipal Building, Widnes".to_owned(),
        agenda_published: false,
        ended: None,
    }
}

fn at(month: u32, day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, month, day, hour, 0, 0).unwrap()
}

impl Town {
    /// Builds a council whose meetings have `size` questions each.
    pub async fn build(url: DatabaseUrl, size: usize) -> Self {
        let app = TestApp::start_with(Setup {
            now: at(1, 2, 12),
            toml: "[limits]\napi_requests_per_minute = 60000\nsubmissions_per_minute = 60000\nsign_ins_per_minute = 600\n".to_owned(),
            database: Some(url),
            ..Setup::default()
        })
        .await;
        let role = |role| HeldRole { role, board: None };
        app.account(
            "officer@example.org",
            "Sample Officer",
            &[role(Role::ProperOfficer), role(Role::Administrator)],
        );
        app.account(
            "responder@example.org",
            "Sample Responder",
            &[role(Role::RespondingOfficer)],
        );
        let members = app.service.accounts(&Acting::system()).unwrap();
        let member = |email: &str| members.iter().find(|m| m.email == email).unwrap().clone();
        let officer = Acting {
            who: Who::Staff(member("officer@example.org")),
            request_id: None,
        };
        let service = app.service.clone();
        let board = boards::add(
            &service,
            &officer,
            &BoardParticulars {
                name: "Safer Policy and Performance Board".to_owned(),
                slug: "safer".to_owned(),
                modern_gov_id: None,
                minute_prefix: "SAF".to_owned(),
                nil_return: String::new(),
                response_owner: None,
                retired: false,
            },
        )
        .unwrap()
        .id;
        app.account(
            "chair@example.org",
            "Sample Chair",
            &[HeldRole {
                role: Role::Chair,
                board: Some(board),
            }],
        );
        let schedule = |date| {
            meetings::schedule(&service, &officer, board, &particulars(date))
                .unwrap()
                .meeting()
                .id
        };
        let held = schedule((2024, 1, 9));
        let coming = schedule((2024, 2, 6));
        schedule((2024, 3, 12));
        let item = meetings::add_item(
            &service,
            &officer,
            coming,
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

        let filling = Filling {
            app: &app,
            officer: &officer,
        };
        let before = filling.fill(held, 0, size);
        app.advance(at(1, 9, 19) - at(1, 2, 12));
        let view = service
            .store
            .read(|db| question_time::look(&service, db, held))
            .unwrap();
        let happened: Vec<(QuestionId, OnRecord)> = (0..)
            .zip(&view.state.entries)
            .map(|(place, entry)| {
                let what = if place < PUT {
                    Noted::Answered
                } else {
                    Noted::NotReached
                };
                (entry.question, OnRecord::Noted(what))
            })
            .collect();
        question_time::close_on_record(&service, &officer, held, view.state.revision, &happened)
            .unwrap();
        app.advance(at(2, 5, 15) - at(1, 9, 19));
        let waiting = filling.fill(coming, size, size);
        let store = &service.store;
        let question = |id| {
            store
                .read(|db| public_question_time::store::questions::question(db, id))
                .unwrap()
        };
        let response = responses::list(&service, &officer, Which::Owed(None), None, 1)
            .unwrap()
            .remove(0)
            .response
            .id;
        let last = waiting[size - 3].clone();
        let letter = store
            .read(|db| Ok::<_, StoreError>(letters::of_question(db, last.id)?.remove(0).id))
            .unwrap();
        // what strangers are still writing
        for number in 0..size {
            let stranger = Owner {
                browser: format!("browser {number}"),
                client: format!("address {number}"),
            };
            drafts::begin(&service, &stranger, coming, &typed(number)).unwrap();
        }
        Self {
            board,
            held,
            coming,
            item,
            kept_out_link: service.link_token(waiting[size - 1].id, waiting[size - 1].link_version),
            kept_out: waiting[size - 1].clone(),
            link: service.link_token(last.id, last.link_version),
            waiting: question(last.id),
            put: question(before[0].id),
            response,
            letter,
            account: member("responder@example.org").id,
            app,
        }
    }
}

struct Filling<'a> {
    app: &'a TestApp,
    officer: &'a Acting,
}

impl Filling<'_> {
    /// Has questions come for a meeting, and decides on the first of them. Every tenth is a second one from the person before, which
    /// the rule refuses and an officer can let in.
    fn fill(&self, meeting: MeetingId, from: usize, size: usize) -> Vec<Question> {
        let service = &self.app.service;
        let mut came = Vec::new();
        for number in from..from + size {
            let mut typed = typed(number);
            if number % 10 == 9 {
                typed.questioner = self::typed(number - 1).questioner;
            }
            let submission = Submission {
                meeting,
                typed,
                channel: Channel::Web,
                received_at: service.now(),
                draft: None,
                carried_from: None,
                idempotency_key: None,
                exceptions: Vec::new(),
            };
            let submitted =
                submit_question::submit(service, &Acting::questioner(None), &submission).unwrap();
            came.push(submitted.question);
        }
        assert!(
            came.iter()
                .any(|question| question.status == Status::Refused)
        );
        for question in &came[..APPROVED] {
            approve_question::approve(
                service,
                self.officer,
                question.id,
                question.version,
                "Another lamp.",
            )
            .unwrap();
        }
        let rejection = Rejection {
            grounds: vec![Ground::NotCouncilMatter],
            reason: "Ask the owner of the lamp.".to_owned(),
            earlier: String::new(),
            other: String::new(),
        };
        let rejected = &came[APPROVED];
        reject_question::reject(
            service,
            self.officer,
            rejected.id,
            rejected.version,
            &rejection,
        )
        .unwrap();
        came
    }
}
