//! What people type and paste, in the forms of residents and of staff.

use public_question_time::{
    mail::{Rendered, letters::Addressed, render},
    service::{ServiceError, letters::Letter},
    store::letters::{self, Filter, Order},
};

use crate::app::{Browser, Page, Setup, TestApp};

/// The first letter to an address as it reads where the address has been confirmed.
fn quoted(app: &TestApp, email: &str) -> Rendered {
    let service = &app.service;
    let all = service
        .store
        .read(|db| -> Result<_, ServiceError> {
            let order = Order::OldestFirst { after: None };
            Ok(letters::page(db, &Filter::default(), order, 100)?)
        })
        .unwrap();
    let stored = all
        .iter()
        .find(|letter| letter.recipient_email.as_deref() == Some(email))
        .unwrap();
    let mut letter: Letter = serde_json::from_str(&stored.letter).unwrap();
    letter.withhold(false);
    let addressed = Addressed {
        letter: &letter,
        name: &stored.recipient_name,
        private_link: None,
        written_at: stored.created_at,
    };
    render(&service.settings, &addressed).unwrap()
}

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
        if !page.all("main a").contains(&"Ask a question".to_owned()) {
            continue;
        }
        let page = browser.go(&page, "Ask a question").await;
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
    let letter = quoted(&app, "resident@example.org");
    assert!(letter.text.contains("> •\tfares up"), "{}", letter.text);
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

#[tokio::test]
async fn a_time_that_may_be_morning_or_afternoon_is_asked_for_again() {
    let app = start().await;
    let officer = app.sign_in_as("proper.officer@example.org").await;
    let meetings = officer.open("/staff/meetings").await;
    let meeting = meetings.link("Safer, 6:30pm on Tuesday 6 February 2024");
    let id = meeting.rsplit('/').next().unwrap();
    let form = officer
        .open(&format!("/staff/questions/new?meeting={id}"))
        .await;
    let item = form
        .attribute("input[name=agenda_item]", "value")
        .unwrap_or_default();
    let enter = async |time: &str| {
        let values = vec![
            ("channel", "paper"),
            ("received_on-day", "5"),
            ("received_on-month", "2"),
            ("received_on-year", "2024"),
            ("received_time", time),
            ("question", "When will the lamps be mended?"),
            ("name", "Sample Resident"),
            ("address", "1 Example Street\nWidnes, WA8 7QF"),
            ("postcode", "wa8-7qf"),
            ("email", "Sample Resident <resident@example.org>"),
            ("resident", "yes"),
            ("publish_name", "yes"),
            ("agenda_item", &item),
        ];
        officer.press(&form, "Enter the question", &values).await
    };
    let again = enter("4:05").await;
    assert_eq!(again.status, 422);
    assert_eq!(
        again.problems(),
        ["Enter the time received with am or pm, like 4:05am or 4:05pm"]
    );
    let kept = again.attribute("#received_time", "value");
    assert_eq!(kept.as_deref(), Some("4:05"));
    let entered = enter("2.05 p.m.").await;
    assert_eq!(entered.status, 303, "{:?}", entered.problems());
    let page = officer.follow(entered).await;
    assert!(
        page.text().contains("5 February 2024 at 2:05:00pm"),
        "{}",
        page.text()
    );
    // the postcode is on the envelope once
    assert!(
        page.all("dd")
            .contains(&"1 Example Street Widnes".to_owned()),
        "{:?}",
        page.all("dd")
    );
    assert_eq!(app.letters_to("resident@example.org").await.len(), 1);
}

#[tokio::test]
async fn an_address_that_ends_in_another_postcode_is_asked_about_and_kept() {
    let app = start().await;
    let browser = app.browser();
    let page = about_you(&browser, "Bus fares", "Why are bus fares up?").await;
    let filled = [
        ("name", "Sample Resident"),
        ("address", "1 Example Street\nRuncorn WA7 2BB"),
        ("postcode", "WA8 7QF"),
        ("email", "resident@example.org"),
        ("resident", "yes"),
        ("publish_name", "no"),
    ];
    let asked = browser.press(&page, "Continue", &filled).await;
    assert_eq!(asked.status, 422);
    assert_eq!(
        asked.problems(),
        [
            "Your address ends in WA7 2BB, but your postcode is WA8 7QF. Change the one that is wrong"
        ]
    );
    assert!(asked.body.contains("Runcorn WA7 2BB"));
}

#[tokio::test]
async fn a_mistyped_email_address_is_asked_about_and_put_right_with_one_press() {
    let app = start().await;
    let browser = app.browser();
    let page = about_you(&browser, "Bus fares", "Why are bus fares up?").await;
    let filled = [
        ("name", "Sample Resident"),
        ("address", "1 Example Street"),
        ("postcode", "WA8 7QF"),
        ("email", "resident@gmial.com"),
        ("resident", "yes"),
        ("publish_name", "yes"),
    ];
    let answer = browser.press(&page, "Continue", &filled).await;
    let check = browser.follow(answer).await;
    assert!(
        check.text().contains("Did you mean resident@gmail.com?"),
        "{}",
        check.text()
    );
    let taken = browser.press(&check, "Use resident@gmail.com", &[]).await;
    assert_eq!(taken.status, 303);
    let check = browser
        .get(taken.location().unwrap().split('#').next().unwrap())
        .await;
    assert!(!check.text().contains("Did you mean"), "{}", check.text());
    assert!(check.text().contains("resident@gmail.com"));
    let sent = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    assert_eq!(sent.status, 303, "{:?}", sent.problems());
    assert_eq!(app.letters_to("resident@gmail.com").await.len(), 1);
}

