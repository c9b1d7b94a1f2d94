//! A resident asks a question: from the list of meetings to the receipt, and what the private link shows and does.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use diesel::prelude::*;
use public_question_time::domain::agenda::{AgendaItem, ItemKind, Part};
use public_question_time::domain::id::MeetingId;
use public_question_time::domain::standing_order::question_time::Event;
use public_question_time::domain::standing_order::rejection::Ground;
use public_question_time::service::actor::{Acting, Who};
use public_question_time::service::approve_question;
use public_question_time::service::boards::{self, BoardParticulars};
use public_question_time::service::meetings::{self, ItemParticulars, Particulars};
use public_question_time::service::question_time;
use public_question_time::service::reject_question::{self, Rejection};
use public_question_time::service::views;
use public_question_time::store::error::StoreError;
use public_question_time::store::questions::Question;
use public_question_time::store::staff::{HeldRole, Role};

use crate::app::{Browser, Page, Setup, TestApp};

/// A board with a meeting on 6 February 2024 whose agenda is out, and one on 9 April whose agenda is not.
pub(super) struct Town {
    pub(super) app: TestApp,
    pub(super) officer: Acting,
    pub(super) meeting: MeetingId,
    pub(super) next: MeetingId,
}

impl Town {
    /// The question that a private link opens, for what an officer does to it.
    pub(super) fn question(&self, link: &str) -> Question {
        let service = &self.app.service;
        let token = link.trim_start_matches("/question/");
        service
            .store
            .read(|db| service.question_by_token(db, token))
            .unwrap()
    }

    pub(super) fn version(&self, meeting: MeetingId) -> i32 {
        let service = &self.app.service;
        let view = service
            .store
            .read(|db| views::meeting(service, db, meeting))
            .unwrap();
        view.meeting().version
    }
}

pub(super) fn at(hour: u32, minute: u32, second: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, 5, hour, minute, second)
        .unwrap()
}

fn particulars(month: u32, day: u32, agenda_published: bool) -> Particulars {
    Particulars {
        date: NaiveDate::from_ymd_opt(2024, month, day).unwrap(),
        starts: NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
        venue: "Boardroom, Municipal Building, Widnes".to_owned(),
        agenda_published,
        ended: None,
    }
}

pub(super) async fn town() -> Town {
    town_with("").await
}

/// The same under other settings.
pub(super) async fn town_with(toml: &str) -> Town {
    let app = TestApp::start_with(Setup {
        toml: toml.to_owned(),
        ..Setup::default()
    })
    .await;
    let email = "officer@example.org";
    let role = HeldRole {
        role: Role::ProperOfficer,
        board: None,
    };
    app.account(email, "Sample Officer", &[role]);
    let member = app
        .service
        .accounts(&Acting::system())
        .unwrap()
        .into_iter()
        .find(|member| member.email == email)
        .unwrap();
    let officer = Acting {
        who: Who::Staff(member),
        request_id: None,
    };
    let board = boards::add(
        &app.service,
        &officer,
        &BoardParticulars {
            name: "Safer Policy and Performance Board".to_owned(),
            slug: "safer".to_owned(),
            modern_gov_id: None,
            minute_prefix: "SAF".to_owned(),
            nil_return: String::new(),
            response_owner: None,
            retired: false,
        },
    )
    .unwrap();
    let schedule = |particulars: Particulars| {
        meetings::schedule(&app.service, &officer, board.id, &particulars)
            .unwrap()
            .meeting()
            .id
    };
    let meeting = schedule(particulars(2, 6, true));
    let next = schedule(particulars(4, 9, false));
    let items = [
        ("Road safety near schools", Part::Public, ItemKind::Ordinary),
        (
            "Application for a licence: an example inn",
            Part::Public,
            ItemKind::LicensingApplication,
        ),
        (
            "Application to build on Example Road",
            Part::Public,
            ItemKind::PlanningApplication,
        ),
        ("Contract for security", Part::Private, ItemKind::Ordinary),
    ];
    for (position, (title, part, kind)) in (1..).zip(items) {
        let item = ItemParticulars {
            position,
            title: title.to_owned(),
            minute_number: String::new(),
            part,
            kind,
        };
        meetings::add_item(&app.service, &officer, meeting, &item).unwrap();
    }
    Town {
        app,
        officer,
        meeting,
        next,
    }
}

pub(super) const QUESTION: &str = "When will the crossing outside Example School be made safer?";

/// What a resident fills in about themselves.
pub(super) const PERSON: [(&str, &str); 6] = [
    ("name", "Sample Resident"),
    ("address", "1 Example Street\nWidnes"),
    ("postcode", "wa8 7qf"),
    ("email", "resident@example.org"),
    ("resident", "yes"),
    ("publish_name", "yes"),
];

fn person<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut filled: Vec<(&str, &str)> = PERSON
        .into_iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name))
        .collect();
    filled.extend(changes);
    filled
}

/// Opens the page of a meeting and follows "Ask a question".
pub(super) async fn begin(browser: &Browser, meeting: MeetingId) -> Page {
    let page = browser.get(&format!("/meetings/{meeting}")).await;
    let begun = browser.go(&page, "Ask a question").await;
    assert_eq!(begun.status, 200);
    begun
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    drafts: i64,
}

/// How many drafts are stored, whoever's they are.
pub(super) fn drafts_of(app: &TestApp) -> i64 {
    let sql = "SELECT count(*) AS drafts FROM drafts";
    let counted: Result<Counted, StoreError> = app
        .service
        .store
        .read(|db| Ok(diesel::sql_query(sql).get_result(db)?));
    counted.unwrap().drafts
}

/// The value of the radio for the agenda item with this title.
pub(super) fn item(page: &Page, title: &str) -> String {
    let html = page.html();
    let labels = scraper::Selector::parse("label[for]").unwrap();
    let label = html
        .select(&labels)
        .find(|label| label.text().collect::<String>().trim() == title)
        .unwrap_or_else(|| panic!("there is no item {title:?}: {}", page.text()));
    let id = label.value().attr("for").unwrap();
    page.attribute(&format!("#{id}"), "value").unwrap()
}

