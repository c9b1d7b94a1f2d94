//! Following public question time without any right to act: the public screen, and the questioner's own page.

use chrono::TimeDelta;

use public_question_time::store::meetings;

use crate::{
    app::Page,
    evening::{Evening, evening, resident},
};

async fn public_screen(of: &Evening) -> Page {
    let page = of
        .app
        .browser()
        .get(&format!("/meetings/{}/screen", of.meeting))
        .await;
    assert_eq!(page.status, 200);
    for control in ["form", "button", "input", "a", "select", "textarea"] {
        assert_eq!(page.all(control).len(), 0, "a {control} on the screen");
    }
    page
}

#[tokio::test]
async fn the_public_screen_names_nobody_before_question_time_is_opened() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    chair.does_to(&questions[0], "indicate").await;
    for view in ["show:name", "show:clock", "show:list"] {
        chair.shows(view).await;
        let page = public_screen(&evening_of).await;
        assert!(!page.body.contains("Sample Resident"), "{view}");
        assert!(page.text().contains("Safer Policy and Performance Board"));
    }
}

#[tokio::test]
async fn the_chair_chooses_what_the_public_screen_shows() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.does_to(&questions[0], "indicate").await;
    chair.does_to(&questions[0], "call").await;

    let page = public_screen(&evening_of).await;
    assert_eq!(page.all(".app-screen__speaker"), [resident(1)]);
    assert_eq!(page.all(".app-screen__row").len(), 0);
    assert_eq!(page.all("#turn-clock [data-clock-left]"), ["3:00"]);

    chair.shows("show:list").await;
    let page = public_screen(&evening_of).await;
    assert_eq!(page.all(".app-screen__outcome"), ["Now", "Waiting"]);
    assert_eq!(page.all(".app-screen__speaker"), [resident(1)]);

    let page = chair.shows("show:name").await;
    assert!(page.text().contains("It shows the board’s name only."));
    let page = public_screen(&evening_of).await;
    assert_eq!(
        page.all("main h1"),
        ["Safer Policy and Performance Board"],
        "nothing but the board's name"
    );
    assert!(!page.text().contains("Resident"));

    // it is no act to take back, and no clock stops for it
    let page = chair.does("undo").await;
    assert!(page.text().contains("It shows the board’s name only."));
    assert!(page.text().contains("Next in order: Sample Resident 1."));
    chair.closes().await;
    chair.shows("show:clock").await;
    let page = public_screen(&evening_of).await;
    assert!(page.text().contains("Public question time is over"));
}

#[tokio::test]
async fn the_public_screen_shows_the_name_as_agreed_and_nothing_else_of_anybody() {
    let evening_of = Evening::start().await;
    let mut typed = evening_of.typed(1);
    typed.questioner.publish_name = "no".to_owned();
    let question = evening_of.approve(&evening_of.receive_typed(typed));
    evening_of.app.clock.set(evening(18, 40, 0));
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.does_to(&question, "indicate").await;
    chair.does_to(&question, "call").await;
    for view in ["show:clock", "show:list"] {
        chair.shows(view).await;
        let page = public_screen(&evening_of).await;
        assert!(page.text().contains("Resident 1"), "{}", page.text());
        for detail in [
            "Sample Resident",
            "Example Street\n",
            "WA8 7QF",
            "example.org",
        ] {
            assert!(!page.body.contains(detail), "{view}: {detail}");
        }
    }
}

#[tokio::test]
async fn the_meeting_leads_to_the_public_screen_on_its_day() {
    let evening_of = Evening::start().await;
    let link = format!("/meetings/{}/screen", evening_of.meeting);
    let meeting = format!("/meetings/{}", evening_of.meeting);
    let visitor = evening_of.app.browser();
    assert!(!visitor.get(&meeting).await.body.contains(&link));
    evening_of.app.clock.set(evening(9, 0, 0));
    assert!(visitor.get(&meeting).await.body.contains(&link));
}

#[tokio::test]
async fn a_questioner_follows_how_many_are_before_them() {
    let (evening_of, questions) = Evening::with_questions(3).await;
    let chair = evening_of.chair().await;
    let token = evening_of
        .app
        .service
        .link_token(questions[2].id, questions[2].link_version);
    let yours = async || {
        evening_of
            .app
            .browser()
            .get(&format!("/question/{token}"))
            .await
    };
    let page = yours().await;
    assert_eq!(
        page.attribute("#your-question", "data-live"),
        Some(format!("/meetings/{}/live", evening_of.meeting))
    );
    assert!(page.text().contains("There are 2 questions before yours."));

    chair.does("open").await;
    assert!(
        yours()
            .await
            .text()
            .contains("You have not been marked as present yet.")
    );
    chair.does_to(&questions[2], "indicate").await;
    assert!(yours().await.text().contains("You are marked as present."));
    chair.puts(&questions[0], "finish:given").await;
    assert!(
        yours()
            .await
            .text()
            .contains("There is 1 question before yours.")
    );
    chair.does_to(&questions[1], "pass_over").await;
    assert!(
        yours()
            .await
            .text()
            .contains("There are no questions before yours.")
    );
    chair.does("call").await;
    assert!(yours().await.text().contains("The chair has called you."));
}

#[tokio::test]
async fn a_demonstration_is_followed_from_before_the_chair_opens_it() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    evening_of
        .app
        .service
        .store
        .write(|db| {
            let mut record = meetings::meeting(db, evening_of.meeting)?;
            record.meeting.demonstration = true;
            record.meeting.version += 1;
            meetings::update_meeting(db, &record)
        })
        .unwrap();
    evening_of
        .app
        .clock
        .set(evening(9, 0, 0) - TimeDelta::days(1));
    let token = evening_of
        .app
        .service
        .link_token(questions[0].id, questions[0].link_version);
    let yours = format!("/question/{token}");
    let page = evening_of.app.browser().get(&yours).await;
    assert_eq!(
        page.attribute("#your-question", "data-live"),
        Some(format!("/meetings/{}/live", evening_of.meeting))
    );
    assert!(!page.text().contains("public screen"));

    evening_of.chair().await.does("open").await;
    let page = evening_of.app.browser().get(&yours).await;
    assert!(page.text().contains("Follow public question time"));
}
