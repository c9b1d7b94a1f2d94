//! What people do on the pages, in the words that they see there.

use scraper::{ElementRef, Html, Selector};

use crate::app::{Browser, Page};

fn find(html: &Html, selector: &str, says: &[&str]) -> Option<String> {
    let selector = Selector::parse(selector).expect("a selector");
    html.select(&selector)
        .find(|element| {
            let text = words(*element);
            says.iter().all(|part| text.contains(part))
        })
        .and_then(|element| element.value().attr("href").map(str::to_owned))
}

fn words(element: ElementRef<'_>) -> String {
    element
        .text()
        .collect::<Vec<_>>()
        .concat()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where the first link in the main part that says all this leads.
pub fn link(page: &Page, says: &[&str]) -> String {
    find(&page.html(), "main a[href]", says).unwrap_or_else(|| {
        panic!(
            "{} has no link that says {says:?}: {}",
            page.path,
            page.text()
        )
    })
}

/// The value of the radio button with this label.
pub fn choice(page: &Page, label: &str) -> String {
    let html = page.html();
    let labels = Selector::parse("label[for]").expect("a selector");
    let found = html
        .select(&labels)
        .find(|element| words(*element) == label)
        .unwrap_or_else(|| panic!("{} offers no {label:?}: {}", page.path, page.text()));
    let id = found.value().attr("for").expect("for");
    page.attribute(&format!("#{id}"), "value").expect("a value")
}

/// The path of the private link in a letter or on a page.
pub fn private_link(text: &str) -> String {
    let at = text
        .find("/question/")
        .unwrap_or_else(|| panic!("no private link in {text}"));
    text[at..]
        .chars()
        .take_while(|c| !c.is_whitespace() && !"\"<>)".contains(*c))
        .collect()
}

/// Somebody who asks.
pub struct Resident {
    /// Their browser.
    pub browser: Browser,
    /// Full name.
    pub name: &'static str,
    /// E-mail address.
    pub email: &'static str,
    /// The answer to whether the name may be published.
    pub publish_name: &'static str,
}

impl Resident {
    /// Writes a question about an agenda item of a meeting and sends it; gives the page that follows.
    pub async fn asks(&self, meeting: &str, item: &str, question: &str) -> Page {
        let page = self.writes(meeting, item, question).await;
        self.sends(&page).await
    }

    /// Sends what was written.
    pub async fn sends(&self, check: &Page) -> Page {
        let sent = self
            .browser
            .press(check, "Send your question", &[("declaration", "yes")])
            .await;
        self.goes_on(sent).await
    }

    /// Writes a question about an agenda item of a meeting, up to the page on which the answers are checked.
    pub async fn writes(&self, meeting: &str, item: &str, question: &str) -> Page {
        let page = self.begins(meeting).await;
        let item = choice(&page, item);
        self.goes_on_from_matter(&page, &[("agenda_item", &item)], question)
            .await
    }

    /// Asks about a matter in words at a meeting whose agenda is not out; gives the page that follows.
    pub async fn asks_about(&self, meeting: &str, matter: &str, question: &str) -> Page {
        let page = self.begins(meeting).await;
        let check = self
            .goes_on_from_matter(&page, &[("matter", matter)], question)
            .await;
        self.sends(&check).await
    }

    async fn begins(&self, meeting: &str) -> Page {
        let page = self.browser.get(meeting).await;
        assert_eq!(page.status, 200);
        let begin = if page.text().contains("Send a late question") {
            "Send a late question"
        } else {
            "Ask a question"
        };
        let page = self.browser.go(&page, begin).await;
        assert_eq!(page.status, 200);
        page
    }

    async fn goes_on_from_matter(
        &self,
        page: &Page,
        matter: &[(&str, &str)],
        question: &str,
    ) -> Page {
        let page = self
            .goes_on(self.browser.press(page, "Continue", matter).await)
            .await;
        let page = self
            .goes_on(
                self.browser
                    .press(&page, "Continue", &[("question", question)])
                    .await,
            )
            .await;
        let page = if page.path.ends_with("/matches") {
            let answer = self
                .browser
                .press(
                    &page,
                    "Continue with my question",
                    &[("difference", "I ask about another place.")],
                )
                .await;
            self.goes_on(answer).await
        } else {
            page
        };
        assert_eq!(page.heading(), "About you");
        let about = [
            ("name", self.name),
            ("address", "1 Example Street\nWidnes"),
            ("postcode", "WA8 7QF"),
            ("email", self.email),
            ("resident", "yes"),
            ("publish_name", self.publish_name),
        ];
        let page = self
            .goes_on(self.browser.press(&page, "Continue", &about).await)
            .await;
        assert!(
            page.path.ends_with("/check"),
            "{}: {}",
            page.path,
            page.text()
        );
        page
    }

    async fn goes_on(&self, answer: Page) -> Page {
        assert_eq!(answer.status, 303, "{}: {}", answer.path, answer.text());
        self.browser.follow(answer).await
    }
}

/// The reference on a page, such as `PQ-2024-7KX4`.
pub fn reference(page: &Page) -> String {
    let text = page.text();
    let at = text
        .find("PQ-")
        .unwrap_or_else(|| panic!("no reference: {text}"));
    text[at..at + 12].to_owned()
}

/// Presses a button and goes where it leads.
pub async fn press(browser: &Browser, page: &Page, button: &str, values: &[(&str, &str)]) -> Page {
    let answer = browser.press(page, button, values).await;
    assert!(
        answer.status == 303 || answer.status == 200,
        "{button} on {}: {} {}",
        page.path,
        answer.status,
        answer.text()
    );
    browser.follow(answer).await
}