/// Goes from the matter to "check your answers".
pub(super) async fn write(
    browser: &Browser,
    meeting: MeetingId,
    question: &str,
    who: &[(&str, &str)],
) -> Page {
    let page = begin(browser, meeting).await;
    let chosen = item(&page, "Road safety near schools");
    let answer = browser
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    let page = browser.follow(answer).await;
    let answer = browser
        .press(&page, "Continue", &[("question", question)])
        .await;
    let page = browser.follow(answer).await;
    assert_eq!(page.heading(), "About you");
    let answer = browser.press(&page, "Continue", who).await;
    let page = browser.follow(answer).await;
    assert_eq!(
        page.heading(),
        "Check your answers before you send your question"
    );
    page
}

pub(super) async fn send(browser: &Browser, check: &Page) -> Page {
    let sent = browser
        .press(check, "Send your question", &[("declaration", "yes")])
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    browser.follow(sent).await
}

/// The private link on a receipt, as a path.
pub(super) fn private_link(page: &Page) -> String {
    let links = page.html();
    let all = scraper::Selector::parse("main a[href]").unwrap();
    let href = links
        .select(&all)
        .filter_map(|link| link.value().attr("href"))
        .find(|href| href.contains("/question/"))
        .unwrap_or_else(|| panic!("no private link: {}", page.text()));
    path_of(href)
}

fn path_of(address: &str) -> String {
    let at = address.find("/question/").unwrap();
    address[at..].to_owned()
}

fn reference(page: &Page) -> String {
    page.all("strong")
        .into_iter()
        .find(|text| text.starts_with("PQ-2024-"))
        .unwrap_or_else(|| panic!("no reference: {}", page.text()))
}

#[tokio::test]
async fn a_question_goes_from_the_first_page_to_its_receipt_and_its_letter() {
    let town = town().await;
    let browser = town.app.browser();

    let home = browser.get("/").await;
    assert_eq!(home.status, 200);
    let deadline = "Deadline for questions: 4pm on Monday 5 February 2024";
    assert!(home.text().contains(deadline), "{}", home.text());
    assert!(home.text().contains("(in 1 hour)"), "{}", home.text());
    let meeting = browser.get(&format!("/meetings/{}", town.meeting)).await;
    assert_eq!(
        meeting.heading(),
        "Safer Policy and Performance Board, Tuesday 6 February 2024"
    );
    assert!(
        meeting
            .text()
            .contains("The last working day before the meeting is Monday 5 February 2024"),
        "{}",
        meeting.text()
    );

    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let text = check.text();
    for shown in [
        QUESTION,
        "Road safety near schools",
        "Sample Resident",
        "WA8 7QF",
        "It takes about 4 seconds to say",
        "4pm on Monday 5 February 2024",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }

    // the declaration is asked for
    let refused = browser.press(&check, "Send your question", &[]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        ["Confirm that what you have given is correct"]
    );
    assert!(refused.title().starts_with("Error: "));

    let done = send(&browser, &refused).await;
    assert_eq!(
        (done.status, done.heading().as_str()),
        (200, "Question received")
    );
    assert!(
        done.text()
            .contains("received on 5 February 2024 at 3:00:00pm"),
        "{}",
        done.text()
    );
    assert_eq!(done.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(done.header("cache-control"), "no-store");
    let reference = reference(&done);

    let letters = town.app.letters_to("resident@example.org").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].kind, "acknowledgement");
    assert!(letters[0].subject.contains(&reference));
    let link = letters[0]
        .text
        .split_whitespace()
        .find(|word| word.contains("/question/"))
        .expect("the private link in the letter");
    let path = path_of(link);
    assert_ne!(
        path,
        private_link(&done),
        "only a letter shows whose mailbox it is"
    );
    let private = town.app.browser().get(&path).await;
    assert_eq!(private.status, 200);
    assert_eq!(private.heading(), format!("Your question {reference}"));
    assert!(private.text().contains("Waiting for a decision"));
    assert!(private.text().contains(QUESTION));
    assert!(!private.text().contains("1 Example Street"));
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_and_what_was_typed_stays() {
    let town = town().await;
    let browser = town.app.browser();
    let page = begin(&browser, town.meeting).await;
    let nothing = browser.press(&page, "Continue", &[]).await;
    assert_eq!(nothing.status, 422);
    assert_eq!(
        nothing.problems(),
        ["Select the agenda item that your question is about"]
    );
    let chosen = item(&nothing, "Road safety near schools");
    let answer = browser
        .press(&nothing, "Continue", &[("agenda_item", &chosen)])
        .await;
    let page = browser.follow(answer).await;
    let empty = browser.press(&page, "Continue", &[("question", " ")]).await;
    assert_eq!(empty.problems(), ["Enter your question"]);
    let long = "word ".repeat(2_001);
    let too_long = browser
        .press(&empty, "Continue", &[("question", &long)])
        .await;
    assert_eq!(too_long.status, 422);
    assert!(
        too_long.problems()[0].contains("10,000"),
        "{:?}",
        too_long.problems()
    );
    assert!(
        too_long.body.contains(long.trim_end()),
        "what was typed is gone"
    );

    // 600 words take 4 minutes: that is said, and stands in nobody's way
    let four_minutes = "word ".repeat(600);
    let again = browser
        .press(
            &too_long,
            "See how long it takes to say",
            &[("question", &four_minutes)],
        )
        .await;
    let again = browser.follow(again).await;
    assert!(
        again
            .text()
            .contains("takes about 4 minutes to say, and you have 3 minutes"),
        "{}",
        again.text()
    );
    let answer = browser.press(&again, "Continue", &[]).await;
    let page = browser.follow(answer).await;
    let wrong = browser
        .press(
            &page,
            "Continue",
            &[
                ("postcode", "WA8"),
                ("email", "resident at example"),
                ("telephone", "ask my neighbour"),
            ],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.problems(),
        [
            "Enter your full name",
            "Enter your address",
            "Enter a full UK postcode, like WA8 7QF",
            "Enter an email address in the correct format, like name@example.com",
            "Enter a telephone number, like 01632 960 001, 07700 900 982 or +44 808 157 0192",
            "Select yes if you live in the borough",
            "Select whether we can use your name in public",
        ]
    );
    for problem in wrong
        .html()
        .select(&scraper::Selector::parse(".govuk-error-summary__list a").unwrap())
    {
        let target = problem.value().attr("href").unwrap();
        assert!(
            wrong.attribute(target, "id").is_some(),
            "{target} leads nowhere"
        );
    }
    // what is wrong is kept on the server as well
    let other_tab = browser.get(&page.path).await;
    assert_eq!(
        other_tab.attribute("#email", "value").as_deref(),
        Some("resident at example")
    );
}

