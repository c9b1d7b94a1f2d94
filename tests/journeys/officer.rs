//! The Committee Services Manager, the responding officer and the chair at the desk, over HTTP. The seeds' Safer Board meets on
//! Tuesday 6 February 2024; it is the afternoon before, an hour to the deadline, unless a test says otherwise.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use public_question_time::domain::id::MeetingId;
use public_question_time::domain::question::Channel;
use public_question_time::service::actor::Acting;
use public_question_time::service::deliver_outbox::Undelivered;
use public_question_time::service::submit_question::{self, Submission};
use public_question_time::service::typed_question::{
    TypedMatter, TypedQuestion, TypedQuestioner, TypedText,
};
use public_question_time::service::views;

use crate::app::{Browser, Page, Setup, TestApp};

pub const SAFER: &str = "Safer, 6:30pm on Tuesday 6 February 2024";
pub const OFFICER: &str = "proper.officer@example.org";

pub async fn start() -> (TestApp, Browser) {
    let app = TestApp::start_with(Setup {
        seeds: true,
        ..Setup::default()
    })
    .await;
    let officer = app.sign_in_as(OFFICER).await;
    (app, officer)
}

pub fn utc(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, day, hour, minute, 0).unwrap()
}

/// Where the Safer Board's meeting is on the officer's pages.
pub async fn safer(officer: &Browser) -> String {
    officer.open("/staff/meetings").await.link(SAFER)
}

/// Somebody who asks; an empty address means that they have none.
pub struct Resident {
    pub name: &'static str,
    pub email: &'static str,
    pub postcode: &'static str,
    pub question: &'static str,
}

pub const ALEX: Resident = Resident {
    name: "Alex Sample",
    email: "alex@example.org",
    postcode: "WA8 7QF",
    question: "When will the street lamps in Example Lane be mended?",
};

pub const BO: Resident = Resident {
    name: "Bo Sample",
    email: "bo@example.org",
    postcode: "WA7 2ES",
    question: "How many fire hydrants were inspected in Runcorn during the autumn?",
};

/// Words that the seeds' Safer Board of 12 September 2023 has heard.
const HEARD_BEFORE: &str = "What is the council doing about anti-social behaviour around the shops in Widnes town centre in the evenings, and when will the CCTV cameras there be repaired and watched again?";

/// A resident's question through the service's form, as far as the officer is concerned.
pub async fn ask(app: &TestApp, meeting: &str, who: &Resident) {
    // two people never press the button in the same millisecond
    app.advance(TimeDelta::seconds(1));
    let meeting: MeetingId = meeting.rsplit('/').next().unwrap().parse().unwrap();
    let view = app
        .service
        .store
        .read(|db| views::meeting(&app.service, db, meeting))
        .unwrap();
    let item = view
        .agenda
        .iter()
        .find(|item| item.not_for_questions().is_none());
    let published = view.meeting().agenda_published;
    let submission = Submission {
        meeting,
        typed: TypedQuestion {
            matter: TypedMatter {
                agenda_item: match item {
                    Some(item) if published => item.id.to_string(),
                    _ => String::new(),
                },
                matter: if published {
                    String::new()
                } else {
                    "Street lighting".to_owned()
                },
            },
            text: TypedText {
                question: who.question.to_owned(),
            },
            questioner: TypedQuestioner {
                name: who.name.to_owned(),
                address: "1 Example Street\nWidnes".to_owned(),
                postcode: who.postcode.to_owned(),
                email: who.email.to_owned(),
                resident: "yes".to_owned(),
                publish_name: "yes".to_owned(),
                ..TypedQuestioner::default()
            },
            difference: String::new(),
        },
        channel: Channel::Web,
        received_at: app.service.now(),
        draft: None,
        carried_from: None,
        idempotency_key: None,
        exceptions: Vec::new(),
    };
    let service = app.service.clone();
    tokio::task::spawn_blocking(move || {
        submit_question::submit(&service, &Acting::questioner(None), &submission)
    })
    .await
    .unwrap()
    .unwrap();
    app.advance(TimeDelta::seconds(1));
}

/// The page of a question, opened from the desk.
pub async fn from_the_desk(officer: &Browser, name: &str) -> Page {
    let desk = officer.open("/staff").await;
    officer.open(&desk.link(name)).await
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The letter as the preview shows it, and as it went out, with the private link put away.
fn assert_sent_as_previewed(preview: &Page, letter: &crate::app::Kept) {
    // a responding officer is not told the name of somebody who is not published by it
    let greeted = letter
        .text
        .lines()
        .find_map(|line| line.strip_prefix("Dear ")?.strip_suffix(','))
        .expect("a greeting");
    let shown = preview
        .all("pre")
        .concat()
        .replace("(the questioner’s name)", greeted);
    let sent = match &letter.private_link {
        Some(link) => letter
            .text
            .replace(link.as_str(), "(the questioner’s private link)"),
        None => letter.text.clone(),
    };
    assert_eq!(shown, squeezed(&sent));
}

#[tokio::test]
async fn the_desk_lists_what_waits_by_time_to_the_meeting_with_its_markers() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    let later = officer
        .open("/staff/meetings")
        .await
        .link("Health, 6:30pm on Tuesday 20 February 2024");
    ask(&app, &later, &BO).await;
    ask(
        &app,
        &meeting,
        &Resident {
            question: HEARD_BEFORE,
            ..ALEX
        },
    )
    .await;
    // the same person once more: refused by the rule and kept
    ask(&app, &meeting, &ALEX).await;

    let desk = officer.open("/staff").await;
    assert_eq!(desk.heading(), "Your desk");
    let rows = desk.all("ol[aria-labelledby=waiting] > li");
    assert_eq!(rows.len(), 3, "{rows:#?}");
    assert!(rows[0].contains("Meeting in 1 day 3 hours"), "{}", rows[0]);
    assert!(
        rows[0].contains("Almost certainly the same as PQ-2023-"),
        "{}",
        rows[0]
    );
    assert!(rows[0].contains("Contested"), "{}", rows[0]);
    assert!(rows[1].contains("Refused and kept"), "{}", rows[1]);
    assert!(
        rows[1].contains("second question from one person"),
        "{}",
        rows[1]
    );
    assert!(
        rows[2].contains("Bo Sample") && rows[2].contains("Health"),
        "{}",
        rows[2]
    );
}

