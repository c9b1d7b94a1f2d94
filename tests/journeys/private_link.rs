//! Whoever holds a private link, in a browser of their own, presses everything that can be pressed: nothing that the questioner
//! told the council about themselves comes back (reading 29).

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, TimeZone, Utc};
use public_question_time::domain::postcode_directory::Directory;
use public_question_time::domain::standing_order::question_time::Event;
use public_question_time::domain::standing_order::rejection::Ground;
use public_question_time::domain::standing_order::written_response::Reply;
use public_question_time::service::actor::Acting;
use public_question_time::service::reject_question::{self, Rejection};
use public_question_time::service::{approve_question, import_postcodes, question_time, responses};
use reqwest::Method;

use crate::app::{Browser, Page};
use crate::resident::{Town, private_link, send, town, write};

const QUESTION: &str = "How will the crossing beside the canal be made safer?";

/// The questioner's details; each value has something that no page has of itself.
const DETAILS: [(&str, &str); 8] = [
    ("name", "Zqname Zqsurname"),
    ("address", "9 Zqrefuge Lane\nZqtown"),
    ("postcode", "WA8 9ZQ"),
    ("email", "zqmail@example.org"),
    ("telephone", "07700 900987"),
    ("needs", "A zqinterpreter"),
    ("resident", "yes"),
    ("publish_name", "no"),
];

/// What must not be found, in any spelling that a page might give it.
const CANARIES: [&str; 10] = [
    "zqname",
    "zqsurname",
    "zqrefuge",
    "zqtown",
    "8 9zq",
    "wa89zq",
    "zqmail",
    "900987",
    "900 987",
    "zqinterpreter",
];

/// What a stranger fills in, in whatever form.
const STRANGER: [(&str, &str); 10] = [
    ("name", "Sample Stranger"),
    ("carer_name", "Sample Carer"),
    ("address", "2 Example Street"),
    ("postcode", "WA8 7QF"),
    ("email", "stranger@example.net"),
    ("resident", "yes"),
    ("publish_name", "no"),
    ("declaration", "yes"),
    ("matter", "Crossings"),
    (
        "question",
        "How will the crossing beside the canal be made safer?",
    ),
];

#[track_caller]
fn assert_silent(what: &str, said: &str) {
    let said = said.to_lowercase();
    for canary in CANARIES {
        assert!(
            !said.contains(canary),
            "{what} tells {canary:?} to whoever holds the link: {said}"
        );
    }
}

/// A form's button that can be pressed.
struct Button {
    heading: String,
    label: String,
    action: String,
    fields: Vec<(String, String)>,
}

impl Button {
    /// The same button of the same kind of page, whatever the identifiers in the addresses.
    fn kind(&self) -> String {
        let heading = self.heading.split(" PQ-").next().unwrap_or_default();
        format!("{heading} / {}", self.label)
    }

    fn ends_the_question(&self) -> bool {
        self.action.ends_with("/withdraw") || self.action.ends_with("/not-mine")
    }
}

