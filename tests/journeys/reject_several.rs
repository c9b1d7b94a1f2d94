//! Many questions at one meeting that are rejected in one act, over HTTP.

use public_question_time::domain::{id::MeetingId, status::Status};
use public_question_time::service::views;
use public_question_time::store::questions::{self, Filter};

use crate::{
    app::{Browser, Page, TestApp},
    officer::{ALEX, BO, Resident, ask, from_the_desk, safer, start},
};

const NAMES: [(&str, &str, &str); 4] = [
    ("Cy Sample", "cy@example.org", "WA8 7QF"),
    ("Di Sample", "di@example.org", "WA8 7QG"),
    ("Ed Sample", "ed@example.org", "WA7 2ES"),
    ("Fay Sample", "fay@example.org", "WA7 2EU"),
];

const COPY: &str =
    "Why does the council waste our money on coloured ribbons for every lamp post in Example Lane?";

/// Four people send the same words, and two others ask something else.
async fn flood(app: &TestApp, officer: &Browser) -> String {
    let meeting = safer(officer).await;
    ask(app, &meeting, &ALEX).await;
    for (name, email, postcode) in NAMES {
        let who = Resident {
            name,
            email,
            postcode,
            question: COPY,
        };
        ask(app, &meeting, &who).await;
    }
    ask(app, &meeting, &BO).await;
    meeting
}

fn with_status(app: &TestApp, meeting: &str, status: Status) -> Vec<String> {
    let id: MeetingId = meeting.rsplit('/').next().unwrap().parse().unwrap();
    let filter = Filter {
        meeting: Some(id),
        statuses: vec![status],
        ..Filter::default()
    };
    app.service
        .store
        .read(|db| questions::page(db, &filter, None, 100))
        .unwrap()
        .into_iter()
        .map(|question| question.original_text)
        .collect()
}

async fn several_like(officer: &Browser, name: &str) -> Page {
    let page = from_the_desk(officer, name).await;
    officer
        .open(&page.link("Reject several questions like this one"))
        .await
}

#[tokio::test]
async fn copies_of_one_text_are_rejected_in_one_act_each_with_its_letter() {
    let (app, officer) = start().await;
    let meeting = flood(&app, &officer).await;
    let page = several_like(&officer, "Ed Sample").await;
    assert!(
        page.text()
            .contains("6 questions to this meeting are waiting for a decision."),
        "{}",
        page.text()
    );
    assert_eq!(page.all("input[name=questions][checked]").len(), 4);

    // everything that is wrong at once, and the selection is kept
    let refused = officer.press(&page, "Continue", &[]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        ["Select at least one ground for rejection"]
    );
    assert_eq!(refused.all("input[name=questions][checked]").len(), 4);

    let reason = officer
        .press(&refused, "Continue", &[("grounds", "frivolous")])
        .await;
    assert_eq!(reason.heading(), "Write the rejection");
    assert!(reason.text().contains("You selected 4 questions."));
    let empty = officer
        .press(&reason, "Preview the letter", &[("reason", " ")])
        .await;
    assert_eq!(empty.status, 422);
    let preview = officer
        .press(
            &empty,
            "Preview the letter",
            &[("reason", "Nobody ties ribbons to lamp posts.")],
        )
        .await;
    assert!(
        preview
            .all(".app-letter")
            .concat()
            .contains("Nobody ties ribbons"),
        "{}",
        preview.text()
    );
    let answer = officer
        .press(&preview, "Reject 4 questions and send the letters", &[])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let after = officer.follow(answer).await;
    assert!(
        after
            .text()
            .contains("4 questions were rejected. Their letters will be sent."),
        "{}",
        after.text()
    );
    assert!(
        after
            .text()
            .contains("2 questions to this meeting are waiting")
    );

    assert_eq!(with_status(&app, &meeting, Status::Rejected), [COPY; 4]);
    assert_eq!(with_status(&app, &meeting, Status::Submitted).len(), 2);
    for (name, email, _) in NAMES {
        let letters = app.letters_to(email).await;
        let last = letters.last().unwrap();
        assert_eq!(last.kind, "rejected", "{name}");
        assert!(last.text.contains("Nobody ties ribbons"), "{}", last.text);
    }
    for email in [ALEX.email, BO.email] {
        assert_ne!(app.letters_to(email).await.last().unwrap().kind, "rejected");
    }
    let history = history_of(&officer, &meeting, "Cy Sample").await;
    assert!(history.contains("rejected the question"), "{history}");
}