#[tokio::test]
async fn approving_sends_the_letter_that_was_shown() {
    let (app, officer) = start().await;
    ask(&app, &safer(&officer).await, &ALEX).await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    assert!(page.text().contains(ALEX.question));
    assert!(
        page.text()
            .contains("No question put in the 6 months before the meeting is like this one.")
    );
    let shown = page.all(".app-decision .app-letter h2").concat();

    let answer = officer
        .press(&page, "Approve and send the letter", &[])
        .await;
    assert_eq!(answer.status, 303);
    let page = officer.follow(answer).await;
    assert!(
        page.text().contains("The question is approved"),
        "{}",
        page.text()
    );
    assert!(
        page.text()
            .contains("Sample Proper Officer approved the question on 5 February 2024")
    );
    let letters = app.letters_to(ALEX.email).await;
    assert_eq!(letters.last().unwrap().kind, "approved");
    assert_eq!(letters.last().unwrap().subject, shown);
    assert!(
        officer
            .open("/staff")
            .await
            .text()
            .contains("Nothing waits for a decision.")
    );
}

#[tokio::test]
async fn a_strong_match_is_marked_in_both_texts_and_needs_words() {
    let (app, officer) = start().await;
    ask(
        &app,
        &safer(&officer).await,
        &Resident {
            question: HEARD_BEFORE,
            ..ALEX
        },
    )
    .await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    assert!(
        page.text()
            .contains("Put at the Safer Policy and Performance Board on Tuesday 12 September 2023")
    );
    // what both say is marked in both, and said in words
    let marked = page.all(".app-words mark");
    let repaired = |words: &&String| words.contains("CCTV cameras there be repaired");
    assert_eq!(marked.iter().filter(repaired).count(), 2, "{marked:?}");
    let said = page.all("main li").join(" / ");
    assert!(said.contains("Both say: "), "{said}");
    assert!(page.text().contains("Almost certainly the same"));
    assert!(page.text().contains("watched every evening until midnight"));

    // the reason is written under the match, and there is no other way to approve
    let place = "section[aria-labelledby=not-the-same]";
    assert_eq!(
        page.all(&format!("{place} textarea[name=judgement]")).len(),
        1
    );
    assert_eq!(page.all("form[action$=approve]").len(), 1);
    assert_eq!(
        page.link("say why it is not the same question"),
        "#judgement"
    );
    for empty in ["", " \n "] {
        let refused = officer
            .press(
                &page,
                "Approve and send the letter",
                &[("judgement", empty)],
            )
            .await;
        assert_eq!(refused.status, 422);
        let wrong = "Enter why this is not the same question as the one put before";
        assert_eq!(refused.problems(), [wrong]);
        assert_eq!(refused.link(wrong), "#judgement");
        let at_the_field = refused.all(&format!("{place} #judgement-error"));
        assert!(at_the_field.concat().contains(wrong), "{at_the_field:?}");
        assert!(refused.title().starts_with("Error: "));
    }
    let answer = officer
        .press(
            &page,
            "Approve and send the letter",
            &[("judgement", "It asks about this winter.")],
        )
        .await;
    let page = officer.follow(answer).await;
    assert!(
        page.text()
            .contains("judged it not the same as an earlier question")
    );
    assert!(page.text().contains("It asks about this winter."));
    // nothing is left to decide
    assert!(page.all("textarea[name=judgement]").is_empty());

    // the trail has the words, and which question they were about
    let id = page.path.rsplit('/').next().unwrap();
    let id = id.split('?').next().unwrap().to_owned();
    let trail = app
        .service
        .store
        .read(|db| public_question_time::store::audit::of_subject(db, &id))
        .unwrap();
    let approved = trail.iter().find(|entry| entry.act == "approve").unwrap();
    let entry = format!("{approved:?}");
    assert!(entry.contains("It asks about this winter."), "{entry}");
    assert!(entry.contains("PQ-2023-"), "{entry}");
}

#[tokio::test]
async fn beside_each_match_it_is_rejected_as_the_same_in_one_press() {
    let (app, officer) = start().await;
    ask(
        &app,
        &safer(&officer).await,
        &Resident {
            question: HEARD_BEFORE,
            ..ALEX
        },
    )
    .await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    let links = page.all("a[role=button]");
    let same: Vec<&String> = links
        .iter()
        .filter(|link| link.starts_with("Reject as the same question as PQ-2023-"))
        .collect();
    assert_eq!(same.len(), page.all("h3[id^=match-]").len(), "{links:?}");
    let chosen = same.first().unwrap();
    let wording = officer.open(&page.link(chosen)).await;
    assert_eq!(wording.heading(), "Write the rejection");
    let ticked = wording.attribute("input[name=grounds][checked]", "value");
    assert_eq!(ticked.unwrap(), "substantially_the_same");
    assert_eq!(wording.all("input[name=grounds][checked]").len(), 1);
    let earlier = wording.attribute("input[name=earlier]", "value").unwrap();
    assert!(chosen.ends_with(&earlier), "{earlier}");
    let preview = officer.press(&wording, "Preview the letter", &[]).await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    assert!(preview.text().contains(&earlier));

    // another than the likeliest, and what is no reference
    let path = format!("{}/reject?grounds=substantially_the_same", page.path);
    let other = officer.open(&format!("{path}&earlier=pq-2023-2222")).await;
    assert_eq!(
        other.attribute("input[name=earlier]", "value").unwrap(),
        "PQ-2023-2222"
    );
    let none = officer.open(&format!("{path}&earlier=x")).await;
    assert_eq!(
        none.attribute("input[name=earlier]", "value").unwrap(),
        earlier
    );
}

