//! The desk where much waits: a page at a time, the most pressing first, with the number of all; and the lists beside it.

use public_question_time::{
    domain::{
        id::{MeetingId, QuestionId},
        status::Status,
    },
    service::{
        actor::Acting,
        contact_details, judge_people,
        meetings::{self, Particulars},
        question_time,
        responses::{self, Which},
        submit_question::{self, Submission},
    },
    store::questions::{self, Question},
};

use crate::{
    app::{Browser, Page},
    evening::{Evening, email, evening as at},
};

/// Opens each page of the desk from the first on; the references of what waits on each.
async fn pages(browser: &Browser, from: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut page = browser.get(from).await;
    loop {
        assert_eq!(page.status, 200, "{}", page.text());
        found.push(references(&page));
        let Some(next) = page.attribute("nav.govuk-pagination [rel=next]", "href") else {
            return found;
        };
        let next = next.split('#').next().unwrap().to_owned();
        page = browser.get(&next).await;
    }
}

fn references(page: &Page) -> Vec<String> {
    page.all("ol[aria-labelledby=waiting] .app-desk__what + .app-desk__quiet, ol[aria-labelledby=questions] .app-desk__what")
}

fn at_meeting(evening_of: &Evening, meeting: MeetingId, number: usize) -> Question {
    let submission = Submission {
        meeting,
        typed: evening_of.typed(number),
        channel: public_question_time::domain::question::Channel::Web,
        received_at: evening_of.app.service.now(),
        draft: None,
        carried_from: None,
        idempotency_key: None,
        exceptions: Vec::new(),
    };
    submit_question::submit(
        &evening_of.app.service,
        &Acting::questioner(None),
        &submission,
    )
    .unwrap()
    .question
}

fn named(question: &Question) -> String {
    question.reference.to_string()
}

#[tokio::test]
async fn what_waits_comes_a_page_at_a_time_by_the_time_to_the_meeting() {
    let evening_of = Evening::start().await;
    let later = meetings::schedule(
        &evening_of.app.service,
        &evening_of.officer,
        evening_of.board,
        &Particulars {
            date: chrono::NaiveDate::from_ymd_opt(2024, 3, 12).unwrap(),
            starts: "18:30:00".parse().unwrap(),
            venue: "Boardroom, Municipal Building, Widnes".to_owned(),
            agenda_published: false,
            ended: None,
        },
    )
    .unwrap()
    .meeting()
    .id;
    let mut expected = Vec::new();
    let far = {
        let mut typed = evening_of.typed(500);
        typed.matter.agenda_item = String::new();
        typed.matter.matter = "Street lighting".to_owned();
        let submission = Submission {
            meeting: later,
            typed,
            channel: public_question_time::domain::question::Channel::Web,
            received_at: evening_of.app.service.now(),
            draft: None,
            carried_from: None,
            idempotency_key: None,
            exceptions: Vec::new(),
        };
        let acting = Acting::questioner(None);
        submit_question::submit(&evening_of.app.service, &acting, &submission)
            .unwrap()
            .question
    };
    assert_eq!(far.status, Status::Submitted);
    for number in 0..56 {
        // every tenth is a second question, which the rule refuses and an officer can let in
        let question = at_meeting(
            &evening_of,
            evening_of.meeting,
            number - usize::from(number % 10 == 9),
        );
        assert_eq!(question.status == Status::Refused, number % 10 == 9);
        expected.push(named(&question));
    }
    expected.push(named(&far));
    let officer = evening_of
        .app
        .sign_in_as("proper_officer@example.org")
        .await;
    let first = officer.get("/staff").await;
    assert!(
        first
            .text()
            .contains("Questions waiting for a decision (57)"),
        "{}",
        first.text()
    );
    let found = pages(&officer, "/staff").await;
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 7]);
    assert_eq!(found.concat(), expected);

    // a page goes on after the same question, whatever became of that one
    let last: QuestionId = {
        let of = |db: &mut _| questions::page(db, &questions::Filter::default(), None, 100);
        let all = evening_of.app.service.store.read(of).unwrap();
        all.iter().find(|q| named(q) == expected[24]).unwrap().id
    };
    let decided = evening_of
        .app
        .service
        .store
        .read(|db| questions::question(db, last))
        .unwrap();
    evening_of.approve(&decided);
    let second = officer.get(&format!("/staff?after={last}")).await;
    assert_eq!(references(&second), expected[25..50]);
    assert!(second.text().contains("(56)"), "{}", second.text());
    assert!(
        !second
            .attribute("nav.govuk-pagination [rel=prev]", "href")
            .unwrap()
            .contains("after")
    );

    // a refusal that an officer lets stand no longer waits; when the meeting begins, none does
    let refused: Vec<Question> = {
        let filter = questions::Filter {
            statuses: vec![Status::Refused],
            ..questions::Filter::default()
        };
        evening_of
            .app
            .service
            .store
            .read(|db| questions::page(db, &filter, None, 100))
            .unwrap()
    };
    judge_people::refusal_stands(
        &evening_of.app.service,
        &evening_of.officer,
        refused[0].id,
        refused[0].version,
    )
    .unwrap();
    assert!(officer.get("/staff").await.text().contains("(55)"));
    evening_of.app.clock.set(at(18, 31, 0));
    let officer = evening_of
        .app
        .sign_in_as("proper_officer@example.org")
        .await;
    let begun = pages(&officer, "/staff").await.concat();
    assert_eq!(begun.len(), 51);
    assert!(
        refused
            .iter()
            .all(|question| !begun.contains(&named(question)))
    );

    // the meeting's page has all of them, and the chair's desk those of their board
    let meeting = pages(&officer, &format!("/staff/meetings/{}", evening_of.meeting)).await;
    assert_eq!(meeting.iter().map(Vec::len).collect::<Vec<_>>(), [50, 6]);
    assert_eq!(meeting.concat(), expected[..56]);
    let chair = evening_of.app.sign_in_chair(evening_of.board).await;
    assert_eq!(pages(&chair, "/staff").await.concat(), begun);
}

