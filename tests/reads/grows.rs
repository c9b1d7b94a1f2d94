//! Each read, asked for with a hundred questions at each meeting and with two thousand. At a hundred a page of every list is full, so
//! that nothing but growth can make a difference.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{RunQueryDsl, sql_query};
use public_question_time::{
    service::{ServiceError, question_time},
    store::live,
    web::{api, routes},
};
use serde_json::json;

use crate::{
    app::{Browser, PASSWORD, Page},
    databases::Database,
    list::{Bound, By, OPERATIONS, PAGES, SENT},
    measure::{self, Cost},
    town::Town,
};

const FEW: usize = 100;
const MANY: usize = 2_000;

/// How many statements two costs may differ by where nothing grows: an entry of the trail is about one thing or another.
const SLACK: usize = 6;

/// How many rows more may come back where nothing grows: at two thousand a page is fuller of people with details in common.
const ON_PAGES: i64 = 100;

/// How many rows more PostgreSQL may read where nothing grows: it goes through a small table rather than its index.
const PLANNED: i64 = 900;

#[test]
fn every_read_has_a_row_and_every_row_a_read() {
    let pages: BTreeSet<String> = routes::list()
        .into_iter()
        .filter(|(_, method)| method == "GET")
        .map(|(path, _)| path)
        .collect();
    let rows: BTreeSet<String> = PAGES
        .iter()
        .map(|(path, _, _)| (*path).to_owned())
        .collect();
    assert_eq!(
        pages, rows,
        "the pages that are read, and those of the list"
    );
    let operations: BTreeSet<String> = operations().into_keys().collect();
    let rows: BTreeSet<String> = OPERATIONS
        .iter()
        .map(|(name, _, _)| (*name).to_owned())
        .collect();
    assert_eq!(
        operations, rows,
        "the operations that read, and those of the list"
    );
}

/// The operations of the API that read, with their paths.
fn operations() -> BTreeMap<String, String> {
    let document = serde_json::to_value(api::document()).expect("the document");
    let paths = document["paths"].as_object().expect("paths").clone();
    paths
        .into_iter()
        .filter_map(|(path, item)| {
            let name = item.get("get")?["operationId"].as_str()?.to_owned();
            Some((name, path))
        })
        .collect()
}

#[tokio::test]
async fn no_read_grows_on_sqlite() {
    compare(Database::sqlite(), Database::sqlite(), false).await;
}

#[tokio::test]
async fn no_read_grows_on_postgresql() {
    if let (Some(few), Some(many)) = (Database::postgres(), Database::postgres()) {
        compare(few, many, true).await;
    }
}

