//! The chair runs public question time: the two clocks, the order, undo, closing, and what the server refuses.

use chrono::TimeDelta;

use public_question_time::store::staff::Role;

use crate::{
    app::Page,
    evening::{Evening, board, email, evening, resident},
};

/// How a clock stands: what is left, and the words under it.
fn clock(page: &Page, id: &str) -> (String, String) {
    let left = page.all(&format!("#{id} [data-clock-left]")).concat();
    let words = page
        .all(&format!("#{id} [data-clock-standing], #{id} progress"))
        .join(". ");
    (left, words)
}

fn outcomes(page: &Page) -> Vec<String> {
    page.all(".app-chair-row h3 .govuk-tag")
}

fn names(page: &Page) -> Vec<String> {
    page.all(".app-chair-row h3")
        .iter()
        .map(|heading| {
            let after = heading.split_once(". ").map_or("", |(_, rest)| rest);
            after.chars().take(17).collect()
        })
        .collect()
}

#[tokio::test]
async fn a_meeting_runs_from_opening_to_closing() {
    let (evening_of, questions) = Evening::with_questions(4).await;
    evening_of.app.letters().await;
    let chair = evening_of.chair().await;

    let page = chair.look().await;
    assert_eq!(
        page.all("#next-step .app-act"),
        ["Open public question time"]
    );
    assert!(page.text().contains("about 3 minutes"), "{}", page.text());
    assert!(
        page.text()
            .contains("At this pace all 4 questions will be reached.")
    );
    assert!(page.text().contains("As of 6:40:00pm."));
    for question in &questions[..3] {
        chair.does_to(question, "indicate").await;
    }

    chair.does("open").await;
    let page = chair.does("call").await;
    assert_eq!(
        page.all("#next-step .app-act"),
        ["Sample Resident 1 starts speaking"]
    );
    chair.does("speak").await;
    evening_of.app.advance(TimeDelta::seconds(65));
    let page = chair.look().await;
    assert_eq!(
        clock(&page, "turn-clock"),
        (
            "1:55".to_owned(),
            "1 minute 5 seconds used of 3 minutes. Running".to_owned()
        )
    );
    assert_eq!(clock(&page, "meeting-clock").0, "28:55");

    let page = chair.does("answer").await;
    evening_of.app.advance(TimeDelta::seconds(60));
    assert!(page.text().contains("Supplementary question"));
    let page = chair.look().await;
    assert_eq!(
        clock(&page, "turn-clock"),
        (
            "1:55".to_owned(),
            "1 minute 5 seconds used of 3 minutes. Stopped".to_owned()
        ),
        "the answer is not the questioner's time"
    );
    assert_eq!(clock(&page, "meeting-clock").0, "27:55");
    chair.does("supplementary").await;
    evening_of.app.advance(TimeDelta::seconds(10));
    chair.does("answer").await;
    chair.does("finish:given,promised").await;

    chair.puts(&questions[1], "finish:given").await;
    let page = chair.does_to(&questions[3], "pass_over").await;
    assert_eq!(
        outcomes(&page),
        [
            "Answered, supplementary in writing",
            "Put and answered",
            "Present, waiting",
            "Passed over"
        ]
    );

    let confirm = chair
        .browser
        .get(&format!("{}/close", evening_of.screen()))
        .await;
    let text = confirm.text();
    assert!(
        text.contains("3 people will get a written response"),
        "{text}"
    );
    for number in [1, 3, 4] {
        assert!(text.contains(&resident(number)), "{text}");
    }
    let page = chair.closes().await;
    assert!(page.text().contains("Public question time is over"));
    assert_eq!(
        outcomes(&page),
        [
            "Written response owed",
            "Answered at the meeting",
            "Written response owed",
            "Written response owed"
        ]
    );
    // ten working days after 6 February 2024
    assert_eq!(
        page.text()
            .matches("due by Tuesday 20 February 2024")
            .count(),
        3
    );

    let letters = evening_of.app.letters().await;
    let owed: Vec<&str> = letters
        .iter()
        .filter(|letter| letter.kind == "response_owed")
        .map(|letter| letter.to.as_str())
        .collect();
    assert_eq!(owed.len(), 3, "{owed:?}");
    for number in [1, 3, 4] {
        assert!(
            owed.iter().any(|to| to.contains(&email(number))),
            "{owed:?}"
        );
    }
}

