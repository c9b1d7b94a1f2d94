//! Every sentence takes its figures from the set that holds for that meeting, and its names from the council: all pages and all letters
//! under Halton's figures, and under a set that differs in every figure and name, in which nothing of the first may be found.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use chrono::{TimeZone, Utc};
use public_question_time::{
    domain::{
        agenda::{ItemKind, Part},
        codes::Code,
        refusal::{Allowance, Clause, NextMeeting, Refusal},
        standing_order::rejection::Ground,
    },
    mail::{render, samples},
    service::{
        meetings::{self, ItemParticulars, Particulars},
        reject_question::{self, Rejection},
        responses,
    },
    store::staff::{HeldRole, Role},
    web::routes,
};

use crate::{
    app::{Browser, Page, Setup},
    evening::{Evening, evening},
};

/// Figures none of which is Halton's.
const FIGURES: &str = r#"
[[rules]]
holds_from = 2018-05-01
notice_kind = "clear_working_days"
notice_working_days = 7
notice_time = "11:15"
questions_per_person = 2
question_time_minutes = 47
questioner_minutes = 8
answer_counts_against_questioner = true
supplementaries_per_question = 2
repetition_window_months = 5
written_response_working_days = 13
absent_gets_written_response = false
speaking_words_per_minute = 140
"#;

/// Names none of which is Halton's.
const NAMES: &str = r#"
[council]
rule_name = "Procedure Rule"
rule_number = "12"
board = "Scrutiny Panel"
boards = "Scrutiny Panels"
accessibility_reply_working_days = 21
[council.clauses]
i = "12.1"
ii = "12.2"
iii = "12.3"
iv = "12.4"
v = "12.5"
vi = "12.6"
vii = "12.7"
viii = "12.8"
ix = "12.9"
"#;

/// What must stand under Halton's figures, so that looking for it can find something.
const HALTONS: &[&str] = &[
    "4pm",
    "30 minutes",
    "3 minutes",
    "one question",
    "one supplementary question",
    "6 months",
    "10 working days",
    "on the working day before",
    "last working day",
    "Standing Order 34(9)(i)",
    "Standing Order 34(9)(iii)",
    "Policy and Performance Board",
];

/// What must stand under the others, so that sentences are known to have come along.
const OTHERS: &[&str] = &[
    "11:15am",
    "47 minutes",
    "8 minutes",
    "two questions",
    "two supplementary questions",
    "5 months",
    "13 working days",
    "7 clear working days",
    "Procedure Rule 12.1",
    "Procedure Rule 12.3",
    "Scrutiny Panel",
];

/// Halton's figures and names, in every way in which one would write them.
const NEVER: &[&str] = &[
    "4pm",
    "4:00pm",
    "4.00pm",
    "16:00",
    "30 minutes",
    "30-minute",
    "thirty minutes",
    "half an hour",
    "3 minutes",
    "three minutes",
    "one question",
    "send 1 question",
    "one supplementary",
    "1 supplementary",
    "6 months",
    "six months",
    "6 calendar months",
    "six calendar months",
    "10 working days",
    "ten working days",
    "last working day",
    "working day before",
    "Standing Order",
    "34(9)",
    "Policy and Performance",
];

/// Sentences that hold such words and are not of the rule: what is expected of the questions on the list, a filter of letters.
const NOT_OF_THE_RULE: &[&str] = &["about 3 minutes", "letters about one question"];

/// Whether the words stand in the text, not as the end of a longer number ("13 minutes" does not hold "3 minutes").
fn holds(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let ends_a_number = text[..at]
            .chars()
            .next_back()
            .is_some_and(|before| before.is_ascii_digit() || before == ':');
        let other = NOT_OF_THE_RULE
            .iter()
            .any(|sentence| text[..at + words.len()].ends_with(sentence));
        !ends_a_number && !other
    })
}

/// Everything that is read, by where it is read.
type Read = BTreeMap<String, String>;

