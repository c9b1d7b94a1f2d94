//! The worker that keeps the outbox empty.

use std::{sync::Arc, time::Duration};

use public_question_time::{
    mail::{Bell, spawn},
    service::deliver_outbox::{Delivering, Outgoing, Postman},
    store::letters::{AsSent, LetterState},
};
use tokio_util::sync::CancellationToken;

use crate::support::TownHall;

/// Long enough for two busy cores, short against the polls that must not be waited for.
const PATIENCE: Duration = Duration::from_secs(20);

async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(waited.await.is_ok(), "never: {what}");
}

#[tokio::test]
async fn a_ring_sends_a_letter_without_waiting_for_the_poll() {
    let hall = TownHall::with("[outbox]\npoll_interval_milliseconds = 60000");
    let (bell, stop) = (Bell::default(), CancellationToken::new());
    let worker = spawn(
        hall.service.clone(),
        Arc::new(hall.memory.clone()),
        bell.clone(),
        stop.clone(),
    );
    for n in 1..=3 {
        let id = hall.reject("jo@example.org");
        bell.ring();
        until("sent", || hall.state(id) == LetterState::Sent).await;
        assert_eq!(hall.memory.letters().len(), n);
    }
    stop.cancel();
    tokio::time::timeout(PATIENCE, worker)
        .await
        .expect("it stops")
        .unwrap();
}

#[tokio::test]
async fn a_lost_ring_costs_a_poll_and_no_letter() {
    let hall = TownHall::with("[outbox]\npoll_interval_milliseconds = 50");
    let stop = CancellationToken::new();
    let worker = spawn(
        hall.service.clone(),
        Arc::new(hall.memory.clone()),
        Bell::default(),
        stop.clone(),
    );
    let ids: Vec<_> = (0..7).map(|_| hall.reject("jo@example.org")).collect();
    until("all sent", || {
        ids.iter().all(|id| hall.state(*id) == LetterState::Sent)
    })
    .await;
    assert_eq!(hall.memory.letters().len(), 7);
    stop.cancel();
    worker.await.unwrap();
}

/// Takes its time over each letter, and counts how many it holds at once.
#[derive(Default)]
struct Busy {
    most: std::sync::atomic::AtomicUsize,
    now: std::sync::atomic::AtomicUsize,
}

impl Postman for Busy {
    fn deliver<'a>(&'a self, _: &'a Outgoing) -> Delivering<'a> {
        use std::sync::atomic::Ordering::SeqCst;
        Box::pin(async {
            let now = self.now.fetch_add(1, SeqCst) + 1;
            self.most.fetch_max(now, SeqCst);
            tokio::time::sleep(Duration::from_millis(300)).await;
            self.now.fetch_sub(1, SeqCst);
            Ok(AsSent::default())
        })
    }
}

#[tokio::test]
async fn told_to_stop_it_settles_what_is_under_way_and_takes_nothing_more() {
    use std::sync::atomic::Ordering::SeqCst;
    let hall = TownHall::with("[outbox]\nconcurrency = 2\npoll_interval_milliseconds = 50");
    let ids: Vec<_> = (0..6).map(|_| hall.reject("jo@example.org")).collect();
    let (busy, stop) = (Arc::new(Busy::default()), CancellationToken::new());
    let worker = spawn(
        hall.service.clone(),
        busy.clone(),
        Bell::default(),
        stop.clone(),
    );
    until("under way", || busy.now.load(SeqCst) > 0).await;
    stop.cancel();
    tokio::time::timeout(PATIENCE, worker)
        .await
        .expect("it stops")
        .unwrap();
    assert_eq!(busy.now.load(SeqCst), 0, "cut off in the middle");
    let sent = ids
        .iter()
        .filter(|id| hall.state(**id) == LetterState::Sent)
        .count();
    assert!((1..=2).contains(&sent), "{sent}");
    assert!(busy.most.load(SeqCst) <= 2);
}
