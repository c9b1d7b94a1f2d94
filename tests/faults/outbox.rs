//! Letters, delivered by the workers of two nodes that share nothing but the database. (A mail server's own faults, and a worker
//! that is killed, are in `tests/letters`.)

use std::sync::Arc;

use chrono::TimeDelta;

use public_question_time::mail::MemoryPostman;
use public_question_time::service::actor::Acting;
use public_question_time::service::deliver_outbox::{claim, deliver_once};
use public_question_time::service::submit_question::submit;
use public_question_time::service::{Service, ServiceError};
use public_question_time::store::letters::{self, LetterState};

use crate::databases::each_database;
use crate::service::{Desk, desk, node, submission};

/// Questions, each with a letter to whoever asked.
const QUESTIONS: usize = 40;

/// Those, and a letter to the officers about each of the first five; a digest tells of the rest.
const LETTERS: usize = QUESTIONS + 5;

fn ask(desk: &Desk) {
    for number in 0..QUESTIONS {
        let request = submission(desk, number);
        submit(&desk.service, &Acting::questioner(None), &request).expect("kept");
    }
}

fn waiting(service: &Service) -> i64 {
    service
        .store
        .read(|db| -> Result<_, ServiceError> { Ok(letters::count(db, LetterState::Waiting)?) })
        .expect("the outbox")
}

fn ids(postman: &MemoryPostman) -> Vec<String> {
    let letters = postman.letters();
    let mut ids: Vec<_> = letters.iter().map(|letter| letter.id.to_string()).collect();
    ids.sort();
    ids
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
fn two_nodes_with_two_workers_each_send_every_letter_once() {
    each_database(|database| {
        let desk = desk(database);
        ask(&desk);
        let written = waiting(&desk.service);
        assert_eq!(written, LETTERS as i64);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let postman = MemoryPostman::new(&desk.service.settings);
        let sent: u32 = runtime().block_on(async {
            let mut workers = tokio::task::JoinSet::new();
            for number in 0..4 {
                let (service, postman) = (nodes[number % 2].clone(), postman.clone());
                workers.spawn(async move {
                    deliver_once(&service, &postman, &format!("worker {number}"), u32::MAX)
                        .await
                        .expect("delivered")
                        .sent
                });
            }
            workers.join_all().await.into_iter().sum()
        });
        assert_eq!(i64::from(sent), written);
        assert_eq!(waiting(&desk.service), 0);
        let mut sent = ids(&postman);
        assert_eq!(sent.len(), LETTERS);
        sent.dedup();
        assert_eq!(sent.len(), LETTERS, "a letter was sent twice");
    });
}

#[test]
fn another_node_takes_over_within_a_minute_what_a_dead_worker_held() {
    each_database(|database| {
        let desk = desk(database);
        ask(&desk);
        let other = node(database, &desk.clock);
        let postman = Arc::new(MemoryPostman::new(&desk.service.settings));
        runtime().block_on(async {
            let held = claim(&desk.service, "dead", 15).await.expect("claimed");
            assert_eq!(held.len(), 15);
            let first = deliver_once(&other, &*postman, "living", u32::MAX).await;
            assert_eq!(first.expect("delivered").sent as usize, LETTERS - 15);
            desk.clock.advance(TimeDelta::seconds(60));
            let second = deliver_once(&other, &*postman, "living", u32::MAX).await;
            assert_eq!(second.expect("delivered").sent, 15);
        });
        let mut sent = ids(&postman);
        sent.dedup();
        assert_eq!(sent.len(), LETTERS);
    });
}
