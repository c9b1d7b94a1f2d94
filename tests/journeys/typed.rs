//! What people type and paste, in the forms of residents and of staff.

use crate::app::{Browser, Page, Setup, TestApp};

async fn start() -> TestApp {
    TestApp::start_with(Setup {
        seeds: true,
        ..Setup::default()
    })
    .await
}

/// Opens the form for a question to the first meeting that takes one and whose agenda is not out, filled in up to the page about
/// the questioner.
async fn about_you(browser: &Browser, matter: &str, question: &str) -> Page {
    let home = browser.get("/meetings").await;
    let html = home.html();
    let links = scraper::Selector::parse("main a[href^='/meetings/']").unwrap();
    for link in html.select(&links) {
        let page = browser.get(link.value().attr("href").unwrap()).await;
        if !page.all("button").contains(&"Ask a question".to_owned()) {
            continue;
        }
        let begun = browser.press(&page, "Ask a question", &[]).await;
        let page = browser.follow(begun).await;
        if page.attribute("[name=matter]", "name").is_none() {
            continue;
        }
        let answer = browser
            .press(&page, "Continue", &[("matter", matter)])
            .await;
        let page = browser.follow(answer).await;
        let answer = browser
            .press(&page, "Continue", &[("question", question)])
            .await;
        return browser.follow(answer).await;
    }
    panic!("no meeting takes questions before its agenda is out");
}

const PASTED: &str = "The figures for 2024\u{1e}25:\r\n\u{f0b7}\tfares\u{a0}\u{3}up\r\n\u{f0b7}\tbuses \u{96} \u{93}fewer\u{94}\u{0}\r\nWhy?";
const READ: &str = "The figures for 2024-25:\n•\tfares up\n•\tbuses – “fewer”\nWhy?";

#[tokio::test]
async fn what_is_pasted_from_word_and_pdf_files_is_read_and_nobody_is_asked_to_remove_characters() {
    let app = start().await;
    let browser = app.browser();
    let page = about_you(&browser, "Bus\u{a0}fares\u{7}", PASTED).await;
    let filled = [
        ("name", "Sample\u{a0}Resident\u{0}"),
        ("organisation", "Widnes\u{202e} Anglers\u{1b}"),
        ("address", "1\u{2007}Example Street\u{b}Widnes\u{7f}"),
        ("postcode", "WA8\u{202f}7QF\u{200b}"),
        ("email", "resident\u{feff}@example.org"),
        ("telephone", "01632\u{a0}960\u{a0}001"),
        ("needs", "A\u{92}s\u{85}"),
        ("resident", "yes"),
        ("publish_name", "yes"),
    ];
    let answer = browser.press(&page, "Continue", &filled).await;
    let check = browser.follow(answer).await;
    assert_eq!(
        check.heading(),
        "Check your answers before you send your question",
        "{:?}",
        check.problems()
    );
    assert!(check.body.contains(READ), "{}", check.body);
    for shown in [
        "Bus fares",
        "Sample Resident",
        "Widnes Anglers",
        "1 Example Street",
        "WA8 7QF",
        "resident@example.org",
        "01632 960 001",
        "A’s…",
    ] {
        assert!(check.text().contains(shown), "{shown}: {}", check.text());
    }
    let sent = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    assert_eq!(sent.status, 303, "{:?}", sent.problems());
    let letters = app.letters_to("resident@example.org").await;
    assert!(
        letters[0].text.contains("> •\tfares up"),
        "{}",
        letters[0].text
    );
}

#[tokio::test]
async fn the_forms_of_staff_read_characters_in_the_same_way() {
    let app = start().await;
    let officer = app.sign_in_as("proper.officer@example.org").await;
    let page = officer.get("/staff/boards/new").await;
    let added = officer
        .submit(
            &page,
            "main form",
            &[
                ("name", "Safer\u{a0}\u{3}Streets \u{96} Board\u{202e}"),
                ("slug", "safer-streets\u{feff}"),
            ],
        )
        .await;
    assert_eq!(added.status, 303, "{:?}", added.problems());
    let boards = officer.get("/staff/boards").await;
    assert!(
        boards.text().contains("Safer Streets – Board"),
        "{}",
        boards.text()
    );
}

#[tokio::test]
async fn what_is_not_text_is_refused_and_a_nul_is_only_left_out() {
    let app = start().await;
    let browser = app.browser();
    for (body, status) in [("q=%ED%A0%80", 400), ("q=%FF", 400), ("q=%00", 403)] {
        let answer = browser
            .request(reqwest::Method::POST, "/ask")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", &app.address)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status, "{body}");
    }
}