fn buttons(page: &Page) -> Vec<Button> {
    let html = page.html();
    let find = |text| scraper::Selector::parse(text).unwrap();
    let mut found = Vec::new();
    for form in html.select(&find("form")) {
        if !form
            .value()
            .attr("method")
            .unwrap_or("get")
            .eq_ignore_ascii_case("post")
        {
            continue;
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for control in form.select(&find("input[name], textarea[name], select[name]")) {
            let element = control.value();
            let name = element.attr("name").unwrap_or_default().to_owned();
            let own = match element.name() {
                "textarea" => control.text().collect(),
                _ => element.attr("value").unwrap_or_default().to_owned(),
            };
            let wanted = STRANGER.iter().find(|(given, _)| *given == name);
            match element.attr("type") {
                Some("radio" | "checkbox") => {
                    let first = !fields.iter().any(|(chosen, _)| *chosen == name);
                    if first && wanted.is_none_or(|(_, value)| *value == own) {
                        fields.push((name, own));
                    }
                }
                _ => fields.push((name, wanted.map_or(own, |(_, value)| (*value).to_owned()))),
            }
        }
        let action = form
            .value()
            .attr("action")
            .filter(|action| !action.is_empty());
        for button in form.select(&find("button")) {
            let mut fields = fields.clone();
            if let Some(name) = button.value().attr("name").filter(|name| !name.is_empty()) {
                let value = button.value().attr("value").unwrap_or_default();
                fields.push((name.to_owned(), value.to_owned()));
            }
            found.push(Button {
                heading: page.heading(),
                label: button.text().collect::<String>().trim().to_owned(),
                action: action.unwrap_or(&page.path).to_owned(),
                fields,
            });
        }
    }
    found
}

fn links(page: &Page) -> Vec<String> {
    let html = page.html();
    html.select(&scraper::Selector::parse("a[href]").unwrap())
        .filter_map(|link| link.value().attr("href"))
        .filter_map(|href| {
            // the private link on a receipt is a whole address
            let path = match href.find("/question/") {
                Some(at) if href.starts_with("http") => &href[at..],
                _ => href,
            };
            let path = path.split('#').next().unwrap_or_default();
            (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
        })
        .filter(|path| !path.starts_with("/staff") && !path.starts_with("/assets"))
        .collect()
}

/// Follows every link and presses every button that a private link leads to; what ends the question is pressed last, or first.
/// Returns the kinds of buttons that were pressed.
async fn press_everything(browser: &Browser, link: &str, ends_first: bool) -> Vec<String> {
    let mut pressed: Vec<String> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut queue: VecDeque<String> = VecDeque::from([link.to_owned()]);
    let mut waiting: Vec<Button> = Vec::new();
    for _ in 0..2_000 {
        if let Some(path) = queue.pop_front() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let page = browser.get(&path).await;
            look(&page);
            queue.extend(page.location());
            if path.starts_with("/question/") || path.starts_with("/ask/") {
                queue.extend(links(&page));
                waiting.extend(buttons(&page));
            }
            continue;
        }
        waiting.retain(|button| !pressed.contains(&button.kind()));
        waiting.sort_by_key(|button| button.ends_the_question() != ends_first);
        if waiting.is_empty() {
            return pressed;
        }
        let button = waiting.remove(0);
        pressed.push(button.kind());
        let page = browser.post(&button.action, &button.fields).await;
        look(&page);
        // everything about this question is looked at again after each press
        seen.retain(|path| !path.starts_with("/question/") && !path.starts_with("/ask/"));
        queue.push_back(link.to_owned());
        queue.extend(page.location());
    }
    panic!("there is no end of pages: {pressed:?}");
}

fn look(page: &Page) {
    assert!(page.status < 500, "{}: {}", page.path, page.text());
    assert_silent(&page.path, &page.body);
    for (name, value) in &page.headers {
        assert_silent(
            &format!("the header {name} of {}", page.path),
            value.to_str().unwrap_or_default(),
        );
    }
}

/// A question of the person whose details are looked for, sent at this moment; its private link.
async fn asked(town: &Town, received: DateTime<Utc>) -> String {
    let browser = town.app.browser();
    town.app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 5, 15, 0, 0).unwrap());
    let check = write(&browser, town.meeting, QUESTION, &DETAILS).await;
    town.app.clock.set(received);
    private_link(&send(&browser, &check).await)
}

fn in_time() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, 5, 15, 30, 0).unwrap()
}

fn too_late() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, 5, 16, 30, 0).unwrap()
}

/// Pressed in both orders by strangers, and read by a program.
async fn holds_nothing(town: &Town, link: &str) -> Vec<String> {
    let token = link.trim_start_matches("/question/");
    let api = format!("/api/v1/your-question/{token}");
    let program = town.app.browser();
    let read = Page::of(&api, program.request(Method::GET, &api)).await;
    assert_eq!(read.status, 200, "{}", read.body);
    look(&read);
    let mut pressed = press_everything(&town.app.browser(), link, false).await;
    pressed.extend(press_everything(&town.app.browser(), link, true).await);
    for act in ["", "/withdraw", "/disown"] {
        let path = format!("{api}{act}");
        let method = if act.is_empty() {
            Method::GET
        } else {
            Method::POST
        };
        look(&Page::of(&path, program.request(method, &path)).await);
    }
    pressed
}

/// Read only, where pressing would end the question.
async fn reads(town: &Town, link: &str) {
    let stranger = town.app.browser();
    for path in ["", "/withdraw", "/not-mine"] {
        look(&stranger.get(&format!("{link}{path}")).await);
    }
    let api = link.replace("/question/", "/api/v1/your-question/");
    look(&Page::of(&api, stranger.request(Method::GET, &api)).await);
}