/// What marks the question on the desk.
async fn marks(officer: &Browser, question: &Question) -> String {
    let page = officer.get("/staff").await;
    let html = page.html();
    let rows = scraper::Selector::parse("ol[aria-labelledby=waiting] > li").unwrap();
    html.select(&rows)
        .map(|row| row.text().collect::<String>())
        .find(|row| row.contains(&named(question)))
        .unwrap_or_else(|| panic!("{} does not wait", question.reference))
}

#[tokio::test]
async fn who_may_be_the_same_is_marked_and_follows_what_is_put_right() {
    let evening_of = Evening::start().await;
    let service = &evening_of.app.service;
    let officer = evening_of
        .app
        .sign_in_as("proper_officer@example.org")
        .await;
    let (first, second) = (evening_of.typed(1), evening_of.typed(2));
    let alone = |mut typed: public_question_time::service::typed_question::TypedQuestion,
                 name: &str,
                 postcode: &str,
                 address: &str| {
        typed.questioner.name = name.to_owned();
        typed.questioner.postcode = postcode.to_owned();
        typed.questioner.address = address.to_owned();
        evening_of.receive_typed(typed)
    };
    let anna = alone(
        first,
        "Anna Featherstone",
        "WA8 7QF",
        "1 Example Street\nWidnes",
    );
    let harold = alone(second, "Harold Ogden", "WA7 2AB", "90 Castle Rise\nRuncorn");
    assert!(!marks(&officer, &anna).await.contains("Same person?"));
    assert!(!marks(&officer, &harold).await.contains("Same person?"));

    // a question that comes after the desk was first looked at
    let mut again = evening_of.typed(3);
    again.questioner.email = email(1).replace('@', "+again@");
    let again = alone(again, "A. Featherstone", "WA8 7QF", "1 Example St\nWidnes");
    assert!(marks(&officer, &anna).await.contains("Same person?"));
    assert!(marks(&officer, &again).await.contains("Same person?"));
    assert!(!marks(&officer, &harold).await.contains("Same person?"));
    let page = officer.get(&format!("/staff/questions/{}", anna.id)).await;
    assert!(page.text().contains("A. Featherstone"), "{}", page.text());

    // two people, an officer decided
    let version = again.version;
    judge_people::two_people(
        service,
        &evening_of.officer,
        again.id,
        version,
        &named(&anna),
        "Mother and daughter.",
    )
    .unwrap();
    assert!(!marks(&officer, &anna).await.contains("Same person?"));
    assert!(!marks(&officer, &again).await.contains("Same person?"));

    // details that are put right
    let mut details = evening_of.typed(2).questioner;
    details.name = "Hannah Featherstone".to_owned();
    details.address = "1 Example Street\nWidnes".to_owned();
    contact_details::correct_for(
        service,
        &evening_of.officer,
        harold.id,
        harold.version,
        &details,
        "She rang: her son had typed it.",
    )
    .unwrap();
    assert!(marks(&officer, &harold).await.contains("Same person?"));
}

