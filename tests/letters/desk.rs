//! What the officers see of letters and do with them.

use public_question_time::{
    mail::{
        letters::{Addressed, as_printed},
        printable, render,
    },
    service::{
        ServiceError,
        actor::Acting,
        deliver_outbox::{OnTheDesk, Outcome, Undelivered, claim, deliver},
    },
    store::{
        letters::{self, AsSent, Filter, LetterState, Order},
        staff::Role,
    },
};

use chrono::TimeDelta;

use crate::support::{self, TownHall, proper_officer, signed_in};

/// The letters on the officers' desk that stand so, oldest first.
fn in_state(hall: &TownHall, state: LetterState) -> Vec<OnTheDesk> {
    let filter = Filter {
        states: vec![state],
        question: None,
    };
    hall.service
        .letters_page(
            &proper_officer(),
            &filter,
            Order::OldestFirst { after: None },
            10,
        )
        .unwrap()
}

#[tokio::test]
async fn without_an_address_a_letter_waits_to_be_printed() {
    let hall = TownHall::new();
    let id = hall.acknowledge(None);
    assert_eq!(hall.deliver().await.sent, 0);
    let officer = proper_officer();
    let waiting = in_state(&hall, LetterState::ToPrint);
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].reference.as_deref(), Some("PQ-2024-7KX4"));
    assert_eq!(
        waiting[0].postal_address,
        ["Jo Sample", "1 Sample Street", "Widnes", "WA8 0AA"]
    );
    let counts = hall.service.letters_in_sight(&officer).unwrap();
    assert_eq!((counts.failed, counts.to_print), (0, 1));

    let (desk, outgoing) = hall.service.letter_on_the_desk(&officer, id).unwrap();
    let sheet = printable(
        &hall.service.settings,
        &Addressed::from(&outgoing),
        &desk.postal_address,
    )
    .unwrap();
    assert!(sheet.contains("Jo Sample<br>1 Sample Street<br>Widnes<br>WA8 0AA"));
    let link = hall.service.letter_link(hall.question.id, 1);
    assert!(!sheet.contains(&link));

    let printed = as_printed(&hall.service.settings, &Addressed::from(&outgoing)).unwrap();
    hall.service.mark_printed(&officer, id, &printed).unwrap();
    assert_eq!(hall.stored(id).as_sent, Some(printed.clone()));
    assert_eq!(hall.state(id), LetterState::Printed);
    assert_eq!(hall.acts(id), ["letter_printed"]);
    assert!(matches!(
        hall.service.mark_printed(&officer, id, &printed),
        Err(ServiceError::Conflict(_))
    ));
    assert!(in_state(&hall, LetterState::ToPrint).is_empty());
}

#[tokio::test]
async fn a_failure_is_seen_and_settled() {
    let hall = TownHall::new();
    let officer = proper_officer();
    let id = hall.reject("jo@example.org");
    assert!(matches!(
        hall.service.resend(&officer, id),
        Err(ServiceError::Conflict(_))
    ));
    hall.memory
        .fail_with(Some(Undelivered::Permanent("550 no".to_owned())));
    hall.deliver_next().await;
    hall.memory.fail_with(None);
    let failed = in_state(&hall, LetterState::Failed);
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].letter.last_error.as_deref(), Some("550 no"));
    assert_eq!(failed[0].reference.as_deref(), Some("PQ-2024-7KX4"));

    hall.clock.advance(chrono::TimeDelta::minutes(1));
    hall.service.settle_by_hand(&officer, id).unwrap();
    assert_eq!(hall.state(id), LetterState::Settled);
    assert_eq!(hall.acts(id), ["letter_failed", "letter_settled_by_hand"]);
    assert!(matches!(
        hall.service.resend(&officer, id),
        Err(ServiceError::Conflict(_))
    ));
    hall.deliver().await;
    assert!(
        hall.memory.letters_to("jo@example.org").is_empty(),
        "a letter that was settled by hand is not sent"
    );
}

