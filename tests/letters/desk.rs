//! What the officers see of letters and do with them.

use public_question_time::{
    mail::{letters::Addressed, printable},
    service::{ServiceError, actor::Acting, deliver_outbox::Undelivered},
    store::{letters::LetterState, staff::Role},
};

use crate::support::{TownHall, proper_officer, signed_in};

#[tokio::test]
async fn without_an_address_a_letter_waits_to_be_printed() {
    let hall = TownHall::new();
    let id = hall.acknowledge(None);
    assert_eq!(hall.deliver().await.sent, 0);
    let officer = proper_officer();
    let waiting = hall.service.letters_to_print(&officer, 10).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].reference.as_deref(), Some("PQ-2024-7KX4"));
    assert_eq!(
        waiting[0].postal_address,
        ["Jo Sample", "1 Sample Street", "Widnes", "WA8 0AA"]
    );
    assert_eq!(
        hall.service.count_letters_on_the_desk(&officer).unwrap(),
        (0, 1)
    );

    let (desk, outgoing) = hall.service.letter_on_the_desk(&officer, id).unwrap();
    let sheet = printable(
        &hall.service.settings,
        &Addressed::from(&outgoing),
        &desk.postal_address,
    )
    .unwrap();
    assert!(sheet.contains("Jo Sample<br>1 Sample Street<br>Widnes<br>WA8 0AA"));
    let link = hall.service.private_link(hall.question.id, 1);
    assert!(!sheet.contains(&link));

    hall.service.mark_printed(&officer, id).unwrap();
    assert_eq!(hall.state(id), LetterState::Printed);
    assert_eq!(hall.acts(id), ["letter_printed"]);
    assert!(matches!(
        hall.service.mark_printed(&officer, id),
        Err(ServiceError::Conflict(_))
    ));
    assert!(
        hall.service
            .letters_to_print(&officer, 10)
            .unwrap()
            .is_empty()
    );
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
    let failed = hall.service.failed_letters(&officer, 10).unwrap();
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
            service.failed_letters(&acting, 10).map(drop),
            service.letters_to_print(&acting, 10).map(drop),
            service.count_letters_on_the_desk(&acting).map(drop),
            service.letter_on_the_desk(&acting, id).map(drop),
            service.resend(&acting, id),
            service.mark_printed(&acting, id),
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