#[track_caller]
fn assert_pressed(pressed: &[String], button: &str) {
    assert!(
        pressed
            .iter()
            .any(|pressed| pressed.ends_with(&format!("/ {button}"))),
        "{button} was not pressed: {pressed:?}"
    );
}

#[tokio::test]
async fn a_question_that_waits_shows_nothing_of_its_questioner_before_and_after_it_is_withdrawn() {
    let town = town().await;
    let link = asked(&town, in_time()).await;
    let pressed = holds_nothing(&town, &link).await;
    assert_pressed(&pressed, "Withdraw the question");
    assert_pressed(&pressed, "Send it to the board’s next meeting");
    assert_pressed(&pressed, "Send your question");
}

#[tokio::test]
async fn a_question_that_is_disowned_shows_nothing_of_its_questioner() {
    let town = town().await;
    let link = asked(&town, in_time()).await;
    let stranger = town.app.browser();
    let page = stranger.get(&format!("{link}/not-mine")).await;
    look(&page);
    look(
        &stranger
            .press(&page, "I did not send this question", &[])
            .await,
    );
    holds_nothing(&town, &link).await;
}

#[tokio::test]
async fn a_late_question_is_carried_on_by_a_stranger_without_the_questioners_details() {
    let town = town().await;
    let link = asked(&town, too_late()).await;
    let pressed = holds_nothing(&town, &link).await;
    assert_pressed(&pressed, "Send it to the board’s next meeting");
    assert_pressed(&pressed, "Send your question");
    // what the stranger sent on is theirs: in their name, and the letters go to them
    let letters = town.app.letters_to("stranger@example.net").await;
    assert!(!letters.is_empty());
    for letter in letters {
        assert_silent("a letter to the stranger", &letter.text);
    }
}

#[tokio::test]
async fn a_postcode_outside_the_borough_is_not_told_to_who_holds_the_link() {
    let town = town().await;
    let directory = Directory {
        postcodes: [("WA8 7QF".to_owned(), true), ("WA8 9ZQ".to_owned(), false)].into(),
        districts_outside: Default::default(),
    };
    import_postcodes::replace(&town.app.service, &Acting::system(), &directory).unwrap();
    let link = asked(&town, in_time()).await;
    let page = town.app.browser().get(&link).await;
    assert!(
        page.text().contains("outside the borough"),
        "{}",
        page.text()
    );
    holds_nothing(&town, &link).await;
}

#[tokio::test]
async fn approved_rejected_owed_and_answered_questions_show_nothing_of_their_questioner() {
    let town = town().await;
    let service = &town.app.service;
    let link = asked(&town, in_time()).await;
    let question = town.question(&link);
    let approved =
        approve_question::approve(service, &town.officer, question.id, question.version, "")
            .unwrap();
    reads(&town, &link).await;
    town.app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    for event in [Event::Opened, Event::Closed] {
        question_time::act(service, &town.officer, town.meeting, &event).unwrap();
    }
    reads(&town, &link).await;
    let owed = service
        .store
        .read(|db| public_question_time::store::responses::of_question(db, approved.id))
        .unwrap()
        .unwrap();
    responses::send(
        service,
        &town.officer,
        owed.id,
        owed.version,
        Reply::Holding,
        "Soon.",
        None,
        chrono::NaiveDate::from_ymd_opt(2024, 3, 1),
    )
    .unwrap();
    reads(&town, &link).await;
    holds_nothing(&town, &link).await;
}

#[tokio::test]
async fn a_rejected_question_is_carried_on_without_the_questioners_details() {
    let town = town().await;
    let link = asked(&town, in_time()).await;
    let question = town.question(&link);
    let rejection = Rejection {
        grounds: vec![Ground::Frivolous],
        reason: "Ask about something that the board can answer.".to_owned(),
        earlier: String::new(),
        other: String::new(),
    };
    reject_question::reject(
        &town.app.service,
        &town.officer,
        question.id,
        question.version,
        &rejection,
    )
    .unwrap();
    let pressed = holds_nothing(&town, &link).await;
    assert_pressed(&pressed, "Send your question");
}