#[tokio::test]
async fn a_repeated_post_a_second_tab_and_the_back_button_make_one_question() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let second_tab = browser.get(&check.path).await;
    let (action, fields) = check.filled_in("main form", &[("declaration", "yes")]);
    let (one, two, three) = tokio::join!(
        browser.post(&action, &fields),
        browser.post(&action, &fields),
        browser.post(&action, &fields),
    );
    for answer in [one, two, three] {
        assert_eq!(answer.status, 303);
    }
    let from_tab = send(&browser, &second_tab).await;
    let again = browser.open(&check.path).await;
    assert_eq!(from_tab.heading(), "Question received");
    assert_eq!(reference(&from_tab), reference(&again));
    // what is typed in a tab that was left open changes nothing any more
    let base = check.path.trim_end_matches("/check");
    let token = fields.clone();
    let late = browser.post(&format!("{base}/question"), &token).await;
    assert_eq!(late.location(), Some(format!("{base}/done")));
    let letters = town.app.letters_to("resident@example.org").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        town.app
            .letters()
            .await
            .iter()
            .filter(|letter| letter.kind == "officer_new_question")
            .count(),
        1
    );
}

#[tokio::test]
async fn at_the_deadline_exactly_it_is_in_time() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    town.app.clock.set(at(16, 0, 0));
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received");
}

#[tokio::test]
async fn a_second_late_is_refused_kept_and_sent_on_in_one_action() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    town.app.clock.set(at(15, 30, 0));
    let near = browser.get(&check.path).await;
    assert!(near.text().contains("in 30 minutes"), "{}", near.text());
    town.app.clock.set(at(16, 0, 1));
    let over = browser.get(&check.path).await;
    assert!(
        over.text()
            .contains("The deadline for this meeting was 4pm on Monday 5 February 2024"),
        "{}",
        over.text()
    );
    let refused = send(&browser, &over).await;
    assert_eq!(
        refused.heading(),
        "Your question was not accepted for this meeting"
    );
    let text = refused.text();
    for said in [
        "The deadline was 4pm on Monday 5 February 2024.",
        "received on 5 February 2024 at 4:00:01pm",
        "Standing Order 34(9)(iii)",
        "Tuesday 9 April 2024",
        QUESTION,
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let letters = town.app.letters_to("resident@example.org").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].kind, "refused");

    let carried = browser
        .press(&refused, "Send it to the board’s next meeting", &[])
        .await;
    let check = browser.follow(carried).await;
    assert_eq!(
        check.heading(),
        "Check your answers before you send your question"
    );
    assert!(check.text().contains(QUESTION));
    assert!(check.text().contains("Road safety near schools"));
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received");
    assert!(done.text().contains("Tuesday 9 April 2024"));

    // the meeting says what a late question comes to, before it is written
    let meeting = browser.get(&format!("/meetings/{}", town.meeting)).await;
    assert!(
        meeting
            .text()
            .contains("We cannot take it there, but we will keep it")
    );
    let begun = browser.go(&meeting, "Send a late question").await;
    assert_eq!(begun.status, 200);
    assert!(
        begun
            .text()
            .contains("The deadline for this meeting was 4pm on Monday 5 February 2024"),
        "{}",
        begun.text()
    );
    let chosen = item(&begun, "Road safety near schools");
    let answer = browser
        .press(&begun, "Continue", &[("agenda_item", &chosen)])
        .await;
    assert_eq!(
        browser.follow(answer).await.heading(),
        "What is your question?"
    );
}

#[tokio::test]
async fn a_second_question_is_refused_and_nothing_else_is_told() {
    let town = town().await;
    let first = town.app.browser();
    let check = write(&first, town.meeting, QUESTION, &PERSON).await;
    let done = send(&first, &check).await;
    let other = town.app.browser();
    let check = write(
        &other,
        town.meeting,
        "Will the speed limit near the school be lowered?",
        &person(&[("email", "another.address@example.org")]),
    )
    .await;
    let refused = send(&other, &check).await;
    let text = refused.text();
    assert!(
        text.contains("A question has already been received"),
        "{text}"
    );
    assert!(text.contains("Standing Order 34(9)(iii)"), "{text}");
    assert!(!text.contains(QUESTION), "{text}");
    assert!(!text.contains(&reference(&done)), "{text}");
    assert!(!text.contains("resident@example.org"), "{text}");
}

#[tokio::test]
async fn who_does_not_live_in_the_borough_is_told_before_and_after() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(
        &browser,
        town.meeting,
        QUESTION,
        &person(&[("resident", "no")]),
    )
    .await;
    assert!(
        check
            .text()
            .contains("so your question will be refused (Standing Order 34(9)(i))"),
        "{}",
        check.text()
    );
    let refused = send(&browser, &check).await;
    let text = refused.text();
    assert!(text.contains("Standing Order 34(9)(i)"), "{text}");
    assert!(text.contains("someone who lives in the borough"), "{text}");
    // the next meeting would refuse it as well
    assert!(!text.contains("next meeting"), "{text}");
    assert!(text.contains(QUESTION), "{text}");
}

#[tokio::test]
async fn private_items_and_applications_cannot_be_chosen() {
    let town = town().await;
    let browser = town.app.browser();
    let meeting = browser.get(&format!("/meetings/{}", town.meeting)).await;
    for why in [
        "it is a licensing application (Standing Order 34(9)(vi))",
        "it is a planning application (Standing Order 34(9)(vi))",
        "it is dealt with in the private part of the meeting (Standing Order 34(9)(vi))",
    ] {
        assert!(meeting.text().contains(why), "{why}: {}", meeting.text());
    }
    let page = begin(&browser, town.meeting).await;
    assert_eq!(page.all("input[type=radio]").len(), 1);
    assert!(
        page.text()
            .contains("Contract for security: it is dealt with in the private part")
    );

    let (action, fields) = page.filled_in("main form", &[]);
    let view = town
        .app
        .service
        .store
        .read(|db| views::meeting(&town.app.service, db, town.meeting))
        .unwrap();
    // on the first page, which begins no draft with it
    let forge = async |action: &str, item: &AgendaItem| {
        let mut forged = fields.clone();
        forged.push(("agenda_item".to_owned(), item.id.to_string()));
        let answer = browser.post(action, &forged).await;
        assert_eq!(answer.status, 422, "{}", item.title);
        assert!(
            answer.problems()[0].contains(&item.title),
            "{:?}",
            answer.problems()
        );
    };
    for item in &view.agenda[1..] {
        forge(&action, item).await;
    }
    assert_eq!(drafts_of(&town.app), 0);
    // and in a draft that has begun
    let chosen = item(&page, "Road safety near schools");
    let begun = browser
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    let action = begun.location().unwrap().replace("/question", "/matter");
    for item in &view.agenda[1..] {
        forge(&action, item).await;
        let check = browser.get(&action.replace("/matter", "/check")).await;
        assert_eq!(check.location().as_deref(), Some(action.as_str()));
    }
}

