//! What somebody types before it is sent: nothing of it is lost, and nobody can fill the disk with it.

use chrono::TimeDelta;
use diesel::prelude::*;
use public_question_time::domain::id::DraftId;
use public_question_time::service::ServiceError;
use public_question_time::service::draft_space::Owner;
use public_question_time::service::drafts;
use public_question_time::service::typed_question::{TypedMatter, TypedQuestion, TypedText};
use public_question_time::store::error::StoreError;

use crate::app::{Browser, Page, TestApp};
use crate::resident::{
    PERSON, QUESTION, Town, begin, drafts_of, item, send, town, town_with, write,
};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn number(app: &TestApp, sql: &str) -> i64 {
    let found: Result<Number, StoreError> = app
        .service
        .store
        .read(|db| Ok(diesel::sql_query(sql).get_result(db)?));
    found.unwrap().number
}

/// The bytes that everybody's drafts take, as they are stored.
fn bytes(app: &TestApp) -> i64 {
    let stored = number(
        app,
        "SELECT CAST(COALESCE(SUM(LENGTH(CAST(fields AS BLOB))), 0) AS BIGINT) AS number FROM drafts",
    );
    let counted = number(
        app,
        "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS number FROM drafts",
    );
    assert_eq!(stored, counted, "what is counted is what is stored");
    stored
}

/// Begins a draft and goes on to the page of the question, where there is room.
async fn question_page(town: &Town, browser: &Browser) -> Page {
    let page = begin(browser, town.meeting).await;
    let chosen = item(&page, "Road safety near schools");
    let answer = browser
        .press(&page, "Continue", &[("agenda_item", &chosen)])
        .await;
    if answer.status == 303 {
        browser.follow(answer).await
    } else {
        answer
    }
}

#[tokio::test]
async fn two_hundred_parts_of_120_000_characters_store_nothing_and_lose_nothing() {
    let town = town().await;
    let browser = town.app.browser();
    let page = question_page(&town, &browser).await;
    let answer = browser
        .press(&page, "Continue", &[("question", QUESTION)])
        .await;
    assert_eq!(answer.status, 303);
    let before = bytes(&town.app);
    let long = "word ".repeat(24_000);
    let (mut too_long, mut too_many) = (0, 0);
    for _ in 0..200 {
        let answer = browser
            .press(&page, "Continue", &[("question", &long)])
            .await;
        match answer.status {
            422 => {
                too_long += 1;
                let problem = answer.problems().concat();
                assert!(problem.contains("10,000 characters or fewer"), "{problem}");
                assert!(
                    problem.contains("We have not saved this answer"),
                    "{problem}"
                );
            }
            429 => too_many += 1,
            other => panic!("{other}: {}", answer.text()),
        }
        assert!(
            answer.body.contains(long.trim_end()),
            "what was typed is on the page"
        );
    }
    assert!(
        too_long >= 50 && too_many >= 100,
        "{too_long} and {too_many}"
    );
    assert_eq!(bytes(&town.app), before);
    // what was saved before is what is saved
    let again = browser.get(&page.path).await;
    assert_eq!(again.all("textarea"), [QUESTION]);
}