#[tokio::test]
async fn an_officer_searches_everything_that_was_ever_put() {
    let (app, _) = start().await;
    // years later: the search has no window
    app.advance(TimeDelta::days(3 * 365));
    let officer = app.sign_in_as(OFFICER).await;
    let empty = officer
        .open(&officer.open("/staff").await.link("Search"))
        .await;
    assert_eq!(empty.status, 200);
    assert_eq!(empty.heading(), "Search");
    assert!(
        empty.all("main h2").is_empty(),
        "{:?}",
        empty.all("main h2")
    );

    let found = officer
        .open("/staff/search?q=Has+anyone+asked+about+fly-tipping+behind+garages%3F")
        .await;
    assert!(
        found
            .title()
            .starts_with("Has anyone asked about fly-tipping behind garages? – Search – "),
        "{}",
        found.title()
    );
    let first = found.all("article").remove(0);
    assert!(first.contains("PQ-2023-"), "{first}");
    assert!(first.contains("Wednesday 20 September 2023"), "{first}");
    assert!(first.contains("Sample Resident Two"), "{first}");
    assert!(first.contains("Fines are given wherever the evidence allows it"));
    let marked = found.all("article:first-of-type mark");
    assert!(
        marked
            .iter()
            .any(|words| words.to_lowercase().contains("tipping")),
        "{marked:?}"
    );
    assert!(!found.body.contains("resident.two@example.org"));
    assert!(!found.body.contains("2 Example Street"));
    assert_eq!(
        found.attribute("#q", "value").unwrap(),
        "Has anyone asked about fly-tipping behind garages?"
    );
    let reference = found.all("article h3 a").remove(0);
    let file = officer.open(&found.link(&reference)).await;
    assert!(file.heading().contains(&reference), "{}", file.heading());

    let nothing = officer.open("/staff/search?q=zeppelin").await;
    assert_eq!(nothing.status, 200);
    assert_eq!(nothing.all("main h2"), ["No results"]);
    assert!(nothing.text().contains("fewer words"));

    let long = "bus ".repeat(126);
    let long = long.trim();
    let refused = officer
        .open(&format!("/staff/search?q={}", long.replace(' ', "+")))
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        ["What you search for must be 500 characters or fewer. You have entered 503"]
    );
    assert_eq!(refused.attribute("#q", "value").unwrap(), long);
    assert!(refused.all("#q-error").concat().contains("500 characters"));
    assert!(refused.title().starts_with("Error: Search"));
}

#[tokio::test]
async fn what_was_not_put_is_not_found_and_another_boards_file_is_not_linked() {
    let (app, officer) = start().await;
    ask(&app, &safer(&officer).await, &BO).await;
    let nothing = officer.open("/staff/search?q=fire+hydrants").await;
    assert!(!nothing.text().contains("PQ-2024-"), "{}", nothing.text());

    let stranger = app.browser().get("/staff/search?q=bus").await;
    assert_eq!(stranger.status, 303);
    assert!(stranger.location().unwrap().starts_with("/staff/sign-in"));

    let boards = app
        .service
        .store
        .read(public_question_time::store::meetings::boards)
        .unwrap();
    let safer = boards
        .iter()
        .find(|board| board.name.starts_with("Safer"))
        .unwrap();
    let chair = app.sign_in_chair(safer.id).await;
    let own = chair.open("/staff/search?q=CCTV+cameras+in+Widnes").await;
    let reference = own.all("article h3 a").remove(0);
    assert!(own.link(&reference).starts_with("/staff/questions/"));
    let others = chair
        .open("/staff/search?q=fly-tipping+behind+garages")
        .await;
    let reference = others.all("article h3 a").remove(0);
    let link = others.link(&reference);
    assert!(link.starts_with("/meetings/"), "{link}");
    assert_eq!(chair.open(&link).await.status, 200);
}

#[tokio::test]
async fn a_rejection_proposes_its_wording_and_sends_what_was_previewed() {
    let (app, officer) = start().await;
    ask(
        &app,
        &safer(&officer).await,
        &Resident {
            question: HEARD_BEFORE,
            ..ALEX
        },
    )
    .await;
    app.confirm(ALEX.email).await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    let id = page.path.clone();
    let wording = officer
        .open(&format!(
            "{id}/reject?grounds=substantially_the_same&grounds=frivolous"
        ))
        .await;
    assert_eq!(wording.heading(), "Write the rejection");
    let reason = wording.all("textarea[name=reason]").concat();
    assert!(
        reason.contains("does not raise a serious matter"),
        "{reason}"
    );
    assert!(
        reason.contains("substantially the same as one that was put"),
        "{reason}"
    );
    let earlier = wording.attribute("input[name=earlier]", "value").unwrap();
    assert!(earlier.starts_with("PQ-2023-"), "{earlier}");

    // everything that is wrong at once, with what was typed kept
    let wrong = officer
        .press(
            &wording,
            "Preview the letter",
            &[("reason", " "), ("earlier", "PQ-2020-2222")],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.problems().len(), 2, "{:?}", wrong.problems());
    assert_eq!(
        wrong.attribute("input[name=earlier]", "value").unwrap(),
        "PQ-2020-2222"
    );

    let preview = officer
        .press(
            &wrong,
            "Preview the letter",
            &[
                (
                    "reason",
                    "It was asked in September.\n\nThe answer is below.",
                ),
                ("earlier", &earlier),
            ],
        )
        .await;
    assert_eq!(preview.status, 200);
    assert_eq!(preview.heading(), "Check the letter before you send it");
    assert!(
        preview
            .text()
            .contains("This goes by email to Alex Sample at alex@example.org.")
    );
    assert!(
        preview
            .text()
            .contains("watched every evening until midnight")
    );
    assert_eq!(
        app.letters_to(ALEX.email).await.len(),
        1,
        "nothing is sent by looking"
    );

    let changing = officer.press(&preview, "Change the wording", &[]).await;
    assert!(
        changing
            .all("textarea[name=reason]")
            .concat()
            .contains("It was asked in September.")
    );
    let preview = officer.press(&changing, "Preview the letter", &[]).await;

    let sent = officer
        .press(&preview, "Reject and send this letter", &[])
        .await;
    let page = officer.follow(sent).await;
    assert!(page.text().contains("The question is rejected"));
    let letters = app.letters_to(ALEX.email).await;
    assert_eq!(letters.last().unwrap().kind, "rejected");
    assert_sent_as_previewed(&preview, letters.last().unwrap());

    // taken back, with a reason
    let refused = officer.press(&page, "Take the rejection back", &[]).await;
    assert_eq!(
        refused.problems(),
        ["Enter why the rejection is taken back"]
    );
    let again = officer
        .press(
            &refused,
            "Take the rejection back",
            &[("reason", "The earlier answer is out of date.")],
        )
        .await;
    let page = officer.follow(again).await;
    assert!(page.text().contains("Waiting for a decision"));
    assert!(page.text().contains("The earlier answer is out of date."));
    assert_eq!(
        app.letters_to(ALEX.email).await.last().unwrap().kind,
        "reopened"
    );
}

