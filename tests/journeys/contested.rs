//! Two questions that contend for one allowance, and what the proper officer finds on clauses (i) to (iii), over HTTP.

use public_question_time::{
    domain::{codes::Code, reference::Reference},
    store::questions::{self, Question},
};

use crate::{
    app::{Browser, Page, TestApp},
    officer::{ALEX, BO, Resident, ask, from_the_desk, safer, start},
};

const SECOND: &str = "Why was the play area in Example Park closed?";

/// Alex asks, and then asks again: the second question is refused and kept. Both references, the first one's first.
async fn twice(app: &TestApp, officer: &Browser) -> (Question, Question) {
    let meeting = safer(officer).await;
    ask(app, &meeting, &ALEX).await;
    ask(
        app,
        &meeting,
        &Resident {
            question: SECOND,
            ..ALEX
        },
    )
    .await;
    let of = |text: &str| {
        all(app)
            .into_iter()
            .find(|q| q.original_text == text)
            .unwrap()
    };
    (of(ALEX.question), of(SECOND))
}

fn all(app: &TestApp) -> Vec<Question> {
    app.service
        .store
        .read(|db| questions::page(db, &questions::Filter::default(), None, 100))
        .unwrap()
}

fn now(app: &TestApp, reference: &Reference) -> Question {
    app.service
        .store
        .read(|db| questions::by_reference(db, reference))
        .unwrap()
}

async fn page_of(officer: &Browser, question: &Question) -> Page {
    officer
        .open(&format!("/staff/questions/{}", question.id))
        .await
}

/// Does "admit this question instead of", through both pages; the page of the question afterwards.
async fn in_place(officer: &Browser, page: &Page, holder: &Question, respond: &str) -> Page {
    let form = officer
        .open(&page.link(&format!(
            "Admit this question instead of {}",
            holder.reference
        )))
        .await;
    let refused = officer
        .press(&form, "Preview the letters", &[("reason", " ")])
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        ["Enter why this question is admitted instead of the other"]
    );
    let values = [("reason", "She rang to say so."), ("respond", respond)];
    let preview = officer
        .press(&refused, "Preview the letters", &values)
        .await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    assert_eq!(preview.all(".app-letter").len(), 2);
    assert!(!preview.all(".app-letter").concat().contains("She rang"));
    let answer = officer
        .press(&preview, "Admit in its place and send both letters", &[])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    officer.follow(answer).await
}

#[tokio::test]
async fn reading_26_a_contested_question_is_admitted_in_the_place_of_the_first() {
    let (app, officer) = start().await;
    let (first, second) = twice(&app, &officer).await;
    let page = in_place(&officer, &page_of(&officer, &second).await, &first, "yes").await;
    assert!(
        page.text().contains("admitted in place of the other one"),
        "{}",
        page.text()
    );
    assert_eq!(now(&app, &second.reference).status.code(), "submitted");
    assert_eq!(now(&app, &first.reference).status.code(), "response_owed");

    let letters = app.letters_to(ALEX.email).await;
    let last: Vec<_> = letters.iter().rev().take(2).collect();
    let of = |kind: &str| last.iter().find(|letter| letter.kind == kind).unwrap();
    let (replaced, admitted) = (of("replaced"), of("admitted"));
    assert!(replaced.subject.contains(&first.reference.to_string()));
    assert!(replaced.text.contains("written response") && replaced.text.contains("34(9)(iii)"));
    assert!(
        !replaced.text.contains(SECOND),
        "it tells what the other one asks"
    );
    assert!(!replaced.text.contains(&second.reference.to_string()));
    assert!(!replaced.text.contains("withdrawn"), "nobody withdrew it");
    assert!(!admitted.text.contains(ALEX.question) && !admitted.text.contains("exception"));

    // the first one's page says what happened; nobody sees it as put at the meeting
    let theirs = page_of(&officer, &first).await;
    assert!(
        theirs
            .text()
            .contains("admitted another question in its place"),
        "{}",
        theirs.text()
    );
    // the allowance is used: a third one is refused
    let meeting = safer(&officer).await;
    ask(
        &app,
        &meeting,
        &Resident {
            question: "And what of the lights?",
            ..ALEX
        },
    )
    .await;
    let third = all(&app)
        .into_iter()
        .find(|q| q.original_text.starts_with("And"))
        .unwrap();
    assert_eq!(third.status.code(), "refused");
}

