//! The service killed in the middle of a burst: what was acknowledged is there afterwards, once, with its letter.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::databases::Database;
use crate::process::{Process, letters};

/// How often it is killed, unless `PQT_KILLS` says otherwise.
const KILLS: usize = 6;

fn kills() -> usize {
    std::env::var("PQT_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number"))
}
/// How many people send at once.
const CLIENTS: usize = 8;

/// A demonstration meeting that still takes questions and has no agenda yet.
pub async fn open_meeting(client: &reqwest::Client, address: &str) -> String {
    let found: Value = client
        .get(format!("{address}/api/v1/meetings"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    found["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|meeting| meeting["takes_questions"] == true && meeting["agenda_published"] == false)
        .and_then(|meeting| meeting["id"].as_str())
        .unwrap_or_else(|| panic!("no meeting: {found}"))
        .to_owned()
}

/// What the person with this number sends.
pub fn notice(meeting: &str, number: usize) -> Value {
    json!({
        "meeting": meeting,
        "matter": "Street lighting",
        "question": format!("When will lamp {number} in Example Street be mended?"),
        "questioner": {
            "name": format!("Sample Resident {number}"),
            "address": "1 Example Street\nWidnes",
            "postcode": "WA8 7QF",
            "email": format!("resident.{number}@example.org"),
            "resident": true,
            "publish_name": false,
        },
    })
}

async fn survives_kills(database: Database) {
    let folder = tempfile::tempdir().expect("a folder");
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let numbers = Arc::new(AtomicUsize::new(0));
    let acknowledged: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let kills = kills();
    for kill in 0..kills {
        let mut process = Process::start(&database, folder.path());
        process.ready(&client).await;
        let meeting = open_meeting(&client, &process.address).await;
        let before = acknowledged.lock().unwrap().len();
        let senders: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (client, address, meeting) =
                    (client.clone(), process.address.clone(), meeting.clone());
                let (numbers, acknowledged) = (Arc::clone(&numbers), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    loop {
                        let number = numbers.fetch_add(1, Ordering::SeqCst);
                        let sent = client
                            .post(format!("{address}/api/v1/questions"))
                            .json(&notice(&meeting, number))
                            .send()
                            .await;
                        // killed meanwhile: no answer, no promise
                        let Ok(answer) = sent else { return };
                        assert_eq!(answer.status(), 201, "question {number}");
                        let Ok(body) = answer.json::<Value>().await else {
                            return;
                        };
                        let text = |name: &str| body[name].as_str().expect(name).to_owned();
                        acknowledged
                            .lock()
                            .unwrap()
                            .push((text("reference"), text("self")));
                    }
                })
            })
            .collect();
        // the kill comes at another moment each time, once the burst is under way
        while acknowledged.lock().unwrap().len() < before + CLIENTS {
            assert!(
                senders.iter().any(|sender| !sender.is_finished()),
                "the burst ended by itself"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(37 * (kill % 12) as u64)).await;
        process.kill();
        for sender in senders {
            sender.await.expect("a sender");
        }
    }

    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    for (reference, own) in &acknowledged {
        let path = &own[own.find("/api/").expect("a path")..];
        let answer = client
            .get(format!("{}{path}", process.address))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{reference} was acknowledged");
        let seen: Value = answer.json().await.unwrap();
        assert_eq!(seen["reference"], reference.as_str());
        assert_eq!(seen["status"], "submitted");
    }
    let mut references: Vec<_> = acknowledged
        .iter()
        .map(|(reference, _)| reference.clone())
        .collect();
    references.sort();
    references.dedup();
    assert_eq!(references.len(), acknowledged.len(), "no reference twice");

    // one letter for each, once the worker has caught up
    let mail = folder.path().join("mail");
    for _ in 0..600 {
        if references
            .iter()
            .all(|reference| letters(&mail, "acknowledgement", reference).len() == 1)
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for reference in &references {
        assert_eq!(
            letters(&mail, "acknowledgement", reference).len(),
            1,
            "letters for {reference}"
        );
    }
    println!(
        "{}: {} acknowledged over {kills} kills, none lost",
        database.name,
        acknowledged.len()
    );
    process.kill();
}

#[tokio::test]
async fn every_acknowledged_question_survives_a_kill_on_sqlite() {
    survives_kills(Database::sqlite()).await;
}

#[tokio::test]
async fn every_acknowledged_question_survives_a_kill_on_postgresql() {
    if let Some(database) = Database::postgres() {
        survives_kills(database).await;
    }
}