#[tokio::test]
async fn a_letter_held_back_for_its_number_goes_when_an_officer_says_so() {
    let hall = TownHall::with("[limits]\nletters_per_address_per_hour = 1");
    let first = hall.acknowledge(Some("jo@example.org"));
    let second = hall.acknowledge(Some("jo@example.org"));
    assert_eq!(hall.deliver().await.sent, 1);
    assert_eq!(hall.state(first), LetterState::Sent);
    assert_eq!(hall.state(second), LetterState::Failed);
    hall.service.resend(&proper_officer(), second).unwrap();
    assert_eq!(hall.deliver().await.sent, 1);
    assert_eq!(hall.memory.letters_to("jo@example.org").len(), 2);
}

#[tokio::test]
async fn only_the_proper_officer_works_at_this_desk() {
    let hall = TownHall::new();
    let id = hall.acknowledge(None);
    let service = &hall.service;
    for acting in [
        signed_in(&[Role::Chair, Role::RespondingOfficer, Role::Administrator]),
        signed_in(&[]),
        Acting::questioner(None),
        Acting::system(),
    ] {
        let all = [
            service.letters_in_sight(&acting).map(drop),
            service
                .letters_page(
                    &acting,
                    &Filter::default(),
                    Order::OldestFirst { after: None },
                    10,
                )
                .map(drop),
            service.letter_on_the_desk(&acting, id).map(drop),
            service.resend(&acting, id),
            service.mark_printed(&acting, id, &AsSent::default()),
            service.letter_came_back(&acting, id, ""),
            service.settle_by_hand(&acting, id),
        ];
        for outcome in all {
            assert!(
                matches!(
                    outcome,
                    Err(ServiceError::Forbidden(_) | ServiceError::SignedOut)
                ),
                "{outcome:?}"
            );
        }
    }
    assert_eq!(hall.state(id), LetterState::ToPrint);
    assert!(hall.acts(id).is_empty());
}

#[tokio::test]
async fn a_letter_stays_as_it_was_sent_and_without_the_private_link() {
    let hall = TownHall::new();
    let officer = proper_officer();
    let id = hall.acknowledge(Some("jo@example.org"));
    hall.deliver().await;
    let delivered = hall.memory.letters_to("jo@example.org").remove(0);
    let link = delivered.private_link.unwrap();
    let token = link.rsplit('/').next().unwrap();
    assert!(
        delivered.text.contains(&link),
        "or nothing has to be masked"
    );

    let kept = hall.stored(id).as_sent.unwrap();
    assert_eq!(kept.subject, delivered.subject);
    assert_eq!(
        kept.text,
        delivered
            .text
            .replace(&link, "(the questioner’s private link)")
    );
    // neither the letter that is shown nor what is stored can open the question
    let (_, outgoing) = hall.service.letter_on_the_desk(&officer, id).unwrap();
    assert!(!format!("{outgoing:?} {:?}", hall.stored(id)).contains(token));

    // the council's telephone number changes: what went out does not
    let later = support::service_on(
        &hall.database(),
        "[council]\nphone = \"0151 000 0000\"",
        hall.clock.clone(),
    );
    let (desk, outgoing) = later.letter_on_the_desk(&officer, id).unwrap();
    let today = render(&later.settings, &Addressed::from(&outgoing)).unwrap();
    assert!(today.text.contains("0151 000 0000"));
    assert_eq!(desk.letter.as_sent.unwrap().text, kept.text);
}