fn find(read: &Read, words: &str) -> Vec<String> {
    read.iter()
        .filter(|(_, text)| holds(text, words))
        .map(|(place, text)| {
            let at = text.find(words).unwrap_or(0);
            let from = text[..at]
                .char_indices()
                .rev()
                .nth(60)
                .map_or(0, |(n, _)| n);
            let to = text[at..]
                .char_indices()
                .nth(80)
                .map_or(text.len(), |(n, _)| at + n);
            format!("{place}: …{}…", &text[from..to])
        })
        .collect()
}

/// Follows every link from these pages on, and reads what it comes to.
async fn walk(as_whom: &str, browser: &Browser, from: Vec<String>, read: &mut Read) {
    let mut queue = from;
    let mut seen: BTreeSet<String> = queue.iter().cloned().collect();
    while let Some(path) = queue.pop() {
        assert!(seen.len() < 900, "{as_whom} walks on and on");
        let page = browser.get(&path).await;
        if let Some(to) = page.location() {
            read.insert(format!("{as_whom} {path}"), String::new());
            if to.starts_with('/') && seen.insert(to.clone()) {
                queue.push(to);
            }
            continue;
        }
        assert!(page.status < 500, "{path}: {}", page.text());
        keep(as_whom, &page, read);
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        let links: Vec<String> = page
            .html()
            .select(&scraper::Selector::parse("a[href]").unwrap())
            .filter_map(|link| link.value().attr("href"))
            .map(|href| href.split('#').next().unwrap_or_default().to_owned())
            .filter(|href| href.starts_with('/') && !href.starts_with("/assets"))
            .collect();
        for href in links {
            if seen.insert(href.clone()) {
                queue.push(href);
            }
        }
    }
}

fn keep(as_whom: &str, page: &Page, read: &mut Read) {
    // examples in the API's document are examples, of a council and a meeting of their own
    if page.path.starts_with("/api/docs") || page.path == "/api/openapi.json" {
        read.insert(format!("{as_whom} {}", page.path), String::new());
        return;
    }
    let text = match page.header("content-type") {
        kind if kind.starts_with("text/html") => {
            let hints = page.all("head title").join(" ");
            format!("{hints} {}", page.all("body").join(" "))
        }
        _ => page.body.clone(),
    };
    read.insert(format!("{as_whom} {}", page.path), text);
}

/// What the API's document says of its operations and fields, without the examples.
fn descriptions(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    serde_json::Value::String(words)
                        if ["description", "summary", "title"].contains(&name.as_str()) =>
                    {
                        into.push(words.clone());
                    }
                    _ if ["example", "examples"].contains(&name.as_str()) => {}
                    value => descriptions(value, into),
                }
            }
        }
        serde_json::Value::Array(values) => {
            values.iter().for_each(|value| descriptions(value, into));
        }
        _ => {}
    }
}

/// Somebody of each role, signed in now.
async fn signed_in(of: &Evening) -> Vec<(&'static str, Browser)> {
    let mut staff = vec![("chair", of.app.sign_in_chair(of.board).await)];
    for (role, email) in [
        ("officer", "proper_officer@example.org"),
        ("administrator", "administrator@example.net"),
        ("responding officer", "responding_officer@example.net"),
    ] {
        staff.push((role, of.app.sign_in_as(email).await));
    }
    staff
}