/// Follows an answer that leads to a part of a page.
async fn followed(browser: &Browser, answer: Page) -> Page {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let to = answer.location().unwrap();
    browser.get(to.split('#').next().unwrap()).await
}

#[tokio::test]
async fn personal_details_in_a_question_are_marked_and_can_be_taken_out_by_both() {
    let app = start().await;
    let browser = app.browser();
    let text = "I live at 1 Example Street, WA8 7QF.\nWhen will the lamps be mended?\nMy mother is on 07700 900 982 too.\n\nKind regards,\nSample Resident\n\nSent from my iPhone";
    let page = about_you(&browser, "Street lighting", text).await;
    let filled = [
        ("name", "Sample Resident"),
        ("address", "1 Example Street\nWidnes"),
        ("postcode", "WA8 7QF"),
        ("email", "resident@example.org"),
        ("resident", "yes"),
        ("publish_name", "no"),
    ];
    let answer = browser.press(&page, "Continue", &filled).await;
    let check = browser.follow(answer).await;
    for said in [
        "Your question will be public.",
        "This looks like your address: 1 Example Street",
        "This looks like your postcode: WA8 7QF",
        "This looks like a telephone number: 07700 900 982",
        "This looks like an email signature: Kind regards,",
    ] {
        assert!(check.text().contains(said), "{said}: {}", check.text());
    }
    // each is one press; what is not pressed stays, and nothing is in the way of sending
    let left = browser
        .press(&check, "Remove an email signature", &[])
        .await;
    let check = followed(&browser, left).await;
    let left = browser.press(&check, "Remove WA8 7QF", &[]).await;
    let check = followed(&browser, left).await;
    assert!(!check.body.contains("iPhone"), "{}", check.text());
    assert!(
        check.body.contains("I live at 1 Example Street."),
        "{}",
        check.body
    );
    let sent = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    assert_eq!(sent.status, 303, "{:?}", sent.problems());

    // the officer sees the rest beside the decision, and takes it out of what is published
    let officer = app.sign_in_as("proper.officer@example.org").await;
    let desk = officer.open("/staff/questions").await;
    let html = desk.html();
    let links = scraper::Selector::parse("main a[href^='/staff/questions/']").unwrap();
    let mut found = None;
    for link in html.select(&links) {
        let page = officer.get(link.value().attr("href").unwrap()).await;
        if page.body.contains("My mother is on") {
            found = Some(page);
            break;
        }
    }
    let page = found.expect("the question on the officer's pages");
    assert!(
        page.text()
            .contains("This looks like the questioner’s address: 1 Example Street"),
        "{}",
        page.text()
    );
    let path = page.path.clone();
    let removed = officer.press(&page, "Remove 07700 900 982", &[]).await;
    let removed = officer
        .press(&removed, "Redact and send this letter", &[])
        .await;
    assert_eq!(removed.status, 303, "{}", removed.text());
    let page = officer.get(&path).await;
    assert!(
        page.body.contains("My mother is on [removed] too."),
        "{}",
        page.text()
    );
    assert!(
        !page
            .all("main button")
            .contains(&"Remove 07700 900 982".to_owned())
    );
}

const ARABIC: [&str; 3] = ["محمد", "سؤال", "حافلات"];

/// The places of a page in which Arabic words stand and take their direction from the page.
fn laid_out_left_to_right(page: &Page) -> Vec<String> {
    let html = page.html();
    let mut wrong = Vec::new();
    for node in html.tree.nodes() {
        let words = match node.value() {
            scraper::Node::Text(text) if ARABIC.iter().any(|word| text.contains(word)) => {
                text.trim().to_owned()
            }
            scraper::Node::Element(element)
                if element.attr("type") != Some("hidden")
                    && element
                        .attr("value")
                        .is_some_and(|value| ARABIC.iter().any(|word| value.contains(word))) =>
            {
                format!("value of {}", element.attr("name").unwrap_or_default())
            }
            _ => continue,
        };
        let around: Vec<_> = std::iter::once(node)
            .chain(node.ancestors())
            .filter_map(|node| node.value().as_element())
            .collect();
        let named = |name: &str| around.iter().any(|element| element.name() == name);
        let directed = around
            .iter()
            .any(|element| element.attr("dir") == Some("auto") || element.name() == "bdi");
        if !directed && !named("title") && !named("script") {
            let place: Vec<&str> = around.iter().take(3).map(|e| e.name()).collect();
            wrong.push(format!("{}: {words} in {}", page.path, place.join(" < ")));
        }
    }
    wrong
}

