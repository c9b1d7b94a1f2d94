//! What happens when people forget: a meeting that nobody closed, and written responses that nobody sends.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use public_question_time::{
    domain::{
        meeting::MeetingStatus,
        standing_order::written_response::{Reason, Reply},
        status::Status,
    },
    service::{
        approve_question,
        follow_up::{Done, follow_up},
        responses as acts,
    },
    store::{audit, meetings, questions, responses, staff::Role},
};

use crate::{
    app::{Browser, Page},
    evening::{Evening, email, resident},
};

const OFFICERS: &str = "committee.services@example.org";

fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, day, hour, minute, 0).unwrap()
}

impl Evening {
    fn follow_up(&self) -> Done {
        follow_up(&self.app.service).expect("the follow-up")
    }

    fn status(&self, question: &questions::Question) -> Status {
        self.app
            .service
            .store
            .read(|db| questions::question(db, question.id))
            .unwrap()
            .status
    }

    fn meeting_status(&self) -> MeetingStatus {
        let found = self
            .app
            .service
            .store
            .read(|db| meetings::meeting(db, self.meeting));
        found.unwrap().meeting.status
    }

    fn response(&self, question: &questions::Question) -> responses::WrittenResponse {
        self.app
            .service
            .store
            .read(|db| responses::of_question(db, question.id))
            .unwrap()
            .expect("a response")
    }

    /// The record page, signed in as the proper officer at this moment.
    async fn record_page(&self) -> (Browser, Page) {
        let officer = self.officer_browser().await;
        let page = officer.get(&format!("{}/record", self.screen())).await;
        (officer, page)
    }

    async fn officer_browser(&self) -> Browser {
        self.app.sign_in_as("proper_officer@example.org").await
    }
}

#[tokio::test]
async fn a_meeting_that_nobody_closed_is_on_the_desk_and_told_once() {
    let evening_of = Evening::start().await;
    let approved = evening_of.approve(&evening_of.receive(1));
    let undecided = evening_of.receive(2);

    // on its own day it is nobody's business yet
    evening_of.app.clock.set(at(6, 23, 30));
    assert_eq!(evening_of.follow_up(), Done::default());
    let desk = evening_of.officer_browser().await.get("/staff").await;
    assert!(!desk.text().contains("was not closed"), "{}", desk.text());

    // nor in the night, when somebody may still be sitting
    evening_of.app.clock.set(at(7, 6, 59));
    assert_eq!(evening_of.follow_up(), Done::default());
    evening_of.app.clock.set(at(7, 7, 0));
    assert_eq!(evening_of.follow_up().told, 1);
    assert_eq!(evening_of.follow_up(), Done::default(), "once");
    evening_of.app.clock.set(at(8, 9, 0));
    assert_eq!(evening_of.follow_up(), Done::default(), "and not again");

    let letters = evening_of.app.letters_to(OFFICERS).await;
    let told: Vec<_> = letters
        .iter()
        .filter(|letter| letter.kind == "officer_meeting_not_closed")
        .collect();
    assert_eq!(told.len(), 1);
    for says in [
        "Public question time of the Safer Policy and Performance Board on Tuesday 6 February 2024 was not closed: 2 questions wait to be recorded.",
        "If nobody closes it by the end of Tuesday 13 February 2024, the service does.",
    ] {
        assert!(told[0].text.contains(says), "{}", told[0].text);
    }
    assert!(!told[0].text.contains(&resident(1)));

    let officer = evening_of.officer_browser().await;
    let desk = officer.get("/staff").await;
    assert!(
        desk.text()
            .contains("Question time of Safer, 6 February 2024, was not closed: 2 questions wait."),
        "{}",
        desk.text()
    );
    assert_eq!(
        desk.all("#waiting + .app-desk li").len(),
        0,
        "nothing of it can be decided"
    );
    let chair = evening_of.app.sign_in_chair(evening_of.board).await;
    assert!(chair.get("/staff").await.text().contains("was not closed"));

    // nothing can be let in to be put at it
    let page = officer
        .get(&format!("/staff/questions/{}", undecided.id))
        .await;
    assert!(
        !page.text().contains("Approve and send the letter"),
        "{}",
        page.text()
    );
    let refused = approve_question::approve(
        &evening_of.app.service,
        &evening_of.officer,
        undecided.id,
        undecided.version,
        "",
    );
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("The day of the meeting has passed"),
    );
    assert_eq!(evening_of.status(&undecided), Status::Submitted);
    assert_eq!(evening_of.status(&approved), Status::Approved);
    let chair = evening_of.chair().await;
    let mut open = chair.asks("undo").await;
    open.retain(|(name, _)| name != "act");
    open.push(("act".to_owned(), "open".to_owned()));
    let opened = chair.send(&open).await;
    assert_eq!(opened.status, 409, "{}", opened.text());
    assert!(
        opened
            .text()
            .contains("public question time cannot be opened")
    );
}