#[tokio::test]
async fn every_part_has_a_ceiling_and_spaces_around_it_do_not_count() {
    let town = town().await;
    let browser = town.app.browser();
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let before = bytes(&town.app);
    let base = check.path.trim_end_matches("/check").to_owned();
    let long = "x".repeat(100_000);
    let about_you = browser.get(&format!("{base}/about-you")).await;
    let (action, fields) = about_you.filled_in("main form", &[]);
    for name in [
        "name",
        "organisation",
        "address",
        "postcode",
        "email",
        "telephone",
        "needs",
        "resident",
        "publish_name",
        "under_18",
        "carer_name",
    ] {
        let mut fields = fields.clone();
        fields.retain(|(field, _)| field != name);
        fields.push((name.to_owned(), long.clone()));
        let answer = browser.post(&action, &fields).await;
        assert!(
            matches!(answer.status, 422 | 303),
            "{name}: {}",
            answer.status
        );
        assert!(bytes(&town.app) <= before + 1_000, "{name}");
    }
    let difference = [fields[0].clone(), ("difference".to_owned(), long.clone())];
    let answer = browser.post(&format!("{base}/matches"), &difference).await;
    assert_eq!(answer.status, 422);
    for name in ["agenda_item", "matter"] {
        let matter = [fields[0].clone(), (name.to_owned(), long.clone())];
        for path in [
            format!("{base}/matter"),
            format!("/meetings/{}/ask", town.meeting),
        ] {
            let answer = browser.post(&path, &matter).await;
            assert_eq!(answer.status, 422, "{path}");
        }
    }
    assert!(bytes(&town.app) <= before + 1_000);
    let padded = format!("{}{QUESTION}", " ".repeat(50_000));
    let page = browser.get(&format!("{base}/question")).await;
    let answer = browser
        .press(&page, "Continue", &[("question", &padded)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(browser.get(&page.path).await.all("textarea"), [QUESTION]);
}

#[tokio::test]
async fn one_browser_has_so_many_drafts_and_the_one_that_nobody_touches_makes_way() {
    let town = town_with("[drafts]\nper_browser = 3\nuntouched_minutes = 30").await;
    let browser = town.app.browser();
    let first = question_page(&town, &browser).await;
    let mut others = Vec::new();
    for _ in 0..2 {
        others.push(question_page(&town, &browser).await);
    }
    let refused = question_page(&town, &browser).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(
        refused.heading(),
        "Sorry, we cannot save your question at the moment"
    );
    assert!(
        refused.text().contains("in this browser"),
        "{}",
        refused.text()
    );
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1_700..=1_801).contains(&wait), "{wait}");
    assert_eq!(drafts_of(&town.app), 3);

    // half an hour later: the first is touched, one of the others makes way
    town.app.advance(TimeDelta::seconds(wait));
    let answer = browser
        .press(&first, "Continue", &[("question", QUESTION)])
        .await;
    assert_eq!(answer.status, 303);
    let again = browser.press(&refused, "Try again", &[]).await;
    assert_eq!(again.status, 303, "{}", again.text());
    assert_eq!(browser.get(&first.path).await.status, 200);
    assert_eq!(browser.get(&others[0].path).await.status, 404);
}

fn typed(words: &str) -> TypedQuestion {
    TypedQuestion {
        matter: TypedMatter {
            matter: "Buses".to_owned(),
            ..TypedMatter::default()
        },
        text: TypedText {
            question: words.to_owned(),
        },
        ..TypedQuestion::default()
    }
}

fn owner(browser: usize, client: &str) -> Owner {
    Owner {
        browser: format!("browser {browser}"),
        client: client.to_owned(),
    }
}

fn begins(town: &Town, browser: usize, client: &str, words: &str) -> Result<DraftId, ServiceError> {
    let service = &town.app.service;
    drafts::begin(
        service,
        &owner(browser, client),
        town.meeting,
        &typed(words),
    )
}

#[tokio::test]
async fn one_address_fills_its_share_and_not_the_disk() {
    let town = town_with("[drafts]\nmegabytes_per_address = 1").await;
    let service = &town.app.service;
    // four bytes to each character
    let most = "\u{1d11e}".repeat(10_000);
    let mut begun = Vec::new();
    let refused = loop {
        match begins(&town, begun.len(), "an attacker", &most) {
            Ok(draft) => begun.push(draft),
            Err(refused) => break refused,
        }
        assert!(begun.len() < 100);
    };
    assert!(matches!(refused, ServiceError::NoRoom(..)), "{refused:?}");
    assert!(begun.len() > 20, "{}", begun.len());
    // nor by making what has begun longer
    let small = begins(&town, 900, "an attacker", "short").unwrap();
    let grown = drafts::save(service, "browser 900", small, |typed| {
        typed.text.question.clone_from(&most);
    });
    assert!(matches!(grown, Err(ServiceError::NoRoom(..))), "{grown:?}");
    assert!(bytes(&town.app) <= 1_000_000);
    let kept = drafts::open(service, "browser 900", small).unwrap();
    assert_eq!(kept.typed.text.question, "short");
    // everybody else goes on
    begins(&town, 1_000, "somebody else", &most).unwrap();
}

