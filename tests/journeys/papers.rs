//! The papers of a meeting: the sheet of questions that is circulated, the extract for the minutes.

use public_question_time::{
    domain::standing_order::written_response::Reply,
    service::{responses, your_question},
    store::staff::Role,
};

use crate::evening::{Evening, evening, resident};

#[tokio::test]
async fn a_meeting_without_questions_has_a_nil_sheet_and_a_nil_return() {
    let evening_of = Evening::start().await;
    let chair = evening_of.chair().await;
    let sheet = chair.browser.get(&evening_of.paper("questions")).await;
    assert_eq!(sheet.status, 200);
    assert!(
        sheet
            .text()
            .contains("No public questions have been received for this meeting.")
    );
    assert!(sheet.text().contains("6:30pm on Tuesday 6 February 2024"));
    assert!(
        sheet
            .text()
            .contains("Boardroom, Municipal Building, Widnes")
    );

    evening_of.app.clock.set(evening(18, 35, 0));
    // the session of yesterday is over
    let chair = evening_of.chair().await;
    let page = chair.look().await;
    assert_eq!(
        page.all("#next-step .app-act"),
        ["Close public question time"]
    );
    chair.closes().await;
    let minutes = chair.browser.get(&evening_of.paper("minutes")).await;
    assert!(
        minutes.text().contains("SAF25 Public question time"),
        "{}",
        minutes.text()
    );
    assert!(
        minutes
            .text()
            .contains("No public questions had been received.")
    );
    assert!(!minutes.text().contains("Draft"));
}

#[tokio::test]
async fn the_nil_return_is_not_said_where_questions_had_come() {
    let evening_of = Evening::start().await;
    let withdrawn = evening_of.receive(1);
    your_question::withdraw_for(
        &evening_of.app.service,
        &evening_of.officer,
        withdrawn.id,
        withdrawn.version,
    )
    .expect("withdrawn");
    // one that came late was received as well
    evening_of.app.clock.set(evening(18, 0, 0));
    assert!(!evening_of.receive(2).refusals.is_empty());
    let chair = evening_of.chair().await;
    chair.closes().await;
    let minutes = chair.browser.get(&evening_of.paper("minutes")).await;
    assert!(
        minutes.text().contains(
            "No public questions were put. In all, 2 public questions had been received."
        ),
        "{}",
        minutes.text()
    );
    assert!(!minutes.text().contains(&resident(1)));
}

