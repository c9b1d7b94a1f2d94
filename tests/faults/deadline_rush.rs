//! A thousand questions across the deadline, at two nodes whose clocks differ: what was answered, what is stored and what the letter
//! says agree in every case.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use diesel::prelude::*;
use serde_json::Value;

use public_question_time::clock::{Clock, SystemClock};
use public_question_time::config::{SecretKey, Settings};
use public_question_time::service::Service;
use public_question_time::store::error::StoreError;
use public_question_time::store::schema::{letters, questions};
use public_question_time::store::types::Instant;
use public_question_time::web::{AppState, server};

use crate::databases::Database;
use crate::kill::notice;
use crate::service::desk;

/// Questions sent in all.
const SENT: usize = 1000;

/// The computer's clock and so much more.
struct Ahead(TimeDelta);

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
    fn steady(&self) -> DateTime<Utc> {
        self.now()
    }
}

async fn serve(database: &Database, ahead: TimeDelta) -> String {
    let config = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let toml = "[limits]\nsubmissions_per_minute = 100000\napi_requests_per_minute = 100000\n";
    let settings = Settings::from_parts(&config, toml, &[]).unwrap();
    let key = SecretKey::parse("a secret that only the tests know, 0123456789").unwrap();
    let service = Service::new(
        database.open(),
        Arc::new(Ahead(ahead)),
        Arc::new(settings),
        key,
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let state = web::Data::new(AppState::new(service));
    tokio::spawn(server::run(state, listener).unwrap());
    address
}

async fn agrees(database: Database) {
    let desk = desk(&database);
    let meeting = desk.meeting.to_string();
    let deadline = Utc.with_ymd_and_hms(2024, 2, 5, 16, 0, 0).unwrap();
    // a little over half of them come before the deadline of the slower node
    let start = deadline - TimeDelta::milliseconds(3_000);
    let shift = start - SystemClock.now();
    let apart = TimeDelta::seconds(2);
    let nodes = [
        serve(&database, shift).await,
        serve(&database, shift + apart).await,
    ];
    let numbers = Arc::new(AtomicUsize::new(0));
    let client = reqwest::Client::new();
    let senders: Vec<_> = (0..16)
        .map(|_| {
            let (nodes, numbers, client, meeting) = (
                nodes.clone(),
                Arc::clone(&numbers),
                client.clone(),
                meeting.clone(),
            );
            tokio::spawn(async move {
                let mut answered = Vec::new();
                loop {
                    let number = numbers.fetch_add(1, Ordering::SeqCst);
                    if number >= SENT {
                        return answered;
                    }
                    // spread over the deadline, however fast the machine is
                    let due = start + TimeDelta::milliseconds(6 * i64::try_from(number).unwrap());
                    let wait = due - (SystemClock.now() + shift);
                    tokio::time::sleep(wait.to_std().unwrap_or_default()).await;
                    let answer = client
                        .post(format!("{}/api/v1/questions", nodes[number % 2]))
                        .json(&notice(&meeting, number))
                        .send()
                        .await
                        .unwrap();
                    let status = answer.status().as_u16();
                    let body: Value = answer.json().await.unwrap();
                    let reference = body["reference"]
                        .as_str()
                        .or_else(|| body["kept"]["reference"].as_str())
                        .unwrap_or_else(|| panic!("{status}: {body}"))
                        .to_owned();
                    let in_time = match status {
                        201 => true,
                        422 if body["type"].as_str().unwrap().ends_with("/late") => false,
                        _ => panic!("{status}: {body}"),
                    };
                    answered.push((reference, (number % 2, in_time)));
                }
            })
        })
        .collect();
    let mut answered: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for sender in senders {
        answered.extend(sender.await.unwrap());
    }
    assert_eq!(answered.len(), SENT);

    type Row = (String, String, String, Instant);
    let (rows, sent) = desk
        .service
        .store
        .read(|db| {
            let rows: Vec<Row> = questions::table
                .select((
                    questions::id,
                    questions::reference,
                    questions::status,
                    questions::received_at,
                ))
                .load(db)?;
            let sent: Vec<(Option<String>, String)> = letters::table
                .filter(letters::question_id.is_not_null())
                .select((letters::question_id, letters::kind))
                .load(db)?;
            Ok::<_, StoreError>((rows, sent))
        })
        .unwrap();
    assert_eq!(rows.len(), SENT);
    let mut tally: BTreeMap<(usize, bool), usize> = BTreeMap::new();
    for (id, reference, status, received) in rows {
        let (node, in_time) = answered[&reference];
        *tally.entry((node, in_time)).or_default() += 1;
        assert_eq!(received.utc() < deadline, in_time, "{reference}");
        assert_eq!(status == "submitted", in_time, "{reference}: {status}");
        let kinds: Vec<&str> = sent
            .iter()
            .filter(|(question, _)| question.as_deref() == Some(id.as_str()))
            .map(|(_, kind)| kind.as_str())
            .collect();
        assert_eq!(
            kinds.contains(&"acknowledgement"),
            in_time,
            "{reference}: {kinds:?}"
        );
        assert_eq!(
            kinds.contains(&"refused"),
            !in_time,
            "{reference}: {kinds:?}"
        );
    }
    println!("{}: by node and whether in time: {tally:?}", database.name);
    assert_eq!(tally.len(), 4, "both nodes both ways: {tally:?}");
    // the node that is ahead closes sooner, by its clock
    assert!(tally[&(1, true)] < tally[&(0, true)], "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_row_and_letter_agree_across_the_deadline_on_sqlite() {
    agrees(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_row_and_letter_agree_across_the_deadline_on_postgresql() {
    if let Some(database) = Database::postgres() {
        agrees(database).await;
    }
}