#[tokio::test]
async fn without_an_agenda_the_matter_is_asked_for() {
    let town = town().await;
    let browser = town.app.browser();
    let page = begin(&browser, town.next).await;
    assert_eq!(page.heading(), "What is your question about?");
    let nothing = browser.press(&page, "Continue", &[("matter", "")]).await;
    assert_eq!(nothing.problems(), ["Enter what your question is about"]);
    let answer = browser
        .press(
            &nothing,
            "Continue",
            &[("matter", "Bus services in Widnes")],
        )
        .await;
    let page = browser.follow(answer).await;
    let answer = browser
        .press(&page, "Continue", &[("question", QUESTION)])
        .await;
    let page = browser.follow(answer).await;
    let answer = browser.press(&page, "Continue", &PERSON).await;
    let check = browser.follow(answer).await;
    assert!(check.text().contains("Bus services in Widnes"));

    // the agenda comes out before it is sent: an item is asked for, with what was said in words
    let meeting = town
        .app
        .service
        .store
        .read(|db| views::meeting(&town.app.service, db, town.next))
        .unwrap();
    let published = Particulars {
        agenda_published: true,
        ..particulars(4, 9, true)
    };
    meetings::change(
        &town.app.service,
        &town.officer,
        town.next,
        meeting.meeting().version,
        &published,
    )
    .unwrap();
    let item_added = ItemParticulars {
        position: 1,
        title: "Transport".to_owned(),
        minute_number: String::new(),
        part: Part::Public,
        kind: ItemKind::Ordinary,
    };
    meetings::add_item(&town.app.service, &town.officer, town.next, &item_added).unwrap();
    let sent = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    let page = browser.follow(sent).await;
    assert!(
        page.text()
            .contains("You said that your question is about: Bus services in Widnes"),
        "{}",
        page.text()
    );
    let chosen = item(&page, "Transport");
    let answer = browser
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    let check = browser.follow(answer).await;
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received");
}

#[tokio::test]
async fn opening_links_changes_nothing() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let base = check.path.trim_end_matches("/check").to_owned();
    // a scanner with the resident's own cookies
    for page in [
        "send",
        "carry",
        "answered",
        "matter",
        "question",
        "matches",
        "about-you",
        "done",
        "check",
    ] {
        browser.get(&format!("{base}/{page}")).await;
    }
    assert!(town.app.letters().await.is_empty());
    let check = browser.get(&check.path).await;
    assert!(check.text().contains(QUESTION));
    let done = send(&browser, &check).await;
    let link = private_link(&done);
    let scanner = town.app.browser();
    for path in [
        link.clone(),
        format!("{link}/withdraw"),
        format!("{link}/not-mine"),
        format!("{link}/next-meeting"),
    ] {
        scanner.get(&path).await;
    }
    let private = scanner.get(&link).await;
    assert!(
        private.text().contains("Waiting for a decision"),
        "{}",
        private.text()
    );
}

#[tokio::test]
async fn the_form_can_be_opened_fetched_ahead_and_crawled_and_a_draft_begins_with_what_is_sent() {
    let town = town().await;
    let first_page = format!("/meetings/{}/ask", town.meeting);
    // public pages lead there by a link, and hold no form that changes anything
    for path in ["/", "/meetings", "/questions", "/standing-order"] {
        let page = town.app.browser().get(path).await;
        assert!(page.all("form[method=post]").is_empty(), "{path}");
    }
    let meeting = town
        .app
        .browser()
        .get(&format!("/meetings/{}", town.meeting))
        .await;
    assert!(meeting.all("form").is_empty());
    assert_eq!(meeting.link("Ask a question"), first_page);
    // a crawler without cookies, a browser that fetches ahead, somebody who looks again and again
    for _ in 0..3 {
        let page = town.app.browser().get(&first_page).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
    }
    let browser = town.app.browser();
    for _ in 0..3 {
        let ahead = browser
            .request(reqwest::Method::GET, &first_page)
            .header("Sec-Purpose", "prefetch");
        assert_eq!(Page::of(&first_page, ahead).await.status, 200);
    }
    let page = browser.get(&first_page).await;
    let nothing_chosen = browser.press(&page, "Continue", &[]).await;
    assert_eq!(nothing_chosen.status, 422);
    assert_eq!(drafts_of(&town.app), 0);

    let chosen = item(&nothing_chosen, "Road safety near schools");
    let begun = browser
        .press(&nothing_chosen, "Continue", &[("agenda_item", &chosen)])
        .await;
    assert_eq!(drafts_of(&town.app), 1);
    let question = browser.follow(begun).await;
    assert_eq!(question.heading(), "What is your question?");
    // back from there, the item is still chosen
    let back = browser.go(&question, "Back").await;
    assert_eq!(
        back.attribute("input[type=radio][checked]", "value")
            .as_deref(),
        Some(chosen.as_str())
    );
    let robots = browser.get("/robots.txt").await.body;
    assert!(robots.contains("Disallow: /meetings/*/ask\n"), "{robots}");
}

#[tokio::test]
async fn who_lost_the_cookie_on_the_first_page_goes_on_with_what_they_chose() {
    let town = town().await;
    let page = begin(&town.app.browser(), town.meeting).await;
    let chosen = item(&page, "Road safety near schools");
    let without = town.app.browser();
    let ended = without
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    assert_eq!(ended.status, 403);
    assert_eq!(ended.heading(), "Sorry, your session has ended");
    let question = without.press(&ended, "Continue", &[]).await;
    let question = without.follow(question).await;
    assert_eq!(question.heading(), "What is your question?");
    assert_eq!(drafts_of(&town.app), 1);
}