#[tokio::test]
async fn the_second_of_two_officers_sees_what_changed_and_keeps_what_was_typed() {
    let (app, first) = start().await;
    let name = "Second Sample Officer";
    app.account(
        "second.officer@example.org",
        name,
        &[public_question_time::store::staff::HeldRole {
            role: public_question_time::store::staff::Role::ProperOfficer,
            board: None,
        }],
    );
    let second = app.sign_in_as("second.officer@example.org").await;
    ask(&app, &safer(&first).await, &ALEX).await;
    let seen_by_both = from_the_desk(&second, "Alex Sample").await;
    let id = seen_by_both.path.clone();
    let wording = second.open(&format!("{id}/reject?grounds=frivolous")).await;

    let page = from_the_desk(&first, "Alex Sample").await;
    first.press(&page, "Approve and send the letter", &[]).await;

    let late = second
        .press(
            &wording,
            "Preview the letter",
            &[("reason", "My own careful words.")],
        )
        .await;
    assert_eq!(late.status, 409);
    assert!(
        late.text()
            .contains("Sample Proper Officer approved the question"),
        "{}",
        late.text()
    );
    assert!(late.text().contains("My own careful words."));
    assert!(late.text().contains("The question is now approved."));
    assert_eq!(
        app.letters_to(ALEX.email).await.len(),
        2,
        "acknowledged and approved, no more"
    );

    // going on is possible, and shows the letter first
    let preview = second
        .press(&late, "Go on to the letter of the rejection", &[])
        .await;
    assert_eq!(preview.heading(), "Check the letter before you send it");
    assert!(preview.text().contains("My own careful words."));

    // the same with an act that is no longer possible: no button for it
    let stale = second
        .press(&seen_by_both, "Approve and send the letter", &[])
        .await;
    assert_eq!(stale.status, 409);
    assert!(stale.all("main button").is_empty());
}

/// Fills in the form for a question on paper.
async fn enter(officer: &Browser, meeting: &str, who: &Resident, more: &[(&str, &str)]) -> Page {
    let id = meeting.rsplit('/').next().unwrap();
    let form = officer
        .open(&format!("/staff/questions/new?meeting={id}"))
        .await;
    let item = form
        .attribute("input[name=agenda_item]:not([aria-describedby])", "value")
        .unwrap_or_default();
    let mut values = vec![
        ("channel", "paper"),
        ("received_on-day", "5"),
        ("received_on-month", "2"),
        ("received_on-year", "2024"),
        ("received_time", "3:59pm"),
        ("question", who.question),
        ("name", who.name),
        ("address", "1 Example Street\nWidnes"),
        ("postcode", who.postcode),
        ("email", who.email),
        ("resident", "yes"),
        ("publish_name", "yes"),
    ];
    if item.is_empty() {
        values.push(("matter", "Street lighting"));
    } else {
        values.push(("agenda_item", &item));
    }
    for (name, value) in more {
        values.retain(|(known, _)| known != name);
        values.push((name, value));
    }
    officer.press(&form, "Enter the question", &values).await
}

#[tokio::test]
async fn a_letter_that_came_in_time_is_in_time_though_entered_after_the_deadline() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    app.clock.set(utc(6, 9, 30));
    let officer = app.sign_in_as(OFFICER).await;
    let entered = enter(&officer, &meeting, &ALEX, &[]).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    let page = officer.follow(entered).await;
    assert!(
        page.text().contains("Waiting for a decision"),
        "{}",
        page.text()
    );
    assert!(
        page.text()
            .contains("5 February 2024 at 3:59:00pm, on paper. Before the deadline.")
    );
    assert!(page.text().contains("Entered 6 February 2024 at 9:30:00am"));

    // a second after 4pm it is late: refused, kept, and the page says what would let it in
    let late = enter(&officer, &meeting, &BO, &[("received_time", "16:00:01")]).await;
    let page = officer.follow(late).await;
    assert!(
        page.text()
            .contains("Your question arrived after the deadline"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("You can admit it by an exception"));
    let refused = officer.press(&page, "Admit by an exception", &[]).await;
    assert_eq!(refused.problems(), ["Enter the reason for the exception"]);
    let admitted = officer
        .press(
            &refused,
            "Admit by an exception",
            &[("reason", "The counter’s clock was fast.")],
        )
        .await;
    let page = officer.follow(admitted).await;
    assert!(page.text().contains("admitted it although it was late"));
    assert!(page.text().contains("The counter’s clock was fast."));
}

