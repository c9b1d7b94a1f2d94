//! Who sees what (reading 19): every page and every operation, signed in as every role, with a name of its own in every personal field.

use chrono::TimeDelta;
use diesel::RunQueryDsl;
use public_question_time::{
    domain::{
        agenda::{ItemKind, Part},
        publication,
        standing_order::{rejection::Ground, written_response::Reply},
    },
    service::{
        actor::Acting,
        meetings::{self, ItemParticulars, Particulars},
        reject_question::{self, Rejection},
        remove_personal_details, responses,
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
        your_question,
    },
    store::{
        error::StoreError,
        questions::{self, Question},
        staff::{HeldRole, Role},
    },
};

use crate::{
    app::Page,
    evening::{Evening, board, evening as at},
};

/// What the person with this number types: every field has a word that stands nowhere else.
pub fn canaries(number: usize, matter: TypedMatter) -> TypedQuestion {
    TypedQuestion {
        matter,
        text: TypedText {
            question: format!("When will the wordcanary{number:02} in Example Street be mended?"),
        },
        questioner: TypedQuestioner {
            name: format!("Alexis Namecanary{}", letters(number)),
            organisation: String::new(),
            address: format!("{number} Addresscanary{number:02} Street\nWidnes"),
            postcode: postcode(number),
            email: format!("emailcanary{number:02}@example.org"),
            telephone: format!("0151 496 0{number:03}"),
            needs: format!("A seat because of needscanary{number:02}"),
            resident: "yes".to_owned(),
            publish_name: "no".to_owned(),
            ..TypedQuestioner::default()
        },
        difference: format!("It differs by differencecanary{number:02}"),
    }
}

