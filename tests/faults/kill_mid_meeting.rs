//! The service killed in the middle of question time: it comes back as it stood, and both clocks have gone on meanwhile.
//!
//! One meeting is killed after each event, another while each event is on its way. What is seen afterwards is compared with the
//! fold of the events recorded, and the fold with the plain model, which adds up the time between the events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use public_question_time::clock::{Clock, FixedClock, SystemClock};
use public_question_time::domain::codes::Code;
use public_question_time::domain::id::{MeetingId, QuestionId};
use public_question_time::domain::local_time::london_date;
use public_question_time::domain::standing_order::question_time::{
    Answer, Outcome, QuestionTime, Recorded,
};
use public_question_time::domain::standing_order::written_response::Reason;
use public_question_time::domain::status::Status;
use public_question_time::service::actor::{Acting, Who};
use public_question_time::service::api_tokens::TypedToken;
use public_question_time::service::question_time;
use public_question_time::service::submit_question::submit;
use public_question_time::service::{Service, ServiceError};
use public_question_time::store::letters as outbox;
use public_question_time::store::questions;
use public_question_time::store::responses;
use public_question_time::store::staff::{HeldRole, Role};

use crate::databases::Database;
use crate::listed::list;
use crate::plain_meeting::{About, Act, Played};
use crate::process::{Process, letters};
use crate::service::{desk_for, node, submission};

/// How many questions are on the list; one more waits for a decision that never comes.
const QUESTIONS: usize = 7;

/// How often an event that is killed on its way and comes to nothing is killed again, before it is let through.
const TRIES: usize = 2;

/// The meeting, with everything that a chair does.
fn script() -> Vec<Act> {
    let (given, promised) = (Answer::Given, Answer::Promised);
    let mut acts: Vec<Act> = (0..QUESTIONS).map(Act::Indicate).collect();
    acts.extend([
        Act::TakeBackIndication(6),
        Act::Order(vec![0, 1, 2, 4, 3, 6, 5]),
        Act::Open,
        Act::Call(0),
        Act::Speak,
        Act::Stop,
        Act::Speak,
        Act::Answer,
        Act::Supplement,
        Act::Answer,
        Act::Finish(given, Some(promised)),
        Act::Call(1),
        Act::Speak,
        Act::Adjourn,
        Act::Resume,
        Act::Answer,
        Act::Finish(given, None),
        Act::PassOver(2),
        Act::DealWith(3),
        Act::Call(5),
        Act::Speak,
        Act::Undo,
        Act::Undo,
        Act::Call(4),
        Act::Speak,
        Act::Answer,
        Act::Finish(promised, None),
        Act::Close,
    ]);
    acts
}

/// Why each question is owed a written response in the end, in order of receipt; the last was never decided.
const OWED: [Option<Reason>; QUESTIONS + 1] = [
    Some(Reason::SupplementaryPromised),
    None,
    Some(Reason::Absent),
    None,
    Some(Reason::AnswerPromised),
    Some(Reason::NotCalled),
    Some(Reason::NotCalled),
    Some(Reason::NotDecided),
];

/// A meeting of today, run by a program with the chair's token.
struct Meeting {
    database: Database,
    folder: TempDir,
    client: reqwest::Client,
    meeting: MeetingId,
    token: String,
    about: About,
    references: Vec<String>,
    undecided: QuestionId,
    played: Played,
    /// When the last event was recorded.
    last: Option<DateTime<Utc>>,
    /// The longest from a start until the state was seen.
    slowest: Duration,
}