#[tokio::test]
async fn what_is_wrong_with_a_question_on_paper_is_said_at_once_and_what_was_typed_is_kept() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    let wrong = enter(
        &officer,
        &meeting,
        &ALEX,
        &[
            ("received_time", "soon"),
            ("received_on-day", "31"),
            ("name", ""),
            ("postcode", "X"),
        ],
    )
    .await;
    assert_eq!(wrong.status, 422);
    let problems = wrong.problems();
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(wrong.title().starts_with("Error: "));
    assert_eq!(wrong.all("textarea[name=question]").concat(), ALEX.question);
    let future = enter(
        &officer,
        &meeting,
        &ALEX,
        &[("received_time", "3:59pm"), ("received_on-day", "6")],
    )
    .await;
    assert_eq!(
        future.problems(),
        ["The moment of receipt must be in the past"]
    );
    assert!(app.letters_to(ALEX.email).await.is_empty());
}

#[tokio::test]
async fn a_namesake_is_shown_beside_the_first_and_can_be_admitted() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    let child = Resident {
        email: "alex.the.younger@example.org",
        question: BO.question,
        ..ALEX
    };
    ask(&app, &meeting, &child).await;
    let desk = officer.open("/staff").await;
    let rows = desk.all("ol[aria-labelledby=waiting] > li");
    assert_eq!(rows.len(), 2);
    let href = desk
        .attribute("ol[aria-labelledby=waiting] > li:nth-child(2) a", "href")
        .unwrap();
    let page = officer.open(&href).await;
    assert!(page.text().contains("Contested"));
    assert!(
        page.text()
            .contains("The same name with the same email address or postcode")
    );
    assert!(page.text().contains(ALEX.question) && page.text().contains(BO.question));
    let refused = officer.press(&page, "Admit by an exception", &[]).await;
    assert_eq!(refused.problems(), ["Enter the reason for the exception"]);
    // a usual reason is chosen, not typed
    let usual = "Two people with one name, such as a parent and a child.";
    let admitted = officer
        .press(&page, "Admit by an exception", &[("usual", usual)])
        .await;
    let page = officer.follow(admitted).await;
    assert!(page.text().contains("admitted it as a second question"));
    assert!(page.text().contains(usual));
    assert!(page.text().contains("Waiting for a decision"));
    assert_eq!(
        app.letters_to(child.email).await.last().unwrap().kind,
        "admitted"
    );
}

#[tokio::test]
async fn a_like_name_at_one_address_is_shown_with_the_reason_and_how_likely_it_is() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    let again = Resident {
        name: "Mr Alexander Sample",
        email: "sample@example.org",
        question: BO.question,
        ..ALEX
    };
    ask(&app, &meeting, &again).await;
    let page = from_the_desk(&officer, "Mr Alexander Sample").await;
    assert!(
        page.text().contains("Very likely the same"),
        "{}",
        page.text()
    );
    assert!(
        page.text()
            .contains("A short form or other spelling of the same name at the same address"),
        "{}",
        page.text()
    );
    // nothing refuses it, and nothing needs an exception
    assert!(!page.text().contains("Admit by an exception"));
    officer
        .press(&page, "Approve and send the letter", &[])
        .await;
}

#[tokio::test]
async fn redaction_keeps_the_original_beside_the_published_text() {
    let (app, officer) = start().await;
    ask(&app, &safer(&officer).await, &ALEX).await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    let form = officer.open(&page.link("Redact what is published")).await;
    let wrong = officer
        .press(
            &form,
            "Preview the letter",
            &[("public_text", "When will the lamps be mended?")],
        )
        .await;
    assert_eq!(
        wrong.problems(),
        ["Enter why the published text is changed"]
    );
    assert_eq!(
        wrong.all("textarea[name=public_text]").concat(),
        "When will the lamps be mended?"
    );
    let saved = officer
        .press(
            &wrong,
            "Preview the letter",
            &[("reason", "A private address.")],
        )
        .await;
    assert!(
        saved.text().contains("If you disagree") && saved.text().contains("A private address."),
        "{}",
        saved.text()
    );
    let saved = officer
        .press(&saved, "Redact and send this letter", &[])
        .await;
    let page = officer.follow(saved).await;
    let texts = page.all(".govuk-grid-column-two-thirds > .app-beside p.app-words");
    assert_eq!(texts, ["When will the lamps be mended?", ALEX.question]);
    assert!(page.text().contains("Original text (not published)"));
    // the second of two gets told
    let stale = officer
        .press(
            &form,
            "Preview the letter",
            &[("public_text", "Lamps?"), ("reason", "Shorter.")],
        )
        .await;
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains("Lamps?") && stale.text().contains("redacted what is published"));
}

