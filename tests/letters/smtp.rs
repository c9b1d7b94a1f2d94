//! Letters handed to a mail server, well-behaved and otherwise.

use mail_parser::MessageParser;
use public_question_time::{
    mail::postman,
    service::deliver_outbox::{Delivered, Postman, Undelivered},
    store::letters::LetterState,
};
use tokio::net::TcpListener;

use crate::{
    smtp_server::{Does, MailServer, to_port},
    support::{OFFICERS, TownHall, outgoing, settings},
};

async fn hall_with(ways: &[Does]) -> (TownHall, MailServer, std::sync::Arc<dyn Postman>) {
    let server = MailServer::start(ways).await;
    let hall = TownHall::with(&server.settings());
    let postman = postman(&hall.service.settings).unwrap();
    (hall, server, postman)
}

#[tokio::test]
async fn a_letter_is_handed_over_whole() {
    let (hall, server, postman) = hall_with(&[Does::Accepts]).await;
    let id = hall.acknowledge(Some("jo@example.org"));
    assert_eq!(hall.deliver_by(&*postman).await.sent, 1);
    assert_eq!(hall.state(id), LetterState::Sent);
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    let message = MessageParser::default().parse(&taken[0]).unwrap();
    assert_eq!(
        message.subject(),
        Some("Your question PQ-2024-7KX4 has been received")
    );
    assert_eq!(
        message.message_id(),
        Some(format!("{id}@example.org").as_str())
    );
}

#[tokio::test]
async fn a_greylisting_server_gets_the_letter_later() {
    let (hall, server, postman) = hall_with(&[Does::Greylists, Does::Accepts]).await;
    let id = hall.reject("jo@example.org");
    assert_eq!(hall.deliver_by(&*postman).await.put_off, 1);
    assert!(server.taken().is_empty());
    assert_eq!(
        hall.deliver_by(&*postman).await,
        Delivered::default(),
        "not before its time"
    );
    hall.wait_for(id);
    assert_eq!(hall.deliver_by(&*postman).await.sent, 1);
    assert_eq!(server.message_ids(), [format!("{id}@example.org")]);
}

#[tokio::test]
async fn a_refused_address_is_in_front_of_an_officer() {
    let (hall, _server, postman) = hall_with(&[Does::Refuses]).await;
    let id = hall.reject("jo@example.org");
    hall.deliver_by(&*postman).await;
    let stored = hall.stored(id);
    assert_eq!(stored.state, LetterState::Failed);
    assert_eq!(stored.attempts, 1);
    let error = stored.last_error.unwrap();
    assert!(
        error.contains("550") && error.contains("no such user"),
        "{error}"
    );
    assert!(!error.contains("jo@"), "{error}");
}

#[tokio::test]
async fn one_refused_address_harms_no_other() {
    let (hall, server, postman) = hall_with(&[Does::RefusesOne]).await;
    let gone = hall.reject("gone@example.org");
    let there = hall.reject("jo@example.org");
    let delivered = hall.deliver_by(&*postman).await;
    assert_eq!(hall.state(gone), LetterState::Failed);
    assert_eq!(hall.state(there), LetterState::Sent);
    assert_eq!(delivered.failed, 1);
    assert_eq!(delivered.sent, 2, "the other, and word to the officers");
    assert_eq!(server.taken().len(), 2);
    let told = hall.to_officers(LetterState::Sent);
    assert_eq!(told[0].recipient_email.as_deref(), Some(OFFICERS));
    assert_eq!(told[0].kind, "officer_letter_failed");
}

#[tokio::test]
async fn nobody_at_the_port_is_no_reason_to_give_up() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let hall = TownHall::with(&to_port(port));
    let postman = postman(&hall.service.settings).unwrap();
    let id = hall.reject("jo@example.org");
    assert_eq!(hall.deliver_by(&*postman).await.put_off, 1);
    assert_eq!(hall.state(id), LetterState::Waiting);
    assert!(hall.stored(id).last_error.is_some());
}

#[tokio::test]
async fn a_server_that_hangs_up_is_tried_again() {
    let (hall, server, postman) = hall_with(&[Does::HangsUp, Does::Accepts]).await;
    let id = hall.reject("jo@example.org");
    assert_eq!(hall.deliver_by(&*postman).await.put_off, 1);
    hall.wait_for(id);
    assert_eq!(hall.deliver_by(&*postman).await.sent, 1);
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn dropped_after_accepting_is_two_at_most_with_one_message_id() {
    let (hall, server, postman) = hall_with(&[Does::DropsAfterAccepting, Does::Accepts]).await;
    let id = hall.reject("jo@example.org");
    assert_eq!(hall.deliver_by(&*postman).await.put_off, 1);
    hall.wait_for(id);
    assert_eq!(hall.deliver_by(&*postman).await.sent, 1);
    hall.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(hall.deliver_by(&*postman).await, Delivered::default());
    let message_id = format!("{id}@example.org");
    assert_eq!(server.message_ids(), [message_id.clone(), message_id]);
}

#[tokio::test]
async fn a_wrong_account_loses_no_letter() {
    let (hall, _server, postman) = hall_with(&[Does::WantsAnAccount]).await;
    let id = hall.reject("jo@example.org");
    assert_eq!(hall.deliver_by(&*postman).await.put_off, 1);
    assert_eq!(hall.state(id), LetterState::Waiting);
}

#[tokio::test]
async fn a_server_without_the_tls_that_was_asked_for_gets_no_letter() {
    for security in ["starttls", "tls"] {
        let server = MailServer::start(&[Does::Accepts]).await;
        let toml = server
            .settings()
            .replace("\"none\"", &format!("\"{security}\""));
        let postman = postman(&settings(&toml)).unwrap();
        let outcome = postman.deliver(&outgoing("Jo", "jo@example.org")).await;
        assert!(
            matches!(outcome, Err(Undelivered::Temporary(_))),
            "{security}: {outcome:?}"
        );
        assert!(server.taken().is_empty());
    }
}
