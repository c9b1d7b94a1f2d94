//! One mailbox and the officers' mailbox, whoever sends how much.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::client::Council;

/// The notice of another person each time, to be answered at this address.
fn notice(council: &Council, number: usize, email: &str) -> Value {
    let mut notice = council.notice(number);
    notice["questioner"]["email"] = json!(email);
    notice
}

/// Sends a question to be answered at this address and returns the path of its resource.
async fn send(council: &Council, number: usize, email: &str) -> String {
    let sent = council
        .anyone
        .post("/questions", &notice(council, number, email))
        .await;
    let link = sent.header("location").to_owned();
    sent.expect(201);
    link.split_once("/api/v1").unwrap().1.to_owned()
}

/// How many letters have gone to a mailbox, however its address is written.
async fn letters(council: &Council, belongs: impl Fn(&str) -> bool) -> usize {
    let letters = council.app.letters().await;
    letters.iter().filter(|letter| belongs(&letter.to)).count()
}

async fn held_back(council: &Council) -> usize {
    let failed = council
        .officer
        .get("/letters?state=failed&limit=100")
        .await
        .expect(200);
    failed["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn tags_capitals_and_dots_are_one_mailbox() {
    for written in [
        |n: usize| format!("victim+{n}@example.org"),
        |n: usize| {
            format!(
                "{}ictim@Example.org",
                if n.is_multiple_of(2) { 'V' } else { 'v' }
            )
        },
        |n: usize| {
            let mut name = "victimofmail".to_owned();
            name.insert(1 + n % 11, '.');
            let provider = if n.is_multiple_of(2) {
                "gmail"
            } else {
                "googlemail"
            };
            format!("{name}@{provider}.com")
        },
    ] {
        let council = Council::open().await;
        for number in 1..=12 {
            send(&council, number, &written(number)).await;
        }
        let to_victim = letters(&council, |to| to.to_lowercase().starts_with('v')).await;
        assert_eq!(to_victim, 3, "{}", written(1));
        assert_eq!(held_back(&council).await, 9, "{}", written(1));
    }
}

#[tokio::test]
async fn withdrawals_count_for_the_mailbox_as_well() {
    let council = Council::open().await;
    for number in 1..=12 {
        let own = send(&council, number, "victim@example.org").await;
        council
            .anyone
            .post(&format!("{own}/withdraw"), &Value::Null)
            .await
            .expect(200);
    }
    assert_eq!(letters(&council, |to| to.starts_with("victim")).await, 3);
}

#[tokio::test]
async fn an_hour_later_the_mailbox_gets_letters_again() {
    let council = Council::open().await;
    for number in 1..=5 {
        send(&council, number, "victim@example.org").await;
    }
    council.app.advance(TimeDelta::minutes(60));
    for number in 6..=10 {
        send(&council, number, "victim@example.org").await;
    }
    assert_eq!(letters(&council, |to| to.starts_with("victim")).await, 6);
}

#[tokio::test]
async fn what_officers_cause_is_not_limited_and_does_not_count() {
    let council = Council::open().await;
    let mut ids = Vec::new();
    for number in 1..=5 {
        let email = format!("clerk+{number}@example.org");
        let sent = council
            .anyone
            .post("/questions", &notice(&council, number, &email))
            .await
            .expect(201);
        let listed = council.listed(&sent["reference"]).await;
        ids.push(listed["id"].as_str().unwrap().to_owned());
    }
    for id in ids {
        let path = format!("/staff/questions/{id}/decisions");
        let approve = json!({ "decision": "approve", "judgement": "Another lamp." });
        council
            .officer
            .post_from(1, &path, &approve)
            .await
            .expect(200);
    }
    let approvals = council.app.letters().await;
    let approvals = approvals.iter().filter(|letter| letter.kind == "approved");
    assert_eq!(approvals.count(), 5);
}

#[tokio::test]
async fn sixty_questions_give_the_officers_five_letters_and_one_digest() {
    let council = Council::open().await;
    for number in 1..=60 {
        send(&council, number, &format!("resident.{number}@example.org")).await;
    }
    let officers = |to: &str| to == "committee.services@example.org";
    assert_eq!(letters(&council, officers).await, 5);
    council.app.advance(TimeDelta::minutes(14));
    assert_eq!(
        letters(&council, officers).await,
        5,
        "the digest is not due"
    );
    council.app.advance(TimeDelta::minutes(1));
    assert_eq!(letters(&council, officers).await, 6);
    council.app.advance(TimeDelta::minutes(30));
    assert_eq!(letters(&council, officers).await, 6, "nothing new to tell");

    let letters = council
        .app
        .letters_to("committee.services@example.org")
        .await;
    let digest = letters.last().unwrap();
    assert_eq!(digest.kind, "officer_new_questions");
    assert!(
        digest.subject.starts_with("55 new questions"),
        "{}",
        digest.subject
    );
    for wanted in [
        "55 questions wait for a decision",
        "and 35 more",
        "Safer Policy",
    ] {
        assert!(digest.text.contains(wanted), "{wanted}: {}", digest.text);
    }
    assert!(!digest.text.contains("lamp"), "it quotes a question");
}

#[tokio::test]
async fn the_page_of_a_question_whose_letter_was_held_back_says_so() {
    let council = Council::open().await;
    let mut last = Value::Null;
    for number in 1..=4 {
        let notice = notice(&council, number, "victim@example.org");
        last = council.anyone.post("/questions", &notice).await.expect(201);
    }
    let link = last["page"].as_str().unwrap();
    let page = council
        .app
        .browser()
        .get(&link[link.find("/question/").unwrap()..])
        .await;
    assert!(
        page.text().contains("We have not sent you"),
        "{}",
        page.text()
    );
}