#[tokio::test]
async fn who_wrote_a_late_question_sends_it_on_with_details_that_are_not_shown_again() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &DETAILS).await;
    town.app.clock.set(too_late());
    let refused = send(&browser, &check).await;
    look(&refused);
    assert!(
        refused.text().contains("z•••@example.org"),
        "{}",
        refused.text()
    );
    let carried = browser
        .press(&refused, "Send it to the board’s next meeting", &[])
        .await;
    let check = browser.follow(carried).await;
    assert_eq!(
        check.heading(),
        "Check your answers before you send your question"
    );
    assert!(
        check
            .text()
            .contains("The details that you gave with your last question"),
        "{}",
        check.text()
    );
    look(&check);
    let about_you = browser
        .get(&check.path.replace("/check", "/about-you"))
        .await;
    look(&about_you);
    // left empty, the page keeps them
    let answer = browser.press(&about_you, "Continue", &[]).await;
    assert_eq!(answer.location().as_deref(), Some(check.path.as_str()));
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received");
    look(&done);
    let service = &town.app.service;
    let sent = town.question(&private_link(&done));
    let details = service
        .store
        .read(|db| public_question_time::store::questions::questioner(db, sent.id))
        .unwrap()
        .unwrap();
    assert_eq!(details.email.as_deref(), Some("zqmail@example.org"));
    assert_eq!(details.postcode, "WA8 9ZQ");
    assert_eq!(details.needs.as_deref(), Some("A zqinterpreter"));
    assert_eq!(sent.meeting_id, town.next);

    // details typed anew replace all of them
    let carried = browser
        .press(&refused, "Send it to the board’s next meeting", &[])
        .await;
    let check = browser.follow(carried).await;
    let about_you = browser
        .get(&check.path.replace("/check", "/about-you"))
        .await;
    let half = browser
        .press(&about_you, "Continue", &[("name", "Sample Other")])
        .await;
    assert_eq!(half.status, 422);
    assert!(
        half.problems()
            .iter()
            .any(|problem| problem.contains("postcode"))
    );
    look(&half);
}

/// The link in the newest letter of a kind.
async fn link_in(town: &Town, email: &str, kind: &str) -> String {
    let letters = town.app.letters_to(email).await;
    let letter = letters
        .iter()
        .rev()
        .find(|letter| letter.kind == kind)
        .unwrap_or_else(|| panic!("no {kind} to {email}"));
    let link = letter.private_link.clone().unwrap();
    link[link.find("/question/").unwrap()..].to_owned()
}

async fn redirect(browser: &Browser, link: &str, email: &str) -> Page {
    let page = browser.get(&format!("{link}/letters")).await;
    browser.press(&page, "Continue", &[("email", email)]).await
}