#[tokio::test]
async fn nobody_is_called_who_has_not_indicated() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    let page = chair.does("open").await;
    assert!(page.text().contains("Nobody who waits has indicated."));
    let call = chair.asks_of(&questions[0], "call", &[]).await;
    let answer = chair.send(&call).await;
    assert_eq!(answer.status, 422);
    assert!(answer.title().starts_with("Error: "));
    assert!(answer.problems().concat().contains("34(9)(vii)"));
    chair.does_to(&questions[0], "indicate").await;
    let page = chair.does("call").await;
    assert_eq!(outcomes(&page), ["Being put now"]);
}

#[tokio::test]
async fn after_three_minutes_the_questioner_cannot_go_on() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.does_to(&questions[0], "indicate").await;
    chair.does("open").await;
    chair.does("call").await;
    chair.does("speak").await;
    evening_of.app.advance(TimeDelta::seconds(179));
    assert_eq!(clock(&chair.look().await, "turn-clock").0, "0:01");
    chair.does("stop").await;
    chair.does("speak").await;
    evening_of.app.advance(TimeDelta::seconds(1));
    let page = chair.does("stop").await;
    assert_eq!(clock(&page, "turn-clock").0, "0:00");
    assert!(clock(&page, "turn-clock").1.ends_with("Time is over"));
    assert_eq!(page.all("#next-step .app-act"), ["Start the answer"]);

    let answer = chair.send(&chair.asks("speak").await).await;
    assert_eq!(answer.status, 422);
    let problems = answer.problems();
    assert!(problems[0].contains("34(9)(viii)"), "{problems:?}");
    assert_eq!(
        problems[1],
        "Move on to the answer, or finish this question."
    );

    // the answer is given; there is no time for a supplementary
    chair.does("answer").await;
    let answer = chair.send(&chair.asks("supplementary").await).await;
    assert_eq!(answer.status, 422);
    assert!(answer.problems().concat().contains("34(9)(viii)"));
    chair.does("finish:given").await;
}

#[tokio::test]
async fn there_is_one_supplementary() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.does_to(&questions[0], "indicate").await;
    for act in ["open", "call", "speak", "answer", "supplementary", "answer"] {
        chair.does(act).await;
    }
    let page = chair.look().await;
    assert_eq!(page.all("#next-step .app-act"), ["Finish: both answered"]);
    let answer = chair.send(&chair.asks("supplementary").await).await;
    assert_eq!(answer.status, 422);
    assert!(answer.problems().concat().contains("34(9)(iv)"));
    // whether the supplementary was answered must be said
    let answer = chair.send(&chair.asks("finish:given").await).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer
            .text()
            .contains("Say whether the supplementary question was answered.")
    );
    chair.does("finish:promised,given").await;
}

#[tokio::test]
async fn at_thirty_minutes_nobody_else_is_called_and_who_speaks_may_finish() {
    let (evening_of, questions) = Evening::with_questions(3).await;
    let chair = evening_of.chair().await;
    for question in &questions {
        chair.does_to(question, "indicate").await;
    }
    chair.does("open").await;
    evening_of.app.clock.set(evening(19, 9, 59));
    chair.does("call").await;
    chair.does("speak").await;
    evening_of.app.clock.set(evening(19, 10, 0));
    let page = chair.look().await;
    assert_eq!(clock(&page, "meeting-clock").0, "0:00");
    assert!(clock(&page, "meeting-clock").1.ends_with("Time is over"));

    // the one then speaking goes on, is answered, asks the supplementary
    evening_of.app.clock.set(evening(19, 11, 0));
    let page = chair.look().await;
    let forecast = page.all(".app-stage__forecast");
    assert_eq!(forecast, ["The time is over: nobody else can be called."]);
    let expected = page.all(".app-chair-row__expected");
    assert_eq!(expected, ["cannot be called any more"; 2]);
    for act in [
        "stop",
        "speak",
        "answer",
        "supplementary",
        "answer",
        "finish:given,given",
    ] {
        chair.does(act).await;
    }
    let page = chair.look().await;
    assert_eq!(
        page.all("#next-step .app-act"),
        ["Close public question time"]
    );
    // how many get a written response, and who, before anything is pressed; nobody is offered to be called
    assert!(page.text().contains("2 people will get a written response"));
    assert_eq!(page.all(".app-stage__owed li"), [resident(2), resident(3)]);
    assert!(page.all("button[value=call]").is_empty());

    let call = chair.asks_of(&questions[1], "call", &[]).await;
    let answer = chair.send(&call).await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.all(".govuk-error-summary__title"),
        ["Public question time is over"]
    );
    let problems = answer.problems();
    assert!(
        problems[0].contains("Standing Order 34(9)(i)"),
        "{problems:?}"
    );
    assert!(problems[1].contains("written response"), "{problems:?}");
    assert_eq!(
        outcomes(&chair.look().await),
        ["Put and answered", "Present, waiting", "Present, waiting"]
    );
}