#[tokio::test]
async fn withdrawing_gives_the_allowance_back() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let link = private_link(&send(&browser, &check).await);
    // the link works in another browser
    let phone = town.app.browser();
    let page = phone.get(&link).await;
    let confirm = phone.get(&page.link("Withdraw this question")).await;
    assert!(
        confirm.text().contains(
            "You can send another question to this meeting until 4pm on Monday 5 February 2024"
        ),
        "{}",
        confirm.text()
    );
    let withdrawn = phone.press(&confirm, "Withdraw the question", &[]).await;
    assert_eq!(withdrawn.location().as_deref(), Some(link.as_str()));
    let page = phone.get(&link).await;
    assert!(
        page.text().contains("You have withdrawn your question"),
        "{}",
        page.text()
    );
    // pressed a second time, in a tab left open
    let again = phone.press(&confirm, "Withdraw the question", &[]).await;
    assert_eq!(again.status, 303);
    let letters = town.app.letters_to("resident@example.org").await;
    let kinds: Vec<&str> = letters.iter().map(|letter| letter.kind).collect();
    assert_eq!(kinds, ["acknowledgement", "withdrawn"]);

    let check = write(
        &browser,
        town.meeting,
        "May I ask something else about the crossing?",
        &PERSON,
    )
    .await;
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received");
}

#[tokio::test]
async fn a_question_in_someone_elses_name_is_disowned() {
    let town = town().await;
    let check = write(&town.app.browser(), town.meeting, QUESTION, &PERSON).await;
    // nobody but the writer's browser reads the draft
    let stranger = town.app.browser();
    for page in [
        "",
        "/matter",
        "/question",
        "/matches",
        "/about-you",
        "/check",
        "/done",
    ] {
        let path = format!("{}{page}", check.path.trim_end_matches("/check"));
        let answer = stranger.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("Sample Resident"));
    }

    let impostor = town.app.browser();
    let check = write(&impostor, town.meeting, QUESTION, &PERSON).await;
    send(&impostor, &check).await;
    let letters = town.app.letters_to("resident@example.org").await;
    let link = path_of(letters[0].private_link.as_deref().expect("a private link"));
    let victim = town.app.browser();
    let page = victim.get(&link).await;
    let confirm = victim
        .get(&page.link("This was not me: I did not send this question"))
        .await;
    let ended = victim
        .press(&confirm, "I did not send this question", &[])
        .await;
    assert_eq!(ended.status, 303);
    let page = victim.get(&link).await;
    assert!(
        page.text().contains("did not send this question"),
        "{}",
        page.text()
    );
    let check = write(
        &victim,
        town.meeting,
        "My own question is about the kerb.",
        &PERSON,
    )
    .await;
    assert_eq!(send(&victim, &check).await.heading(), "Question received");
}

#[tokio::test]
async fn strangers_drafts_and_wrong_links_are_not_found_alike() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let link = private_link(&send(&browser, &check).await);
    let stranger = town.app.browser();
    // a POST with a token of the stranger's own
    let own = begin(&stranger, town.meeting).await;
    let (_, fields) = own.filled_in("main form", &[]);
    for act in [
        "matter",
        "question",
        "matches",
        "about-you",
        "send",
        "carry",
    ] {
        let path = format!("{}/{act}", check.path.trim_end_matches("/check"));
        let answer = stranger.post(&path, &fields).await;
        assert_eq!(answer.status, 404, "{act}");
    }
    let mut damaged = link.clone();
    let last = damaged.pop().unwrap();
    damaged.push(if last == 'A' { 'Q' } else { 'A' });
    let mut bodies = Vec::new();
    for path in [
        damaged.as_str(),
        "/question/x",
        "/question/AAAA",
        &format!("{link}x"),
    ] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        bodies.push(answer.text());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn a_script_is_inert_in_every_field() {
    let town = town().await;
    let browser = town.app.browser();
    let script = "<script>alert(1)</script>\"'&{{7*7}}";
    let check = write(
        &browser,
        town.meeting,
        script,
        &person(&[
            ("name", script),
            ("organisation", script),
            ("address", script),
            ("needs", script),
        ]),
    )
    .await;
    assert!(check.text().contains("<script>alert(1)</script>"));
    let done = send(&browser, &check).await;
    let private = browser.get(&private_link(&done)).await;
    let base = check.path.trim_end_matches("/check");
    for page in [&check, &done, &private] {
        assert!(!page.body.contains("<script>alert"), "{}", page.path);
        assert!(!page.text().contains("'&49"), "{}", page.path);
    }
    assert!(private.text().contains(script));
    for letter in town.app.letters_to("resident@example.org").await {
        assert!(!letter.html.contains("<script>"));
    }
    // and in what is typed wrong
    let other = town.app.browser();
    let page = begin(&other, town.next).await;
    let answer = other.press(&page, "Continue", &[("matter", script)]).await;
    let page = other.follow(answer).await;
    let back = other.get(&page.link("Back")).await;
    assert!(!back.body.contains("<script>alert"));
    assert_eq!(back.attribute("#matter", "value").as_deref(), Some(script));
    assert!(!base.contains("script"));
}

#[tokio::test]
async fn an_approved_question_shows_its_place_in_the_list() {
    let town = town().await;
    let mut links = Vec::new();
    for number in 1..=3 {
        let browser = town.app.browser();
        let name = format!("Sample Resident {number}");
        let email = format!("resident.{number}@example.org");
        let question =
            format!("Question number {number} is about the crossing in Example Road {number}?");
        let check = write(
            &browser,
            town.meeting,
            &question,
            &person(&[("name", &name), ("email", &email)]),
        )
        .await;
        links.push(private_link(&send(&browser, &check).await));
        town.app.advance(TimeDelta::seconds(30));
    }
    let service = &town.app.service;
    for link in &links {
        let question = town.question(link);
        approve_question::approve(service, &town.officer, question.id, question.version, "")
            .unwrap();
    }
    let browser = town.app.browser();
    let first = browser.get(&links[0]).await;
    assert!(
        first.text().contains("There are no questions before yours"),
        "{}",
        first.text()
    );
    let third = browser.get(&links[2]).await;
    assert!(
        third.text().contains("There are 2 questions before yours"),
        "{}",
        third.text()
    );
}

/// Seeds hold questions that were put and answered.
async fn seeded() -> TestApp {
    TestApp::start_with(Setup {
        seeds: true,
        ..Setup::default()
    })
    .await
}

const ASKED_BEFORE: &str = "What is the council doing about anti-social behaviour around the shops in Widnes town centre, and when will the CCTV cameras be repaired?";