impl Meeting {
    fn prepare(database: Database) -> Self {
        let today = SystemClock.now();
        // two weeks before: in time, whatever holidays lie between
        let desk = desk_for(&database, today - TimeDelta::weeks(2), london_date(today));
        let listed = list(&desk, QUESTIONS);
        let late = submission(&desk, QUESTIONS);
        let undecided = submit(&desk.service, &Acting::questioner(None), &late)
            .expect("taken")
            .question;
        desk.clock.set(today);
        let (Who::Staff(chair), Who::Staff(officer)) = (&listed.chair.who, &desk.officer.who)
        else {
            panic!("members of staff");
        };
        let mut administrator = officer.clone();
        administrator.roles.push(HeldRole {
            role: Role::Administrator,
            board: None,
        });
        let token = desk
            .service
            .issue_api_token(
                &Acting {
                    who: Who::Staff(administrator),
                    request_id: None,
                },
                &TypedToken {
                    access: "full".to_owned(),
                    staff_id: chair.id.to_string(),
                    name: "The evening".to_owned(),
                    days: "1".to_owned(),
                    unconfirmed: None,
                },
            )
            .expect("a token")
            .text;
        let mut references: Vec<_> = listed.references.iter().map(ToString::to_string).collect();
        references.push(undecided.reference.to_string());
        Self {
            meeting: desk.meeting,
            database,
            folder: tempfile::tempdir().expect("a folder"),
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(20))
                .build()
                .expect("a client"),
            token,
            about: listed.about,
            references,
            undecided: undecided.id,
            played: Played::new(QUESTIONS, false),
            last: None,
            slowest: Duration::ZERO,
        }
    }

    /// The database as it is on the disk. Opened for each look, so that nothing of the test's holds it while the program is killed.
    fn look<T>(&self, see: impl Fn(&Service) -> T) -> T {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        see(&node(&self.database, &clock))
    }

    fn recorded(&self) -> Vec<Recorded> {
        self.look(|service| {
            service
                .store
                .read(|db| question_time::look(service, db, self.meeting))
                .expect("the events")
                .events
        })
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "how long a start takes is measured"
    )]
    async fn start(&mut self) -> Process {
        let began = Instant::now();
        let mut process = Process::start(&self.database, self.folder.path());
        process.ready(&self.client).await;
        self.seen(&process).await;
        self.slowest = self.slowest.max(began.elapsed());
        process
    }

    /// Where question time stands by the API, and between which instants it was asked.
    async fn seen(&self, process: &Process) -> (Value, [DateTime<Utc>; 2]) {
        let before = SystemClock.now();
        let answer = self
            .client
            .get(format!("{}{}", process.address, self.path()))
            .bearer_auth(&self.token)
            .send()
            .await
            .expect("an answer");
        let after = SystemClock.now();
        assert_eq!(answer.status(), 200);
        (answer.json().await.expect("JSON"), [before, after])
    }

    fn path(&self) -> String {
        format!("/api/v1/meetings/{}/question-time", self.meeting)
    }

    /// The press, not sent yet.
    fn press(&self, process: &Process, act: &Act) -> reqwest::RequestBuilder {
        let event = self.about.event(act, self.played.last());
        self.client
            .post(format!("{}{}/events", process.address, self.path()))
            .bearer_auth(&self.token)
            .json(&event)
    }

    /// What the database holds is what was done so far and `act`, which was recorded within these instants.
    fn takes(&mut self, act: &Act, recorded: &[Recorded], within: [DateTime<Utc>; 2]) {
        let newest = recorded.last().expect("an event");
        assert_eq!(
            newest.event,
            self.about.event(act, self.played.last()),
            "{act:?} is recorded whole"
        );
        let [before, after] = within;
        assert!(
            before <= newest.at && newest.at <= after,
            "{act:?}: {before} <= {} <= {after}",
            newest.at
        );
        if let Some(last) = self.last.replace(newest.at) {
            self.played.passes(newest.at - last);
        }
        self.played.takes(act.clone());
        let numbers: Vec<i32> = recorded.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=self.played.revision()).collect::<Vec<_>>());
    }

    /// Everything that the API says is what the events make, and the clocks have gone on by the time that passed.
    async fn stands(&self, process: &Process, recorded: &[Recorded]) {
        let (seen, [before, after]) = self.seen(process).await;
        let at: DateTime<Utc> =
            serde_json::from_value(seen["server_time"].clone()).expect("a time");
        // two processes, each with a steady clock that it set by the computer's at its own start
        let slack = TimeDelta::milliseconds(5);
        assert!(
            before - slack <= at && at <= after + slack,
            "{before} <= {at} <= {after}"
        );
        let mut played = self.played.clone();
        if let Some(last) = self.last {
            played.passes(at - last);
        }
        let plain = played.now();
        let figures = self.look(|service| {
            let meeting = service
                .store
                .read(|db| question_time::look(service, db, self.meeting))
                .expect("the meeting")
                .meeting;
            service.figures(meeting.meeting()).clone()
        });
        let fold = QuestionTime::fold(&self.about.questions, recorded, &figures);
        self.about.agree(&plain, &fold, at, &figures);

        let turn = fold.turn.as_ref().map(|turn| {
            json!({
                "question": turn.question,
                "phase": turn.phase.code(),
                "supplementaries": turn.supplementaries,
                "clock": {
                    "allowed_ms": 180_000,
                    "left_ms": plain.turn_left().map(|left| left.num_milliseconds()),
                    "running": turn.clock.is_running(),
                },
            })
        });
        let clock = json!({
            "allowed_ms": 1_800_000,
            "left_ms": plain.left().num_milliseconds(),
            "running": fold.clock.is_running(),
        });
        // the one that nobody decided on is never on the list; what is owed to it is looked at when everyone is accounted for
        let entries: Vec<Value> = fold
            .entries
            .iter()
            .map(|entry| {
                json!({
                    "question": entry.question,
                    "indicated": entry.indicated,
                    "outcome": outcome(entry.outcome),
                })
            })
            .collect();
        let listed: Vec<Value> = seen["entries"]
            .as_array()
            .expect("the list")
            .iter()
            .map(|entry| {
                json!({
                    "question": entry["question"],
                    "indicated": entry["indicated"],
                    "outcome": entry["outcome"],
                })
            })
            .collect();
        for (name, expected) in [
            ("revision", json!(self.played.revision())),
            ("phase", json!(fold.phase.code())),
            ("clock", clock),
            ("turn", json!(turn)),
            ("opened_at", json!(fold.opened_at)),
            ("closed_at", json!(fold.closed_at)),
            ("next", json!(fold.next())),
            ("undoable", json!(fold.undoable)),
        ] {
            assert_eq!(seen[name], expected, "{name}");
        }
        assert_eq!(listed, entries);
    }

    /// Every question is accounted for: answered, dealt with, or owed one written response, of which one letter tells.
    async fn everyone_is_accounted_for(&self) {
        let ids: Vec<QuestionId> = self
            .about
            .questions
            .iter()
            .copied()
            .chain([self.undecided])
            .collect();
        let mail = self.folder.path().join("mail");
        let told = |reference: &str| letters(&mail, "response-owed", reference).len();
        for _ in 0..300 {
            let owed = OWED.iter().zip(&self.references);
            if owed
                .clone()
                .all(|(why, reference)| told(reference) == usize::from(why.is_some()))
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for ((id, why), reference) in ids.into_iter().zip(OWED).zip(&self.references) {
            let (question, owed, written) = self.look(|service| {
                service
                    .store
                    .read(|db| {
                        Ok::<_, ServiceError>((
                            questions::question(db, id)?,
                            responses::of_question(db, id)?,
                            outbox::of_question(db, id)?,
                        ))
                    })
                    .expect("the question")
            });
            let status = match (why, reference == &self.references[3]) {
                (Some(_), _) => Status::ResponseOwed,
                (None, true) => Status::DealtWith,
                (None, false) => Status::Answered,
            };
            assert_eq!(question.status, status, "{reference}");
            assert_eq!(owed.map(|owed| owed.reason), why, "{reference}");
            let expected = usize::from(why.is_some());
            let rows = written
                .iter()
                .filter(|letter| letter.kind == "response_owed")
                .count();
            assert_eq!(rows, expected, "letters written for {reference}");
            assert_eq!(told(reference), expected, "letters sent for {reference}");
        }
    }
}