#[tokio::test]
async fn a_letter_that_came_back_is_among_those_that_failed_and_can_go_again() {
    let hall = TownHall::new();
    let officer = proper_officer();
    let id = hall.reject("jo@example.org");
    assert!(
        matches!(
            hall.service.letter_came_back(&officer, id, "mailbox full"),
            Err(ServiceError::Conflict(_))
        ),
        "what was not sent cannot come back"
    );
    hall.deliver().await;
    assert!(matches!(
        hall.service
            .letter_came_back(&officer, id, &"x".repeat(301)),
        Err(ServiceError::Invalid(_))
    ));
    hall.service
        .letter_came_back(&officer, id, "<jo@example.org>: mailbox full")
        .unwrap();
    let stored = hall.stored(id);
    assert_eq!(stored.state, LetterState::Failed);
    assert_eq!(
        stored.last_error.as_deref(),
        Some("It came back: (address) mailbox full")
    );
    hall.service.resend(&officer, id).unwrap();
    hall.deliver().await;
    assert_eq!(hall.memory.letters_to("jo@example.org").len(), 2);
    assert_eq!(
        hall.acts(id),
        [
            "letter_sent",
            "letter_came_back",
            "letter_sent_again",
            "letter_sent"
        ]
    );
}

#[tokio::test]
async fn to_send_a_letter_again_that_has_no_address_is_refused_with_what_to_do() {
    let hall = TownHall::new();
    let id = hall.acknowledge(None);
    let Err(ServiceError::Conflict(why)) = hall.service.resend(&proper_officer(), id) else {
        panic!("it went");
    };
    assert!(
        why.contains("no email address") && why.contains("Print it"),
        "{why}"
    );
}

#[tokio::test]
async fn letters_that_wait_are_in_sight_from_ten_minutes_on_and_urgent_near_the_meeting() {
    let hall = TownHall::new();
    let officer = proper_officer();
    let in_sight = || hall.service.letters_in_sight(&officer).unwrap();
    hall.memory.fail_with(Some(Undelivered::Temporary(
        "the mail server does not answer".to_owned(),
    )));
    hall.reject("jo@example.org");
    hall.deliver().await;
    hall.clock.advance(TimeDelta::seconds(599));
    assert_eq!(in_sight().delayed, None);
    hall.clock.advance(TimeDelta::seconds(1));
    let delayed = in_sight().delayed.unwrap();
    assert_eq!(delayed.count, 1);
    assert_eq!(delayed.since, support::start());
    assert!(!delayed.urgent, "the meeting is in five days");
    // the meeting is on 6 February: from the 4th on it is near
    for (at, near) in [
        ("2024-02-03T23:59:59Z", false),
        ("2024-02-04T00:00:00Z", true),
        ("2024-02-06T23:00:00Z", true),
        ("2024-02-07T00:00:00Z", false),
    ] {
        hall.clock.set(at.parse().unwrap());
        assert_eq!(in_sight().delayed.unwrap().urgent, near, "{at}");
    }
    let quick = TownHall::with("[outbox]\nshown_after_minutes = 1");
    quick.reject("jo@example.org");
    quick.clock.advance(TimeDelta::minutes(1));
    let delayed = quick.service.letters_in_sight(&officer).unwrap().delayed;
    assert_eq!(delayed.map(|delayed| delayed.count), Some(1));
}

#[tokio::test]
async fn a_letter_under_way_goes_to_the_address_that_was_put_right_meanwhile() {
    let hall = TownHall::new();
    let id = hall.reject("jo@example.org");
    let held = claim(&hall.service, "worker", 1).await.unwrap().remove(0);
    hall.service
        .store
        .write(|db| -> Result<_, ServiceError> {
            Ok(letters::set_recipient(
                db,
                id,
                "Jo Sample",
                Some("jo.sample@example.org"),
            )?)
        })
        .unwrap();
    let outcome = deliver(&hall.service, &hall.memory, "worker", held)
        .await
        .unwrap();
    assert_eq!(outcome, Outcome::PutOff);
    hall.deliver().await;
    assert_eq!(hall.memory.letters_to("jo.sample@example.org").len(), 1);
    assert_eq!(hall.state(id), LetterState::Sent);
}