async fn as_far_as_the_matches(app: &TestApp) -> (Browser, Page) {
    let browser = app.browser();
    let meetings = browser.get("/").await;
    let meeting = browser
        .get(&meetings.link("Safer Policy and Performance Board, Tuesday 13 February 2024"))
        .await;
    let page = browser.go(&meeting, "Ask a question").await;
    let chosen = item(&page, "CCTV in Town Centres");
    let answer = browser
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    let page = browser.follow(answer).await;
    let answer = browser
        .press(&page, "Continue", &[("question", ASKED_BEFORE)])
        .await;
    let page = browser.follow(answer).await;
    (browser, page)
}

#[tokio::test]
async fn a_question_asked_before_is_shown_with_its_answer_and_can_be_passed_with_one_press() {
    let app = seeded().await;
    let (browser, page) = as_far_as_the_matches(&app).await;
    assert!(page.heading().contains("asked before"), "{}", page.text());
    assert!(
        page.text()
            .contains("The cameras in the town centre were repaired"),
        "{}",
        page.text()
    );
    assert!(page.all("article").len() <= 3);
    // the figure is the rule's
    assert!(
        page.text().contains("in the 6 months before the meeting"),
        "{}",
        page.text()
    );
    let marked = page.all("article:first-of-type mark").join(" / ");
    assert!(marked.contains("anti-social behaviour"), "{marked}");
    assert!(page.all(".app-differs").is_empty());
    let answer = browser
        .press(
            &page,
            "Continue with my question",
            &[("difference", "It is about this winter.")],
        )
        .await;
    let page = browser.follow(answer).await;
    assert_eq!(page.heading(), "About you");
    let answer = browser.press(&page, "Continue", &PERSON).await;
    let check = browser.follow(answer).await;
    assert!(check.text().contains("It is about this winter."));
    assert_eq!(send(&browser, &check).await.heading(), "Question received");
}

#[tokio::test]
async fn who_finds_the_answer_sends_nothing() {
    let app = seeded().await;
    let (browser, page) = as_far_as_the_matches(&app).await;
    let answer = browser.press(&page, "This answers my question", &[]).await;
    let end = browser.follow(answer).await;
    assert_eq!(end.heading(), "We have not sent your question");
    assert!(app.letters().await.is_empty());
    // pressed by mistake: the way back
    let back = browser.get(&end.link("Go back to your question")).await;
    assert_eq!(back.heading(), "What is your question?");
    let answer = browser.press(&end, "Delete what you typed", &[]).await;
    let deleted = browser.follow(answer).await;
    assert_eq!(deleted.heading(), "We have deleted what you typed");
    assert_eq!(browser.get(&page.path).await.status, 404);
}

#[tokio::test]
async fn the_page_is_passed_with_one_press_and_a_reason_that_cannot_be_read_is_said() {
    let app = seeded().await;
    let (browser, page) = as_far_as_the_matches(&app).await;
    let long = "different ".repeat(1_000);
    let refused = browser
        .press(&page, "Continue with my question", &[("difference", &long)])
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.problems().len(), 1, "{:?}", refused.problems());
    assert!(refused.title().starts_with("Error: "));
    let kept = refused.all("textarea[name=difference]").concat();
    assert_eq!(kept.trim(), long.trim());
    let answer = browser
        .press(&refused, "Continue with my question", &[("difference", "")])
        .await;
    assert_eq!(browser.follow(answer).await.heading(), "About you");
}

#[tokio::test]
async fn nobody_is_shown_what_is_not_public_or_what_they_write_themselves() {
    let town = town().await;
    // sent, and nobody has decided about it yet
    let first = town.app.browser();
    let check = write(&first, town.meeting, QUESTION, &PERSON).await;
    send(&first, &check).await;
    // `write` goes straight on from the question to the person: for another who asks the same, and for the same browser
    let second = town.app.browser();
    let other = person(&[
        ("name", "Other Sample Resident"),
        ("email", "other@example.org"),
    ]);
    write(&second, town.meeting, QUESTION, &other).await;
    let again = write(&second, town.meeting, QUESTION, &other).await;
    let base = again.path.trim_end_matches("/check");
    let matches = second.get(&format!("{base}/matches")).await;
    assert_eq!(matches.status, 303, "{}", matches.text());
    let everything = second
        .get("/questions?q=crossing+outside+Example+School")
        .await;
    assert_eq!(everything.all("main h2"), ["No results"]);
}

