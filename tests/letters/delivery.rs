//! The outbox: at least once, in good time, and never dropped silently.

use std::time::Duration;

use chrono::TimeDelta;
use mail_parser::MessageParser;
use public_question_time::{
    domain::id::LetterId,
    service::{
        ServiceError,
        deliver_outbox::{
            Delivered, Delivering, Outcome, Outgoing, Postman, Undelivered, claim, deliver,
        },
    },
    store::letters::{self, AsSent, LetterState},
};

use crate::support::{OFFICERS, TownHall, proper_officer, start};

fn away() -> Option<Undelivered> {
    Some(Undelivered::Temporary("connection refused".to_owned()))
}

#[tokio::test]
async fn a_letter_is_sent_once_and_settled() {
    let hall = TownHall::new();
    let id = hall.acknowledge(Some("jo@example.org"));
    assert_eq!(
        hall.deliver().await,
        Delivered {
            sent: 1,
            ..Delivered::default()
        }
    );
    assert_eq!(hall.deliver().await, Delivered::default());
    let stored = hall.stored(id);
    assert_eq!(stored.state, LetterState::Sent);
    assert_eq!(stored.attempts, 1);
    assert_eq!(stored.settled_at, Some(start()));
    let kept = hall.memory.letters_to("jo@example.org");
    assert_eq!(kept.len(), 1);
    let link = hall
        .service
        .letter_link(hall.question.id, hall.question.link_version);
    assert!(kept[0].text.contains(&link));
    assert_eq!(kept[0].private_link, Some(link));
    assert_eq!(hall.acts(id), ["letter_sent"]);
}

