//! A resident, the proper officer, the chair and the responding officer, one after another in one window, on the pages of the
//! Safer Board's meeting of 6 February 2024. Each page that they see is looked at: console and axe-core, at both widths.

use std::time::Duration;

use chrono::{TimeDelta, TimeZone, Utc};
use fantoccini::Locator;

use public_question_time::mail::transport::Kept;

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

    /// Presses a button of the chair's screen, which stays where it is, and waits until it says this.
    async fn act(&self, button: &str, says: &str) {
        // a second press at once would be half of a double one
        tokio::time::sleep(Duration::from_millis(400)).await;
        let found = self.browser.client.find(Locator::Css(button)).await;
        let found = found.unwrap_or_else(|_| panic!("no {button}"));
        found.click().await.expect("it can be pressed");
        for _ in 0..400 {
            if self.text().await.contains(says) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("never {says:?}: {}", self.text().await);
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

    async fn reload(&self) {
        self.browser
            .client
            .refresh()
            .await
            .expect("a reload shows the truth");
    }

    /// Somebody writes a question, from the meeting's page to "check your answers".
    async fn writes(&self, meeting: &str, name: &str, email: &str, question: &str) {
        self.browser
            .client
            .delete_all_cookies()
            .await
            .expect("a fresh browser");
        self.go(meeting).await;
        self.press("Ask a question").await;
        self.choose("Safer Halton Partnership Governance & Strategy")
            .await;
        self.press("Continue").await;
        self.fill("question", question).await;
        self.press("Continue").await;
        if self.path().await.ends_with("/matches") {
            self.press("Continue with my question").await;
        }
        self.fill("name", name).await;
        self.fill("address", "1 Example Street").await;
        self.fill("postcode", "WA8 7QF").await;
        self.fill("email", email).await;
        self.choose_value("resident", "yes").await;
        self.choose_value("publish_name", "yes").await;
        self.press("Continue").await;
        assert!(
            self.path().await.ends_with("/check"),
            "{}",
            self.text().await
        );
    }

    /// They send it.
    async fn sends(&self) {
        let declaration = Locator::Css("main [name=declaration]");
        let declaration = self.browser.client.find(declaration).await;
        declaration
            .expect("a declaration")
            .click()
            .await
            .expect("ticked");
        self.press("Send your question").await;
        assert!(
            self.path().await.ends_with("/done"),
            "{}",
            self.text().await
        );
    }

    async fn asks(&self, meeting: &str, name: &str, email: &str, question: &str) {
        self.writes(meeting, name, email, question).await;
        self.sends().await;
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

/// The path of the private link in a letter.
fn private_path(letter: &Kept) -> String {
    let link = letter.private_link.as_ref().expect("a private link");
    link[link.find("/question/").expect("a path")..].to_owned()
}

fn quoted(text: &str) -> String {
    // an XPath text may hold an apostrophe when it stands between quotation marks
    format!("\"{text}\"")
}

#[tokio::test]
async fn a_meeting_from_the_first_form_to_the_written_response() {
    let _turn = browser::turn().await;
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
        ("/questions?q=CCTV+in+Widnes", "questions-found"),
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
    evening.sends().await;
    evening.look("received").await;
    let letter = evening.app.letters_to("ada@example.org").await.remove(0);
    evening.go(&private_path(&letter)).await;
    evening.look("your-question").await;

    // three more in time, one of which will not be reached
    evening
        .asks(
            &meeting,
            "Ben Example",
            "ben@example.org",
            "Who answers to this board for the work of the partnership?",
        )
        .await;
    evening
        .asks(
            &meeting,
            "Cleo Example",
            "cleo@example.org",
            "How many people waited more than a week for a refuge?",
        )
        .await;
    evening
        .asks(
            &meeting,
            "Fay Example",
            "fay@example.org",
            "Will the helpline be open at night from April?",
        )
        .await;

    // one withdrawn, by the link in the letter
    evening
        .asks(
            &meeting,
            "Dan Example",
            "dan@example.org",
            "Is the strategy on the council's pages yet?",
        )
        .await;
    let letter = evening.app.letters_to("dan@example.org").await.remove(0);
    evening
        .go(&format!("{}/withdraw", private_path(&letter)))
        .await;
    evening.look("withdraw").await;
    evening.press("Withdraw the question").await;
    evening.look("withdrawn").await;

    // a second from the same person
    evening
        .asks(
            &meeting,
            "BEN EXAMPLE",
            "ben@example.org",
            "And what did the partnership spend?",
        )
        .await;
    assert!(evening.text().await.contains("34(9)(iii)"));
    evening.look("second-question").await;

    // one a second too late
    let day = |hour, minute, second| {
        Utc.with_ymd_and_hms(2024, 2, 5, hour, minute, second)
            .unwrap()
    };
    evening.app.clock.set(day(15, 50, 0));
    evening
        .writes(
            &meeting,
            "Gil Example",
            "gil@example.org",
            "Why did the last report leave out Runcorn?",
        )
        .await;
    evening.app.clock.set(day(16, 0, 1));
    evening.sends().await;
    assert!(
        evening.text().await.contains("4:00:01pm"),
        "{}",
        evening.text().await
    );
    evening.look("late").await;

    // the officer decides
    evening.sign_in("proper.officer@example.org").await;
    evening.go("/staff").await;
    evening.look("desk").await;
    evening.press("Ada Example").await;
    evening.look("evidence").await;
    let question = evening.path().await;
    evening.press("Approve and send the letter").await;
    evening.look("evidence-with-an-error").await;
    evening
        .go(&format!("{question}/reject?grounds=substantially_the_same"))
        .await;
    evening.look("reject").await;
    evening.press("Preview the letter").await;
    assert!(
        evening.text().await.contains("12 September 2023"),
        "{}",
        evening.text().await
    );
    evening.look("reject-preview").await;
    evening.press("Reject and send this letter").await;
    for name in ["Ben Example", "Cleo Example", "Fay Example"] {
        evening.go("/staff").await;
        evening.press(name).await;
        evening.press("Approve and send the letter").await;
    }
    evening.look("approved").await;
    for (path, name) in [
        ("/staff/questions", "all-questions"),
        ("/staff/questions/new", "enter-a-question"),
        ("/staff/search?q=CCTV+cameras+in+Widnes", "staff-search"),
        ("/staff/search?q=zeppelin", "staff-search-without-results"),
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
    for name in ["Ben Example", "Cleo Example", "Fay Example"] {
        evening
            .act("[value=indicate]", &format!("{name} marked as present"))
            .await;
    }
    evening.act("#next-step", "Call Ben Example").await;
    for (minutes, next) in [(12, "Call Cleo Example"), (18, "nobody else can be called")] {
        evening.act("#next-step", "has been called").await;
        evening.act("#next-step", "is speaking").await;
        evening.app.advance(TimeDelta::seconds(50));
        evening.reload().await;
        if minutes == 12 {
            evening.look("chair").await;
        }
        evening.act("#next-step", "is being answered").await;
        evening
            .app
            .advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(50));
        evening.reload().await;
        evening.act("[value='finish:given']", next).await;
    }
    // the 30 minutes are over, and the third is not reached
    evening.look("chair-at-the-end").await;
    evening
        .go(&format!("/staff{meeting}/question-time/close"))
        .await;
    assert!(evening.text().await.contains("Fay Example"));
    evening.look("close").await;
    evening.press("Close public question time").await;
    evening.look("closed").await;

    // what is owed is written
    evening.sign_in("responding.officer@example.org").await;
    evening.go("/staff/responses").await;
    evening.press("Fay Example").await;
    evening.look("response").await;
    evening
        .fill(
            "body",
            "The helpline will be open at all hours from 1 April.",
        )
        .await;
    evening.press("Preview the letter").await;
    evening.look("response-preview").await;
    evening.press("Send this letter").await;
    let letters = evening.app.letters_to("fay@example.org").await;
    assert!(
        letters
            .last()
            .expect("a letter")
            .text
            .contains("The helpline will be open at all hours from 1 April.")
    );
    evening.go(&meeting).await;
    // it was not put at the meeting, so its answer is for the questioner alone
    assert!(
        !evening
            .text()
            .await
            .contains("The helpline will be open at all hours from 1 April.")
    );
    evening.look("past-meeting").await;
    assert!(evening.looked_at.len() > 35, "{:?}", evening.looked_at);
}