/// A meeting from the first form to the written response, read by everybody on the way.
async fn everything(setup: Setup) -> Read {
    let mut read = Read::new();
    let of = Evening::start_with(Setup {
        now: Utc.with_ymd_and_hms(2024, 1, 10, 15, 20, 0).unwrap(),
        ..setup
    })
    .await;
    let service = &of.app.service;
    let item = |position, title: &str, part, kind| ItemParticulars {
        position,
        title: title.to_owned(),
        minute_number: String::new(),
        part,
        kind,
    };
    for item in [
        item(
            4,
            "Land at Example Street",
            Part::Public,
            ItemKind::PlanningApplication,
        ),
        item(5, "Contracts of staff", Part::Private, ItemKind::Ordinary),
    ] {
        meetings::add_item(service, &of.officer, of.meeting, &item).unwrap();
    }
    for role in [Role::Administrator, Role::RespondingOfficer] {
        let email = format!("{role}@example.net");
        of.app
            .account(&email, "Sample Member", &[HeldRole { role, board: None }]);
    }
    let staff = signed_in(&of).await;

    // a resident, page by page
    let resident = of.app.browser();
    let mut page = resident.get(&format!("/meetings/{}", of.meeting)).await;
    page = resident.go(&page, "Ask a question").await;
    let answers: [&[(&str, &str)]; 4] = [
        &[("agenda_item", &of.agenda[2].id.to_string())],
        &[(
            "question",
            "When will the lamps in Example Street be mended?",
        )],
        &[
            ("name", "Alexis Sample"),
            ("address", "1 Example Street\nWidnes"),
            ("postcode", "WA8 7QF"),
            ("email", "alexis@example.org"),
            ("resident", "yes"),
            ("publish_name", "yes"),
        ],
        &[("declaration", "yes")],
    ];
    for answer in answers {
        keep("resident", &page, &mut read);
        if page.heading() == "What is your question?" {
            // the page before, of the draft that has begun
            let back = resident.go(&page, "Back").await;
            keep("resident, back:", &back, &mut read);
        }
        let form = "main form[method=post]";
        page = resident
            .follow(resident.submit(&page, form, answer).await)
            .await;
    }
    keep("resident", &page, &mut read);
    assert_eq!(page.heading(), "Question received", "{}", page.text());
    let draft = page.path.trim_end_matches("/done").to_owned();
    let again = vec![
        draft.clone(),
        format!("{draft}/answered"),
        format!("{draft}/send"),
    ];
    walk("resident, again:", &resident, again, &mut read).await;

    // what is approved, what is refused for every reason, what is rejected
    let approved = of.approve(&of.receive(1));
    let second = of.approve(&of.receive(2));
    let mut refused = Vec::new();
    for number in [1, 1, 2] {
        refused.push(of.receive(number));
    }
    for name in ["Robin Example", "Jules Example", "Charlie Example"] {
        let mut typed = of.typed(10);
        typed.questioner.name = name.to_owned();
        typed.questioner.email = format!("{}@example.org", name.replace(' ', "."));
        typed.questioner.organisation = "Widnes Anglers".to_owned();
        refused.push(of.receive_typed(typed));
    }
    let mut typed = of.typed(20);
    typed.questioner.resident = "no".to_owned();
    refused.push(of.receive_typed(typed));
    let rejected = of.receive(30);
    reject_question::reject(
        service,
        &of.officer,
        rejected.id,
        rejected.version,
        &Rejection {
            grounds: vec![Ground::Frivolous, Ground::PlanningApplication],
            reason: "It is a joke about an application.".to_owned(),
            earlier: String::new(),
            other: String::new(),
        },
    )
    .unwrap();
    let waiting = of.receive(31);

    let link = |question: &public_question_time::store::questions::Question| {
        let token = service.link_token(question.id, question.link_version);
        format!("/question/{token}")
    };
    let mut public: Vec<String> = [
        "/",
        "/standing-order",
        "/problems",
        "/privacy",
        "/api/openapi.json",
    ]
    .map(str::to_owned)
    .into();
    public.extend(
        refused
            .iter()
            .chain([&approved, &rejected, &waiting])
            .map(link),
    );
    public.push(format!("/api/v1/meetings/{}", of.meeting));
    public.extend(refused.iter().map(|question| {
        let token = service.link_token(question.id, question.link_version);
        format!("/api/v1/your-question/{token}")
    }));
    let screen = of.screen();
    let grounds: Vec<String> = Ground::ALL
        .iter()
        .map(|ground| format!("grounds={ground}"))
        .collect();
    let inside: Vec<String> = [
        "/staff".to_owned(),
        "/staff/search?q=lamp".to_owned(),
        format!(
            "/staff/questions/{}/reject?{}",
            waiting.id,
            grounds.join("&")
        ),
        format!("/staff/meetings/{}", of.meeting),
        screen.clone(),
        format!("{screen}/record"),
        format!("{screen}/close"),
        of.paper("questions"),
        of.paper("minutes"),
    ]
    .into();
    walk("anyone", &of.app.browser(), public.clone(), &mut read).await;
    for (role, browser) in &staff {
        walk(role, browser, inside.clone(), &mut read).await;
    }

    // after the deadline, and on the evening
    of.app.clock.set(evening(12, 0, 0));
    let late = of.receive(40);
    assert_eq!(late.refusals[0].kind(), "late");
    let owed = of.receive(41);
    responses::keep_for_response(service, &of.officer, owed.id, owed.version).unwrap();
    public.extend([link(&late), link(&owed)]);
    of.app.clock.set(evening(18, 40, 0));
    let chair = of.chair().await;
    chair.does("open").await;
    walk(
        "anyone, open:",
        &of.app.browser(),
        public.clone(),
        &mut read,
    )
    .await;
    chair.puts(&approved, "finish:given").await;
    chair.does_to(&second, "indicate").await;
    chair.does_to(&second, "call").await;
    chair.does("speak").await;
    walk(
        "chair, in a turn:",
        &chair.browser,
        vec![screen.clone()],
        &mut read,
    )
    .await;
    for act in [
        "answer",
        "supplementary",
        "answer",
        "supplementary",
        "answer",
        "supplementary",
    ] {
        let fields = chair.asks(act).await;
        let answer = chair.send(&fields).await;
        keep(&format!("chair, {act}:"), &answer, &mut read);
    }
    of.app.clock.set(evening(19, 35, 0));
    // the first session has ended
    let chair = of.chair().await;
    chair.does("finish:given,promised").await;
    walk("chair, after:", &chair.browser, vec![screen], &mut read).await;
    chair.closes().await;
    same_question_again(&of, &mut read).await;
    public.push("/ask/answered".to_owned());
    public.push("/ask/finished".to_owned());
    public.push("/staff/sign-in".to_owned());
    walk("anyone, afterwards:", &of.app.browser(), public, &mut read).await;
    for (role, browser) in &signed_in(&of).await {
        walk(
            &format!("{role}, afterwards:"),
            browser,
            inside.clone(),
            &mut read,
        )
        .await;
    }

    // letters: those that went, and one of every kind
    for (n, letter) in of.app.letters().await.iter().enumerate() {
        read.insert(
            format!("sent {n} {}", letter.kind),
            format!("{}\n{}", letter.subject, letter.text),
        );
    }
    let settings = &service.settings;
    for sample in samples(settings) {
        let letter = render(settings, &sample.addressed()).unwrap();
        let board = settings.council.rule.board.as_str();
        // boards are named by the council, so the samples' have names of their own
        let text = format!("{}\n{}", letter.subject, letter.text)
            .replace("Policy and Performance Board", board);
        read.insert(format!("letter {}", sample.name), text);
    }

    // what is refused at a meeting, and each clause
    let wording = service.wording(&meeting_of(&of));
    let figures = wording.figures;
    let minutes = |time: chrono::TimeDelta| u32::try_from(time.num_minutes()).unwrap();
    let at_the_meeting = [
        Refusal::QuestionTimeOver {
            minutes: minutes(figures.question_time()),
        },
        Refusal::SpeakingTimeOver {
            minutes: minutes(figures.questioner_time()),
        },
        Refusal::SecondSupplementary {
            allowed: figures.supplementaries_per_question(),
        },
        Refusal::SecondQuestion {
            by: Allowance::Person,
            allowed: figures.questions_per_person().get(),
        },
        Refusal::NotIndicated,
    ];
    for refusal in at_the_meeting {
        let words = format!(
            "{} {} {} {:?}",
            refusal.title(),
            refusal.reason(),
            refusal.remedy(NextMeeting::NotAnnounced),
            refusal.rule(&wording)
        );
        read.insert(format!("refusal {}", refusal.kind()), words);
    }
    for clause in Clause::ALL {
        read.insert(
            format!("clause {clause}"),
            format!("{}: {}", wording.cite(*clause), wording.clause(*clause)),
        );
    }
    for ground in Ground::ALL {
        read.insert(
            format!("ground {ground}"),
            format!(
                "{} {}",
                ground.words(&wording),
                ground.proposed_reason(&wording)
            ),
        );
    }
    let document = of.app.browser().get("/api/openapi.json").await;
    let mut words = Vec::new();
    descriptions(&serde_json::from_str(&document.body).unwrap(), &mut words);
    assert!(words.len() > 200, "{}", words.len());
    read.insert("the API's document".to_owned(), words.join("\n"));
    read
}