#[tokio::test]
async fn an_adjournment_stops_both_clocks() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.does_to(&questions[0], "indicate").await;
    for act in ["open", "call", "speak"] {
        chair.does(act).await;
    }
    evening_of.app.advance(TimeDelta::seconds(20));
    chair.does("adjourn").await;
    evening_of.app.advance(TimeDelta::minutes(20));
    let page = chair.look().await;
    assert_eq!(
        page.all("#next-step .app-act"),
        ["Resume public question time"]
    );
    assert_eq!(clock(&page, "turn-clock").0, "2:40");
    assert!(clock(&page, "turn-clock").1.ends_with("Stopped"));
    assert_eq!(clock(&page, "meeting-clock").0, "29:40");
    assert!(clock(&page, "meeting-clock").1.ends_with("Stopped"));
    let answer = chair.send(&chair.asks("answer").await).await;
    assert_eq!(answer.status, 409);

    chair.does("resume").await;
    evening_of.app.advance(TimeDelta::seconds(5));
    let page = chair.look().await;
    assert_eq!(clock(&page, "turn-clock").0, "2:35");
    assert_eq!(clock(&page, "meeting-clock").0, "29:35");
}

#[tokio::test]
async fn undo_restores_exactly_what_was_there() {
    let (evening_of, questions) = Evening::with_questions(3).await;
    let chair = evening_of.chair().await;
    for question in &questions {
        chair.does_to(question, "indicate").await;
    }
    let mut before = Vec::new();
    let acts = [
        "open",
        "call",
        "speak",
        "stop",
        "speak",
        "answer",
        "supplementary",
        "answer",
        "finish:promised,given",
        "adjourn",
    ];
    for act in acts {
        before.push(chair.look().await.text());
        chair.does(act).await;
    }
    for (text, act) in before.into_iter().zip(acts).rev() {
        assert_eq!(chair.does("undo").await.text(), text, "before {act}");
    }
}

#[tokio::test]
async fn undoing_a_slip_leaves_the_clock_running_as_it_was() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.does_to(&questions[0], "indicate").await;
    for act in ["open", "call", "speak"] {
        chair.does(act).await;
    }
    evening_of.app.advance(TimeDelta::seconds(30));
    chair.does("answer").await;
    evening_of.app.advance(TimeDelta::seconds(10));
    let page = chair.does("undo").await;
    // the questioner was speaking all along
    assert_eq!(clock(&page, "turn-clock").0, "2:20");
    assert!(clock(&page, "turn-clock").1.ends_with("Running"));
    assert!(
        page.text()
            .contains("Undo: the questioner started to speak")
    );
}

#[tokio::test]
async fn the_chair_changes_the_order_and_deals_with_a_question_under_an_item() {
    let (evening_of, questions) = Evening::with_questions(3).await;
    let chair = evening_of.chair().await;
    let page = chair.does_to(&questions[2], "earlier").await;
    assert_eq!(names(&page), [resident(1), resident(3), resident(2)]);
    let page = chair.does_to(&questions[0], "later").await;
    assert_eq!(names(&page), [resident(3), resident(1), resident(2)]);

    let none = chair.asks_of(&questions[0], "deal_with", &[]).await;
    let answer = chair.send(&none).await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.problems(),
        ["Select the agenda item that it is dealt with under"]
    );
    let id = format!("#item-{}", questions[0].reference);
    assert_eq!(
        answer.all(&format!("select{id}.govuk-select--error")).len(),
        1
    );
    // public question time itself is not offered
    assert!(
        !answer
            .all(&format!("{id} option"))
            .concat()
            .contains("Public Question Time")
    );

    let item = evening_of.agenda[2].id.to_string();
    let fields = chair
        .asks_of(&questions[0], "deal_with", &[("item", &item)])
        .await;
    assert_eq!(chair.send(&fields).await.status, 303);
    let page = chair.look().await;
    assert!(
        page.text()
            .contains("As part of item 3, Community Safety Update")
    );
    let page = chair.closes().await;
    assert_eq!(outcomes(&page)[1], "Dealt with under an item");
}

