//! A resident, the proper officer, the chair and the responding officer, one after another in one window, on the pages of the
//! Safer Board's meeting of 6 February 2024. Each page that they see is looked at: console and axe-core, at both widths.

use chrono::{TimeDelta, TimeZone, Utc};
use fantoccini::Locator;

use crate::app::{PASSWORD, Setup, TestApp};
use crate::browser::{self, Browser};

/// The browser and the service that it looks at.
struct Evening {
    app: TestApp,
    browser: Browser,
    looked_at: Vec<String>,
}

impl Evening {
    async fn go(&self, path: &str) {
        self.browser
            .client
            .goto(&format!("{}{path}", self.app.address))
            .await
            .expect("the page opens");
    }

    /// Looks at the page as it stands, wide and narrow.
    async fn look(&mut self, name: &str) {
        for (width, height) in [(1280, 900), (360, 740)] {
            self.browser
                .client
                .set_window_size(width, height)
                .await
                .expect("a window of that size");
            self.browser
                .assert_faultless(&format!("{name} at {width}"))
                .await;
            self.browser.picture(&format!("{name}-{width}")).await;
        }
        self.browser
            .client
            .set_window_size(1280, 900)
            .await
            .expect("a wide window");
        self.looked_at.push(name.to_owned());
    }

    /// Presses the button or follows the link with this text.
    async fn press(&self, text: &str) {
        let path = format!(
            "//main//*[self::button or self::a][normalize-space()={}]",
            quoted(text)
        );
        let found = self.browser.client.find(Locator::XPath(&path)).await;
        let found = match found {
            Ok(found) => found,
            Err(_) => panic!("there is no {text:?} on {}", self.text().await),
        };
        self.browser.click_through(found).await;
    }

    async fn fill(&self, name: &str, value: &str) {
        let field = self
            .browser
            .client
            .find(Locator::Css(&format!("main [name={name}]")))
            .await
            .unwrap_or_else(|_| panic!("no field {name}"));
        field.clear().await.expect("cleared");
        field.send_keys(value).await.expect("typed");
    }

    /// Presses the chair's one large button.
    async fn next_step(&self) {
        let button = self.browser.client.find(Locator::Css("#next-step")).await;
        self.browser
            .click_through(button.expect("a next step"))
            .await;
    }

    /// Chooses a radio button or ticks a box by its label.
    async fn choose(&self, label: &str) {
        let path = format!("//main//label[normalize-space()={}]", quoted(label));
        let found = self.browser.client.find(Locator::XPath(&path)).await;
        let label = found.unwrap_or_else(|_| panic!("no label {label}"));
        label.click().await.expect("chosen");
    }

    async fn choose_value(&self, name: &str, value: &str) {
        let css = format!("main input[name={name}][value={value}]");
        let found = self.browser.client.find(Locator::Css(&css)).await;
        let button = found.unwrap_or_else(|_| panic!("no {css}"));
        button.click().await.expect("chosen");
    }

    async fn text(&self) -> String {
        let main = self.browser.client.find(Locator::Css("main")).await;
        main.expect("a main part").text().await.expect("its text")
    }

    async fn path(&self) -> String {
        let address = self.browser.client.current_url().await;
        address.expect("an address").path().to_owned()
    }

    async fn sign_in(&self, email: &str) {
        let client = &self.browser.client;
        client.delete_all_cookies().await.expect("a fresh browser");
        self.go("/staff/sign-in").await;
        self.fill("email", email).await;
        self.fill("password", PASSWORD).await;
        self.press("Sign in").await;
    }
}

fn quoted(text: &str) -> String {
    // an XPath text may hold an apostrophe when it stands between quotation marks
    format!("\"{text}\"")
}