#[tokio::test]
async fn three_earlier_questions_at_most_are_shown_and_only_once_they_were_put() {
    use diesel::RunQueryDsl;
    use public_question_time::store::error::StoreError;

    let town = town().await;
    for number in ["One", "Two", "Three", "Four"] {
        let (name, email) = (
            format!("Sample Resident {number}"),
            format!("{number}@example.org"),
        );
        let who = person(&[("name", &name), ("email", &email)]);
        let browser = town.app.browser();
        let check = write(&browser, town.meeting, QUESTION, &who).await;
        send(&browser, &check).await;
        town.app.advance(TimeDelta::seconds(1));
    }
    let matches = async || {
        let browser = town.app.browser();
        let page = begin(&browser, town.meeting).await;
        let chosen = item(&page, "Road safety near schools");
        let answer = browser
            .press(&page, "Continue", &[("agenda_item", &chosen)])
            .await;
        let page = browser.follow(answer).await;
        let answer = browser
            .press(&page, "Continue", &[("question", QUESTION)])
            .await;
        browser.follow(answer).await
    };
    assert_eq!(matches().await.heading(), "About you");
    town.app
        .service
        .store
        .write(|db| {
            diesel::sql_query("UPDATE questions SET put_on = '2024-01-09', status = 'answered'")
                .execute(db)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let page = matches().await;
    assert_eq!(
        page.heading(),
        "Questions like yours have been asked before"
    );
    assert_eq!(page.all("article").len(), 3);
    assert!(!page.body.contains("example.org\""), "{}", page.body);
}

#[tokio::test]
async fn where_earlier_questions_cannot_be_searched_a_question_is_sent_all_the_same() {
    use diesel::RunQueryDsl;
    use public_question_time::store::error::StoreError;

    let app = seeded().await;
    // the search can't read which questions changed; the triggers that write it follow the new name
    app.service
        .store
        .write(|db| {
            diesel::sql_query("ALTER TABLE question_changes RENAME TO elsewhere").execute(db)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let (browser, page) = as_far_as_the_matches(&app).await;
    assert_eq!(page.heading(), "About you");
    let answer = browser.press(&page, "Continue", &PERSON).await;
    let check = browser.follow(answer).await;
    assert_eq!(send(&browser, &check).await.heading(), "Question received");
    assert_eq!(app.letters_to("resident@example.org").await.len(), 1);
    // what was asked differs from what is searched: the page that only searches says that it can't
    assert_eq!(browser.get("/questions?q=cameras").await.status, 500);
    assert_eq!(browser.get("/questions").await.status, 200);
}

#[tokio::test]
async fn anybody_searches_the_questions_that_were_put() {
    let app = seeded().await;
    let browser = app.browser();
    let list = browser.get("/questions").await;
    assert_eq!(list.all("form[role=search] label").len(), 1);
    let found = browser
        .get("/questions?q=fly-tipping+behind+the+garages&before=x")
        .await;
    assert_eq!(found.status, 200);
    assert_eq!(found.all("h1").len(), 1);
    assert!(
        found
            .title()
            .starts_with("fly-tipping behind the garages – Questions and answers – "),
        "{}",
        found.title()
    );
    let first = found.all("article").remove(0);
    assert!(first.contains("Fines are given wherever"), "{first}");
    assert!(!found.body.contains("resident.two@example.org"));
    assert!(!found.all("mark").is_empty());
    let script = browser.get("/questions?q=%3Cscript%3Ealert(1)").await;
    assert!(!script.body.contains("<script>alert"), "{}", script.body);

    let blank = browser.get("/questions?q=+").await;
    assert_eq!(blank.all("article"), list.all("article"));
    let nothing = browser.get("/questions?q=zeppelin").await;
    assert_eq!(nothing.all("main h2"), ["No results"]);
    assert!(nothing.text().contains("Try fewer words"));
    let long = "x".repeat(501);
    let refused = browser.get(&format!("/questions?q={long}")).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        ["What you search for must be 500 characters or fewer. You have entered 501"]
    );
    assert_eq!(refused.attribute("#q", "value").unwrap(), long);
    assert!(refused.title().starts_with("Error: "));
    let mended = browser.get("/questions?q=%00zeppelin%07").await;
    assert_eq!(
        (mended.status, mended.all("main h2")),
        (200, vec!["No results".to_owned()])
    );
}

#[tokio::test]
async fn past_meetings_show_what_was_answered_or_that_nothing_came() {
    let app = seeded().await;
    let browser = app.browser();
    let list = browser.get("/meetings").await;
    let nothing = browser
        .get(&list.link("Safer Policy and Performance Board, Tuesday 14 November 2023"))
        .await;
    assert!(
        nothing
            .text()
            .contains("It was reported that no public questions had been received."),
        "{}",
        nothing.text()
    );
    let answered = browser
        .get(&list.link("Safer Policy and Performance Board, Tuesday 12 September 2023"))
        .await;
    assert!(
        answered
            .text()
            .contains("The cameras in the town centre were repaired")
    );
    let questions = browser.get("/questions").await;
    assert!(
        questions
            .text()
            .contains("The cameras in the town centre were repaired")
    );
    assert!(!questions.body.contains("1 Example Street"));
    assert!(!questions.body.contains("resident.one@example.org"));
}

#[tokio::test]
async fn every_page_at_the_foot_opens_with_one_heading() {
    let town = town().await;
    let browser = town.app.browser();
    for path in [
        "/",
        "/meetings",
        "/questions",
        "/standing-order",
        "/accessibility",
        "/privacy",
        "/cookies",
        "/contact",
        "/ask/answered",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.all("h1").len(), 1, "{path}");
        assert!(page.title().contains(&page.heading()), "{path}");
    }
    assert!(
        browser
            .get("/robots.txt")
            .await
            .body
            .contains("Disallow: /question/")
    );
    assert_eq!(browser.get("/favicon.ico").await.status, 302);
    assert_eq!(browser.get("/questions?before=x").await.status, 404);
    assert_eq!(browser.get("/meetings/x").await.status, 404);
    let rule = browser.get("/standing-order").await.text();
    for figure in [
        "30 minutes",
        "3 minutes",
        "6 calendar months",
        "10 working days",
        "4pm on the working day before",
    ] {
        assert!(rule.contains(figure), "{figure}: {rule}");
    }
}

#[tokio::test]
async fn a_rejection_shows_its_grounds_and_goes_on_to_the_next_meeting() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let link = private_link(&send(&browser, &check).await);
    let question = town.question(&link);
    reject_question::reject(
        &town.app.service,
        &town.officer,
        question.id,
        question.version,
        &Rejection {
            grounds: vec![Ground::Frivolous],
            reason: "Ask about something that the board can answer.".to_owned(),
            earlier: String::new(),
            other: String::new(),
        },
    )
    .unwrap();
    let phone = town.app.browser();
    let page = phone.get(&link).await;
    for said in [
        "Rejected",
        "Ask about something that the board can answer.",
        "(Standing Order 34(9)(v))",
        "You can reword your question and send it again.",
        "You can send another question to this meeting until 4pm on Monday 5 February 2024",
        "contact us before the meeting and we will look at it again",
        "in these words it would be rejected again",
    ] {
        assert!(page.text().contains(said), "{said}: {}", page.text());
    }
    let carried = phone
        .press(&page, "Send it to the board’s next meeting", &[])
        .await;
    // the words go on; who asks is not shown to whoever holds the link, and asked again
    let about_you = phone.follow(carried).await;
    assert_eq!(about_you.heading(), "About you");
    let answer = phone.press(&about_you, "Continue", &PERSON).await;
    let check = phone.follow(answer).await;
    assert!(
        check.text().contains("Tuesday 9 April 2024"),
        "{}",
        check.text()
    );
    assert!(check.text().contains(QUESTION));
    let done = send(&phone, &check).await;
    assert_eq!(done.heading(), "Question received");
    // the officer sees from which question it was carried
    let carried = town.question(&private_link(&done));
    assert_eq!(carried.carried_from, Some(question.id));
}

#[tokio::test]
async fn moved_and_cancelled_meetings_say_so() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let link = private_link(&send(&browser, &check).await);
    let service = &town.app.service;
    meetings::change(
        service,
        &town.officer,
        town.meeting,
        town.version(town.meeting),
        &particulars(2, 13, true),
    )
    .unwrap();
    let meeting = browser.get(&format!("/meetings/{}", town.meeting)).await;
    assert!(
        meeting
            .text()
            .contains("This meeting has been moved from Tuesday 6 February 2024."),
        "{}",
        meeting.text()
    );
    assert!(meeting.text().contains("4pm on Monday 12 February 2024"));
    let private = browser.get(&link).await;
    assert!(
        private
            .text()
            .contains("moved from Tuesday 6 February 2024 to Tuesday 13 February 2024"),
        "{}",
        private.text()
    );

    meetings::cancel(
        service,
        &town.officer,
        town.meeting,
        town.version(town.meeting),
    )
    .unwrap();
    let meeting = browser.get(&format!("/meetings/{}", town.meeting)).await;
    assert!(meeting.text().contains("This meeting has been cancelled."));
    assert!(meeting.all("main form").is_empty());
    // a question to a meeting that was not held is not published
    assert!(!meeting.text().contains(QUESTION));
    let private = browser.get(&link).await;
    assert!(
        private
            .text()
            .contains("You will get a written response because the meeting was cancelled."),
        "{}",
        private.text()
    );
    let list = browser.get("/meetings").await;
    assert!(list.all(".govuk-tag").contains(&"Cancelled".to_owned()));
}