#[tokio::test]
async fn pressing_twice_does_no_harm() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    let mark = chair.asks_of(&questions[1], "indicate", &[]).await;
    for _ in 0..2 {
        assert_eq!(chair.send(&mark).await.status, 303);
    }
    let up = chair.asks_of(&questions[1], "earlier", &[]).await;
    for _ in 0..2 {
        assert_eq!(chair.send(&up).await.status, 303);
    }
    assert_eq!(names(&chair.look().await), [resident(2), resident(1)]);
    for act in ["open", "call", "speak", "answer", "finish:given", "undo"] {
        let fields = chair.asks(act).await;
        assert_eq!(chair.send(&fields).await.status, 303, "{act}");
        let after = chair.look().await.text();
        assert_eq!(chair.send(&fields).await.status, 303, "{act} again");
        assert_eq!(chair.look().await.text(), after, "{act} again");
    }
    // undone once, not twice
    let page = chair.look().await;
    assert_eq!(page.all("#next-step .app-act"), ["Finish: answered"]);
}

#[tokio::test]
async fn a_screen_that_is_behind_changes_nothing_about_another_turn() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    let clerk = evening_of.chair().await;
    for question in &questions {
        chair.does_to(question, "indicate").await;
    }
    for act in ["open", "call", "speak", "answer"] {
        chair.does(act).await;
    }
    let finish = clerk.asks("finish:given").await;
    // meanwhile the chair goes on to the next
    for act in ["finish:promised", "call", "speak"] {
        chair.does(act).await;
    }
    let answer = clerk.send(&finish).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.text().contains("nothing was done"),
        "{}",
        answer.text()
    );
    assert_eq!(
        outcomes(&chair.look().await),
        ["Put, answer promised in writing", "Being put now"]
    );

    // in the same turn it is done, however much has happened since
    let answer = clerk.asks("answer").await;
    chair.does("stop").await;
    chair.does("speak").await;
    assert_eq!(clerk.send(&answer).await.status, 303);
}

#[tokio::test]
async fn the_chair_of_another_board_is_kept_out() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    let fields = chair.asks("open").await;
    let other = board(&evening_of.app, &evening_of.officer, "Health", "health");
    let stranger = evening_of.app.sign_in_chair(other).await;
    for path in ["", "/close"] {
        let page = stranger
            .get(&format!("{}{path}", evening_of.screen()))
            .await;
        assert_eq!(page.status, 403, "{path}");
        assert!(
            !page.body.contains(questions[0].reference.as_str()),
            "{path}"
        );
    }
    // with a token of their own
    let home = stranger.get("/staff/chair").await;
    assert_eq!(home.status, 200);
    assert!(!home.text().contains("Safer"), "{}", home.text());
    let token = home
        .attribute("input[name=csrf_token]", "value")
        .expect("a token");
    let mut sent: Vec<(String, String)> = fields
        .into_iter()
        .filter(|(name, _)| name != "csrf_token")
        .collect();
    sent.push(("csrf_token".to_owned(), token));
    let answer = stranger.post(&evening_of.screen(), &sent).await;
    assert_eq!(answer.status, 403);
    let answer = stranger
        .post(&format!("{}/close", evening_of.screen()), &sent)
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        chair.look().await.all("#next-step .app-act"),
        ["Open public question time"]
    );

    let responding = evening_of.app.sign_in(Role::RespondingOfficer).await;
    assert_eq!(responding.get(&evening_of.screen()).await.status, 403);
    assert_eq!(responding.get("/staff/chair").await.status, 403);
    let signed_out = evening_of.app.browser().get(&evening_of.screen()).await;
    assert_eq!(signed_out.status, 303);
}

