//! Who is named in the room and in what is published, and who is not (reading 21).

use public_question_time::store::{questions::Question, staff::Role};

use crate::{
    app::{Browser, Page},
    evening::{Evening, email, evening},
};

/// A name that must appear nowhere in the room.
const NAME: &str = "Zqname Atrisk";
const ORGANISATION: &str = "Zqorganisation Watch";
const CALLED: &str = "Resident 1, about Community Safety Update";

fn asked(evening_of: &Evening, number: usize, publish_name: &str) -> Question {
    let mut typed = evening_of.typed(number);
    NAME.clone_into(&mut typed.questioner.name);
    ORGANISATION.clone_into(&mut typed.questioner.organisation);
    publish_name.clone_into(&mut typed.questioner.publish_name);
    evening_of.approve(&evening_of.receive_typed(typed))
}

#[track_caller]
fn hides(page: &Page, hidden: &[&str]) {
    for word in hidden {
        assert!(
            !page.body.contains(word),
            "{} says {word}: {}",
            page.path,
            page.text()
        );
    }
}

/// Everything that is shown in the room, to whoever sits there.
async fn screens(evening_of: &Evening, staff: &[&Browser]) -> Vec<Page> {
    let anybody = evening_of.app.browser();
    let meeting = format!("/meetings/{}", evening_of.meeting);
    let mut pages = vec![
        anybody.get(&format!("{meeting}/screen")).await,
        anybody.get(&meeting).await,
    ];
    for browser in staff {
        for path in [
            evening_of.screen(),
            format!("{}/close", evening_of.screen()),
            evening_of.paper("questions"),
            evening_of.paper("minutes"),
            format!("/api/v1{meeting}/question-time"),
        ] {
            pages.push(browser.get(&path).await);
        }
    }
    pages
}

#[tokio::test]
async fn somebody_who_is_not_to_be_named_is_named_on_no_screen_in_the_room() {
    let evening_of = Evening::start().await;
    let question = asked(&evening_of, 1, "no");
    let letter = evening_of.app.letters_to(&email(1)).await.pop().unwrap();
    assert!(
        letter
            .text
            .contains(&format!("the chair will call: “{CALLED}”")),
        "{}",
        letter.text
    );
    assert!(
        letter.text.contains("anybody may film it") && letter.text.contains("put you in danger"),
        "{}",
        letter.text
    );
    evening_of.app.clock.set(evening(18, 40, 0));
    let chair = evening_of.chair().await;
    let clerk = evening_of.app.sign_in(Role::ProperOfficer).await;
    let staff = [&chair.browser, &clerk];
    let hidden = ["Zqname", "Zqorganisation"];

    let before = chair.look().await;
    assert!(
        before.text().contains("Do not say this person’s name."),
        "{}",
        before.text()
    );
    for act in [
        "",
        "indicate",
        "open",
        "call",
        "speak",
        "stop",
        "speak",
        "answer",
        "supplementary",
        "answer",
        "finish:promised,given",
    ] {
        match act {
            "" => {}
            "indicate" => drop(chair.does_to(&question, act).await),
            act => drop(chair.does(act).await),
        }
        for page in screens(&evening_of, &staff).await {
            hides(&page, &hidden);
        }
        if act == "open" {
            let page = chair.look().await;
            assert!(
                page.all("#next-step")
                    .concat()
                    .contains(&format!("Call {CALLED}")),
                "{}",
                page.text()
            );
            let screen = evening_of.app.browser();
            let screen = screen
                .get(&format!("/meetings/{}/screen", evening_of.meeting))
                .await;
            assert!(
                screen
                    .body
                    .contains(&format!("Next: <strong><bdi>{CALLED}")),
                "{}",
                screen.body
            );
        }
    }
    chair.closes().await;
    for page in screens(&evening_of, &staff).await {
        hides(&page, &hidden);
    }

    // one press away, for whoever checks who is present, and recorded
    let pressed = chair
        .browser
        .press(&before, "Show name of Resident 1 (opens in a new tab)", &[])
        .await;
    assert_eq!(pressed.status, 200);
    assert!(pressed.text().contains(NAME), "{}", pressed.text());
    let file = clerk
        .get(&format!("/staff/questions/{}", question.id))
        .await;
    assert!(
        file.text()
            .contains("Sample chair looked at the questioner’s name"),
        "{}",
        file.text()
    );
    let other = evening_of.app.browser();
    let fields = [("question".to_owned(), question.id.to_string())];
    let refused = other
        .post(&format!("{}/name", evening_of.screen()), &fields)
        .await;
    assert!(!refused.body.contains("Zqname"));
}