#[tokio::test]
async fn reading_26_what_was_replaced_comes_back_in_the_same_way() {
    let (app, officer) = start().await;
    let (first, second) = twice(&app, &officer).await;
    in_place(&officer, &page_of(&officer, &second).await, &first, "no").await;
    assert_eq!(now(&app, &first.reference).status.code(), "replaced");
    let link = app.letters_to(ALEX.email).await[0]
        .private_link
        .clone()
        .unwrap();
    let path = link.trim_start_matches(&app.address).to_owned();
    let private = app
        .browser()
        .open(&format!(
            "/question{}",
            path.split("/question").nth(1).unwrap()
        ))
        .await;
    assert!(
        private.text().contains("was accepted in its place"),
        "{}",
        private.text()
    );
    assert!(!private.text().contains(SECOND));

    in_place(&officer, &page_of(&officer, &first).await, &second, "no").await;
    assert_eq!(now(&app, &first.reference).status.code(), "submitted");
    assert_eq!(now(&app, &second.reference).status.code(), "replaced");
}

#[tokio::test]
async fn reading_26_once_nothing_holds_the_allowance_no_exception_is_needed() {
    let (app, officer) = start().await;
    let (first, second) = twice(&app, &officer).await;
    let before = page_of(&officer, &second).await;
    assert!(before.text().contains("Admit by an exception"));
    assert!(
        !before
            .text()
            .contains("Nothing stands against it any more.")
    );

    let withdraw = officer
        .open(&format!("/staff/questions/{}/withdraw", first.id))
        .await;
    officer.press(&withdraw, "Withdraw the question", &[]).await;
    let page = page_of(&officer, &second).await;
    assert!(
        page.text().contains("Nothing stands against it any more."),
        "{}",
        page.text()
    );
    assert!(page.all("form[action$='/admit'] textarea").is_empty());
    let answer = officer.press(&page, "Admit", &[]).await;
    let page = officer.follow(answer).await;
    assert!(page.text().contains("The question is admitted"));
    assert_eq!(now(&app, &second.reference).status.code(), "submitted");
    assert!(
        !page.text().contains("as a second question"),
        "no exception was made"
    );
    let letter = app.letters_to(ALEX.email).await.pop().unwrap();
    assert_eq!(letter.kind, "admitted");
    assert!(!letter.text.contains("exception"), "{}", letter.text);
}

/// Somebody who is very likely Alex: a short form of the name at the same address.
const LEX: Resident = Resident {
    name: "Alexander Sample",
    email: "alex@example.org",
    ..BO
};

#[tokio::test]
async fn reading_27_the_evidence_has_an_act_and_a_rejection_frees_nothing_of_the_first() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    ask(&app, &meeting, &LEX).await;
    let first = all(&app)
        .into_iter()
        .find(|q| q.original_text == ALEX.question)
        .unwrap();
    let page = from_the_desk(&officer, LEX.name).await;
    let write = officer
        .open(&page.link("The same person: reject this question"))
        .await;
    assert!(
        write
            .text()
            .contains("already sent a question to this meeting")
    );
    let unnamed = officer
        .press(&write, "Preview the letter", &[("other", "")])
        .await;
    assert_eq!(unnamed.status, 422);
    let preview = officer.press(&write, "Preview the letter", &[]).await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    let answer = officer
        .press(&preview, "Reject and send this letter", &[])
        .await;
    let page = officer.follow(answer).await;
    assert!(
        page.text()
            .contains(&format!("Other question {}", first.reference)),
        "{}",
        page.text()
    );
    let letter = app.letters_to(LEX.email).await.pop().unwrap();
    assert_eq!(letter.kind, "rejected");
    assert!(letter.text.contains("34(9)(iii)"), "{}", letter.text);
    assert!(
        !letter.text.contains(&first.reference.to_string()),
        "it names the other question"
    );
    assert!(
        !letter.text.contains("You can send another one until"),
        "{}",
        letter.text
    );
    assert!(!letter.text.contains("too late"), "{}", letter.text);
    // the link of the second does not show the first
    let link = letter.private_link.unwrap();
    let token = link.rsplit('/').next().unwrap();
    let private = app.browser().open(&format!("/question/{token}")).await;
    assert!(
        !private.text().contains(ALEX.question),
        "{}",
        private.text()
    );
    // the first one's allowance is still used
    ask(
        &app,
        &meeting,
        &Resident {
            question: SECOND,
            ..ALEX
        },
    )
    .await;
    assert_eq!(
        all(&app)
            .iter()
            .find(|q| q.original_text == SECOND)
            .unwrap()
            .status
            .code(),
        "refused"
    );
}

#[tokio::test]
async fn reading_5_two_people_are_recorded_and_no_longer_marked() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    ask(&app, &meeting, &LEX).await;
    assert!(officer.open("/staff").await.text().contains("Same person?"));
    let page = from_the_desk(&officer, LEX.name).await;
    let record = officer.open(&page.link("Two people: record it")).await;
    let empty = officer.press(&record, "Record it", &[]).await;
    assert_eq!(
        empty.problems(),
        ["Enter how you know that these are two people"]
    );
    let answer = officer
        .press(
            &empty,
            "Record it",
            &[("reason", "Both answered the telephone.")],
        )
        .await;
    let page = officer.follow(answer).await;
    assert!(
        page.text()
            .contains("It has been decided that these are two people."),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Both answered the telephone."));
    assert!(!officer.open("/staff").await.text().contains("Same person?"));
}