#[tokio::test]
async fn the_minutes_are_written_on_the_list_and_nobody_writes_over_another_unknowingly() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.puts(&questions[0], "finish:given").await;
    let page = chair.look().await;
    let form = format!("#{} form", questions[0].reference);
    let saved = chair
        .browser
        .submit(
            &page,
            &form,
            &[
                ("answered_by", "Councillor A Sample"),
                ("response", "In the week of 12 February."),
            ],
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert!(chair.look().await.text().contains("Minutes (written)"));

    // the page from before that
    let again = chair
        .browser
        .submit(&page, &form, &[("response", "Never.")])
        .await;
    assert_eq!(again.status, 409);
    assert!(again.all("textarea").contains(&"Never.".to_owned()));
    assert!(again.text().contains("Your words are still in the boxes"));
    let minutes = chair.browser.get(&evening_of.paper("minutes")).await;
    assert!(minutes.text().contains("In the week of 12 February."));
    assert!(!minutes.text().contains("Never."));

    // too long: everything kept, the field named
    let long = "x".repeat(20_001);
    let page = chair.look().await;
    let answer = chair
        .browser
        .submit(&page, &form, &[("response", &long), ("answered_by", "B")])
        .await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.problems(),
        ["The text must be 20,000 characters or fewer"]
    );
    assert_eq!(
        answer.attribute(&format!("#answered_by-{}", questions[0].reference), "value"),
        Some("B".to_owned())
    );
    // and after closing
    let page = chair.closes().await;
    let saved = chair
        .browser
        .submit(&page, &form, &[("response", "In the week of 19 February.")])
        .await;
    assert_eq!(saved.status, 303);
}

#[tokio::test]
async fn closing_happens_once_and_nothing_follows_it() {
    let (evening_of, questions) = Evening::with_questions(1).await;
    let chair = evening_of.chair().await;
    chair.does_to(&questions[0], "indicate").await;
    let open = chair.asks("open").await;
    chair.does("open").await;
    chair.does("call").await;
    let page = chair
        .browser
        .get(&format!("{}/close", evening_of.screen()))
        .await;
    assert_eq!(page.status, 409, "a question is being put");
    assert!(page.text().contains("Finish the present question first."));
    chair.does("undo").await;
    chair.closes().await;
    let answer = chair.send(&open).await;
    assert_eq!(answer.status, 303, "the first opening, pressed again");
    let page = chair.look().await;
    assert_eq!(page.all(".app-stage__acts").len(), 0);
    let close = chair
        .browser
        .get(&format!("{}/close", evening_of.screen()))
        .await;
    assert_eq!(close.status, 303);
}

#[tokio::test]
async fn undecided_questions_are_pointed_out_and_the_home_puts_today_first() {
    let evening_of = Evening::start().await;
    let waiting = evening_of.receive(1);
    evening_of.app.clock.set(evening(18, 0, 0));
    let chair = evening_of.chair().await;
    let home = chair.browser.get("/staff/chair").await;
    assert_eq!(home.status, 200);
    assert_eq!(
        home.all("main h2 + ul h3 a")[0],
        "Safer Policy and Performance Board, 6:30pm on Tuesday 6 February 2024"
    );
    assert!(
        home.text().contains("1 waiting for a decision"),
        "{}",
        home.text()
    );
    let page = chair.look().await;
    assert!(page.text().contains("1 question waits for a decision"));
    assert_eq!(
        page.link(waiting.reference.as_str()),
        format!("/staff/questions/{}", waiting.id)
    );
    let close = chair
        .browser
        .get(&format!("{}/close", evening_of.screen()))
        .await;
    assert!(
        close
            .text()
            .contains("1 person will get a written response")
    );
    assert!(
        close
            .text()
            .contains("no decision on it was made before the meeting")
    );
}

#[tokio::test]
async fn question_time_is_not_opened_or_closed_before_its_day() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    evening_of
        .app
        .clock
        .set(evening(18, 40, 0) - TimeDelta::days(1));
    let chair = evening_of.chair().await;
    let page = chair.look().await;
    assert_eq!(page.all("#next-step .app-act").len(), 0);
    assert!(
        page.text()
            .contains("can be opened on Tuesday 6 February 2024")
    );
    // the order may be made ready
    chair.does_to(&questions[1], "earlier").await;
    let answer = chair.send(&chair.asks("open").await).await;
    assert_eq!(answer.status, 409);
    let mut close = chair.asks("close").await;
    close.retain(|(name, _)| name != "act");
    let answer = chair
        .browser
        .post(&format!("{}/close", evening_of.screen()), &close)
        .await;
    assert_eq!(answer.status, 409);
    // the day begins at midnight in London
    evening_of.app.clock.set(evening(0, 0, 0));
    evening_of.chair().await.does("open").await;
}