#[tokio::test]
async fn a_questioner_has_letters_sent_to_another_address_once_it_is_confirmed_there() {
    let town = town().await;
    let link = asked(&town, in_time()).await;
    let browser = town.app.browser();
    let page = browser.get(&link).await;
    assert!(
        page.text().contains("By email to z•••@example.org"),
        "{}",
        page.text()
    );
    let nonsense = redirect(&browser, &link, "nobody").await;
    assert_eq!(nonsense.status, 422);
    assert_eq!(
        nonsense.attribute("#email", "value").as_deref(),
        Some("nobody")
    );
    let answer = redirect(&browser, &link, "right@example.org").await;
    assert!(
        answer.text().contains("r•••@example.org"),
        "{}",
        answer.text()
    );
    look(&answer);

    // nothing has changed yet; both addresses were written to, the new one with no word of the questioner's
    assert_eq!(browser.get(&link).await.status, 200);
    let to_new = town.app.letters_to("right@example.org").await;
    assert_eq!(to_new.len(), 1);
    assert_silent(
        "the letter to a new address",
        &to_new[0].text.replace(&link, ""),
    );
    assert!(!to_new[0].text.contains("canal"), "{}", to_new[0].text);
    let old = link_in(&town, "zqmail@example.org", "address_change_asked").await;
    let new = link_in(&town, "right@example.org", "address_to_confirm").await;

    // looking at the link changes nothing, pressing does
    let page = town.app.browser().get(&new).await;
    look(&page);
    assert_eq!(town.app.letters_to("right@example.org").await.len(), 1);
    let reader = town.app.browser();
    let page = reader.get(&new).await;
    look(
        &reader
            .press(&page, "Send letters to this address", &[])
            .await,
    );
    let fresh = link_in(&town, "right@example.org", "address_confirmed").await;
    assert_ne!(fresh, link);
    assert_eq!(
        browser.get(&link).await.status,
        404,
        "the link in the wrong hands"
    );
    let page = browser.get(&fresh).await;
    assert!(
        page.text().contains("By email to r•••@example.org"),
        "{}",
        page.text()
    );
    // pressed twice
    let again = reader.get(&new).await;
    assert!(
        again.text().contains("We send letters about"),
        "{}",
        again.text()
    );

    // the next letter goes there
    let question = town.question(&fresh);
    let service = &town.app.service;
    approve_question::approve(service, &town.officer, question.id, question.version, "").unwrap();
    assert_eq!(link_in(&town, "right@example.org", "approved").await, fresh);

    // no address is in the audit trail
    let history = service
        .store
        .read(|db| public_question_time::store::audit::of_subject(db, &question.id.to_string()))
        .unwrap();
    let trail = format!("{history:?}");
    assert!(trail.contains("correct_contact_details"), "{trail}");
    assert!(!trail.contains("example.org"), "{trail}");

    // whoever reads the old address takes it back: both links die, and this way is closed
    let owner = town.app.browser();
    let page = owner.get(&old).await;
    look(
        &owner
            .press(&page, "Keep sending letters to this address", &[])
            .await,
    );
    assert_eq!(browser.get(&fresh).await.status, 404);
    let restored = link_in(&town, "zqmail@example.org", "address_confirmed").await;
    let page = owner.get(&restored).await;
    assert!(
        page.text().contains("By email to z•••@example.org"),
        "{}",
        page.text()
    );
    assert!(
        page.text().contains("If that is wrong, contact us"),
        "{}",
        page.text()
    );
    assert_eq!(owner.get(&format!("{restored}/letters")).await.status, 404);
    let left = town.app.letters_to("right@example.org").await;
    assert_eq!(left.last().unwrap().kind, "address_left");
    assert_eq!(left.last().unwrap().private_link, None);
}