#[tokio::test]
async fn what_was_not_put_is_not_published_after_the_meeting() {
    let town = town().await;
    let service = &town.app.service;
    let mut links = Vec::new();
    for (name, question) in [
        ("Sample Approved", "This question was approved, was it not?"),
        (
            "Sample Undecided",
            "This question was left undecided, was it not?",
        ),
    ] {
        let browser = town.app.browser();
        let check = write(
            &browser,
            town.meeting,
            question,
            &person(&[("name", name), ("email", "")]),
        )
        .await;
        let done = send(&browser, &check).await;
        assert!(done.text().contains("we will write to you by post"));
        links.push(private_link(&done));
    }
    let approved = town.question(&links[0]);
    approve_question::approve(service, &town.officer, approved.id, approved.version, "").unwrap();
    town.app
        .clock
        .set(Utc.with_ymd_and_hms(2024, 2, 6, 18, 40, 0).unwrap());
    for event in [Event::Opened, Event::Closed] {
        question_time::act(service, &town.officer, town.meeting, &event).unwrap();
    }
    let browser = town.app.browser();
    let meeting = browser.get(&format!("/meetings/{}", town.meeting)).await;
    let text = meeting.text();
    assert!(!text.contains("This question was approved"), "{text}");
    assert!(!text.contains("left undecided"), "{text}");
    assert!(
        text.contains("2 questions were not asked at the meeting. We do not publish them."),
        "{text}"
    );
    let undecided = browser.get(&links[1]).await;
    assert!(
        undecided
            .text()
            .contains("because no decision on it was made before the meeting"),
        "{}",
        undecided.text()
    );
    assert!(
        undecided.text().contains("Tuesday 20 February 2024"),
        "{}",
        undecided.text()
    );
}

#[tokio::test]
async fn a_session_lost_while_writing_goes_on_with_what_was_typed() {
    let town = town().await;
    let before = town.app.browser();
    let page = begin(&before, town.meeting).await;
    let chosen = item(&page, "Road safety near schools");
    let answer = before
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    let page = before.follow(answer).await;
    // the same page in a browser that has lost its cookie
    let after = town.app.browser();
    let ended = after
        .press(&page, "Continue", &[("question", QUESTION)])
        .await;
    assert_eq!(ended.heading(), "Sorry, your session has ended");
    assert!(
        !ended.text().contains("nothing is lost"),
        "{}",
        ended.text()
    );
    let answer = after.press(&ended, "Continue", &[]).await;
    let page = after.follow(answer).await;
    assert_eq!(page.heading(), "What is your question?", "{}", page.text());
    assert!(page.all("textarea").join("").contains(QUESTION));
    let answer = after.press(&page, "Continue", &[]).await;
    let page = after.follow(answer).await;
    assert_eq!(page.heading(), "About you");
    let answer = after.press(&page, "Continue", &PERSON).await;
    // the answer from the page before is asked again
    let page = after.follow(answer).await;
    assert_eq!(page.heading(), "What is your question about?");
    let chosen = item(&page, "Road safety near schools");
    let answer = after
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    let check = after.follow(answer).await;
    let done = send(&after, &check).await;
    assert_eq!(done.heading(), "Question received");
    // the draft of the other browser is still its own
    assert_eq!(
        after.get(&page.path.replace("/matter", "")).await.status,
        303
    );
}

#[tokio::test]
async fn the_privacy_notice_and_the_accessibility_statement_have_every_part_that_the_law_asks_for()
{
    let app = TestApp::start().await;
    let browser = app.browser();
    let said = |page: &Page| page.text().replace('’', "'").to_lowercase();
    let privacy = said(&browser.get("/privacy").await);
    let council = &app.service.settings.council;
    for line in &council.address {
        assert!(
            privacy.contains(&line.to_lowercase()),
            "the controller's address: {line}"
        );
    }
    for part in [
        "data controller",
        "data protection officer",
        council.privacy_contact.as_str(),
        "lawful basis",
        "article 6(1)(e)",
        "article 6(1)(c)",
        "article 6(1)(a)",
        "article 9(2)(g)",
        "schedule 1",
        "where we get it",
        "do not have to give us",
        "questions are called out",
        "handed out",
        "may be filmed",
        "outside the united kingdom",
        "12 months after the meeting",
        "decisions made by computer",
        "ask a person to review",
        "compares your details with those of other people",
        "(access)",
        "(rectification)",
        "(erasure)",
        "(restriction)",
        "(objection)",
        "withdraw your consent",
        "information commissioner's office",
    ] {
        let years = part.replace("12 months", "1 year");
        assert!(
            privacy.contains(part) || privacy.contains(&years),
            "the privacy notice lacks {part:?}: {privacy}"
        );
    }
    let statement = said(&browser.get("/accessibility").await);
    for part in [
        "this accessibility statement applies to",
        "compliance status",
        "partially compliant with the web content accessibility guidelines version 2.2",
        "non-accessible content",
        "non-compliance with the accessibility regulations",
        "disproportionate burden",
        "not within the scope of the accessibility regulations",
        "feedback and contact information",
        "we will reply within 10 working days",
        "enforcement procedure",
        "equality and human rights commission (ehrc) is responsible for enforcing",
        "(websites and mobile applications) (no. 2) accessibility regulations 2018",
        "equality advisory and support service (eass)",
        "this statement was prepared on 25 november 2026",
        "it was last reviewed on",
        "this website was last tested on",
    ] {
        assert!(
            statement.contains(part),
            "the statement lacks {part:?}: {statement}"
        );
    }
}