#[tokio::test]
async fn what_happened_is_recorded_afterwards_without_the_clocks() {
    let evening_of = Evening::start().await;
    let questions: Vec<_> = (1..=5)
        .map(|number| evening_of.approve(&evening_of.receive(number)))
        .collect();
    let undecided = evening_of.receive(6);
    evening_of.app.clock.set(at(7, 9, 0));
    let officer = evening_of.officer_browser().await;
    let close = officer.get(&format!("{}/close", evening_of.screen())).await;
    assert_eq!(close.status, 303, "closing asks what happened");
    let (officer, page) = evening_of.record_page().await;
    assert_eq!(page.status, 200, "{}", page.text());

    // every question must be answered, and all that is missing is said at once
    let answer = officer
        .press(&page, "Record and close public question time", &[])
        .await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.problems().len(), 5, "{:?}", answer.problems());
    assert_eq!(evening_of.meeting_status(), MeetingStatus::Scheduled);

    let named = |index: usize| format!("happened-{}", questions[index].reference);
    let item = format!("item-{}", questions[4].reference);
    let agenda_item = evening_of.agenda[2].id.to_string();
    let (one, two, three, four, five) = (named(0), named(1), named(2), named(3), named(4));
    let mut typed = vec![
        (one.as_str(), "answered"),
        (two.as_str(), "promised"),
        (three.as_str(), "absent"),
        (four.as_str(), "not_reached"),
        (five.as_str(), "dealt_with"),
    ];
    let answer = officer
        .press(&page, "Record and close public question time", &typed)
        .await;
    assert_eq!(answer.status, 422, "which item?");
    typed.push((item.as_str(), agenda_item.as_str()));
    let answer = officer
        .press(&page, "Record and close public question time", &typed)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(evening_of.meeting_status(), MeetingStatus::Held);

    assert_eq!(evening_of.status(&questions[0]), Status::Answered);
    assert_eq!(evening_of.status(&questions[4]), Status::DealtWith);
    for (question, reason) in [
        (&questions[1], Reason::AnswerPromised),
        (&questions[2], Reason::Absent),
        (&questions[3], Reason::NotCalled),
        (&undecided, Reason::NotDecided),
    ] {
        let response = evening_of.response(question);
        assert_eq!(response.reason, reason);
        // ten working days from the day on which it was recorded
        assert_eq!(response.due_on.to_string(), "2024-02-21");
    }
    // the questioner whose question went under an item is told where
    let letter = evening_of.app.letters_to(&email(5)).await.pop().unwrap();
    assert!(
        letter.text.contains(
            "was dealt with as part of item 3 of the agenda, “Community Safety Update”. The minute number is SAF26."
        ),
        "{}",
        letter.text
    );
    let minutes = officer.get(&evening_of.paper("minutes")).await.text();
    assert!(
        minutes.contains("The following 5 public questions had been approved for the meeting. In all, 6 public questions had been received."),
        "{minutes}"
    );
}

#[tokio::test]
async fn a_meeting_without_questions_closes_by_itself() {
    let evening_of = Evening::start().await;
    evening_of.app.clock.set(at(7, 7, 0));
    assert_eq!(evening_of.follow_up().closed_empty, 1);
    assert_eq!(evening_of.meeting_status(), MeetingStatus::Held);
    let officer = evening_of.officer_browser().await;
    let minutes = officer.get(&evening_of.paper("minutes")).await.text();
    assert!(
        minutes.contains("No public questions had been received."),
        "{minutes}"
    );
    assert!(!minutes.contains("Draft"), "{minutes}");
    assert!(
        !officer
            .get("/staff")
            .await
            .text()
            .contains("was not closed")
    );
    assert!(
        evening_of
            .app
            .letters_to(OFFICERS)
            .await
            .iter()
            .all(|letter| letter.kind != "officer_meeting_not_closed")
    );
}

#[tokio::test]
async fn after_five_working_days_the_service_closes_what_nobody_closed() {
    let (evening_of, questions) = Evening::with_questions(3).await;
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.puts(&questions[0], "finish:given").await;
    // the clocks are left running, and everybody goes home
    evening_of.app.clock.set(at(13, 23, 59));
    assert_eq!(
        evening_of.follow_up().closed_unrecorded,
        0,
        "the fifth working day"
    );
    evening_of.app.clock.set(at(14, 0, 1));
    let done = evening_of.follow_up();
    assert_eq!(done.closed_unrecorded, 1);
    assert_eq!(evening_of.follow_up().closed_unrecorded, 0);

    assert_eq!(
        evening_of.status(&questions[0]),
        Status::Answered,
        "as recorded"
    );
    for number in [2, 3] {
        let response = evening_of.response(&questions[number - 1]);
        assert_eq!(response.reason, Reason::NotRecorded);
        let letter = evening_of
            .app
            .letters_to(&email(number))
            .await
            .pop()
            .unwrap();
        assert!(
            letter
                .text
                .contains("because we have no record that it was answered at the meeting"),
            "{}",
            letter.text
        );
        assert!(!letter.text.contains("time ran out"), "{}", letter.text);
    }
    // no clock runs on the screens of a meeting that is over
    let chair = evening_of.chair().await;
    let page = chair.look().await;
    assert!(
        page.text().contains("Public question time is over"),
        "{}",
        page.text()
    );
    assert!(page.all("#meeting-clock").is_empty());
}