#[tokio::test]
async fn a_meeting_that_many_asked_is_closed_with_the_first_named_and_the_others_counted() {
    let evening_of = Evening::start().await;
    for number in 0..45 {
        at_meeting(&evening_of, evening_of.meeting, number);
    }
    evening_of.app.clock.set(at(18, 40, 0));
    let chair = evening_of.chair().await;
    let screen = chair.look().await;
    assert!(
        screen.text().contains("45 questions wait for a decision"),
        "{}",
        screen.text()
    );
    assert!(screen.text().contains("and 25 more"), "{}", screen.text());
    let close = chair
        .browser
        .get(&format!("{}/close", evening_of.screen()))
        .await;
    assert!(
        close
            .text()
            .contains("45 people will get a written response"),
        "{}",
        close.text()
    );
    assert!(
        close.text().contains("And 25 more, because"),
        "{}",
        close.text()
    );
    let service = &evening_of.app.service;
    let meeting = service
        .store
        .read(|db| question_time::look(service, db, evening_of.meeting))
        .unwrap();
    question_time::close_on_record(
        service,
        &evening_of.officer,
        evening_of.meeting,
        meeting.state.revision,
        &[],
    )
    .unwrap();
    let closed = chair.look().await;
    assert!(
        closed.text().contains("45 written responses"),
        "{}",
        closed.text()
    );
    assert!(
        closed.text().contains("And 25 more, because"),
        "{}",
        closed.text()
    );
    let minutes = chair.browser.get(&evening_of.paper("minutes")).await;
    assert!(
        minutes
            .text()
            .contains("45 had not been decided on before the meeting"),
        "{}",
        minutes.text()
    );

    // the written responses come a page at a time
    let officer = evening_of
        .app
        .sign_in_as("proper_officer@example.org")
        .await;
    let first = officer.get("/staff/responses").await;
    let names = |page: &Page| page.all("ol.app-desk .app-desk__what + .app-desk__quiet");
    assert_eq!(names(&first).len(), 25);
    let next = first
        .attribute("nav.govuk-pagination [rel=next]", "href")
        .unwrap();
    let second = officer.get(&next).await;
    assert_eq!(names(&second).len(), 20);
    assert!(
        second
            .attribute("nav.govuk-pagination [rel=next]", "href")
            .is_none()
    );
    let both: std::collections::BTreeSet<String> =
        names(&first).into_iter().chain(names(&second)).collect();
    assert_eq!(both.len(), 45);
    let desk = officer.get("/staff").await;
    assert!(
        desk.text().contains("Written responses owed (45)"),
        "{}",
        desk.text()
    );
    assert!(
        desk.text().contains("45 written responses are unassigned"),
        "{}",
        desk.text()
    );
    assert_eq!(desk.all("ol[aria-labelledby=responses] > li").len(), 5);
    let owed = responses::list(service, &evening_of.officer, Which::Unassigned, None, 100).unwrap();
    assert_eq!(owed.len(), 45);
}