#[tokio::test]
async fn a_full_meeting_is_minuted_question_by_question() {
    let evening_of = Evening::start().await;
    let mut questions: Vec<_> = (1..=4)
        .map(|number| evening_of.approve(&evening_of.receive(number)))
        .collect();
    let mut unnamed = evening_of.typed(5);
    unnamed.questioner.publish_name = "no".to_owned();
    questions.push(evening_of.approve(&evening_of.receive_typed(unnamed)));
    let undecided = evening_of.receive(6);
    let chair = evening_of.chair().await;

    let sheet = chair.browser.get(&evening_of.paper("questions")).await;
    let headings = sheet.all(".app-paper__item h2");
    assert_eq!(headings.len(), 5, "{headings:?}");
    assert_eq!(headings[0], format!("1. {}", resident(1)));
    assert!(
        !sheet.text().contains(&resident(5)),
        "the name was not agreed"
    );
    assert!(
        !sheet.text().contains("example.org"),
        "no address is published"
    );
    assert!(
        sheet
            .text()
            .contains("1 question waits for a decision and is not on this sheet.")
    );
    assert!(sheet.text().contains("About: Community Safety Update"));

    evening_of.app.clock.set(evening(18, 40, 0));
    let chair = evening_of.chair().await;
    let page = chair.look().await;
    assert!(
        !page.text().contains(&resident(5)) && page.text().contains("5. Resident 1"),
        "somebody who is not named is called by a number: {}",
        page.text()
    );
    chair.does_to(&questions[1], "earlier").await;
    let sheet = chair.browser.get(&evening_of.paper("questions")).await;
    assert_eq!(
        sheet.all(".app-paper__item h2")[0],
        format!("1. {}", resident(2))
    );

    let minutes = chair.browser.get(&evening_of.paper("minutes")).await;
    assert!(
        minutes
            .text()
            .contains("Draft: public question time has not been closed.")
    );
    assert!(
        minutes
            .text()
            .contains("The question has not been called yet.")
    );

    chair.does("open").await;
    chair.puts(&questions[1], "finish:given").await;
    let form = format!("#{} form", questions[1].reference);
    let page = chair.look().await;
    chair
        .browser
        .submit(
            &page,
            &form,
            &[
                ("answered_by", "Councillor A Sample"),
                ("response", "In the week of 12 February."),
                ("supplementary_text", "Which day?"),
                ("supplementary_response", "The Monday."),
            ],
        )
        .await;
    chair.puts(&questions[0], "finish:promised").await;
    let item = evening_of.agenda[2].id.to_string();
    let dealt_with = chair
        .asks_of(&questions[2], "deal_with", &[("item", &item)])
        .await;
    assert_eq!(chair.send(&dealt_with).await.status, 303);
    chair.does_to(&questions[3], "pass_over").await;
    chair.closes().await;

    let minutes = chair.browser.get(&evening_of.paper("minutes")).await;
    let items = minutes.all(".app-paper__item");
    assert_eq!(items.len(), 5, "{items:?}");
    for (place, says) in [
        (0, "Response by Councillor A Sample"),
        (0, "In the week of 12 February."),
        (0, "Which day?"),
        (0, "The Monday."),
        (1, "an answer in writing was promised at the meeting"),
        (1, "due by Tuesday 20 February 2024"),
        (
            2,
            "dealt with as part of minute SAF26, Community Safety Update",
        ),
        (3, "the questioner was recorded as absent at the meeting"),
    ] {
        assert!(items[place].contains(says), "{place}: {}", items[place]);
    }
    assert!(items[0].contains(&resident(2)));
    assert!(!minutes.text().contains(&resident(5)));
    assert!(
        minutes
            .text()
            .contains("The following 5 public questions had been approved for the meeting. In all, 6 public questions had been received. Of these, 1 had not been decided on before the meeting and was to be answered in writing.")
    );
    // nobody approved the words of that one, so they are not in the minutes, and it is no part of the chair's list
    assert!(!minutes.text().contains(&resident(6)));
    let page = chair.look().await;
    assert!(!page.all(".app-chair-row").concat().contains(&resident(6)));
    assert!(
        page.text().contains(&format!(
            "{} ({}): due by",
            undecided.published_name, undecided.reference
        )),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_paper_of_no_meeting_is_not_found() {
    let evening_of = Evening::start().await;
    let signed_out = evening_of.app.browser();
    let chair = evening_of.chair().await;
    for paper in ["questions", "minutes"] {
        let page = signed_out.get(&evening_of.paper(paper)).await;
        assert_eq!(page.status, 303, "{paper}");
        let nowhere = format!("/staff/meetings/nowhere/papers/{paper}");
        assert_eq!(chair.browser.get(&nowhere).await.status, 404);
    }
}

#[tokio::test]
async fn one_question_follows_where_one_was_received() {
    let (evening_of, _) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.closes().await;
    let minutes = chair.browser.get(&evening_of.paper("minutes")).await;
    assert!(
        minutes
            .text()
            .contains("The following public question had been received."),
        "{}",
        minutes.text()
    );
}

#[tokio::test]
async fn a_question_kept_for_a_written_response_is_in_the_minutes_with_it() {
    let evening_of = Evening::start().await;
    evening_of.app.clock.set(evening(18, 0, 0));
    let late = evening_of.receive(1);
    let service = &evening_of.app.service;
    responses::keep_for_response(service, &evening_of.officer, late.id, late.version).unwrap();
    let chair = evening_of.chair().await;
    let sheet = chair.browser.get(&evening_of.paper("questions")).await;
    assert!(
        sheet
            .text()
            .contains("No public questions have been approved for this meeting."),
        "{}",
        sheet.text()
    );
    chair.closes().await;
    let minutes = chair.browser.get(&evening_of.paper("minutes")).await.text();
    for says in [
        "The following public question had been received.",
        &resident(1),
        "When will lamp 1 in Example Street be mended?",
        "A written response is due by Tuesday 20 February 2024 because it was received after the deadline for the meeting.",
    ] {
        assert!(minutes.contains(says), "{says}: {minutes}");
    }
    assert!(!minutes.contains("No public questions"), "{minutes}");

    let owed = responses::list(
        service,
        &evening_of.officer,
        responses::Which::Owed(None),
        None,
        500,
    )
    .unwrap()
    .remove(0)
    .response;
    responses::send(
        service,
        &evening_of.officer,
        owed.id,
        owed.version,
        Reply::Full,
        "In the week of 12 February.",
        None,
        None,
    )
    .unwrap();
    let minutes = chair.browser.get(&evening_of.paper("minutes")).await.text();
    assert!(minutes.contains("In the week of 12 February."), "{minutes}");
}

#[tokio::test]
async fn the_officers_copy_counts_what_came_and_is_the_officers_alone() {
    let evening_of = Evening::start().await;
    let mut needs = evening_of.typed(1);
    needs.questioner.needs = "A seat near the front".to_owned();
    let approved = evening_of.approve(&evening_of.receive_typed(needs));
    let withdrawn = evening_of.receive(2);
    your_question::withdraw_for(
        &evening_of.app.service,
        &evening_of.officer,
        withdrawn.id,
        withdrawn.version,
    )
    .expect("withdrawn");
    evening_of.receive(3);
    evening_of.app.clock.set(evening(18, 0, 0));
    evening_of.receive(4);
    let officer = evening_of.app.sign_in(Role::ProperOfficer).await;
    let copy = officer.get(&evening_of.paper("officers-copy")).await;
    let text = copy.text();
    for says in [
        "Questions received: 4",
        "1 approved for the meeting",
        "1 waiting for a decision",
        "1 received after the deadline",
        "1 withdrawn",
        &approved.reference.to_string(),
        "resident.1@example.org",
        "Needs: A seat near the front",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
    for browser in [
        evening_of.app.sign_in_chair(evening_of.board).await,
        evening_of.app.sign_in(Role::RespondingOfficer).await,
    ] {
        let refused = browser.get(&evening_of.paper("officers-copy")).await;
        assert_eq!(refused.status, 403);
        assert!(!refused.body.contains("resident.1@example.org"));
    }
}
