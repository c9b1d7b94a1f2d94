//! The order in which letters leave: fair by who caused them, the public before the officers.

use std::{net::IpAddr, time::Duration};

use chrono::TimeDelta;
use public_question_time::{
    domain::id::LetterId,
    mail::{Bell, postman, spawn},
    service::{
        ServiceError,
        actor::{Acting, Network, Who},
        deliver_outbox::claim,
        letters::{Letter, ResponseDue},
    },
};
use tokio_util::sync::CancellationToken;

use crate::{
    smtp_server::{Does, MailServer},
    support::{TownHall, proper_officer, start},
};

/// Somebody at this address.
fn at(address: &str) -> Acting {
    let address: IpAddr = address.parse().unwrap();
    Acting {
        who: Who::Questioner(Some(Network::of(address))),
        request_id: None,
    }
}

/// The letters in the order in which they would leave now.
async fn order(hall: &TownHall) -> Vec<LetterId> {
    let claimed = claim(&hall.service, "worker", 1000).await.unwrap();
    claimed.iter().map(|letter| letter.id()).collect()
}

#[tokio::test]
async fn a_residents_letter_passes_150_of_a_bot_at_a_slow_mail_server() {
    let server = MailServer::start(&[Does::TakesItsTime]).await;
    let hall = TownHall::with(&server.settings());
    for n in 0..150 {
        // a new address and a new mailbox for each, all from one network
        let bot = at(&format!("198.51.100.{}", n + 1));
        hall.acknowledge_from(&bot, &format!("victim{n}@example.org"));
    }
    hall.clock.advance(TimeDelta::seconds(2));
    hall.acknowledge_from(&at("203.0.113.7"), "resident@example.org");
    let stop = CancellationToken::new();
    let worker = spawn(
        hall.service.clone(),
        postman(&hall.service.settings).unwrap(),
        Bell::default(),
        stop.clone(),
    );
    let (mut waited, step) = (Duration::ZERO, Duration::from_millis(50));
    while !server.has_taken("resident@example.org") {
        assert!(waited < Duration::from_secs(10), "still waiting");
        tokio::time::sleep(step).await;
        waited += step;
    }
    assert!(
        server.taken_count() < 20,
        "the bot’s letters went first: {}",
        server.taken_count()
    );
    stop.cancel();
    worker.await.unwrap();
    assert!(
        server.connections() <= hall.service.settings.outbox.concurrency,
        "connections are used again: {}",
        server.connections()
    );
}

#[tokio::test]
async fn many_networks_take_turns() {
    let hall = TownHall::new();
    let mut all = Vec::new();
    for network in 0..3 {
        let bot = at(&format!("2001:db8:{network}:1::5"));
        all.push(
            (0..4)
                .map(|n| hall.acknowledge_from(&bot, &format!("v{network}.{n}@example.org")))
                .collect::<Vec<_>>(),
        );
    }
    let order = order(&hall).await;
    assert_eq!(order.len(), 12);
    for round in 0..4 {
        let mut turn = order[round * 3..][..3].to_vec();
        turn.sort();
        let mut wanted: Vec<_> = all.iter().map(|of| of[round]).collect();
        wanted.sort();
        assert_eq!(turn, wanted, "round {round}");
    }
}

#[tokio::test]
async fn what_waited_long_is_passed_by_nobody() {
    let hall = TownHall::new();
    let bot = at("198.51.100.1");
    let all: Vec<_> = (0..4)
        .map(|n| hall.acknowledge_from(&bot, &format!("v{n}@example.org")))
        .collect();
    let last = all[3];
    hall.clock.advance(TimeDelta::minutes(1));
    let later = hall.acknowledge_from(&at("203.0.113.7"), "resident@example.org");
    let order = order(&hall).await;
    assert_eq!(order[3], last);
    assert_eq!(order[4], later);
}

#[tokio::test]
async fn letters_to_the_public_leave_before_those_to_officers_and_to_everybody() {
    let hall = TownHall::new();
    hall.service
        .store
        .write(|db| -> Result<(), ServiceError> {
            let due = ResponseDue {
                reference: "PQ-2024-7KX4".to_owned(),
                board: "Safer Policy and Performance Board".to_owned(),
                date: start().date_naive(),
                due_on: start().date_naive(),
                overdue: true,
                owner: None,
                path: "/staff/responses".to_owned(),
            };
            let letter = Letter::OfficerResponsesDue {
                responses: vec![due],
            };
            hall.service.write_to_officers(db, &letter)
        })
        .unwrap();
    let to_everybody = hall.not_put("other@example.org");
    hall.clock.advance(TimeDelta::seconds(20));
    let acknowledgement = hall.acknowledge_from(&at("203.0.113.7"), "resident@example.org");
    let mut order = order(&hall).await;
    let to_officers = order.pop().unwrap();
    assert_eq!(order, [acknowledgement, to_everybody]);
    assert_eq!(hall.stored(to_officers).kind, "officer_responses_due");
}

#[tokio::test]
async fn no_letter_about_a_question_passes_an_earlier_one_about_it() {
    let hall = TownHall::new();
    let to_everybody = hall.not_put("resident@example.org");
    let decision = hall.reject("resident@example.org");
    assert_eq!(order(&hall).await, [to_everybody, decision]);
}

#[tokio::test]
async fn nobody_can_be_told_from_a_letter_that_has_left() {
    let hall = TownHall::new();
    let id = hall.acknowledge_from(&at("203.0.113.7"), "resident@example.org");
    let waiting = hall.stored(id);
    assert!(!format!("{waiting:?}").contains("203.0.113"), "{waiting:?}");
    assert!(waiting.caused_by.is_some());
    hall.deliver().await;
    assert_eq!(hall.stored(id).caused_by, None);
}

#[tokio::test]
async fn an_officer_who_sends_a_letter_again_does_not_wait_for_its_old_turn() {
    let hall = TownHall::with("[limits]\nletters_per_address_per_hour = 1");
    let bot = at("198.51.100.1");
    hall.acknowledge_from(&bot, "jo@example.org");
    let held = hall.acknowledge_from(&bot, "jo@example.org");
    for n in 0..30 {
        hall.acknowledge_from(&bot, &format!("v{n}@example.org"));
    }
    hall.service.resend(&proper_officer(), held).unwrap();
    let order = order(&hall).await;
    assert!(order[..2].contains(&held));
}
