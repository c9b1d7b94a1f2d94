//! What closing public question time says to everybody: only what was recorded, or what the clock showed.

use chrono::TimeDelta;

use public_question_time::{
    domain::{id::QuestionId, standing_order::written_response::Reason},
    store::{error::StoreError, responses},
};

use crate::{
    app::Page,
    evening::{Chair, Evening, email},
};

/// The page that the questioner's private link opens.
async fn private_page(evening_of: &Evening, number: usize) -> Page {
    let letters = evening_of.app.letters_to(&email(number)).await;
    let link = letters
        .iter()
        .find_map(|letter| letter.private_link.as_deref())
        .expect("a private link");
    let path = link
        .strip_prefix("http://")
        .and_then(|link| link.find('/').map(|at| link[at..].to_owned()));
    evening_of.app.browser().get(&path.expect("a path")).await
}

/// The pages of a closed meeting that give a reason to staff: the chair's list, the response, the minutes.
async fn told_to_staff(
    evening_of: &Evening,
    chair: &Chair<'_>,
    question: QuestionId,
) -> [String; 3] {
    let response = evening_of
        .app
        .service
        .store
        .read(|db| responses::of_question(db, question))
        .unwrap()
        .expect("a response that is owed");
    let officer = evening_of
        .app
        .sign_in_as("proper_officer@example.org")
        .await;
    [
        chair.look().await.text(),
        officer
            .get(&format!("/staff/responses/{}", response.id))
            .await
            .text(),
        officer.get(&evening_of.paper("minutes")).await.text(),
    ]
}

#[tokio::test]
async fn nobody_is_called_absent_who_was_not_called_or_passed_over() {
    let (evening_of, questions) = Evening::with_questions(4).await;
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.puts(&questions[0], "finish:given").await;
    chair.does_to(&questions[1], "pass_over").await;
    chair.does_to(&questions[2], "indicate").await;
    let confirm = chair
        .browser
        .get(&format!("{}/close", evening_of.screen()))
        .await;
    let not_called = "it was not called before public question time closed";
    assert_eq!(confirm.text().matches(not_called).count(), 2);
    chair.closes().await;

    for (number, to_questioner, about) in [
        (
            2,
            "you were recorded as absent at the meeting",
            "the questioner was recorded as absent at the meeting",
        ),
        (3, not_called, not_called),
        (4, not_called, not_called),
    ] {
        let letter = evening_of
            .app
            .letters_to(&email(number))
            .await
            .pop()
            .unwrap()
            .text;
        assert!(letter.contains(to_questioner), "{letter}");
        let page = private_page(&evening_of, number).await.text();
        assert!(page.contains(to_questioner), "{page}");
        for said in told_to_staff(&evening_of, &chair, questions[number - 1].id).await {
            // on a page it may stand at the head of a sentence
            assert!(said.to_lowercase().contains(about), "{said}");
        }
        for said in [&letter, &page] {
            assert!(!said.contains("time ran out"), "{said}");
            assert_eq!(said.contains("absent at"), number == 2, "{said}");
        }
    }
}

#[tokio::test]
async fn time_ran_out_is_said_where_the_clock_showed_it() {
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.puts(&questions[0], "finish:given").await;
    evening_of.app.advance(TimeDelta::minutes(30));
    chair.closes().await;
    let because = "time ran out before it was called";
    let letter = evening_of.app.letters_to(&email(2)).await.pop().unwrap();
    assert!(letter.text.contains(because), "{}", letter.text);
    let page = private_page(&evening_of, 2).await.text();
    assert!(page.contains(because), "{page}");
    for said in told_to_staff(&evening_of, &chair, questions[1].id).await {
        assert!(said.to_lowercase().contains(because), "{said}");
        assert!(!said.contains("absent at"), "{said}");
    }
}

#[tokio::test]
async fn absences_stored_by_an_earlier_release_are_kept_only_where_somebody_was_passed_over() {
    use diesel::RunQueryDsl;
    const MIGRATION: &str =
        include_str!("../../migrations/sqlite/2026-11-25-016000_absent_only_as_recorded/up.sql");
    let (evening_of, questions) = Evening::with_questions(2).await;
    let chair = evening_of.chair().await;
    chair.does("open").await;
    chair.does_to(&questions[0], "pass_over").await;
    chair.closes().await;
    let store = &evening_of.app.service.store;
    store
        .write(|db| {
            diesel::sql_query("UPDATE written_responses SET reason = 'absent'").execute(db)?;
            diesel::sql_query(MIGRATION).execute(db)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let reason = |number: usize| {
        let found = store.read(|db| responses::of_question(db, questions[number].id));
        found.unwrap().expect("a response").reason
    };
    assert_eq!((reason(0), reason(1)), (Reason::Absent, Reason::NotCalled));
}