#[tokio::test]
async fn all_together_are_bounded_and_whoever_is_writing_keeps_their_draft() {
    let town = town_with("[drafts]\nper_address = 2\nin_all = 6").await;
    let service = &town.app.service;
    let mut begun = Vec::new();
    for number in 0..6 {
        begun.push(begins(&town, number, &format!("address {}", number / 2), QUESTION).unwrap());
        town.app.advance(TimeDelta::seconds(20));
    }
    let refused = begins(&town, 7, "address 7", QUESTION);
    assert!(
        matches!(refused, Err(ServiceError::NoRoom(..))),
        "{refused:?}"
    );
    town.app.advance(TimeDelta::minutes(29));
    // the first goes on writing; the second has been left for half an hour
    drafts::save(service, "browser 0", begun[0], |typed| {
        typed.text.question.push_str(" And when?");
    })
    .unwrap();
    begins(&town, 8, "address 8", QUESTION).unwrap();
    assert!(drafts::open(service, "browser 0", begun[0]).is_ok());
    let gone = drafts::open(service, "browser 1", begun[1]);
    assert!(matches!(gone, Err(ServiceError::NotFound)), "{gone:?}");
    assert!(drafts_of(&town.app) <= 6);
}

#[tokio::test]
async fn where_the_disk_is_full_drafts_that_nobody_touches_make_way() {
    let town = town().await;
    let service = &town.app.service;
    for number in 0..100 {
        begins(
            &town,
            number,
            &format!("address {number}"),
            &QUESTION.repeat(100),
        )
        .unwrap();
    }
    town.app.advance(TimeDelta::minutes(31));
    let writing = begins(&town, 500, "somebody", QUESTION).unwrap();
    let pages = number(
        &town.app,
        "SELECT page_count AS number FROM pragma_page_count",
    );
    // a disk that holds no page more
    service
        .store
        .write(|db| {
            diesel::sql_query(format!("PRAGMA max_page_count = {pages}")).execute(db)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let most = "\u{1d11e}".repeat(10_000);
    drafts::save(service, "browser 500", writing, |typed| {
        typed.text.question.clone_from(&most);
    })
    .expect("what nobody touches makes way");
    assert!(drafts_of(&town.app) <= 1, "{}", drafts_of(&town.app));
    let kept = drafts::open(service, "browser 500", writing).unwrap();
    assert_eq!(kept.typed.text.question, most);
}

#[tokio::test]
async fn on_a_shared_computer_the_browser_is_cleared_with_one_press() {
    let town = town().await;
    let browser = town.app.browser();
    question_page(&town, &browser).await;
    let check = write(&browser, town.meeting, QUESTION, &PERSON).await;
    let done = send(&browser, &check).await;
    assert_eq!(done.heading(), "Question received");
    assert!(done.text().contains("If other people use this computer"));
    let answer = browser
        .press(&done, "Finish and clear this browser", &[])
        .await;
    assert_eq!(answer.location().as_deref(), Some("/ask/finished"));
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("visitor=;") && cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    assert_eq!(browser.follow(answer).await.heading(), "You have finished");
    // whoever uses it next finds nothing, even with the addresses
    assert_eq!(browser.get(&done.path).await.status, 404);
    assert_eq!(browser.get(&check.path).await.status, 404);
    assert_eq!(drafts_of(&town.app), 0);
    let letters = town.app.letters_to("resident@example.org").await;
    assert_eq!(letters.len(), 1, "the question is with the council");
    let link = letters[0].private_link.clone().unwrap();
    let path = &link[link.find("/question/").unwrap()..];
    assert_eq!(town.app.browser().get(path).await.status, 200);
}
