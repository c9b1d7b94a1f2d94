//! A worker killed at any instant, above all between the mail server's 250 and the row marked sent.

use std::{
    collections::BTreeMap,
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use public_question_time::{
    clock::FixedClock, mail::postman, service::deliver_outbox::deliver_once,
    store::letters::LetterState,
};

use crate::{
    smtp_server::{Does, MailServer},
    support::{TownHall, service_on, start},
};

/// How often the worker is killed, and how many letters it has to deliver: more than it gets done between two kills.
const KILLS: i32 = 100;
const LETTERS: usize = 300;

/// The time that each worker believes it is: one after the end of the leases of the one before.
fn time_of(worker: i32) -> DateTime<Utc> {
    start() + TimeDelta::minutes(1) * worker
}

fn start_worker(hall: &TownHall, server: &MailServer, number: i32) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::a_worker_on_its_own", "--nocapture"])
        .env("LETTERS_DATABASE", hall.database())
        .env("LETTERS_SETTINGS", server.settings())
        .env("LETTERS_NOW", time_of(number).to_rfc3339())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The process that is killed: this test, started with a database and a mail server. By itself it delivers its own letter.
#[tokio::test]
async fn a_worker_on_its_own() {
    let Some(database) = env::var_os("LETTERS_DATABASE").map(PathBuf::from) else {
        let server = MailServer::start(&[Does::Accepts]).await;
        let hall = TownHall::with(&server.settings());
        let id = hall.reject("jo@example.org");
        let mut worker = start_worker(&hall, &server, 0);
        let ended = tokio::task::spawn_blocking(move || worker.wait().unwrap());
        assert!(ended.await.unwrap().success());
        assert_eq!(hall.state(id), LetterState::Sent);
        assert_eq!(server.message_ids(), [format!("{id}@example.org")]);
        return;
    };
    let toml = env::var("LETTERS_SETTINGS").unwrap();
    let now = env::var("LETTERS_NOW").unwrap().parse().unwrap();
    let service = service_on(&database, &toml, Arc::new(FixedClock::at(now)));
    let postman = postman(&service.settings).unwrap();
    let name = format!("worker-{}", std::process::id());
    deliver_once(&service, &*postman, &name, u32::MAX)
        .await
        .unwrap();
}

#[tokio::test]
async fn killed_a_hundred_times_it_loses_nothing_and_doubles_one_letter_at_most() {
    let server = MailServer::start(&[Does::Accepts]).await;
    let hall = TownHall::with(&server.settings());
    let ids: Vec<_> = (0..LETTERS)
        .map(|_| hall.reject("jo@example.org"))
        .collect();
    for number in 1..=KILLS {
        let before = server.taken_count();
        let mut worker = start_worker(&hall, &server, number);
        let further = rand::random_range(1..=4);
        while server.taken_count() < before + further && worker.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        tokio::time::sleep(Duration::from_micros(rand::random_range(0..3000))).await;
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    hall.clock.set(time_of(KILLS + 1));
    let postman = postman(&hall.service.settings).unwrap();
    let last = deliver_once(&hall.service, &*postman, "last", u32::MAX)
        .await
        .unwrap();
    assert!(last.sent > 0, "all was done before the last kill");
    assert!(ids.iter().all(|id| hall.state(*id) == LetterState::Sent));
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for id in server.message_ids() {
        *copies.entry(id).or_default() += 1;
    }
    assert_eq!(copies.len(), LETTERS, "lost");
    let doubles = server.taken_count() - LETTERS;
    assert!(doubles <= KILLS as usize, "{doubles} doubles");
}