/// Somebody asks at the next meeting what has just been put, and is shown it.
async fn same_question_again(of: &Evening, read: &mut Read) {
    let particulars = Particulars {
        date: "2024-04-09".parse().unwrap(),
        starts: "18:30:00".parse().unwrap(),
        venue: "Civic Suite, Runcorn".to_owned(),
        agenda_published: false,
        ended: None,
    };
    let next = meetings::schedule(&of.app.service, &of.officer, of.board, &particulars).unwrap();
    let resident = of.app.browser();
    let mut page = resident
        .get(&format!("/meetings/{}", next.meeting().id))
        .await;
    page = resident.go(&page, "Ask a question").await;
    for answer in [
        ("matter", "Street lamps"),
        ("question", "When will lamp 1 in Example Street be mended?"),
    ] {
        page = resident
            .follow(
                resident
                    .submit(&page, "main form[method=post]", &[answer])
                    .await,
            )
            .await;
        keep("resident, same again:", &page, read);
    }
    assert!(
        page.path.ends_with("/matches"),
        "{}: {}",
        page.path,
        page.text()
    );
}

fn meeting_of(of: &Evening) -> public_question_time::domain::meeting::Meeting {
    of.app
        .service
        .store
        .read(|db| public_question_time::store::meetings::meeting(db, of.meeting))
        .unwrap()
        .meeting
}

