//! Contact details that the proper officer puts right on somebody's word (reading 29).

use public_question_time::{
    service::deliver_outbox::{Undelivered, deliver_once},
    store::{letters, questions, staff::Role},
};

use crate::evening::{Evening, email};

const NEW: &str = "right.address@example.org";

#[tokio::test]
async fn the_officer_corrects_a_mistyped_address_and_both_addresses_are_told() {
    let evening_of = Evening::start().await;
    let service = &evening_of.app.service;
    let question = evening_of.receive(1);
    // the first letter comes back: nobody reads that address
    let postman = &evening_of.app.postman;
    postman.fail_with(Some(Undelivered::Permanent(
        "550 no such mailbox".to_owned(),
    )));
    deliver_once(service, postman, "test", 50).await.unwrap();
    postman.fail_with(None);
    let officer = evening_of.app.sign_in(Role::ProperOfficer).await;
    let path = format!("/staff/questions/{}", question.id);
    let page = officer.get(&path).await;
    let form = officer.get(&page.link("Correct contact details")).await;
    assert_eq!(form.attribute("#email", "value"), Some(email(1)));

    // everything that is wrong at once, and what was typed is kept
    let refused = officer
        .press(
            &form,
            "Save the correction",
            &[
                ("email", "right.address"),
                ("postcode", "WA8"),
                ("reason", " "),
            ],
        )
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.problems().len(), 3, "{:?}", refused.problems());
    assert_eq!(
        refused.attribute("#email", "value").as_deref(),
        Some("right.address")
    );

    let saved = officer
        .press(
            &form,
            "Save the correction",
            &[("email", NEW), ("reason", "She told us on the telephone.")],
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let page = officer.follow(saved).await;
    assert!(page.text().contains("Contact details saved."));
    assert!(page.text().contains(NEW), "{}", page.text());
    assert!(
        page.text().contains("corrected contact details"),
        "{}",
        page.text()
    );

    // the letter that had come back goes to the new address, with the one that says so
    let kinds: Vec<_> = evening_of
        .app
        .letters_to(NEW)
        .await
        .into_iter()
        .map(|letter| letter.kind)
        .collect();
    assert_eq!(kinds, ["acknowledgement", "address_confirmed"]);
    // whoever reads the old address learns that letters go elsewhere, and not where
    let queued = service
        .store
        .read(|db| letters::of_question(db, question.id))
        .unwrap();
    let left = queued
        .iter()
        .find(|letter| letter.kind == "address_left")
        .expect("a letter to the old address");
    assert_eq!(left.recipient_email.as_deref(), Some(email(1).as_str()));
    assert!(!left.letter.contains(NEW), "{}", left.letter);
    // nothing of it is in the audit trail
    let trail = officer.get("/staff/audit").await;
    assert!(!trail.body.contains("example.org"), "{}", trail.text());

    // a page that is open elsewhere is told that it has been overtaken
    let stale = officer
        .press(
            &form,
            "Save the correction",
            &[("email", "other@example.org"), ("reason", "Again.")],
        )
        .await;
    assert_eq!(stale.status, 409, "{}", stale.text());
    let details = service
        .store
        .read(|db| questions::questioner(db, question.id))
        .unwrap()
        .unwrap();
    assert_eq!(details.email.as_deref(), Some(NEW));
}