/// The page of somebody's question, as text.
async fn history_of(officer: &Browser, meeting: &str, name: &str) -> String {
    let page = officer.open(meeting).await;
    let reference = page
        .all(".app-desk__row")
        .into_iter()
        .find(|row| row.contains(name))
        .and_then(|row| row.split_whitespace().next().map(str::to_owned))
        .unwrap();
    officer.open(&page.link(&reference)).await.text()
}

#[tokio::test]
async fn what_changed_meanwhile_is_left_alone_and_told() {
    let (app, officer) = start().await;
    let meeting = flood(&app, &officer).await;
    let page = several_like(&officer, "Ed Sample").await;
    let reason = officer
        .press(&page, "Continue", &[("grounds", "frivolous")])
        .await;
    let preview = officer.press(&reason, "Preview the letter", &[]).await;
    // somebody else approves one of them in the meantime
    let colleague = app.sign_in_as(crate::officer::OFFICER).await;
    let fay = from_the_desk(&colleague, "Fay Sample").await;
    let approved = colleague
        .press(&fay, "Approve and send the letter", &[])
        .await;
    assert_eq!(approved.status, 303, "{}", approved.text());

    let answer = officer
        .press(&preview, "Reject 4 questions and send the letters", &[])
        .await;
    let after = officer.follow(answer).await;
    assert!(
        after.text().contains(
            "3 questions were rejected. Their letters will be sent. 1 question changed after you opened the page, so nothing was done about it."
        ),
        "{}",
        after.text()
    );
    assert_eq!(with_status(&app, &meeting, Status::Approved), [COPY]);
    assert_ne!(
        app.letters_to("fay@example.org").await.last().unwrap().kind,
        "rejected"
    );
}

#[tokio::test]
async fn questions_of_another_meeting_and_second_questions_are_not_rejected_together() {
    let (app, officer) = start().await;
    let meeting = flood(&app, &officer).await;
    let page = officer.open(&format!("{meeting}/reject-several")).await;
    // without a question to begin with nothing is selected
    assert_eq!(page.all("input[name=questions]").len(), 6);
    assert_eq!(page.all("input[name=questions][checked]").len(), 0);
    assert_eq!(
        page.all("input[name=grounds][value=already_asked]").len(),
        0
    );
    let refused = officer.press(&page, "Continue", &[]).await;
    assert_eq!(
        refused.problems(),
        [
            "Select the questions to reject",
            "Select at least one ground for rejection"
        ]
    );
    let chosen = page.attribute("input[name=questions]", "value").unwrap();
    let (path, mut fields) = page.pressed("Continue", &[("questions", &chosen)]);
    fields.retain(|(name, _)| name != "step");
    let with = |more: &[(&str, &str)]| {
        let more = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        fields.iter().cloned().chain(more).collect::<Vec<_>>()
    };

    let sent = with(&[
        ("step", "send"),
        ("grounds", "frivolous"),
        ("reason", "No."),
    ]);
    let elsewhere = another_meeting(&app, &meeting);
    let answer = officer
        .post(
            &format!("/staff/meetings/{elsewhere}/reject-several"),
            &sent,
        )
        .await;
    assert_eq!(answer.status, 404, "{}", answer.text());

    let second = with(&[
        ("step", "send"),
        ("grounds", "already_asked"),
        ("reason", "No."),
    ]);
    let answer = officer.post(&path, &second).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(
        answer.problems()[0].contains("one by one"),
        "{:?}",
        answer.problems()
    );
    assert!(with_status(&app, &meeting, Status::Rejected).is_empty());
}

fn another_meeting(app: &TestApp, not: &str) -> MeetingId {
    app.service
        .store
        .read(|db| views::coming_meetings(&app.service, db))
        .unwrap()
        .into_iter()
        .map(|view| view.meeting().id)
        .find(|id| !not.ends_with(&id.to_string()))
        .unwrap()
}