#[tokio::test]
async fn the_close_is_in_the_trail_of_each_question_once_and_in_the_services_name() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.closes().await;
    let entries = evening_of
        .app
        .service
        .store
        .read(|db| audit::of_subject(db, &questions[0].id.to_string()))
        .unwrap();
    let owed: Vec<_> = entries
        .iter()
        .filter(|entry| entry.act.starts_with("owe"))
        .collect();
    assert_eq!(owed.len(), 1, "{entries:?}");
    assert_eq!(owed[0].actor_kind, "system");
}

/// Gives a response to an officer, on the pages.
async fn assign(officer: &Browser, path: &str, to: &str) -> Page {
    let page = officer.get(path).await;
    let html = page.html();
    let option = scraper::Selector::parse("#owner option").unwrap();
    let value = html
        .select(&option)
        .find(|option| option.text().collect::<String>() == to)
        .and_then(|option| option.value().attr("value"))
        .unwrap_or_else(|| panic!("{to} is not among them"))
        .to_owned();
    let saved = officer.press(&page, "Save", &[("owner", &value)]).await;
    officer.follow(saved).await
}

const RESPONDER: &str = "responding_officer@example.org";

#[tokio::test]
async fn a_responding_officer_is_told_reminded_and_chased_once_each() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    chair.closes().await;
    evening_of.app.sign_in(Role::RespondingOfficer).await;
    let officer = evening_of.officer_browser().await;
    let desk = officer.get("/staff").await;
    assert!(
        desk.text().contains("2 written responses are unassigned"),
        "{}",
        desk.text()
    );
    let path = |number: usize| {
        format!(
            "/staff/responses/{}",
            evening_of.response(&questions[number - 1]).id
        )
    };
    let page = assign(&officer, &path(1), "Sample responding officer").await;
    assert!(
        page.text()
            .contains("Assigned to Sample responding officer. We have emailed them."),
        "{}",
        page.text()
    );
    let kinds = async || -> Vec<&'static str> {
        evening_of
            .app
            .letters_to(RESPONDER)
            .await
            .iter()
            .map(|letter| letter.kind)
            .collect()
    };
    assert_eq!(kinds().await, ["responses_given"]);
    let given = evening_of.app.letters_to(RESPONDER).await.pop().unwrap();
    assert!(
        given.text.contains(&questions[0].reference.to_string())
            && given.text.contains("due by Tuesday 20 February 2024"),
        "{}",
        given.text
    );
    // the letter to the resident does not say that anybody is at it
    let letter = evening_of.app.letters_to(&email(2)).await.pop().unwrap();
    assert!(
        !letter.text.contains("An officer is writing"),
        "{}",
        letter.text
    );

    // due on Tuesday 20: reminded from Thursday 15, in office hours
    for (day, hour, reminders) in [
        (14, 9, 0),
        (15, 7, 0),
        (15, 9, 2),
        (15, 10, 0),
        (16, 9, 0),
        (20, 9, 0),
        (21, 9, 2),
        (22, 9, 0),
    ] {
        evening_of.app.clock.set(at(day, hour, 0));
        assert_eq!(
            evening_of.follow_up().reminders,
            reminders,
            "{day} February, {hour}:00"
        );
    }
    assert_eq!(
        kinds().await,
        ["responses_given", "responses_due", "responses_due"]
    );
    let overdue = evening_of.app.letters_to(RESPONDER).await.pop().unwrap();
    assert!(
        overdue
            .text
            .contains("overdue since Tuesday 20 February 2024"),
        "{}",
        overdue.text
    );
    let officers: Vec<_> = evening_of
        .app
        .letters_to(OFFICERS)
        .await
        .into_iter()
        .filter(|letter| letter.kind == "officer_responses_due")
        .collect();
    assert_eq!(officers.len(), 2, "nobody's and nearly due, then overdue");
    assert!(
        officers[0]
            .text
            .contains("1 written response is due soon and nobody’s")
    );
    assert!(officers[1].text.contains("2 written responses are overdue"));

    let officer = evening_of.officer_browser().await;
    let page = officer.get(&path(1)).await;
    let chased = officer.press(&page, "Send a reminder", &[]).await;
    let page = officer.follow(chased).await;
    assert!(
        page.text()
            .contains("Reminder sent to Sample responding officer."),
        "{}",
        page.text()
    );
    let again = officer.press(&page, "Send a reminder", &[]).await;
    assert!(
        again
            .text()
            .contains("A reminder has already been sent today."),
        "{}",
        again.text()
    );
    assert_eq!(kinds().await.last(), Some(&"response_chased"));
}