#[tokio::test]
async fn trying_addresses_tells_nobody_the_right_one_and_is_limited() {
    let town = town().await;
    let link = asked(&town, in_time()).await;
    let stranger = town.app.browser();
    let right = redirect(&stranger, &link, "zqmail@example.org").await;
    let wrong = redirect(&stranger, &link, "zqother@example.org").await;
    assert_eq!(right.status, wrong.status);
    assert_eq!(right.text(), wrong.text());
    redirect(&stranger, &link, "third@example.org").await;
    let more = redirect(&stranger, &link, "fourth@example.org").await;
    assert_eq!(more.status, 429, "{}", more.text());
    assert!(town.app.letters_to("fourth@example.org").await.is_empty());
    // an earlier request is good for nothing once there is another
    let early = link_in(&town, "zqother@example.org", "address_to_confirm").await;
    let page = stranger.get(&early).await;
    assert!(
        page.text().contains("cannot be used any more"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_corrected_address_takes_the_allowance_along_and_a_clash_is_told_to_officers_alone() {
    let town = town().await;
    let service = &town.app.service;
    let link = asked(&town, in_time()).await;
    // the same person by name and e-mail address, from another postcode: not the same so far
    let browser = town.app.browser();
    let mut other = DETAILS.to_vec();
    other.retain(|(name, _)| !["email", "postcode", "address"].contains(name));
    other.extend([
        ("email", "right@example.org"),
        ("postcode", "WA7 1AA"),
        ("address", "1 Example Road"),
    ]);
    town.app.clock.set(in_time());
    let check = write(
        &browser,
        town.meeting,
        "When will the library open again?",
        &other,
    )
    .await;
    let second = send(&browser, &check).await;
    assert_eq!(second.heading(), "Question received", "{}", second.text());

    redirect(&browser, &link, "right@example.org").await;
    let new = link_in(&town, "right@example.org", "address_to_confirm").await;
    let page = browser.get(&new).await;
    let confirmed = browser
        .press(&page, "Send letters to this address", &[])
        .await;
    assert_eq!(confirmed.heading(), "Email address confirmed");
    let fresh = link_in(&town, "right@example.org", "address_confirmed").await;
    let question = town.question(&fresh);
    let history = service
        .store
        .read(|db| public_question_time::store::audit::of_subject(db, &question.id.to_string()))
        .unwrap();
    assert!(
        format!("{history:?}").contains("same_as_another_question\\\":true"),
        "{history:?}"
    );
    // the old key is free: somebody of that name and address can ask again
    let keys = service.hashed_keys(
        &public_question_time::service::evidence::stored_questioner(
            &service
                .store
                .read(|db| public_question_time::store::questions::questioner(db, question.id))
                .unwrap()
                .unwrap(),
        )
        .unwrap(),
    );
    let holders = service
        .store
        .read(|db| public_question_time::store::questions::holders(db, town.meeting, &keys))
        .unwrap();
    assert_eq!(holders.len(), 2, "both keep their place");
}

#[tokio::test]
async fn an_officer_replaces_a_private_link() {
    let town = town().await;
    let link = asked(&town, in_time()).await;
    let question = town.question(&link);
    let desk = town.app.sign_in_as("officer@example.org").await;
    let path = format!("/staff/questions/{}/private-link", question.id);
    let page = desk.get(&path).await;
    let missing = desk
        .press(&page, "Replace the link", &[("reason", "")])
        .await;
    assert_eq!(
        missing.problems(),
        ["Enter the reason for replacing the link"]
    );
    let done = desk
        .press(
            &missing,
            "Replace the link",
            &[("reason", "Forwarded to a mailing list"), ("send", "yes")],
        )
        .await;
    assert_eq!(done.status, 303, "{}", done.text());
    let stranger = town.app.browser();
    assert_eq!(stranger.get(&link).await.status, 404);
    let api = link.replace("/question/", "/api/v1/your-question/");
    let old = Page::of(&api, stranger.request(Method::GET, &api)).await;
    assert_eq!(old.status, 404);
    let fresh = link_in(&town, "zqmail@example.org", "new_link").await;
    assert_eq!(stranger.get(&fresh).await.status, 200);
}

#[tokio::test]
async fn after_it_was_put_a_question_is_neither_withdrawn_nor_disowned_but_a_name_can_be_taken_off()
{
    let town = town().await;
    let service = &town.app.service;
    let link = asked(&town, in_time()).await;
    let question = town.question(&link);
    approve_question::approve(service, &town.officer, question.id, question.version, "").unwrap();
    town.app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    let id = question.id;
    for event in [
        Event::Opened,
        Event::Indicated { question: id },
        Event::Called { question: id },
        Event::SpeakingStarted,
    ] {
        question_time::act(service, &town.officer, town.meeting, &event).unwrap();
    }
    let browser = town.app.browser();
    let api = link.replace("/question/", "/api/v1/your-question/");
    let page = browser.get(&link).await;
    let text = page.text();
    assert!(!text.contains("Withdraw this question"), "{text}");
    assert!(!text.contains("This was not me"), "{text}");
    assert!(
        text.contains("We can take your name off the record"),
        "{text}"
    );
    let seen = Page::of(&api, browser.request(Method::GET, &api)).await;
    assert!(seen.body.contains("\"possible\":[]"), "{}", seen.body);
    for act in ["withdraw", "disown"] {
        let path = format!("{api}/{act}");
        let refused = Page::of(&path, browser.request(Method::POST, &path)).await;
        assert_eq!(refused.status, 409, "{}", refused.body);
    }
}

#[tokio::test]
async fn a_guessed_token_gets_the_answer_that_every_other_gets() {
    let town = town().await;
    let stranger = town.app.browser();
    let mut answers = Vec::new();
    for token in [
        "A".repeat(43),
        "A".repeat(80),
        "018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11".to_owned(),
        "PQ-2024-7KX4".to_owned(),
        "zqx".to_owned(),
    ] {
        for path in [
            format!("/question/{token}"),
            format!("/api/v1/your-question/{token}"),
        ] {
            let answer = Page::of(&path, stranger.request(Method::GET, &path)).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(!answer.body.contains(&token), "{path}: {}", answer.body);
            let said = match path.starts_with("/api") {
                true => {
                    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
                    format!("{} {} {}", body["type"], body["title"], body["detail"])
                }
                false => answer.text(),
            };
            answers.push((path.starts_with("/api"), said));
        }
    }
    answers.sort();
    answers.dedup();
    assert_eq!(
        answers.len(),
        2,
        "one for pages, one for programs: {answers:?}"
    );
}