/// Pages that are no pages, or that a test of their own reads.
const NOT_READ: &[&str] = &[
    "/assets/",
    "/health/",
    "/time",
    "/favicon.ico",
    "/robots.txt",
    "/live",
    "/api/",
    // opened from a letter, to put an address right: they state no figure
    "/question/new-address/",
    "/question/old-address/",
];

fn is_at(pattern: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(part, found)| part.starts_with('{') || part == found)
}

#[tokio::test]
async fn nothing_of_haltons_figures_and_names_is_left_where_others_hold() {
    let haltons = everything(Setup::default()).await;
    for words in HALTONS {
        assert!(!find(&haltons, words).is_empty(), "{words} is said nowhere");
    }
    let others = everything(Setup {
        figures: FIGURES.to_owned(),
        toml: NAMES.to_owned(),
        ..Setup::default()
    })
    .await;
    for words in OTHERS {
        assert!(!find(&others, words).is_empty(), "{words} is said nowhere");
    }
    let found: Vec<_> = NEVER
        .iter()
        .flat_map(|words| find(&others, words))
        .collect();
    assert!(found.is_empty(), "{} sentences: {found:#?}", found.len());

    // a new page cannot be forgotten
    let visited: Vec<&str> = others
        .keys()
        .filter_map(|place| place.split(' ').find(|part| part.starts_with('/')))
        .collect();
    let missed: BTreeSet<String> = routes::list()
        .into_iter()
        .filter(|(path, method)| {
            method == Method::GET && !NOT_READ.iter().any(|part| path.contains(part))
        })
        .map(|(path, _)| path)
        .filter(|pattern| !visited.iter().any(|path| is_at(pattern, path)))
        .collect();
    assert_eq!(missed, BTreeSet::new(), "pages that nobody came to");
}