#[tokio::test]
async fn a_response_is_owed_written_previewed_sent_and_read() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    app.clock.set(utc(5, 16, 1));
    let officer = app.sign_in_as(OFFICER).await;
    ask(&app, &meeting, &ALEX).await;
    app.confirm(ALEX.email).await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    let kept = officer
        .press(&page, "Keep it for a written response", &[])
        .await;
    assert!(
        officer
            .follow(kept)
            .await
            .text()
            .contains("A written response is owed")
    );

    let responder = app.sign_in_as("responding.officer@example.org").await;
    let desk = responder.open("/staff").await;
    assert_eq!(
        desk.all("h2").first().unwrap(),
        "Written responses owed (1)"
    );
    let page = responder.open(&desk.link("Alex Sample")).await;
    assert!(
        page.text()
            .contains("It was received after the deadline for the meeting."),
        "{}",
        page.text()
    );
    assert!(
        page.text().contains("Due Monday 19 February 2024"),
        "{}",
        page.text()
    );
    let seen_before = responder.open(&page.path).await;

    let empty = responder.press(&page, "Preview the letter", &[]).await;
    assert_eq!(empty.problems(), ["Enter the response"]);
    let saved = responder
        .press(
            &page,
            "Save",
            &[("body", "The lamps will be mended in March.")],
        )
        .await;
    let page = responder.follow(saved).await;
    assert!(
        page.text()
            .contains("Your draft has been saved. It has not been sent.")
    );

    // somebody who had the page open before is told, and loses nothing
    let stale = responder
        .press(
            &seen_before,
            "Preview the letter",
            &[("body", "Other words.")],
        )
        .await;
    assert_eq!(stale.status, 409);
    assert!(
        stale.text().contains("worked on the written response"),
        "{}",
        stale.text()
    );
    assert!(stale.text().contains("Other words."));

    let before = app.letters_to(ALEX.email).await.len();
    let preview = responder.press(&page, "Preview the letter", &[]).await;
    assert!(
        preview
            .text()
            .contains("The lamps will be mended in March.")
    );
    let sent = responder.press(&preview, "Send this letter", &[]).await;
    let page = responder.follow(sent).await;
    assert!(page.text().contains("What was sent"));
    let letters = app.letters_to(ALEX.email).await;
    assert_eq!(letters.len(), before + 1);
    assert_eq!(letters.last().unwrap().kind, "written_response");
    assert_sent_as_previewed(&preview, letters.last().unwrap());

    // a correction afterwards
    let preview = responder
        .press(
            &page,
            "Preview the letter",
            &[("body", "It will be April.")],
        )
        .await;
    responder.press(&preview, "Send this letter", &[]).await;
    assert_eq!(
        app.letters_to(ALEX.email).await.last().unwrap().kind,
        "correction"
    );
    assert!(
        responder
            .open("/staff")
            .await
            .text()
            .contains("No written response is owed.")
    );
}

#[tokio::test]
async fn an_overdue_response_says_so_first() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    app.clock.set(utc(5, 16, 1));
    let officer = app.sign_in_as(OFFICER).await;
    ask(&app, &meeting, &ALEX).await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    officer
        .press(&page, "Keep it for a written response", &[])
        .await;
    app.advance(TimeDelta::days(20));
    let officer = app.sign_in_as(OFFICER).await;
    let desk = officer.open("/staff").await;
    assert!(
        desk.text()
            .contains("Written responses owed (1, 1 overdue)"),
        "{}",
        desk.text()
    );
    assert!(
        officer
            .open("/staff/responses")
            .await
            .text()
            .contains("Overdue")
    );
}

#[tokio::test]
async fn somebody_without_an_email_address_gets_a_letter_to_print() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    let entered = enter(
        &officer,
        &meeting,
        &ALEX,
        &[("email", ""), ("received_time", "2pm")],
    )
    .await;
    app.advance(TimeDelta::seconds(1));
    let page = officer.follow(entered).await;
    officer
        .press(&page, "Approve and send the letter", &[])
        .await;
    assert!(
        app.letters()
            .await
            .iter()
            .all(|letter| letter.kind != "approved")
    );

    let desk = officer.open("/staff").await;
    let letters = officer.open(&desk.link("2 to print and post")).await;
    let rows = letters.all("ol[aria-labelledby=to-print] > li");
    assert!(
        rows[0].starts_with("Acknowledgement") && rows[1].starts_with("Approval"),
        "{rows:?}"
    );
    let href = letters
        .attribute(
            "ol[aria-labelledby=to-print] > li:nth-child(2) a[href^='/staff/letters/']",
            "href",
        )
        .unwrap();
    let sheet = officer.open(&href).await;
    let address = sheet.all(".app-letter__to").concat();
    assert!(
        address.contains("Alex Sample") && address.contains("WA8 7QF"),
        "{address}"
    );
    let printed = officer.press(&sheet, "Printed and posted", &[]).await;
    let letters = officer.follow(printed).await;
    assert_eq!(letters.all("ol[aria-labelledby=to-print] > li").len(), 1);
}

#[tokio::test]
async fn a_letter_that_failed_is_shown_and_sent_again() {
    let (app, officer) = start().await;
    app.postman
        .fail_with(Some(Undelivered::Permanent("no such mailbox".to_owned())));
    ask(&app, &safer(&officer).await, &ALEX).await;
    app.letters().await;
    app.postman.fail_with(None);
    let letters = officer.open("/staff/letters").await;
    let failed = letters.all("ol[aria-labelledby=failed] > li");
    assert!(
        failed
            .iter()
            .any(|row| row.contains("Acknowledgement") && row.contains("no such mailbox")),
        "{failed:?}"
    );
    let (href, count) = (
        letters
            .attribute(
                "ol[aria-labelledby=failed] form[action$='/resend']",
                "action",
            )
            .unwrap(),
        failed.len(),
    );
    let sent = officer
        .submit(&letters, &format!("form[action='{href}']"), &[])
        .await;
    let letters = officer.follow(sent).await;
    assert_eq!(
        letters.all("ol[aria-labelledby=failed] > li").len(),
        count - 1
    );
    while !officer
        .open("/staff/letters")
        .await
        .all("ol[aria-labelledby=failed] > li")
        .is_empty()
    {
        let letters = officer.open("/staff/letters").await;
        officer.press(&letters, "Send it again", &[]).await;
    }
    assert_eq!(app.letters_to(ALEX.email).await.len(), 1);
}

