//! A question that was refused waits for the board's next meeting: its questioner is told of it, once (reading 4).

use chrono::NaiveDate;
use public_question_time::{
    domain::{id::MeetingId, status::Status},
    service::{
        actor::Acting,
        meetings::{self, Particulars},
        your_question,
    },
    store::questions::Question,
};

use crate::evening::{self, Evening};

fn schedule(evening: &Evening, date: (i32, u32, u32)) -> MeetingId {
    let particulars = Particulars {
        date: NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap(),
        starts: "18:30:00".parse().unwrap(),
        venue: "Civic Suite, Runcorn".to_owned(),
        agenda_published: false,
        ended: None,
    };
    meetings::schedule(
        &evening.app.service,
        &evening.officer,
        evening.board,
        &particulars,
    )
    .unwrap()
    .meeting()
    .id
}

fn late(evening: &Evening, number: usize) -> Question {
    let question = evening.receive(number);
    assert_eq!(question.status, Status::Refused);
    question
}

async fn said_to(evening: &Evening, number: usize) -> Vec<String> {
    evening
        .app
        .letters_to(&evening::email(number))
        .await
        .iter()
        .map(|letter| letter.text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

async fn page(evening: &Evening, question: &Question) -> crate::app::Page {
    let token = evening
        .app
        .service
        .link_token(question.id, question.link_version);
    evening
        .app
        .browser()
        .get(&format!("/question/{token}"))
        .await
}

const PROMISE: &str =
    "The board’s next meeting has not been announced. We will write to you when it is";
const BUTTON: &str = "Send it to the board’s next meeting";

#[tokio::test]
async fn whoever_was_refused_is_told_when_the_next_meeting_is_announced_and_told_once() {
    let evening = Evening::start().await;
    evening.app.clock.set(evening::evening(12, 0, 0));
    let waits = late(&evening, 1);
    let withdrawn = late(&evening, 2);
    let refused = said_to(&evening, 1).await.remove(0);
    assert!(refused.contains(PROMISE), "{refused}");
    assert!(
        !refused.contains("send it to the board’s next meeting"),
        "{refused}"
    );
    let shown = page(&evening, &waits).await;
    assert!(shown.text().contains(PROMISE), "{}", shown.text());
    assert!(!shown.text().contains(BUTTON), "{}", shown.text());
    let token = evening
        .app
        .service
        .link_token(withdrawn.id, withdrawn.link_version);
    your_question::withdraw(&evening.app.service, &Acting::questioner(None), &token).unwrap();

    schedule(&evening, (2024, 3, 19));
    let letters = said_to(&evening, 1).await;
    assert_eq!(letters.len(), 2, "{letters:#?}");
    assert!(
        letters[1].contains("Tuesday 19 March 2024"),
        "{}",
        letters[1]
    );
    assert!(
        letters[1].contains("4pm on Monday 18 March 2024"),
        "{}",
        letters[1]
    );
    assert!(
        letters[1].contains("has not been sent to this meeting"),
        "{}",
        letters[1]
    );
    let shown = page(&evening, &waits).await;
    assert!(shown.text().contains(BUTTON), "{}", shown.text());
    assert!(
        shown
            .text()
            .contains("next meeting, on Tuesday 19 March 2024"),
        "{}",
        shown.text()
    );
    assert!(
        said_to(&evening, 2)
            .await
            .iter()
            .all(|letter| !letter.contains("19 March")),
        "a question that was withdrawn waits for nothing"
    );

    schedule(&evening, (2024, 5, 14));
    assert_eq!(said_to(&evening, 1).await.len(), 2);
}

#[tokio::test]
async fn whoever_knew_the_next_meeting_gets_no_letter_about_a_later_one() {
    let evening = Evening::start().await;
    schedule(&evening, (2024, 3, 19));
    evening.app.clock.set(evening::evening(12, 0, 0));
    late(&evening, 1);
    let letters = said_to(&evening, 1).await;
    assert!(
        letters[0].contains("next meeting, on Tuesday 19 March 2024"),
        "{}",
        letters[0]
    );
    schedule(&evening, (2024, 5, 14));
    assert_eq!(said_to(&evening, 1).await.len(), 1);
}

#[tokio::test]
async fn nothing_is_promised_to_somebody_whom_every_meeting_refuses() {
    let evening = Evening::start().await;
    evening.app.clock.set(evening::evening(12, 0, 0));
    let mut typed = evening.typed(1);
    typed.questioner.resident = "no".to_owned();
    let refused = evening.receive_typed(typed);
    let letters = said_to(&evening, 1).await;
    for said in [letters[0].clone(), page(&evening, &refused).await.text()] {
        assert!(!said.contains("next meeting"), "{said}");
    }
    schedule(&evening, (2024, 3, 19));
    assert_eq!(said_to(&evening, 1).await.len(), 1);
}
