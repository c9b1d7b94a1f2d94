//! Letters in sight, over HTTP: the officer reads any letter as it was sent, sees what waits, and records what came back.

use chrono::TimeDelta;

use public_question_time::service::deliver_outbox::Undelivered;

use crate::officer::{ALEX, BO, ask, from_the_desk, safer, start};

#[tokio::test]
async fn a_letter_is_read_as_it_was_sent_from_the_page_of_its_question() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    let sent = app.letters_to(ALEX.email).await.remove(0);
    let link = sent.private_link.unwrap();
    let token = link.rsplit('/').next().unwrap();

    let page = from_the_desk(&officer, ALEX.name).await;
    let href = page.link("Acknowledgement, 5 February 2024 at 3pm");
    let letter = officer.open(&href).await;
    let shown = letter.all(".app-letter .app-lines").concat();
    let expected = sent.text.replace(&link, "(the questioner’s private link)");
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(squeezed(&shown), squeezed(&expected));
    assert!(
        letter
            .all(".app-letter h2")
            .concat()
            .contains(&sent.subject)
    );
    assert!(letter.text().contains("Sent, 5 February 2024 at 3pm"));
    assert!(
        !letter.body.contains(token),
        "the officer could act as the questioner"
    );

    // it is in the list, and in the list of its question alone
    ask(&app, &meeting, &BO).await;
    app.letters().await;
    let letters = officer.open("/staff/letters").await;
    let all = officer
        .open(&letters.link("Letters that have been sent or posted"))
        .await;
    let to = |page: &crate::app::Page, email: &str| {
        page.all("ol.app-desk > li")
            .iter()
            .filter(|row| row.contains(email))
            .count()
    };
    assert_eq!((to(&all, ALEX.email), to(&all, BO.email)), (1, 1));
    assert!(all.text().contains("kept for 90 days"));
    let reference = page.heading().split(' ').next().unwrap().to_owned();
    let one = officer
        .open(&format!("/staff/letters/sent?question={reference}"))
        .await;
    assert_eq!((to(&one, ALEX.email), to(&one, BO.email)), (1, 0));
    for wrong in ["PQ-2024-ZZZZ", "nonsense"] {
        let page = officer
            .get(&format!("/staff/letters/sent?question={wrong}"))
            .await;
        assert_eq!(page.status, 422);
        assert_eq!(page.problems().len(), 1, "{}", page.text());
    }

    // nobody else reads it
    for other in ["chair.safer@example.org", "responding.officer@example.org"] {
        let browser = app.sign_in_as(other).await;
        assert_eq!(browser.get(&href).await.status, 403, "{other}");
        assert_eq!(browser.get("/staff/letters/sent").await.status, 403);
    }
    let chair = app.sign_in_as("chair.safer@example.org").await;
    let theirs = chair.open(&page.path).await;
    assert!(theirs.all("a[href^='/staff/letters/']").is_empty());
}

#[tokio::test]
async fn a_letter_that_waits_is_on_the_desk_from_ten_minutes_on() {
    let (app, officer) = start().await;
    app.postman.fail_with(Some(Undelivered::Temporary(
        "the mail server does not answer".to_owned(),
    )));
    ask(&app, &safer(&officer).await, &ALEX).await;
    app.letters().await;
    let desk = officer.open("/staff").await;
    assert!(
        desk.text().contains("No letters need your attention"),
        "{}",
        desk.text()
    );
    let letters = officer.open("/staff/letters").await;
    assert!(
        letters
            .text()
            .contains("No letters have failed or come back.")
    );
    let waiting = letters.all("ol[aria-labelledby=waiting] > li");
    assert!(
        waiting
            .iter()
            .any(|row| row.contains(ALEX.email) && row.contains("the mail server does not answer")),
        "{waiting:?}"
    );

    app.advance(TimeDelta::minutes(10));
    let desk = officer.open("/staff").await;
    let line = "2 letters have been waiting since 3pm: the mail server does not answer";
    let list = desk
        .all("main li")
        .into_iter()
        .find(|row| row.contains(line));
    // the meeting is tomorrow
    assert!(
        list.is_some_and(|row| row.contains("Delayed, meeting is near")),
        "{}",
        desk.text()
    );
    assert_eq!(
        desk.all(".govuk-tag--red").concat(),
        "Delayed, meeting is near"
    );
    let letters = officer.open(&desk.link(line)).await;
    assert!(letters.all(".govuk-warning-text").concat().contains(line));
}

#[tokio::test]
async fn a_letter_that_came_back_is_recorded_and_posted_instead() {
    let (app, officer) = start().await;
    ask(&app, &safer(&officer).await, &ALEX).await;
    app.letters().await;
    let page = from_the_desk(&officer, ALEX.name).await;
    let href = page.link("Acknowledgement, 5 February 2024 at 3pm");
    let letter = officer.open(&href).await;
    let long = "x".repeat(301);
    let refused = officer
        .press(&letter, "Record that it came back", &[("reason", &long)])
        .await;
    assert_eq!(refused.status, 422, "{}: {}", refused.path, refused.text());
    assert_eq!(
        refused.problems(),
        ["What the returned message says must be 300 characters or fewer"]
    );
    let answer = officer
        .press(
            &refused,
            "Record that it came back",
            &[("reason", "no such mailbox")],
        )
        .await;
    let letters = officer.follow(answer).await;
    let failed = letters.all("ol[aria-labelledby=failed] > li");
    assert_eq!(failed.len(), 1);
    assert!(
        failed[0].contains("It came back: no such mailbox"),
        "{failed:?}"
    );
    let sheet = officer.open(&href).await;
    let posted = officer.press(&sheet, "I have posted it instead", &[]).await;
    let letters = officer.follow(posted).await;
    assert!(letters.all("ol[aria-labelledby=failed] > li").is_empty());
    let letter = officer.open(&href).await;
    assert!(letter.text().contains("Printed"), "{}", letter.text());
    assert!(
        letter
            .all(".app-letter .app-lines")
            .concat()
            .contains("by post or telephone")
            || !letter.body.contains("private link"),
        "the paper has no link"
    );
}