/// One town at a time: what is recorded belongs to the request that is waited for.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn compare(few: Database, many: Database, postgres: bool) {
    let _one = ONE.lock().await;
    measure::record();
    let few = all_costs(&few, FEW, postgres).await;
    let many = all_costs(&many, MANY, postgres).await;
    let mut wrong = Vec::new();
    println!(
        "{:<46} {:>11} {:>13} {:>13}",
        "", "statements", "rows", "bytes"
    );
    for (read, bound, few) in &few {
        let Some((_, _, many)) = many.iter().find(|(name, _, _)| name == read) else {
            continue;
        };
        println!(
            "{read:<46} {:>5} {:>5} {:>6} {:>6} {:>6} {:>6}",
            few.cost.statements,
            many.cost.statements,
            few.cost.rows,
            many.cost.rows,
            few.bytes,
            many.bytes
        );
        if let Some(why) = grows(*bound, few, many, postgres) {
            let worst: Vec<String> = many
                .cost
                .worst
                .iter()
                .map(|(rows, sql)| format!("\n    {rows} rows{sql}"))
                .collect();
            wrong.push(format!("{read}: {why}{}", worst.concat()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A request and its answer.
struct Asked {
    cost: Cost,
    bytes: usize,
}

/// Why a read breaks its bound, if it does.
fn grows(bound: Bound, few: &Asked, many: &Asked, postgres: bool) -> Option<String> {
    let (little, much) = (&few.cost, &many.cost);
    let statements = format!("{} statements, then {}", little.statements, much.statements);
    let rows = format!("{} rows, then {}", little.rows, much.rows);
    if let Bound::Nothing = bound {
        return (much.statements > 0).then_some(statements);
    }
    if let Bound::Grows(_) = bound {
        return (much.rows <= little.rows).then(|| format!("{rows}: it does not grow after all"));
    }
    if !much.faults.is_empty() {
        return Some(format!("{:#?}", much.faults));
    }
    if much.statements > little.statements + SLACK {
        return Some(statements);
    }
    let allowed = match (postgres, bound) {
        (false, _) => ON_PAGES,
        // the entries of an index are rows that a plan reads: of questions, letters and written responses, some of them twice
        (true, Bound::Counts(_)) => i64::try_from(12 * MANY).expect("a small number"),
        (true, _) => PLANNED,
    };
    if much.rows > little.rows + allowed {
        return Some(rows);
    }
    (many.bytes > few.bytes + few.bytes / 5 + 500)
        .then(|| format!("{} bytes, then {}", few.bytes, many.bytes))
}

type Costs = Vec<(String, Bound, Asked)>;

async fn all_costs(database: &Database, size: usize, postgres: bool) -> Costs {
    let town = Town::build(database.url(), size).await;
    let store = &town.app.service.store;
    store
        .maintain(|db| {
            sql_query("ANALYZE").execute(db)?;
            Ok(())
        })
        .expect("statistics");
    let browsers = Browsers::open(&town).await;
    let mut costs = Costs::new();
    let paths = operations();
    let all = PAGES.iter().map(|read| (read, read.0.to_owned()));
    let all = all.chain(OPERATIONS.iter().map(|read| (read, paths[read.0].clone())));
    for ((name, by, bound), pattern) in all {
        // a stream goes on, and its meeting is watched: that has a row of its own
        if pattern.contains("/live") && pattern.contains("{id}") || *name == "follow_question_time"
        {
            continue;
        }
        let Some(path) = town.path(&pattern, &browsers) else {
            continue;
        };
        let browser = browsers.of(*by);
        // what a node reads once, when it is first asked, is not what is compared
        browser.get(&path).await;
        measure::taken();
        let page = browser.get(&path).await;
        let recorded = measure::taken();
        assert!(
            matches!(page.status, 200 | 302 | 303)
                || page.status == 404 && pattern.contains("{correction}"),
            "{path} was answered with {}",
            page.status
        );
        costs.push((
            format!("{name} by {by:?}"),
            *bound,
            Asked {
                cost: measure::cost(store, &recorded, postgres),
                bytes: page.body.len(),
            },
        ));
    }
    costs.extend(sent(&town, postgres).await);
    costs
}

impl Town {
    /// The path of a pattern with real things in it; none where there is none.
    fn path(&self, pattern: &str, browsers: &Browsers) -> Option<String> {
        let with = |name: &str, value: String| pattern.replace(&format!("{{{name}}}"), &value);
        let of = |part: &str| pattern.contains(part);
        Some(if !of("{") {
            if pattern == "/questions" || pattern == "/staff/search" {
                return Some(format!("{pattern}?q=lamp"));
            }
            pattern.to_owned()
        } else if of("{release}") || of("{day}") {
            return None;
        } else if of("/in-place") {
            // of a question that another one keeps out
            with("id", self.kept_out.id.to_string())
        } else if of("/two-people") {
            let other = &self.kept_out.reference;
            format!("{}?other={other}", with("id", self.waiting.id.to_string()))
        } else if of("/questions/{id}/minutes") {
            with("id", self.put.id.to_string())
        } else if of("/questions/{id}") {
            with("id", self.waiting.id.to_string())
        } else if of("{reference}") {
            with("reference", self.put.reference.to_string())
        } else if of("/responses/{id}") || of("/written-responses/{id}") {
            with("id", self.response.to_string())
        } else if of("/letters/{id}") {
            with("id", self.letter.to_string())
        } else if of("/boards/{id}") {
            with("id", self.board.to_string())
        } else if of("/accounts/{id}") {
            with("id", self.account.to_string())
        } else if of("/instead") {
            with("token", self.kept_out_link.clone())
        } else if of("{token}") {
            with("token", self.link.clone())
        } else if of("{correction}") {
            with("correction", "not-a-token".to_owned())
        } else if of("{draft}") {
            with("draft", browsers.draft.clone())
        } else if of("{kind}") {
            with("kind", "late".to_owned())
        } else if of("/papers/minutes") || of("/events") {
            with("id", self.held.to_string())
        } else if of("/meetings/{id}") {
            with("id", self.coming.to_string()).replace("{item}", &self.item)
        } else {
            panic!("nothing is known to fill in {pattern}: add it here")
        })
    }
}

/// A browser for each who asks.
struct Browsers {
    anyone: Browser,
    officer: Browser,
    chair: Browser,
    responder: Browser,
    /// The draft that somebody is writing in the first of these.
    draft: String,
}

impl Browsers {
    async fn open(town: &Town) -> Self {
        let anyone = town.app.browser();
        let check = begin(town, &anyone, 900_001).await;
        Self {
            anyone,
            officer: town.app.sign_in_as("officer@example.org").await,
            chair: town.app.sign_in_as("chair@example.org").await,
            responder: town.app.sign_in_as("responder@example.org").await,
            draft: check.path.split('/').nth(2).expect("a draft").to_owned(),
        }
    }

    fn of(&self, by: By) -> &Browser {
        match by {
            By::Anyone | By::Holder => &self.anyone,
            By::Officer => &self.officer,
            By::Chair => &self.chair,
            By::Responder => &self.responder,
        }
    }
}

/// Goes from the matter to "check your answers".
async fn begin(town: &Town, browser: &Browser, number: usize) -> Page {
    let typed = crate::town::typed(number);
    let page = browser
        .open(&format!("/meetings/{}/ask", town.coming))
        .await;
    let matter = browser
        .press(&page, "Continue", &[("matter", "Street lighting")])
        .await;
    let page = browser.follow(matter).await;
    let text = typed.text.question.as_str();
    let question = browser
        .press(&page, "Continue", &[("question", text)])
        .await;
    let mut page = browser.follow(question).await;
    if page.path.ends_with("/matches") {
        let passed = browser.press(&page, "Continue with my question", &[]).await;
        page = browser.follow(passed).await;
    }
    let who = &typed.questioner;
    let about = browser
        .press(
            &page,
            "Continue",
            &[
                ("name", who.name.as_str()),
                ("address", who.address.as_str()),
                ("postcode", who.postcode.as_str()),
                ("email", who.email.as_str()),
                ("resident", "yes"),
                ("publish_name", "yes"),
            ],
        )
        .await;
    browser.follow(about).await
}

/// What is read while something is sent.
async fn sent(town: &Town, postgres: bool) -> Costs {
    let store = &town.app.service.store;
    let mut costs = Costs::new();
    let mut note = |name: &str, bytes| {
        let recorded = measure::taken();
        let (name, _, bound) = SENT
            .iter()
            .find(|(known, _, _)| *known == name)
            .expect("a row");
        let cost = measure::cost(store, &recorded, postgres);
        measure::taken();
        costs.push(((*name).to_owned(), *bound, Asked { cost, bytes }));
    };

    let browser = town.app.browser();
    let check = begin(town, &browser, 900_002).await;
    measure::taken();
    let done = browser
        .press(&check, "Send your question", &[("declaration", "yes")])
        .await;
    assert_eq!(done.status, 303, "{}", done.text());
    note("submit by the form", done.body.len());

    let who = crate::town::typed(900_003);
    let notice = json!({
        "meeting": town.coming,
        "matter": "Street lighting",
        "question": who.text.question,
        "questioner": {
            "name": who.questioner.name,
            "address": who.questioner.address,
            "postcode": who.questioner.postcode,
            "email": who.questioner.email,
            "resident": true,
            "publish_name": false,
        },
    });
    let client = reqwest::Client::new();
    let url = format!("{}/api/v1/questions", town.app.address);
    measure::taken();
    let answer = client
        .post(url)
        .json(&notice)
        .send()
        .await
        .expect("an answer");
    let status = answer.status();
    let body = answer.text().await.expect("a body");
    assert_eq!(status, 201, "{body}");
    note("submit by the API", body.len());

    let browser = town.app.browser();
    let page = browser
        .open(&format!("/meetings/{}/ask", town.coming))
        .await;
    measure::taken();
    let matter = browser
        .press(&page, "Continue", &[("matter", "Street lighting")])
        .await;
    note("begin a draft", matter.body.len());
    let page = browser.follow(matter).await;
    measure::taken();
    let saved = browser
        .press(
            &page,
            "Continue",
            &[("question", "When will it be mended?")],
        )
        .await;
    note("save a part of a draft", saved.body.len());

    let browser = town.app.browser();
    let page = browser.get("/staff/sign-in").await;
    measure::taken();
    let fields = [("email", "chair@example.org"), ("password", PASSWORD)];
    let signed_in = browser.submit(&page, "main form", &fields).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.text());
    note("sign in", signed_in.body.len());

    measure::taken();
    let service = &town.app.service;
    store
        .read(|db| {
            live::mark(db, town.coming)?;
            question_time::look(service, db, town.coming)?;
            Ok::<_, ServiceError>(())
        })
        .expect("a look");
    note("watched meetings", 0);
    costs
}

#[test]
fn a_read_that_grows_is_found() {
    let database = Database::sqlite();
    let store = database.open();
    public_question_time::store::migrate::SCHEMA
        .run(&store)
        .expect("the migrations");
    let of = |sql: &str| {
        let recorded = [format!("{sql} -- binds: []")];
        measure::cost(&store, &recorded, false).faults
    };
    assert!(!of("SELECT `id` FROM `letters` WHERE lower(`recipient_email`) = 'a'").is_empty());
    assert!(!of("SELECT `id` FROM `letters` ORDER BY `created_at` LIMIT 5").is_empty());
    assert!(of("SELECT `id` FROM `letters` ORDER BY `id` DESC LIMIT 5").is_empty());
    assert!(of("SELECT `id` FROM `letters` WHERE `question_id` = 'a'").is_empty());
    assert!(of("SELECT `id` FROM `boards`").is_empty());
}
