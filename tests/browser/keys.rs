//! Single keys: pressed twice, while typing, with others, turned off (WCAG 2.2, 2.1.4).

use public_question_time::domain::standing_order::question_time::Event;

use crate::browser;
use crate::room::{CONTROL, Room};

#[tokio::test]
async fn a_key_does_one_thing_once_and_only_where_it_is_meant() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(12).await;
    for question in room.questions.iter().take(3) {
        room.happens(&Event::Indicated {
            question: question.id,
        });
    }
    let Some(chair) = room.chair().await else {
        return;
    };
    let acts = || room.of.app.service.clone();
    let revision = || {
        let service = acts();
        service
            .store
            .read(|db| {
                public_question_time::service::question_time::look(&service, db, room.of.meeting)
            })
            .expect("the list")
            .state
            .revision
    };

    // each button says its key, and so does the list of keys
    chair.sees("#next-step .app-key", "N").await;
    chair.sees("#undo .app-key", "U").await;

    // pressed twice in a hurry: opened, and nobody called
    chair.keys("nn").await;
    chair.sees("#now-heading", "Next in order").await;
    chair.settled().await;
    assert_eq!(revision(), 4);

    // a key held down
    chair.js("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true, repeat: true }));").await;
    // with Control it belongs to the browser, and a key that means nothing does nothing
    chair.chord(&[CONTROL, 'u']).await;
    chair.keys("zx;").await;
    chair.settled().await;
    assert_eq!(revision(), 4);

    // the eleventh question has no digit, and is reached by the Tab key; its row has the keys all the same
    let eleventh = &room.questions[10].reference;
    chair.keys("9").await;
    chair.tab_to(&format!("#{eleventh} button")).await;
    chair.keys("i").await;
    chair
        .sees(&format!("#{eleventh} .govuk-tag"), "Present, waiting")
        .await;
    assert_eq!(revision(), 5);

    // while a choice is made or text is typed, letters are letters
    chair.keys("1").await;
    chair
        .tab_to(&format!("#about-{} > summary", room.questions[0].reference))
        .await;
    chair.press_key(crate::room::ENTER).await;
    chair
        .tab_to(&format!("#item-{}", room.questions[0].reference))
        .await;
    chair.keys("nuj").await;
    chair.settled().await;
    assert_eq!(revision(), 5);
    chair.look("keys-choice").await;

    // turned off, also on the next page; the words on the buttons stay
    chair.js("document.activeElement.blur();").await;
    chair.tab_to("#keys > summary").await;
    chair.press_key(crate::room::ENTER).await;
    chair.tab_to("#keys-switch").await;
    chair.look("keys").await;
    chair.keys(" ").await;
    chair.keys("nu").await;
    chair.settled().await;
    assert_eq!(revision(), 5);
    chair
        .goto(format!("{}{}", room.of.app.address, room.of.screen()))
        .await;
    chair.keys("n").await;
    chair.settled().await;
    assert_eq!(revision(), 5);
    let shown = chair
        .js("return getComputedStyle(document.querySelector('#next-step .app-key')).display;")
        .await;
    assert_eq!(shown, "none");
    chair.tab_to("#next-step").await;
    chair.press_key(crate::room::ENTER).await;
    chair.sees("#now-heading", "has been called").await;

    // and on again
    chair.tab_to("#keys > summary").await;
    chair.press_key(crate::room::ENTER).await;
    chair.tab_to("#keys-switch").await;
    chair.keys(" ").await;
    chair.next("is speaking").await;
}

#[tokio::test]
async fn two_acts_at_once_are_both_done_or_the_second_is_told_what_changed() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(3).await;
    let (chair, clerk) = tokio::join!(room.chair(), room.clerk());
    let (Some(chair), Some(clerk)) = (chair, clerk) else {
        return;
    };
    // different questions: both
    tokio::join!(chair.keys("1i"), clerk.keys("2i"));
    for (window, number) in [(&chair, 1), (&chair, 2), (&clerk, 1), (&clerk, 2)] {
        let row = &room.questions[number - 1].reference;
        window
            .sees(&format!("#{row} .govuk-tag"), "Present, waiting")
            .await;
    }
    // the same act: it is done once, and both see it
    chair.settled().await;
    tokio::join!(chair.keys("o"), clerk.keys("o"));
    for window in [&chair, &clerk] {
        window.sees("#now-heading", "Next in order").await;
    }
    // acts that don't go together, from screens that show the same: the second is told
    chair.next("has been called").await;
    clerk.sees("#now-heading", "has been called").await;
    chair.settled().await;
    chair.js("window.fetchBefore = window.fetch; window.fetch = (...sent) => new Promise((done) => setTimeout(() => done(window.fetchBefore(...sent)), 600));").await;
    chair.keys("p").await;
    clerk.keys("s").await;
    clerk.sees("#now-heading", "is speaking").await;
    chair
        .sees(
            ".govuk-error-summary",
            "Since you looked: the questioner started to speak",
        )
        .await;
    // what the chair was told stays, whatever the clerk does meanwhile
    clerk.does("s", "has been stopped").await;
    chair.sees("#now-heading", "has been stopped").await;
    chair.sees(".govuk-error-summary", "Since you looked").await;
    chair
        .until(
            "const top = (css) => document.querySelector(css).getBoundingClientRect().top; return top('.govuk-error-summary') < top('.app-stage');",
            "told above all else",
        )
        .await;
    chair.look("told").await;
}