fn outcome(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Waiting => json!({ "is": "waiting" }),
        Outcome::Called => json!({ "is": "called" }),
        Outcome::Put {
            answer,
            supplementary,
        } => json!({ "is": "put", "answer": answer, "supplementary": supplementary }),
        Outcome::PassedOver => json!({ "is": "passed_over" }),
        Outcome::DealtWith { item } => json!({ "is": "dealt_with", "item": item }),
    }
}

async fn killed_after_every_event(database: Database) {
    let mut meeting = Meeting::prepare(database);
    let mut process = meeting.start().await;
    let acts = script();
    for act in &acts {
        let before = SystemClock.now();
        let answer = meeting
            .press(&process, act)
            .send()
            .await
            .expect("an answer");
        let after = SystemClock.now();
        assert_eq!(answer.status(), 201, "{act:?}");
        process.kill();
        process = meeting.start().await;
        let recorded = meeting.recorded();
        meeting.takes(act, &recorded, [before, after]);
        meeting.stands(&process, &recorded).await;
    }
    meeting.everyone_is_accounted_for().await;
    println!(
        "{}: killed after each of {} events; the state seen within {:?} of each start",
        meeting.database.name,
        acts.len(),
        meeting.slowest
    );
    process.kill();
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long a press takes is measured, to kill within it"
)]
async fn killed_during_every_event(database: Database) {
    let mut meeting = Meeting::prepare(database);
    let mut process = meeting.start().await;
    let acts = script();
    let mut usual = Duration::from_millis(20);
    let (mut answered, mut unanswered, mut lost) = (0, 0, 0);
    for act in &acts {
        let known = meeting.recorded().len();
        let mut tries = 0;
        let (recorded, within) = loop {
            let before = SystemClock.now();
            let sent = tokio::spawn(meeting.press(&process, act).send());
            if tries == TRIES {
                let began = Instant::now();
                let answer = sent.await.expect("no panic").expect("an answer");
                assert_eq!(answer.status(), 201, "{act:?}");
                usual = began.elapsed();
                break (meeting.recorded(), [before, SystemClock.now()]);
            }
            // from soon after the first byte to a little after the usual end
            std::thread::sleep(usual.mul_f64(rand::random_range(0.2..1.2)));
            process.kill();
            let after = SystemClock.now();
            let answer = sent.await.expect("no panic");
            process = meeting.start().await;
            let recorded = meeting.recorded();
            match (&answer, recorded.len() - known) {
                (Ok(answer), 1) => {
                    assert_eq!(answer.status(), 201, "{act:?}");
                    answered += 1;
                    break (recorded, [before, after]);
                }
                (Err(_), 1) => {
                    unanswered += 1;
                    break (recorded, [before, after]);
                }
                // nothing came of it, and it is sent again as a chair would
                (Err(_), 0) => {
                    lost += 1;
                    tries += 1;
                    meeting.stands(&process, &recorded).await;
                }
                (answer, more) => panic!("{act:?}: {answer:?}, and {more} events more"),
            }
        };
        meeting.takes(act, &recorded, within);
        meeting.stands(&process, &recorded).await;
    }
    meeting.everyone_is_accounted_for().await;
    println!(
        "{}: killed {} times during {} events: {answered} answered, {unanswered} recorded without an answer, {lost} not recorded \
         and sent again; the state seen within {:?} of each start",
        meeting.database.name,
        answered + unanswered + lost,
        acts.len(),
        meeting.slowest
    );
    process.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_after_any_event_leaves_the_meeting_and_both_clocks_as_they_were_on_sqlite() {
    killed_after_every_event(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_after_any_event_leaves_the_meeting_and_both_clocks_as_they_were_on_postgresql() {
    if let Some(database) = Database::postgres() {
        killed_after_every_event(database).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_during_any_event_records_it_whole_or_not_at_all_on_sqlite() {
    killed_during_every_event(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_during_any_event_records_it_whole_or_not_at_all_on_postgresql() {
    if let Some(database) = Database::postgres() {
        killed_during_every_event(database).await;
    }
}