#[tokio::test]
async fn reading_27_a_chair_is_not_offered_what_the_officer_decides() {
    let (app, officer) = start().await;
    ask(&app, &safer(&officer).await, &ALEX).await;
    let question = all(&app)
        .into_iter()
        .find(|q| q.original_text == ALEX.question)
        .unwrap();
    let chair = app.sign_in_as("chair.safer@example.org").await;
    let page = page_of(&chair, &question).await;
    assert!(
        page.text().contains("Reject it because") && !page.text().contains("Or reject it because")
    );
    assert!(
        !page.all("h2").contains(&"More".to_owned()),
        "{:?}",
        page.all("h2")
    );
    assert!(page.all("input[value=not_resident]").is_empty());
    let write = chair
        .open(&format!("{}/reject?grounds=frivolous", page.path))
        .await;
    assert!(write.all("input[name=other]").is_empty());
    for ground in ["not_resident", "not_on_agenda", "already_asked"] {
        let forged = chair
            .post(
                &format!("{}/reject", page.path),
                &[
                    (
                        "csrf_token".to_owned(),
                        write
                            .attribute("input[name=csrf_token]", "value")
                            .unwrap_or_default(),
                    ),
                    ("version".to_owned(), question.version.to_string()),
                    ("grounds".to_owned(), ground.to_owned()),
                    ("reason".to_owned(), "Because.".to_owned()),
                    ("step".to_owned(), "send".to_owned()),
                ],
            )
            .await;
        assert_eq!(forged.status, 403, "{ground}");
    }
    assert_eq!(now(&app, &question.reference).status.code(), "submitted");
}

#[tokio::test]
async fn a_refusal_that_stands_no_longer_waits_for_a_decision() {
    let (app, officer) = start().await;
    let (_, second) = twice(&app, &officer).await;
    let waiting = |desk: &Page| {
        desk.all("ol[aria-labelledby=waiting] > li")
            .iter()
            .filter(|row| row.contains(&second.reference.to_string()))
            .count()
    };
    assert_eq!(waiting(&officer.open("/staff").await), 1);
    let page = page_of(&officer, &second).await;
    let answer = officer.press(&page, "The refusal stands", &[]).await;
    let page = officer.follow(answer).await;
    assert!(
        page.text().contains("decided that the refusal stands"),
        "{}",
        page.text()
    );
    assert_eq!(waiting(&officer.open("/staff").await), 0);
    assert!(
        page.text().contains("Admit by an exception"),
        "it can still be admitted"
    );
}

#[tokio::test]
async fn a_rejection_that_cannot_be_taken_back_names_the_other_question_to_the_officer() {
    let (app, officer) = start().await;
    let meeting = safer(&officer).await;
    ask(&app, &meeting, &ALEX).await;
    let page = from_the_desk(&officer, ALEX.name).await;
    let write = officer
        .open(&format!("{}/reject?grounds=frivolous", page.path))
        .await;
    let preview = officer.press(&write, "Preview the letter", &[]).await;
    officer
        .press(&preview, "Reject and send this letter", &[])
        .await;
    ask(
        &app,
        &meeting,
        &Resident {
            question: SECOND,
            ..ALEX
        },
    )
    .await;
    let other = all(&app)
        .into_iter()
        .find(|q| q.original_text == SECOND)
        .unwrap();
    let page = officer.open(&page.path).await;
    assert_eq!(
        page.link(&other.reference.to_string()),
        format!("/staff/questions/{}", other.id)
    );
    let refused = officer
        .press(
            &page,
            "Take the rejection back",
            &[("reason", "A mistake.")],
        )
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problems(),
        [
            "This rejection cannot be taken back: the same person or organisation has sent another question to the meeting since"
        ]
    );
    assert!(
        !refused.text().contains("If this was not you"),
        "those are words for residents"
    );
}

#[tokio::test]
async fn the_rejection_says_that_the_question_was_approved_and_proposes_a_reason_for_other_grounds()
{
    let (app, officer) = start().await;
    ask(&app, &safer(&officer).await, &ALEX).await;
    let page = from_the_desk(&officer, ALEX.name).await;
    officer
        .press(&page, "Approve and send the letter", &[])
        .await;
    let write = officer
        .open(&format!("{}/reject?grounds=frivolous", page.path))
        .await;
    assert!(write.text().contains("This question has been approved"));
    let changed = officer
        .press(&write, "Preview the letter", &[("grounds", "offensive")])
        .await;
    assert_eq!(changed.status, 422);
    let reason = changed.all("textarea[name=reason]").concat();
    assert!(reason.contains("language that would offend"), "{reason}");
    let preview = officer.press(&changed, "Preview the letter", &[]).await;
    assert!(
        preview
            .text()
            .contains("Check the letter before you send it"),
        "{}",
        preview.text()
    );
}
