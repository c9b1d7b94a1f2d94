//! What is searched is what the database has, on every node: as questions are put, taken back, edited and removed.

use chrono::{NaiveDate, TimeDelta};

use public_question_time::domain::id::QuestionId;
use public_question_time::domain::reference::Reference;
use public_question_time::domain::standing_order::question_time::{Answer, Event};
use public_question_time::service::actor::Acting;
use public_question_time::service::submit_question::submit;
use public_question_time::service::{
    Service, ServiceError, approve_question, question_time, redact_question,
    remove_personal_details, your_question,
};
use public_question_time::store::error::StoreError;
use public_question_time::store::questions;

use crate::databases::{Database, each_database};
use crate::races::together;
use crate::service::{Desk, desk, node, submission};

/// What a node finds for these words.
fn found(node: &Service, words: &str) -> Vec<QuestionId> {
    node.store
        .read(|db| {
            let matches = node.archive.find(db, words, None, |_| true, 50)?;
            Ok::<_, ServiceError>(matches.into_iter().map(|found| found.id).collect())
        })
        .expect("a search")
}

fn ask(desk: &Desk, service: &Service, number: usize, words: &str) -> QuestionId {
    let mut submission = submission(desk, number);
    submission.typed.text.question = words.to_owned();
    let received = submit(service, &Acting::questioner(None), &submission).expect("received");
    received.question.id
}

fn approve(desk: &Desk, service: &Service, id: QuestionId) {
    approve_question::approve(service, &desk.officer, id, 1, "Another lamp.").expect("approved");
}

#[test]
fn every_node_finds_what_was_put_as_it_now_reads() {
    each_database(|database| {
        let desk = desk(database);
        let (one, other) = (desk.service.clone(), node(database, &desk.clock));
        let swans = ask(&desk, &one, 2, "Who feeds the swans on the canal?");
        your_question::withdraw_for(&one, &desk.officer, swans, 1).expect("withdrawn");
        let lamp = ask(
            &desk,
            &one,
            1,
            "When will the lamp in Example Street be mended?",
        );
        approve(&desk, &one, lamp);
        for node in [&one, &other] {
            assert_eq!(
                found(node, "lamp in Example Street"),
                [],
                "it has not been put"
            );
        }

        // put on one node, which is certain when question time is closed
        desk.clock.advance(TimeDelta::days(1));
        let act = |event| {
            question_time::act(&one, &desk.officer, desk.meeting, &event).unwrap();
            desk.clock.advance(TimeDelta::seconds(5));
        };
        for event in [
            Event::Opened,
            Event::Indicated { question: lamp },
            Event::Called { question: lamp },
            Event::SpeakingStarted,
            Event::AnswerStarted,
            Event::Finished {
                answer: Answer::Given,
                supplementary: None,
            },
        ] {
            act(event);
            assert_eq!(found(&other, "lamp in Example Street"), []);
        }
        act(Event::Closed);
        for node in [&one, &other] {
            assert_eq!(found(node, "lamp in Example Street"), [lamp]);
        }

        // redacted on the other
        let version = one
            .store
            .read(|db| questions::question(db, lamp))
            .unwrap()
            .version;
        redact_question::redact(
            &other,
            &desk.officer,
            lamp,
            version,
            &redact_question::Redaction {
                public_text: Some("When will the light in [a street] be mended?".to_owned()),
                reason: "It names where somebody lives".to_owned(),
                ..redact_question::Redaction::default()
            },
        )
        .expect("redacted");
        for node in [&one, &other] {
            assert_eq!(found(node, "Example"), []);
            assert_eq!(found(node, "mended lights"), [lamp]);
        }

        // years later the words stay, and nobody's details with them; what was never put is not held any more
        assert_eq!(held(&other), 2);
        desk.clock.advance(TimeDelta::days(3 * 365));
        remove_personal_details::remove_what_is_due(&other).expect("removed");
        for node in [&one, &other] {
            assert_eq!(found(node, "mended lights"), [lamp]);
            assert_eq!(held(node), 1);
        }
    });
}

#[test]
fn what_was_never_committed_is_never_held() {
    each_database(|database| {
        let desk = desk(database);
        let (one, other) = (desk.service.clone(), node(database, &desk.clock));
        ask(
            &desk,
            &one,
            1,
            "When will the lamp in Example Street be mended?",
        );
        assert_eq!((held(&one), held(&other)), (1, 1));
        let failed = one.store.write(|db| {
            let mut question = questions::at_meeting(db, desk.meeting)?.remove(0);
            question.public_text = "Who feeds the swans?".to_owned();
            question.put_on = NaiveDate::from_ymd_opt(2024, 2, 6);
            question.version += 1;
            assert!(questions::update(db, &question)?);
            Err::<(), _>(ServiceError::Busy)
        });
        assert_eq!(failed, Err(ServiceError::Busy));
        for node in [&one, &other] {
            assert_eq!(found(node, "Who feeds the swans?"), []);
        }
        // a change that gets the number of the one that failed is not missed
        ask(&desk, &other, 2, "Who paints the railings?");
        assert_eq!((held(&one), held(&other)), (2, 2));
    });
}

#[test]
fn of_many_changes_at_once_no_node_misses_one() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let requests: Vec<_> = (0..60).map(|number| submission(&desk, number)).collect();
        together(&nodes, 60, move |service, number| {
            submit(service, &Acting::questioner(None), &requests[number]).expect("received");
            // searching while others write
            held(service)
        });
        for node in &nodes {
            assert_eq!(held(node), 60);
        }
        assert_eq!(
            held(&node(database, &desk.clock)),
            60,
            "a node that starts later"
        );
    });
}

/// How many questions a node holds.
fn held(node: &Service) -> usize {
    let caught_up = node.store.read(|db| node.archive.catch_up(db));
    caught_up.expect("caught up");
    node.archive.len()
}

#[test]
fn of_two_changes_that_overlap_the_one_committed_later_is_not_missed() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let desk = desk(&database);
    let (one, other) = (desk.service.clone(), node(&database, &desk.clock));
    let first = ask(&desk, &one, 1, "When will the lamp be mended?");
    let read = one.store.read(|db| questions::question(db, first));
    let copy = |reference: &str| {
        let mut question = read.clone().expect("the question");
        question.id = one.new_id();
        question.reference = Reference::parse(reference).expect("a reference");
        question
    };
    let (slow, quick) = (copy("PQ-2024-2222"), copy("PQ-2024-3333"));
    assert_eq!(held(&other), 1);
    // it changes first and is committed last: its change has the lower number
    let mut runs = 0;
    one.store
        .write(|db| {
            runs += 1;
            questions::insert(db, &slow)?;
            other.store.write(|db| questions::insert(db, &quick))?;
            assert_eq!(held(&other), 2, "nobody waits for another");
            Ok::<_, StoreError>(())
        })
        .expect("the slow one");
    assert_eq!(runs, 1, "they overlapped");
    for node in [&one, &other] {
        assert_eq!(held(node), 3);
    }
    // and what comes after all of that
    ask(&desk, &one, 4, "Who paints the railings?");
    for node in [&one, &other] {
        assert_eq!(held(node), 4);
    }
}

#[test]
fn what_another_member_of_the_group_wrote_is_not_searched() {
    let database = Database::sqlite();
    let desk = desk(&database);
    let searched = desk
        .service
        .store
        .write(|db| desk.service.archive.catch_up(db));
    assert!(
        matches!(searched, Err(ServiceError::Internal(_))),
        "{searched:?}"
    );
}