#[tokio::test]
async fn moving_a_meeting_says_first_who_is_told_and_then_tells_them() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    let form = officer.open(&format!("{meeting}/edit")).await;
    let confirm = officer
        .press(
            &form,
            "Continue",
            &[("date-day", "13"), ("venue", "Town Hall, Runcorn")],
        )
        .await;
    assert_eq!(confirm.heading(), "Move the meeting?");
    assert!(
        confirm
            .text()
            .contains("1 person with a question that is approved or waits for a decision"),
        "{}",
        confirm.text()
    );
    assert_eq!(
        confirm.all("tbody tr"),
        [
            "DateTuesday 6 February 2024Tuesday 13 February 2024",
            "WhereVenue not on recordTown Hall, Runcorn",
            "Deadline4pm on Monday 5 February 20244pm on Monday 12 February 2024",
        ]
    );
    assert_eq!(app.letters_to(ALEX.email).await.len(), 1);
    let moved = officer
        .press(&confirm, "Move the meeting and send the letters", &[])
        .await;
    let page = officer.follow(moved).await;
    assert_eq!(page.heading(), "Safer, 13 February 2024");
    let letter = app.letters_to(ALEX.email).await.pop().unwrap();
    assert_eq!(letter.kind, "meeting_changed");
    assert!(
        letter
            .text
            .contains("has moved to Tuesday 13 February 2024, in another place."),
        "{}",
        letter.text
    );

    // a form from before the move
    let stale = officer
        .press(&form, "Continue", &[("venue", "Elsewhere")])
        .await;
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains("moved the meeting") && stale.text().contains("Elsewhere"));
}

#[tokio::test]
async fn cancelling_a_meeting_owes_each_question_a_response() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    let confirm = officer.open(&format!("{meeting}/cancel")).await;
    assert!(
        confirm
            .text()
            .contains("1 person has a question there and will be told.")
    );
    let cancelled = officer.press(&confirm, "Cancel the meeting", &[]).await;
    assert!(officer.follow(cancelled).await.text().contains("Cancelled"));
    assert_eq!(
        app.letters_to(ALEX.email).await.last().unwrap().kind,
        "meeting_cancelled"
    );
    assert!(
        officer
            .open("/staff/responses")
            .await
            .text()
            .contains("Alex Sample")
    );
}

#[tokio::test]
async fn a_holiday_proclaimed_late_moves_a_deadline_and_people_are_told() {
    let (app, officer) = start().await;
    app.clock.set(utc(1, 10, 0));
    let officer_then = app.sign_in_as(OFFICER).await;
    drop(officer);
    let meeting = safer(&officer_then).await;
    ask(&app, &meeting, &ALEX).await;
    let calendar = officer_then.open("/staff/calendar").await;
    let values = [
        ("date-day", "5"),
        ("date-month", "2"),
        ("date-year", "2024"),
        ("title", "Bank holiday for a celebration"),
        ("kind", "bank_holiday"),
    ];
    let confirm = officer_then
        .press(&calendar, "See which deadlines move", &values)
        .await;
    assert!(
        confirm.text().contains("Safer, 6 February 2024: the deadline is 4pm on Monday 5 February 2024 and would be 4pm on Friday 2 February 2024; 1 person is told."),
        "{}",
        confirm.text()
    );
    let added = officer_then
        .press(&confirm, "Add the day and send the letters", &[])
        .await;
    let calendar = officer_then.follow(added).await;
    assert!(
        calendar
            .text()
            .contains("4pm on Monday 5 February 2024 became 4pm on Friday 2 February 2024")
    );
    assert!(
        officer_then
            .open("/staff")
            .await
            .text()
            .contains("Deadlines that moved in the last 14 days")
    );
    let letter = app.letters_to(ALEX.email).await.pop().unwrap();
    assert_eq!(letter.kind, "meeting_changed");
    assert!(letter.text.contains("Friday 2 February 2024"));

    let out = officer_then
        .press(&calendar, "Take out Monday 5 February 2024", &[])
        .await;
    assert!(
        out.text()
            .contains("would be 4pm on Monday 5 February 2024"),
        "{}",
        out.text()
    );
    officer_then
        .press(&out, "Take the day out and send the letters", &[])
        .await;
    assert_eq!(app.letters_to(ALEX.email).await.len(), 3);
}

#[tokio::test]
async fn meetings_agendas_and_boards_are_added_and_changed() {
    let (_app, officer) = start().await;
    let form = officer.open("/staff/boards/new").await;
    let wrong = officer
        .press(
            &form,
            "Add the board",
            &[("slug", "Bad Slug"), ("modern_gov_id", "")],
        )
        .await;
    assert_eq!(wrong.problems().len(), 2);
    let added = officer
        .press(
            &wrong,
            "Add the board",
            &[
                ("name", "Tests Policy and Performance Board"),
                ("slug", "tests"),
            ],
        )
        .await;
    assert!(
        officer
            .follow(added)
            .await
            .text()
            .contains("Tests Policy and Performance Board")
    );

    let form = officer.open("/staff/meetings/new").await;
    let board = form
        .html()
        .select(&scraper::Selector::parse("label").unwrap())
        .find(|label| label.text().collect::<String>().contains("Tests Policy"))
        .and_then(|label| label.value().attr("for").map(str::to_owned))
        .unwrap();
    let board = form.attribute(&format!("#{board}"), "value").unwrap();
    let values = [
        ("board", board.as_str()),
        ("date-day", "19"),
        ("date-month", "3"),
        ("date-year", "2024"),
        ("starts", "6:30pm"),
        ("venue", "Town Hall, Runcorn"),
    ];
    let wrong = officer
        .press(&form, "Add the meeting", &[("starts", "soon")])
        .await;
    assert_eq!(wrong.problems().len(), 4, "{:?}", wrong.problems());
    let added = officer.press(&form, "Add the meeting", &values).await;
    let mut page = officer.follow(added).await;
    assert_eq!(page.heading(), "Tests, 19 March 2024");
    assert!(page.text().contains("4pm on Monday 18 March 2024"));
    let meeting = page.path.split('?').next().unwrap().to_owned();
    for title in ["Minutes", "Bus lanes"] {
        let added = officer
            .press(
                &page,
                "Add the item",
                &[
                    ("title", title),
                    (
                        "kind",
                        if title == "Minutes" {
                            "procedural"
                        } else {
                            "ordinary"
                        },
                    ),
                ],
            )
            .await;
        page = officer.follow(added).await;
    }
    assert_eq!(officer.press(&page, "Add the item", &[]).await.status, 422);
    let up = officer.press(&page, "Up: Bus lanes, item 2", &[]).await;
    // the focus comes back to the button that was pressed, whose name says the new place
    let button = up.location().unwrap();
    let (_, button) = button.split_once('#').unwrap();
    let button = format!("[id='{button}']");
    page = officer.follow(up).await;
    let rows = page.all("ol[aria-labelledby=agenda] > li");
    assert!(
        rows[0].contains("Bus lanes") && rows[1].contains("Minutes"),
        "{rows:?}"
    );
    assert_eq!(page.all(&button), ["Up: Bus lanes, item 1"]);
    let remove = officer.open(&page.link("Remove Minutes")).await;
    let removed = officer.press(&remove, "Remove the item", &[]).await;
    page = officer.follow(removed).await;
    assert_eq!(page.all("ol[aria-labelledby=agenda] > li").len(), 1);
    let change = officer.open(&page.link("Change Bus lanes")).await;
    let changed = officer
        .press(&change, "Save the item", &[("part", "private")])
        .await;
    page = officer.follow(changed).await;
    assert!(
        page.text()
            .contains("No questions: It is dealt with in the private part of the meeting")
    );
    let published = officer.press(&page, "Publish the agenda", &[]).await;
    assert!(
        officer
            .follow(published)
            .await
            .text()
            .contains("The agenda is out.")
    );
    assert!(
        officer
            .open(&meeting)
            .await
            .text()
            .contains("Published: a question names an item")
    );
}