#[tokio::test]
async fn an_organisation_can_be_named_without_the_person() {
    let evening_of = Evening::start().await;
    let question = asked(&evening_of, 1, "organisation");
    assert_eq!(question.published_name, ORGANISATION);
    evening_of.app.clock.set(evening(18, 40, 0));
    let chair = evening_of.chair().await;
    for page in screens(&evening_of, &[&chair.browser]).await {
        hides(&page, &["Zqname"]);
    }
    assert!(chair.look().await.text().contains(ORGANISATION));
}

#[tokio::test]
async fn numbers_stay_with_the_questions_that_have_them() {
    let evening_of = Evening::start().await;
    let mut numbers = Vec::new();
    for number in 1..=3 {
        let mut typed = evening_of.typed(number);
        "no".clone_into(&mut typed.questioner.publish_name);
        numbers.push(evening_of.receive_typed(typed).room_number);
    }
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
    assert_eq!(evening_of.receive(4).room_number, None);
}

#[tokio::test]
async fn somebody_under_18_is_written_to_by_way_of_a_parent_or_carer() {
    let evening_of = Evening::start().await;
    let mut typed = evening_of.typed(1);
    "Sam Young".clone_into(&mut typed.questioner.name);
    "no".clone_into(&mut typed.questioner.publish_name);
    "yes".clone_into(&mut typed.questioner.under_18);
    assert!(typed.parse(true).is_err(), "a carer is needed");
    "Pat Carer".clone_into(&mut typed.questioner.carer_name);
    let question = evening_of.approve(&evening_of.receive_typed(typed));
    let letters = evening_of.app.letters_to(&email(1)).await;
    assert_eq!(letters.len(), 2);
    // nobody knew yet whose the address was
    let first = &letters[0].text;
    assert!(first.starts_with("Hello,"), "{first}");
    assert!(!first.contains("Sam") && !first.contains("Pat"), "{first}");
    assert!(
        first.contains("the parent or carer of somebody under 18"),
        "{first}"
    );
    for letter in &letters[1..] {
        assert!(letter.text.contains("Dear Pat Carer"), "{}", letter.text);
        assert!(
            letter
                .text
                .contains("as the parent or carer of Sam, who is under 18"),
            "{}",
            letter.text
        );
    }
    let clerk = evening_of.app.sign_in(Role::ProperOfficer).await;
    let file = clerk
        .get(&format!("/staff/questions/{}", question.id))
        .await;
    assert!(
        file.text().contains("Parent or carer Pat Carer"),
        "{}",
        file.text()
    );
    evening_of.app.clock.set(evening(18, 40, 0));
    let chair = evening_of.chair().await;
    let page = chair.look().await;
    assert!(page.text().contains("Under 18"), "{}", page.text());
    hides(&page, &["Sam Young", "Pat Carer"]);
}

#[tokio::test]
async fn the_form_says_who_may_be_named_and_the_check_page_what_will_be_called_out() {
    let evening_of = Evening::start().await;
    let resident = evening_of.app.browser();
    let page = resident
        .get(&format!("/meetings/{}", evening_of.meeting))
        .await;
    let begun = resident.go(&page, "Ask a question").await;
    let item = evening_of.agenda[2].id.to_string();
    let page = resident
        .press(&begun, "Continue", &[("agenda_item", &item)])
        .await;
    let page = resident.follow(page).await;
    let page = resident
        .press(
            &page,
            "Continue",
            &[("question", "When will the lamps be mended?")],
        )
        .await;
    let page = resident.follow(page).await;
    assert_eq!(page.heading(), "About you");
    assert!(
        page.text().contains("anybody may film it"),
        "{}",
        page.text()
    );
    let about = [
        ("name", "Sam Young"),
        ("address", "1 Example Street\nWidnes"),
        ("postcode", "WA8 7QF"),
        ("resident", "yes"),
        ("publish_name", "organisation"),
        ("under_18", "yes"),
    ];
    let wrong = resident.press(&page, "Continue", &about).await;
    assert_eq!(
        wrong.problems(),
        [
            "Enter the full name of a parent or carer",
            "Enter the name of your organisation, or select another answer",
        ]
    );
    let page = resident
        .press(
            &wrong,
            "Continue",
            &[("carer_name", "Pat Carer"), ("publish_name", "no")],
        )
        .await;
    let check = resident.follow(page).await;
    let text = check.text();
    assert!(text.contains("Parent or carer Pat Carer"), "{text}");
    assert!(
        text.contains(
            "Resident, then a number, then what your question is about: Community Safety Update"
        ),
        "{text}"
    );
    assert!(text.contains("put you in danger"), "{text}");
    let page = resident
        .get(&check.link("Change whether we can use your name in public"))
        .await;
    let named = resident
        .press(&page, "Continue", &[("publish_name", "yes")])
        .await;
    let check = resident.follow(named).await;
    assert!(
        check
            .text()
            .contains("You are under 18 and have asked us to use your name."),
        "{}",
        check.text()
    );
}