#[tokio::test]
async fn a_holding_reply_gives_a_new_date_by_which_the_response_is_due() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.closes().await;
    let officer = evening_of.officer_browser().await;
    let path = format!("/staff/responses/{}", evening_of.response(&questions[0]).id);
    let page = officer.get(&path).await;
    let words = ("body", "We wait for the contractor.");
    for (date, wrong) in [
        (
            ["", "", ""],
            "Enter the date by which you will send the response",
        ),
        (["1", "1", "2024"], "The new date must be in the future"),
        (
            ["20", "2", "2024"],
            "The new date must be after Tuesday 20 February 2024",
        ),
    ] {
        let typed = [
            ("reply", "holding"),
            words,
            ("new_due_on-day", date[0]),
            ("new_due_on-month", date[1]),
            ("new_due_on-year", date[2]),
        ];
        let refused = officer.press(&page, "Preview the letter", &typed).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.problems().concat().contains(wrong),
            "{:?}",
            refused.problems()
        );
        assert!(refused.body.contains("We wait for the contractor."));
    }
    let typed = [
        ("reply", "holding"),
        words,
        ("new_due_on-day", "1"),
        ("new_due_on-month", "3"),
        ("new_due_on-year", "2024"),
    ];
    let preview = officer.press(&page, "Preview the letter", &typed).await;
    let promise = "We now aim to send it by Friday 1 March 2024.";
    assert!(preview.text().contains(promise), "{}", preview.text());
    let sent = officer.press(&preview, "Send this letter", &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert_eq!(
        evening_of.response(&questions[0]).due_on.to_string(),
        "2024-03-01"
    );

    let letters = evening_of.app.letters_to(&email(1)).await;
    assert!(letters.last().unwrap().text.contains(promise));
    let link = letters[0].private_link.as_deref().unwrap();
    let private = evening_of
        .app
        .browser()
        .get(&link[link.find("/question/").unwrap()..])
        .await
        .text();
    assert!(private.contains("Friday 1 March 2024"), "{private}");
    assert!(!private.contains("20 February"), "{private}");
    // overdue by the new date, and not by the old one
    evening_of.app.clock.set(at(21, 9, 0));
    let officer = evening_of.officer_browser().await;
    let list = officer.get("/staff/responses").await.text();
    assert!(
        list.contains("Due Friday 1 March 2024") && !list.contains("Overdue"),
        "{list}"
    );
}

#[tokio::test]
async fn a_correction_starts_from_what_was_sent_and_gives_both() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.closes().await;
    let response = evening_of.response(&questions[0]);
    acts::send(
        &evening_of.app.service,
        &evening_of.officer,
        response.id,
        response.version,
        Reply::Full,
        "Six firms bid. The contract starts in May.",
        None,
        None,
    )
    .unwrap();
    let officer = evening_of.officer_browser().await;
    let page = officer
        .get(&format!("/staff/responses/{}", response.id))
        .await;
    assert_eq!(
        page.all("#body").concat().trim(),
        "Six firms bid. The contract starts in May."
    );
    let same = officer.press(&page, "Preview the letter", &[]).await;
    assert!(
        same.problems()
            .concat()
            .contains("Change the response, or there is nothing to correct"),
        "{:?}",
        same.problems()
    );
    let corrected = [("body", "Five firms bid. The contract starts in May.")];
    let preview = officer.press(&page, "Preview the letter", &corrected).await;
    assert!(
        preview.all("del").concat().contains("Six"),
        "{}",
        preview.text()
    );
    assert!(preview.all("ins").concat().contains("Five"));
    evening_of.app.advance(TimeDelta::days(1));
    let officer = evening_of.officer_browser().await;
    let page = officer
        .get(&format!("/staff/responses/{}", response.id))
        .await;
    let preview = officer.press(&page, "Preview the letter", &corrected).await;
    let sent = officer.press(&preview, "Send this letter", &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let letter = evening_of.app.letters_to(&email(1)).await.pop().unwrap();
    for says in [
        "Five firms bid. The contract starts in May.",
        "Our earlier response",
        "Six firms bid. The contract starts in May.",
        "We sent it to you on Tuesday 6 February 2024. These are its published words.",
    ] {
        assert!(letter.text.contains(says), "{says}: {}", letter.text);
    }
}