#[tokio::test]
async fn the_list_of_questions_is_filtered_and_searched() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    ask(&app, &meeting, &BO).await;
    let page = from_the_desk(&officer, "Bo Sample").await;
    officer
        .press(&page, "Approve and send the letter", &[])
        .await;
    let id = meeting.rsplit('/').next().unwrap();
    let approved = officer
        .open(&format!("/staff/questions?meeting={id}&status=approved"))
        .await;
    let rows = approved.all("ol.app-desk > li");
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains("Bo Sample"));
    let reference = approved.all("ol.app-desk a").concat();
    let typed = reference.to_lowercase().replace('-', "%20");
    let found = officer
        .get(&format!("/staff/questions?reference={typed}"))
        .await;
    assert_eq!(
        found.location(),
        approved.attribute("ol.app-desk a", "href")
    );
    let missing = officer.get("/staff/questions?reference=PQ-2020-2222").await;
    assert_eq!(missing.status, 422);
    assert_eq!(
        missing.problems(),
        ["There is no question with this reference"]
    );
}

#[tokio::test]
async fn withdrawing_on_the_questioners_word_tells_them() {
    let (app, officer) = start().await;
    ask(&app, &safer(&officer).await, &ALEX).await;
    let page = from_the_desk(&officer, "Alex Sample").await;
    let confirm = officer
        .open(&page.link("Withdraw it on the questioner’s word"))
        .await;
    let answer = officer.press(&confirm, "Withdraw the question", &[]).await;
    let page = officer.follow(answer).await;
    assert!(
        page.all(".govuk-tag").contains(&"Withdrawn".to_owned()),
        "{}",
        page.text()
    );
    assert_eq!(
        app.letters_to(ALEX.email).await.last().unwrap().kind,
        "withdrawn"
    );
}

#[tokio::test]
async fn each_role_reaches_its_own_pages_alone() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    let question = from_the_desk(&officer, "Alex Sample").await;
    let path = question.path.clone();

    // the chair of the board looks and may reject, not approve
    let chair = app.sign_in_as("chair.safer@example.org").await;
    let desk = chair.open("/staff").await;
    assert!(desk.text().contains("Alex Sample") && desk.text().contains("Coming meetings"));
    let page = chair.open(&path).await;
    assert!(
        page.all("main button")
            .contains(&"Write the rejection".to_owned())
    );
    assert!(
        !page
            .all("main button")
            .contains(&"Approve and send the letter".to_owned())
    );
    let (action, mut fields) = page.filled_in("form[action='/staff/sign-out']", &[]);
    assert_eq!(action, "/staff/sign-out");
    fields.push(("version".to_owned(), "1".to_owned()));
    assert_eq!(
        chair.post(&format!("{path}/approve"), &fields).await.status,
        403
    );
    let wording = chair
        .open(&format!("{path}/reject?grounds=frivolous"))
        .await;
    let preview = chair.press(&wording, "Preview the letter", &[]).await;
    let sent = chair
        .press(&preview, "Reject and send this letter", &[])
        .await;
    assert_eq!(sent.status, 303);

    // the chair of another board sees nothing of it
    let other = app.sign_in_as("chair.corporate@example.org").await;
    assert_eq!(other.open(&path).await.status, 403);
    assert_eq!(other.open(&meeting).await.status, 403);
    assert!(!other.open("/staff").await.text().contains("Alex Sample"));

    let responder = app.sign_in_as("responding.officer@example.org").await;
    let administrator = app.sign_in_as("administrator@example.org").await;
    for page in [
        path.as_str(),
        meeting.as_str(),
        "/staff/questions",
        "/staff/questions/new",
        "/staff/letters",
        "/staff/meetings",
        "/staff/meetings/new",
        "/staff/boards",
        "/staff/boards/new",
    ] {
        assert_eq!(responder.open(page).await.status, 403, "{page}");
        assert_eq!(administrator.open(page).await.status, 403, "{page}");
        assert_eq!(app.browser().get(page).await.status, 303, "{page}");
    }
    assert_eq!(responder.open("/staff/responses").await.status, 200);
    assert_eq!(administrator.open("/staff/responses").await.status, 403);
    assert_eq!(responder.open("/staff/audit").await.status, 403);
    let trail = administrator.open("/staff/audit").await;
    assert!(
        trail
            .text()
            .contains("Sample Chair of the Safer Board rejected the question"),
        "{}",
        trail.text()
    );
    assert!(
        !trail.text().contains("Alex"),
        "the trail names no questioner"
    );
}