#[tokio::test]
async fn the_trail_names_letters_and_never_people() {
    let hall = TownHall::new();
    let sent = hall.acknowledge(Some("jo@example.org"));
    hall.deliver().await;
    let failed = hall.reject("jo@example.org");
    hall.memory.fail_with(Some(Undelivered::Permanent(
        "550 <jo@example.org> is unknown".to_owned(),
    )));
    hall.deliver().await;
    for id in [sent, failed] {
        let entries = hall.history(id);
        assert_eq!(entries.len(), 1);
        for entry in entries {
            assert_eq!(entry.actor_kind, "system");
            assert_eq!(entry.subject_kind, "letter");
            let words = format!("{:?}{:?}", entry.was, entry.became);
            assert!(!words.contains('@') && !words.contains("Jo"), "{words}");
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_while_the_server_is_away_for_nearly_three_days() {
    let hall = TownHall::new();
    let ids: Vec<_> = (0..5)
        .map(|n| hall.reject(&format!("resident{n}@example.org")))
        .collect();
    hall.memory.fail_with(away());
    let back = start() + TimeDelta::hours(72) - TimeDelta::minutes(5);
    let mut attempts = 0;
    while hall.service.now() < back {
        attempts += hall.deliver().await.put_off;
        hall.clock.advance(TimeDelta::minutes(10));
    }
    assert!(
        ids.iter().all(|id| hall.state(*id) == LetterState::Waiting),
        "given up too early"
    );
    assert!(hall.to_officers(LetterState::Waiting).is_empty());
    // at first often, later every hour or so: about 80 each, far from one for every poll
    assert!((5 * 60..5 * 160).contains(&attempts), "{attempts}");
    hall.memory.fail_with(None);
    hall.clock.set(start() + TimeDelta::hours(72));
    hall.deliver().await;
    assert!(ids.iter().all(|id| hall.state(*id) == LetterState::Sent));
    for n in 0..5 {
        let to = format!("resident{n}@example.org");
        assert_eq!(hall.memory.letters_to(&to).len(), 1);
    }
}

#[tokio::test]
async fn after_three_days_the_officers_are_told() {
    let hall = TownHall::new();
    let id = hall.reject("jo@example.org");
    hall.memory.fail_with(away());
    let mut rounds = 0;
    while hall.state(id) == LetterState::Waiting {
        hall.wait_for(id);
        hall.deliver().await;
        rounds += 1;
        assert!(rounds < 1000, "never given up");
    }
    let stored = hall.stored(id);
    assert_eq!(stored.state, LetterState::Failed);
    assert_eq!(
        stored.settled_at,
        Some(start() + TimeDelta::hours(72)),
        "the last attempt comes when the time is up"
    );
    assert_eq!(stored.last_error.as_deref(), Some("connection refused"));
    assert_eq!(hall.acts(id), ["letter_failed"]);

    hall.memory.fail_with(None);
    hall.clock.advance(TimeDelta::minutes(1));
    assert_eq!(hall.deliver().await.sent, 1);
    let told = hall.memory.letters_to(OFFICERS);
    assert_eq!(told.len(), 1);
    assert!(told[0].subject.contains("PQ-2024-7KX4"));
    assert!(told[0].text.contains("connection refused"));
    assert!(told[0].text.contains("/staff/letters"));
    assert!(!told[0].text.contains("Jo Sample") && !told[0].text.contains("jo@"));
}

#[tokio::test]
async fn a_refused_address_fails_at_once() {
    let hall = TownHall::new();
    let id = hall.reject("jo@example.org");
    hall.memory.fail_with(Some(Undelivered::Permanent(
        "permanent error (550): <jo@example.org>: no such user".to_owned(),
    )));
    assert_eq!(hall.deliver_next().await.failed, 1);
    assert_eq!(hall.state(id), LetterState::Failed);
    assert_eq!(hall.to_officers(LetterState::Waiting).len(), 1);
    hall.memory.fail_with(None);
    hall.deliver().await;
    let told = hall.memory.letters_to(OFFICERS);
    assert!(told[0].text.contains("(550): (address) no such user"));
}

#[tokio::test]
async fn word_of_a_failure_that_fails_itself_causes_no_further_letter() {
    let hall = TownHall::new();
    hall.reject("jo@example.org");
    hall.memory
        .fail_with(Some(Undelivered::Permanent("550 no".to_owned())));
    // the letter, and then the word to the officers
    assert_eq!(hall.deliver().await.failed, 2);
    assert_eq!(hall.deliver().await, Delivered::default());
    assert_eq!(hall.to_officers(LetterState::Failed).len(), 1);
    assert!(hall.to_officers(LetterState::Waiting).is_empty());
}

#[tokio::test]
async fn another_worker_takes_over_from_a_dead_one() {
    let hall = TownHall::new();
    let id = hall.reject("jo@example.org");
    let held = claim(&hall.service, "dead", 10).await.unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].id(), id);
    assert_eq!(hall.deliver().await, Delivered::default(), "it is held");
    let lease = TimeDelta::from_std(hall.service.settings.outbox.lease).unwrap();
    assert!(lease < TimeDelta::seconds(60));
    hall.clock.advance(lease - TimeDelta::milliseconds(1));
    assert_eq!(
        hall.deliver().await,
        Delivered::default(),
        "it is still held"
    );
    hall.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(hall.deliver().await.sent, 1);
}

#[tokio::test]
async fn a_worker_that_was_stopped_sends_nothing_that_another_took_over() {
    let hall = TownHall::new();
    let id = hall.reject("jo@example.org");
    let mut held = claim(&hall.service, "stopped", 1).await.unwrap();
    hall.clock.advance(TimeDelta::seconds(60));
    assert_eq!(hall.deliver().await.sent, 1);
    let outcome = deliver(&hall.service, &hall.memory, "stopped", held.remove(0))
        .await
        .unwrap();
    assert_eq!(outcome, Outcome::LeaseLost);
    assert_eq!(hall.memory.letters().len(), 1, "sent twice");
    assert_eq!(hall.state(id), LetterState::Sent);
}

/// The lease runs out, and another worker sends the letter.
async fn overtake(hall: &TownHall) {
    hall.clock.advance(TimeDelta::seconds(60));
    assert_eq!(hall.deliver().await.sent, 1);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_settles_nothing() {
    for outcome in [
        Ok(AsSent::default()),
        Err(Undelivered::Temporary("421 busy".to_owned())),
        Err(Undelivered::Permanent("550 no".to_owned())),
    ] {
        let hall = TownHall::new();
        let id = hall.reject("jo@example.org");
        let mut held = claim(&hall.service, "slow", 1).await.unwrap();
        let slow = Answering::default();
        let (settled, ()) = tokio::join!(
            deliver(&hall.service, &slow, "slow", held.remove(0)),
            async {
                slow.asked.notified().await;
                overtake(&hall).await;
                *slow.answer.lock().await = Some(outcome.clone());
                slow.answered.notify_one();
            }
        );
        assert_eq!(settled.unwrap(), Outcome::LeaseLost);
        let stored = hall.stored(id);
        assert_eq!(stored.state, LetterState::Sent, "{outcome:?}");
        assert_eq!(stored.attempts, 1);
        assert_eq!(stored.last_error, None);
        assert_eq!(hall.acts(id), ["letter_sent"]);
        assert!(hall.to_officers(LetterState::Waiting).is_empty());
    }
}

/// Says that it was asked, and waits for what to answer.
#[derive(Default)]
struct Answering {
    asked: tokio::sync::Notify,
    answered: tokio::sync::Notify,
    answer: tokio::sync::Mutex<Option<Result<AsSent, Undelivered>>>,
}

impl Postman for Answering {
    fn deliver<'a>(&'a self, _: &'a Outgoing) -> Delivering<'a> {
        Box::pin(async {
            self.asked.notify_one();
            self.answered.notified().await;
            self.answer.lock().await.clone().unwrap()
        })
    }
}

#[tokio::test]
async fn nothing_is_locked_while_a_server_is_spoken_to() {
    let hall = TownHall::new();
    let first = hall.reject("jo@example.org");
    let mut held = claim(&hall.service, "worker", 1).await.unwrap();
    let slow = Answering::default();
    let (settled, second) = tokio::join!(
        deliver(&hall.service, &slow, "worker", held.remove(0)),
        async {
            slow.asked.notified().await;
            // a write goes through while the letter is under way
            let second = hall.reject("sam@example.org");
            *slow.answer.lock().await = Some(Ok(AsSent::default()));
            slow.answered.notify_one();
            second
        }
    );
    assert_eq!(settled.unwrap(), Outcome::Sent);
    assert_eq!(hall.state(first), LetterState::Sent);
    assert_eq!(hall.state(second), LetterState::Waiting);
}

/// Never answers.
struct Mute;

impl Postman for Mute {
    fn deliver<'a>(&'a self, _: &'a Outgoing) -> Delivering<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_within_the_lease() {
    let hall = TownHall::with("[outbox]\nlease_seconds = 5");
    let id = hall.reject("jo@example.org");
    let mut held = claim(&hall.service, "worker", 1).await.unwrap();
    let outcome = tokio::time::timeout(
        Duration::from_secs(5),
        deliver(&hall.service, &Mute, "worker", held.remove(0)),
    )
    .await
    .expect("within the lease")
    .unwrap();
    assert_eq!(outcome, Outcome::PutOff);
    assert_eq!(hall.state(id), LetterState::Waiting);
}

#[tokio::test]
async fn a_letter_that_cannot_be_read_is_shown_and_stops_no_other() {
    let hall = TownHall::new();
    let mut broken = hall.stored(hall.reject("jo@example.org"));
    hall.deliver().await;
    broken.id = hall.service.new_id::<LetterId>();
    broken.letter = "{\"kind\":\"no_such_letter\"}".to_owned();
    hall.service
        .store
        .write(|db| -> Result<(), ServiceError> { Ok(letters::insert(db, &broken)?) })
        .unwrap();
    let good = hall.reject("sam@example.org");
    let delivered = hall.deliver().await;
    assert_eq!(delivered.failed, 1);
    assert_eq!(delivered.sent, 2, "the other, and word to the officers");
    assert_eq!(hall.state(broken.id), LetterState::Failed);
    assert_eq!(hall.state(good), LetterState::Sent);
}

#[tokio::test]
async fn a_letter_sent_again_is_tried_as_long_as_a_new_one() {
    let hall = TownHall::new();
    let id = hall.reject("jo@example.org");
    hall.memory
        .fail_with(Some(Undelivered::Permanent("550 no".to_owned())));
    hall.deliver().await;
    assert_eq!(hall.state(id), LetterState::Failed);
    hall.clock.advance(TimeDelta::days(10));
    hall.service.resend(&proper_officer(), id).unwrap();
    hall.memory.fail_with(away());
    assert_eq!(hall.deliver().await.put_off, 1, "greylisted, not given up");
    hall.wait_for(id);
    hall.memory.fail_with(None);
    assert_eq!(hall.deliver().await.sent, 1);
    let kept = hall.memory.letters_to("jo@example.org").remove(0);
    let message = MessageParser::default().parse(&kept.message).unwrap();
    assert_eq!(
        message.message_id(),
        Some(format!("{id}@example.org").as_str())
    );
    assert_eq!(
        hall.acts(id),
        ["letter_failed", "letter_sent_again", "letter_sent"]
    );
}

#[tokio::test]
async fn a_new_private_link_is_the_one_that_is_sent() {
    let hall = TownHall::new();
    hall.acknowledge(Some("jo@example.org"));
    let mut question = hall.question.clone();
    question.link_version += 1;
    question.version += 1;
    hall.service
        .store
        .write(|db| -> Result<bool, ServiceError> {
            Ok(public_question_time::store::questions::update(
                db, &question,
            )?)
        })
        .unwrap();
    hall.deliver().await;
    let link = hall.service.letter_link(question.id, 2);
    assert_eq!(hall.memory.letters()[0].private_link, Some(link));
}
