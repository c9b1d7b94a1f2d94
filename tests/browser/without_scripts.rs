//! No JavaScript: the chair runs the meeting with forms and reloads, and the public screen asks for itself again.

use fantoccini::Locator;
use serde_json::json;

use crate::browser;
use crate::room::{Room, Window};

async fn no_scripts(window: &Window) {
    window
        .browser
        .dev_tools(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": true }),
        )
        .await;
}

/// Presses a button and reads the page that comes.
async fn press(window: &Window, selector: &str, says: &str) {
    let found = window.browser.client.find(Locator::Css(selector)).await;
    let button = found.unwrap_or_else(|_| panic!("no {selector}"));
    button.click().await.expect("it can be pressed");
    window.sees("main", says).await;
}

#[tokio::test]
async fn a_meeting_by_forms_and_reloads() {
    let _turn = browser::turn().await;
    let room = Room::with_questions(3).await;
    let (chair, public) = tokio::join!(room.chair(), room.public());
    let (Some(chair), Some(public)) = (chair, public) else {
        return;
    };
    for (window, path) in [(&chair, room.of.screen()), (&public, room.public_path())] {
        no_scripts(window).await;
        window.goto(format!("{}{path}", room.of.app.address)).await;
        let runs = window
            .js("return document.body.classList.contains('js-enabled');")
            .await;
        assert_eq!(runs, false, "scripts are off");
    }
    public.sees("main", "has not been opened yet").await;
    let row = |number: usize, act: &str| {
        let reference = &room.questions[number - 1].reference;
        format!("#acts-{reference} button[value='{act}']")
    };
    press(&chair, &row(1, "indicate"), "Present, waiting").await;
    press(
        &chair,
        &row(2, "indicate"),
        "Sample Resident 2 marked as present",
    )
    .await;
    press(&chair, &row(3, "earlier"), "the order was changed").await;
    press(&chair, "#undo", "Undo: Sample Resident 2 marked as present").await;
    press(&chair, "#next-step", "Next in order: Sample Resident 1.").await;
    press(&chair, "#next-step", "has been called").await;
    press(&chair, "#next-step", "is speaking").await;
    // within its five seconds, by itself
    public.sees("main", "is asking a question").await;
    press(&chair, "[value=stop]", "has been stopped").await;
    press(&chair, "#next-step", "is speaking").await;
    press(&chair, "#next-step", "is being answered").await;
    press(&chair, "[value=supplementary]", "supplementary").await;
    press(&chair, "#next-step", "is being answered").await;
    press(&chair, "#next-step", "Next in order: Sample Resident 2.").await;
    press(&chair, "[value=adjourn]", "adjourned").await;
    public.sees("main", "adjourned").await;
    press(&chair, "#next-step", "Next in order: Sample Resident 2.").await;
    press(&chair, &row(2, "pass_over"), "Passed over").await;
    press(&chair, "[value='show:list']", "It shows the whole list.").await;
    public.sees("main", "Passed over").await;
    press(&chair, "#next-step", "2 people will get a written response").await;
    press(&chair, "main form button", "2 written responses").await;
    public.sees("main", "Public question time is over.").await;
}