#[tokio::test]
async fn words_from_right_to_left_are_laid_out_so_wherever_they_are_shown() {
    let app = start().await;
    let browser = app.browser();
    let page = about_you(
        &browser,
        "حافلات 110",
        "سؤال: لماذا زادت\n\tFares\t1,204\tBus 110؟",
    )
    .await;
    let mut wrong = laid_out_left_to_right(&page);
    let filled = [
        ("name", "محمد Sample"),
        ("organisation", "حافلات Widnes"),
        ("address", "1 شارع محمد\nWidnes"),
        ("postcode", "WA8 7QF"),
        ("email", "resident@example.org"),
        ("needs", "سؤال"),
        ("resident", "yes"),
        ("publish_name", "yes"),
    ];
    let answer = browser.press(&page, "Continue", &filled).await;
    let check = browser.follow(answer).await;
    wrong.extend(laid_out_left_to_right(&check));
    let you = browser
        .get(&check.path.replace("/check", "/about-you"))
        .await;
    wrong.extend(laid_out_left_to_right(&you));
    let question = browser
        .get(&check.path.replace("/check", "/question"))
        .await;
    wrong.extend(laid_out_left_to_right(&question));
    let sent = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    let done = browser.follow(sent).await;
    wrong.extend(laid_out_left_to_right(&done));
    let letters = app.letters_to("resident@example.org").await;
    let quoted = quoted(&app, "resident@example.org");
    let letter = Page {
        path: "the letter".to_owned(),
        status: 200,
        headers: Default::default(),
        body: quoted.html,
    };
    wrong.extend(laid_out_left_to_right(&letter));
    assert!(
        letter.body.contains("white-space:pre-wrap") && letter.body.contains("\tFares\t1,204"),
        "{}",
        letter.body
    );
    let link = letters[0]
        .text
        .split_whitespace()
        .find_map(|word| Some(word[word.find("/question/")?..].to_owned()))
        .unwrap();
    wrong.extend(laid_out_left_to_right(&browser.get(&link).await));

    // every page of staff that leads from their desk, before and after the approval
    let officer = app.sign_in_as("proper.officer@example.org").await;
    for approved in [false, true] {
        let mut seen = std::collections::BTreeSet::new();
        let mut next = vec![
            "/staff".to_owned(),
            "/staff/questions".to_owned(),
            "/staff/meetings".to_owned(),
        ];
        let mut shown = 0;
        let mut approve = None;
        while let Some(path) = next.pop() {
            if seen.len() > 120 || !seen.insert(path.clone()) {
                continue;
            }
            let page = officer.get(&path).await;
            if page.status != 200 || !page.header("content-type").starts_with("text/html") {
                continue;
            }
            wrong.extend(laid_out_left_to_right(&page));
            shown += usize::from(ARABIC.iter().any(|word| page.body.contains(word)));
            let html = page.html();
            let links = scraper::Selector::parse("a[href]").unwrap();
            let about_it = ARABIC.iter().any(|word| page.body.contains(word));
            for link in html.select(&links) {
                let to = link.value().attr("href").unwrap_or_default();
                let to = to.split('#').next().unwrap_or_default();
                let lists =
                    path == "/staff" || path == "/staff/questions" || path == "/staff/meetings";
                if to.starts_with('/') && !to.contains("sign-out") && (about_it || lists) {
                    next.push(to.to_owned());
                }
            }
            if page
                .all("main button")
                .contains(&"Approve and send the letter".to_owned())
                && about_it
            {
                approve = Some(page);
            }
        }
        assert!(shown >= 5, "only {shown} pages of staff show the question");
        if !approved {
            let page = approve.expect("the page that approves it");
            let answer = officer
                .press(&page, "Approve and send the letter", &[])
                .await;
            assert_eq!(answer.status, 303, "{}", answer.text());
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_fresh_service_knows_postcodes_on_both_sides_of_the_border() {
    let app = start().await;
    for (postcode, accepted) in [
        ("M1 1AA", false),
        ("WA4 4JL", false),
        ("WA4 4GB", true),
        ("WA8 9ZZ", true),
    ] {
        // another person each time: one question for each
        let browser = app.browser();
        let page = about_you(&browser, "Bus fares", "Why are bus fares up?").await;
        let name = format!("Sample {}", postcode.replace(' ', ""));
        let email = format!("{}@example.org", postcode.replace(' ', "").to_lowercase());
        let filled = [
            ("name", name.as_str()),
            ("address", "1 Example Street"),
            ("postcode", postcode),
            ("email", email.as_str()),
            ("resident", "yes"),
            ("publish_name", "yes"),
        ];
        let answer = browser.press(&page, "Continue", &filled).await;
        let check = browser.follow(answer).await;
        let sent = browser
            .press(&check, "Send your question", &[("declaration", "yes")])
            .await;
        let done = browser.follow(sent).await;
        assert_eq!(
            done.heading() == "Question received",
            accepted,
            "{postcode}: {}",
            done.text()
        );
        if !accepted {
            assert!(done.text().contains("34(9)(i)"), "{}", done.text());
        }
    }
}