/// A number in two letters, for a name.
pub fn letters(number: usize) -> String {
    format!("{number:02}")
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

fn postcode(number: usize) -> String {
    let area = ["ZA", "ZB", "ZD"];
    format!("WA7 {}{}", number % 10, area[number / 10])
}

/// How to reach the person with this number, and what they told in confidence.
pub fn contact(number: usize) -> [String; 5] {
    [
        format!("Addresscanary{number:02}"),
        postcode(number),
        format!("emailcanary{number:02}@"),
        format!("0151 496 0{number:03}"),
        format!("needscanary{number:02}"),
    ]
}

#[track_caller]
fn holds_none(page: &Page, of: &[String]) {
    for word in of {
        assert!(
            !page.body.contains(word),
            "{} holds {word}: {}",
            page.path,
            page.text()
        );
    }
}

#[tokio::test]
async fn a_draft_agenda_is_public_nowhere() {
    let evening = Evening::start().await;
    let officer = &evening.officer;
    let service = &evening.app.service;
    let draft = meetings::schedule(
        service,
        officer,
        evening.board,
        &Particulars {
            date: "2024-03-12".parse().unwrap(),
            starts: "18:30:00".parse().unwrap(),
            venue: "Boardroom, Municipal Building, Widnes".to_owned(),
            agenda_published: false,
            ended: None,
        },
    )
    .unwrap();
    for (position, part) in [(1, Part::Public), (2, Part::Private)] {
        let item = ItemParticulars {
            position,
            title: "Dismissal of the Director of Works".to_owned(),
            minute_number: String::new(),
            part,
            kind: ItemKind::Ordinary,
        };
        meetings::add_item(service, officer, draft.meeting().id, &item).unwrap();
    }
    let id = draft.meeting().id;
    let anyone = evening.app.browser();
    let page = anyone.get(&format!("/meetings/{id}")).await;
    let matter = anyone.go(&page, "Ask a question").await;
    assert_eq!(matter.heading(), "What is your question about?");
    let chair = evening.app.sign_in_chair(evening.board).await;
    for page in [
        page,
        matter,
        anyone.get("/").await,
        anyone.get("/meetings").await,
        anyone.get(&format!("/meetings/{id}/screen")).await,
        anyone.get(&format!("/api/v1/meetings/{id}")).await,
        anyone.get(&format!("/api/v1/meetings/{id}/agenda")).await,
        chair.get(&format!("/api/v1/meetings/{id}/agenda")).await,
    ] {
        assert_eq!(page.status, 200, "{}", page.path);
        holds_none(&page, &["Dismissal".to_owned()]);
    }
    // once it is published, it is there
    let officer = evening.app.sign_in_as("proper_officer@example.org").await;
    let page = officer.get(&format!("/staff/meetings/{id}")).await;
    assert!(page.text().contains("Dismissal"), "{}", page.text());
    let action = format!("form[action='/staff/meetings/{id}/publish']");
    assert_eq!(officer.submit(&page, &action, &[]).await.status, 303);
    for path in [
        format!("/meetings/{id}"),
        format!("/api/v1/meetings/{id}/agenda"),
    ] {
        assert!(anyone.get(&path).await.body.contains("Dismissal"), "{path}");
    }
}

#[tokio::test]
async fn a_chair_sees_the_question_and_not_how_to_reach_the_person() {
    let evening = Evening::start().await;
    let matter = || TypedMatter {
        agenda_item: evening.agenda[2].id.to_string(),
        ..TypedMatter::default()
    };
    let question = evening.receive_typed(canaries(1, matter()));
    let mut again = canaries(2, matter());
    again.questioner.name = canaries(1, matter()).questioner.name;
    again.questioner.email = canaries(1, matter()).questioner.email;
    let second = evening.receive_typed(again);
    assert!(!second.refusals.is_empty(), "the second of one person");

    let officer = evening.app.sign_in_as("proper_officer@example.org").await;
    let path = format!("/staff/questions/{}", question.id);
    let page = officer.get(&path).await;
    for word in contact(1) {
        assert!(page.body.contains(&word), "the officer sees {word}");
    }
    assert_eq!(
        page.heading(),
        format!("{} from Alexis Namecanaryab", question.reference),
        "on the telephone the officer needs the name"
    );
    let saved = officer
        .press(
            &page,
            "Save arrangements",
            &[("arranged", "A seat near the front")],
        )
        .await;
    let page = officer.follow(saved).await;
    assert!(
        page.text().contains("Arrangements saved"),
        "{}",
        page.text()
    );
    let now = evening
        .app
        .service
        .store
        .read(|db| questions::question(db, question.id));
    let approved = evening.approve(&now.unwrap());

    let chair = evening.app.sign_in_chair(evening.board).await;
    let mut hidden: Vec<String> = contact(1).into();
    hidden.extend(contact(2));
    hidden.push("differencecanary01".to_owned());
    hidden.push("Namecanary".to_owned());
    for seen in [
        path.clone(),
        format!("{path}/reject?grounds=frivolous"),
        format!("/staff/questions/{}", second.id),
        format!("/staff/meetings/{}", evening.meeting),
        "/staff".to_owned(),
        format!("/api/v1/staff/questions/{}", question.id),
        format!("/api/v1/staff/questions?meeting={}", evening.meeting),
    ] {
        let page = chair.get(&seen).await;
        assert_eq!(page.status, 200, "{seen}");
        holds_none(&page, &hidden);
    }
    let page = chair.get(&path).await;
    assert!(page.text().contains("Contested"), "{}", page.text());
    let wording = chair.get(&format!("{path}/reject?grounds=frivolous")).await;
    let preview = chair.press(&wording, "Preview the letter", &[]).await;
    assert!(
        preview
            .text()
            .contains("This goes to the questioner by email.")
    );
    holds_none(&preview, &hidden);

    // at the meeting: the name to be called, and what has been arranged
    hidden.pop();
    let screen = chair.get(&evening.screen()).await;
    holds_none(&screen, &hidden);
    assert!(
        screen.text().contains("Arranged: A seat near the front"),
        "{}",
        screen.text()
    );
    assert_eq!(approved.public_text, approved.original_text);
}

#[tokio::test]
async fn a_responding_officer_sees_what_is_theirs_to_answer_and_no_address() {
    let evening = Evening::start().await;
    let app = &evening.app;
    let officer = &evening.officer;
    let role = HeldRole {
        role: Role::RespondingOfficer,
        board: None,
    };
    app.account("one@example.org", "Responder One", &[role]);
    app.account("two@example.org", "Responder Two", &[role]);
    let matter = || TypedMatter {
        agenda_item: evening.agenda[2].id.to_string(),
        ..TypedMatter::default()
    };
    // late, and kept for a written response
    app.clock.set(at(12, 0, 0));
    let kept: Vec<_> = (1..=3)
        .map(|number| {
            let late = evening.receive_typed(canaries(number, matter()));
            responses::keep_for_response(&app.service, officer, late.id, late.version).unwrap()
        })
        .collect();
    let accounts = app.service.accounts(&Acting::system()).unwrap();
    let id_of = |email: &str| accounts.iter().find(|m| m.email == email).unwrap().id;
    let (one, two) = (id_of("one@example.org"), id_of("two@example.org"));
    let owed = responses::list(
        &app.service,
        officer,
        responses::Which::Owed(None),
        None,
        500,
    )
    .unwrap();
    let response = |number: usize| {
        owed.iter()
            .find(|owed| owed.question.question.id == kept[number - 1].id)
            .unwrap()
            .response
            .clone()
    };
    for (number, owner) in [(1, one), (2, two)] {
        let response = response(number);
        responses::save_draft(
            &app.service,
            officer,
            response.id,
            response.version,
            "",
            Some(owner),
        )
        .unwrap();
    }

    let browser = app.sign_in_as("one@example.org").await;
    let hidden: Vec<String> = (1..=3)
        .flat_map(contact)
        .chain(["Namecanary".to_owned(), "differencecanary".to_owned()])
        .collect();
    for path in ["/staff", "/staff/responses", "/api/v1/written-responses"] {
        let list = browser.get(path).await;
        assert_eq!(list.status, 200);
        holds_none(&list, &hidden);
        for (number, listed) in [(1, true), (2, false), (3, true)] {
            let reference = kept[number - 1].reference.as_str();
            assert_eq!(list.body.contains(reference), listed, "{path} {number}");
        }
    }
    for number in [1, 3] {
        let page = browser
            .get(&format!("/staff/responses/{}", response(number).id))
            .await;
        assert_eq!(page.status, 200);
        assert!(
            page.text().contains("The questioner, by email"),
            "{}",
            page.text()
        );
        assert!(page.text().contains(&format!("wordcanary{number:02}")));
        holds_none(&page, &hidden);
        let preview = browser
            .press(&page, "Preview the letter", &[("body", "In March.")])
            .await;
        assert!(preview.text().contains("In March."), "{}", preview.text());
        holds_none(&preview, &hidden);
    }
    let others = response(2).id;
    for path in [
        format!("/staff/responses/{others}"),
        format!("/api/v1/written-responses/{others}"),
    ] {
        assert_eq!(browser.get(&path).await.status, 403, "{path}");
    }
    let own = browser
        .get(&format!("/staff/responses/{}", response(3).id))
        .await;
    let (_, mut fields) = own.filled_in("main form", &[("body", "Not mine to say.")]);
    fields.push(("step".to_owned(), "send".to_owned()));
    let sent = browser
        .post(&format!("/staff/responses/{others}"), &fields)
        .await;
    assert_eq!(sent.status, 403);

    // whoever gives one to a colleague comes back to the list
    let given = browser
        .press(&own, "Save", &[("owner", &two.to_string())])
        .await;
    assert_eq!(given.location().as_deref(), Some("/staff/responses"));
}

#[tokio::test]
async fn papers_are_for_the_proper_officer_and_the_chair_of_the_board() {
    let evening = Evening::start().await;
    let other = board(&evening.app, &evening.officer, "Corporate", "corporate");
    let app = &evening.app;
    for (browser, status) in [
        (app.sign_in_as("proper_officer@example.org").await, 200),
        (app.sign_in_chair(evening.board).await, 200),
        (app.sign_in_chair(other).await, 403),
        (app.sign_in(Role::RespondingOfficer).await, 403),
        (app.sign_in(Role::Administrator).await, 403),
        (app.browser(), 303),
    ] {
        for paper in ["questions", "minutes"] {
            let page = browser.get(&evening.paper(paper)).await;
            assert_eq!(page.status, status, "{paper}");
        }
    }
}

/// A questioner's word for each way in which a question can end, at a meeting that is over.
struct Ended {
    evening: Evening,
    /// Put at the meeting and answered.
    put: Question,
    /// Approved, and not called.
    not_called: Question,
    /// Everything that is not published, by number.
    unpublished: std::ops::RangeInclusive<usize>,
}

/// A meeting at which the first question was put and the others were not, each for a reason of its own; whatever is owed is answered.
async fn ended() -> Ended {
    let evening = Evening::start().await;
    let service = &evening.app.service;
    let officer = &evening.officer;
    let receive = |number| {
        let mut typed = canaries(
            number,
            TypedMatter {
                agenda_item: evening.agenda[2].id.to_string(),
                ..TypedMatter::default()
            },
        );
        typed.questioner.publish_name = "yes".to_owned();
        evening.receive_typed(typed)
    };
    let put = evening.approve(&receive(1));
    let not_called = evening.approve(&receive(2));
    let _undecided = receive(3);
    let rejected = receive(4);
    let rejection = Rejection {
        grounds: vec![Ground::Frivolous],
        reason: "The wordcanary04 is not a serious matter.".to_owned(),
        earlier: String::new(),
        other: String::new(),
    };
    reject_question::reject(service, officer, rejected.id, rejected.version, &rejection).unwrap();
    let withdrawn = receive(5);
    your_question::withdraw_for(service, officer, withdrawn.id, withdrawn.version).unwrap();
    evening.app.clock.set(at(12, 0, 0));
    let late = receive(6);
    responses::keep_for_response(service, officer, late.id, late.version).unwrap();
    let refused = receive(7);
    assert!(!refused.refusals.is_empty());
    evening.app.clock.set(at(18, 40, 0));
    let chair = evening.chair().await;
    chair.does("open").await;
    chair.puts(&put, "finish:given").await;
    chair.closes().await;
    for owed in responses::list(service, officer, responses::Which::Owed(None), None, 500).unwrap()
    {
        let text = format!(
            "Dear {}, of your question “{}”: yes.",
            owed.question.name(),
            owed.question.question.original_text
        );
        let response = owed.response;
        responses::send(
            service,
            officer,
            response.id,
            response.version,
            Reply::Full,
            &text,
            None,
            None,
        )
        .unwrap();
    }
    Ended {
        put,
        not_called,
        unpublished: 2..=7,
        evening,
    }
}

/// What the person with this number must not read anywhere once it is removed.
fn words_and_name(number: usize) -> [String; 3] {
    [
        format!("wordcanary{number:02}"),
        format!("Namecanary{}", letters(number)),
        format!("differencecanary{number:02}"),
    ]
}

#[tokio::test]
async fn what_was_not_put_is_published_nowhere() {
    let Ended {
        evening,
        put,
        not_called,
        unpublished,
    } = ended().await;
    let anyone = evening.app.browser();
    let meeting = format!("/meetings/{}", evening.meeting);
    let page = anyone.get(&meeting).await;
    assert!(
        page.text()
            .contains("2 questions were not asked at the meeting."),
        "{}",
        page.text()
    );
    let hidden: Vec<String> = unpublished
        .flat_map(|number| words_and_name(number).into_iter().chain(contact(number)))
        .collect();
    let shown = [
        meeting.clone(),
        "/questions".to_owned(),
        "/questions?q=wordcanary01".to_owned(),
        "/api/v1/questions".to_owned(),
        format!("/api/v1/questions?meeting={}", evening.meeting),
        format!("/api/v1/questions/{}", put.reference),
        format!("{meeting}/screen"),
        format!("{meeting}/live/state"),
    ];
    for path in &shown {
        let page = anyone.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        holds_none(&page, &hidden);
        let screen = path.ends_with("screen") || path.ends_with("state");
        assert!(
            screen || page.body.contains("wordcanary01"),
            "{path}: {}",
            page.body
        );
    }
    for path in [
        format!("/api/v1/questions/{}", not_called.reference),
        format!("/api/v1/staff/questions/{}", not_called.id),
    ] {
        let status = anyone.get(&path).await.status;
        assert!(matches!(status, 401 | 404), "{path}: {status}");
    }
    // the privacy notice says the same rule
    let notice = anyone.get("/privacy").await;
    for sentence in publication::RULE {
        assert!(notice.text().contains(sentence), "{sentence}");
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Every value of every column of every table, whatever tables there are.
pub fn everything_stored(evening: &Evening) -> String {
    let lines = |sql: String| -> Vec<String> {
        let found: Result<Vec<Line>, StoreError> = evening
            .app
            .service
            .store
            .read(|db| Ok(diesel::sql_query(sql.clone()).load(db)?));
        found.unwrap().into_iter().map(|found| found.line).collect()
    };
    let tables = lines("SELECT name AS line FROM sqlite_master WHERE type = 'table'".to_owned());
    assert!(
        tables.iter().any(|table| table == "questions"),
        "{tables:?}"
    );
    let mut all = String::new();
    for table in tables {
        let columns = lines(format!(
            "SELECT name AS line FROM pragma_table_info('{table}')"
        ));
        let quoted: Vec<String> = columns
            .iter()
            .map(|column| format!("quote(\"{column}\")"))
            .collect();
        let rows = lines(format!(
            "SELECT {} AS line FROM \"{table}\"",
            quoted.join(" || ' ' || ")
        ));
        for row in rows {
            all.push_str(&format!("{table}: {row}\n"));
        }
    }
    all
}

#[track_caller]
fn stored_nowhere(stored: &str, word: &str) {
    let found: Vec<&str> = stored.lines().filter(|line| line.contains(word)).collect();
    assert!(found.is_empty(), "{word} is still in {found:#?}");
}

#[tokio::test]
async fn after_the_schedule_only_what_was_published_is_left_in_any_table() {
    let Ended {
        evening,
        put,
        unpublished,
        ..
    } = ended().await;
    let before = everything_stored(&evening);
    for number in 1..=7 {
        assert!(
            before.contains(&format!("wordcanary{number:02}")),
            "{number}"
        );
    }
    evening.app.advance(TimeDelta::days(10 * 366));
    let removed = remove_personal_details::remove_what_is_due(&evening.app.service).unwrap();
    assert_eq!(removed.questioners, 7);
    let stored = everything_stored(&evening);
    for number in unpublished {
        for word in words_and_name(number).iter().chain(&contact(number)) {
            stored_nowhere(&stored, word);
        }
    }
    for word in contact(1) {
        stored_nowhere(&stored, &word);
    }
    // the question that was put stays as published, with the name as agreed
    let anyone = evening.app.browser();
    let page = anyone
        .get(&format!("/api/v1/questions/{}", put.reference))
        .await;
    assert!(page.body.contains("wordcanary01"), "{}", page.body);
    assert!(page.body.contains("Namecanaryab"), "{}", page.body);
    // what was removed is removed once
    let again = remove_personal_details::remove_what_is_due(&evening.app.service).unwrap();
    assert_eq!(again.questioners, 0);
    // words that an earlier release left, though they were never published, are due again
    let left = "UPDATE questions SET public_text = 'The wordcanary06 is back' WHERE put_on IS NULL";
    let put_back: Result<usize, StoreError> = evening
        .app
        .service
        .store
        .write(|db| Ok(diesel::sql_query(left).execute(db)?));
    assert_eq!(put_back.unwrap(), 6);
    let healed = remove_personal_details::remove_what_is_due(&evening.app.service).unwrap();
    assert_eq!(healed.questioners, 6);
    stored_nowhere(&everything_stored(&evening), "wordcanary06");
}