#[tokio::test]
async fn a_meeting_from_the_first_form_to_the_written_response() {
    let Some(browser) = browser::open().await else {
        return;
    };
    let app = TestApp::start_with(Setup {
        now: Utc.with_ymd_and_hms(2024, 1, 31, 10, 0, 0).unwrap(),
        seeds: true,
        ..Setup::default()
    })
    .await;
    let mut evening = Evening {
        app,
        browser,
        looked_at: Vec::new(),
    };

    // the public pages
    for (path, name) in [
        ("/", "home"),
        ("/meetings", "meetings"),
        ("/questions", "questions"),
        ("/standing-order", "standing-order"),
        ("/accessibility", "accessibility"),
        ("/privacy", "privacy"),
        ("/cookies", "cookies"),
        ("/contact", "contact"),
        ("/api/docs", "api-docs"),
    ] {
        evening.go(path).await;
        evening.look(name).await;
    }

    // a resident asks, and gets everything wrong first
    evening.go("/meetings").await;
    let meeting = format!(
        "//main//a[contains(normalize-space(), {}) and contains(normalize-space(), {})]",
        quoted("Safer Policy and Performance Board"),
        quoted("6 February 2024")
    );
    let link = evening.browser.client.find(Locator::XPath(&meeting)).await;
    evening
        .browser
        .click_through(link.expect("the meeting"))
        .await;
    let meeting = evening.path().await;
    evening.look("meeting").await;
    evening.press("Ask a question").await;
    evening.press("Continue").await;
    assert!(evening.text().await.contains("There is a problem"));
    evening.look("matter-with-an-error").await;
    evening.choose("Domestic Abuse Service").await;
    evening.press("Continue").await;
    evening.look("question").await;
    evening.fill("question", "What is the council doing about anti-social behaviour in the town centre in the evenings, and will the cameras be repaired?").await;
    evening.press("Continue").await;
    assert!(
        evening.path().await.ends_with("/matches"),
        "{}",
        evening.text().await
    );
    evening.look("matches").await;
    evening.press("Continue with my question").await;
    evening.press("Continue").await;
    evening.look("about-you-with-errors").await;
    evening.fill("name", "Ada Example").await;
    evening.fill("address", "1 Example Street").await;
    evening.fill("postcode", "WA8 7QF").await;
    evening.fill("email", "ada@example.org").await;
    evening.choose_value("resident", "yes").await;
    evening.choose_value("publish_name", "yes").await;
    evening.press("Continue").await;
    assert!(
        evening.path().await.ends_with("/check"),
        "{}",
        evening.text().await
    );
    evening.look("check").await;
    let declaration = evening
        .browser
        .client
        .find(Locator::Css("main [name=declaration]"))
        .await;
    if let Ok(declaration) = declaration {
        declaration.click().await.expect("ticked");
    }
    evening.press("Send your question").await;
    assert!(
        evening.path().await.ends_with("/done"),
        "{}",
        evening.text().await
    );
    evening.look("received").await;
    let letter = evening.app.letters_to("ada@example.org").await.remove(0);
    let link = letter.private_link.expect("a private link");
    let path = &link[link.find("/question/").expect("a path")..];
    evening.go(path).await;
    evening.look("your-question").await;

    // the officer decides
    evening.sign_in("proper.officer@example.org").await;
    evening.go("/staff").await;
    evening.look("desk").await;
    evening.press("Ada Example").await;
    evening.look("evidence").await;
    evening.fill("judgement", "It asks about this year.").await;
    evening.press("Approve and send the letter").await;
    evening.look("approved").await;
    for (path, name) in [
        ("/staff/questions", "all-questions"),
        ("/staff/questions/new", "enter-a-question"),
        ("/staff/meetings", "staff-meetings"),
        ("/staff/responses", "responses"),
        ("/staff/letters", "letters"),
        ("/staff/boards", "boards"),
        ("/staff/calendar", "calendar"),
        ("/staff/audit", "audit"),
    ] {
        evening.go(path).await;
        evening.look(name).await;
    }
    evening.go(&format!("/staff{meeting}")).await;
    evening.look("staff-meeting").await;
    evening
        .go(&format!("/staff{meeting}/papers/questions"))
        .await;
    evening.look("sheet").await;

    // the night
    evening
        .app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    evening.sign_in("chair.safer@example.org").await;
    evening.go(&format!("/staff{meeting}/question-time")).await;
    evening.press("Mark as present").await;
    evening.press("Open public question time").await;
    evening.next_step().await;
    evening.next_step().await;
    evening.app.advance(TimeDelta::seconds(50));
    evening
        .browser
        .client
        .refresh()
        .await
        .expect("a reload shows the truth");
    evening.look("chair").await;
    evening.next_step().await;
    let finish = evening
        .browser
        .client
        .find(Locator::Css("button[value='finish:promised']"))
        .await
        .expect("promised");
    evening.browser.click_through(finish).await;
    evening
        .go(&format!("/staff{meeting}/question-time/close"))
        .await;
    evening.look("close").await;
    evening.press("Close public question time").await;
    evening.look("closed").await;

    // what was promised is written
    evening.sign_in("responding.officer@example.org").await;
    evening.go("/staff/responses").await;
    evening.press("Ada Example").await;
    evening.look("response").await;
    evening
        .fill("body", "The cameras were repaired in January.")
        .await;
    evening.press("Preview the letter").await;
    evening.look("response-preview").await;
    evening.press("Send this letter").await;
    let letters = evening.app.letters_to("ada@example.org").await;
    assert!(
        letters
            .last()
            .expect("a letter")
            .text
            .contains("The cameras were repaired in January.")
    );
    evening.go(&meeting).await;
    assert!(
        evening
            .text()
            .await
            .contains("The cameras were repaired in January.")
    );
    evening.look("past-meeting").await;
    assert!(evening.looked_at.len() > 35, "{:?}", evening.looked_at);
}
