//! Words that were taken out of what is published, and who may still read them.

use public_question_time::{
    domain::standing_order::rejection::Ground,
    service::{
        redact_question,
        reject_question::{self, Rejection},
        reopen_question, responses,
    },
    store::{questions::Question, staff::Role},
};

use crate::evening::{Evening, email};

/// Words that must not be published.
const LIBEL: &str = "Is it not true that zqcouncillor took money for the contract?";
const PUBLISHED: &str = "How was the contract awarded?";

/// A question whose published text has been redacted.
fn redacted(evening_of: &Evening, question: &Question) -> Question {
    redact_question::redact(
        &evening_of.app.service,
        &evening_of.officer,
        question.id,
        question.version,
        PUBLISHED,
        "It accuses a named person.",
    )
    .expect("a redaction")
}

fn libel(evening_of: &Evening) -> Question {
    let mut typed = evening_of.typed(1);
    LIBEL.clone_into(&mut typed.text.question);
    evening_of.receive_typed(typed)
}

#[tokio::test]
async fn every_letter_and_page_after_a_redaction_quotes_the_published_text() {
    let evening_of = Evening::start().await;
    let service = &evening_of.app.service;
    let question = libel(&evening_of);
    let rejection = Rejection {
        grounds: vec![Ground::Defamatory],
        reason: "It accuses a named person.".to_owned(),
        earlier: String::new(),
    };
    let officer = &evening_of.officer;
    let question =
        reject_question::reject(service, officer, question.id, question.version, &rejection)
            .unwrap();
    let question = reopen_question::reopen(
        service,
        officer,
        question.id,
        question.version,
        "It can be put in other words.",
    )
    .unwrap();
    let before = evening_of.app.letters_to(&email(1)).await.len();
    let question = redacted(&evening_of, &question);

    // the officer agrees to the letter that is sent
    let desk = evening_of.app.sign_in(Role::ProperOfficer).await;
    let page = desk.get(&format!("/staff/questions/{}", question.id)).await;
    let preview = page.all("#decision").concat();
    assert!(preview.contains(PUBLISHED), "{preview}");
    assert!(!preview.contains("zqcouncillor"), "{preview}");
    desk.press(&page, "Approve and send the letter", &[]).await;
    let approved = evening_of.app.letters_to(&email(1)).await.pop().unwrap();
    assert!(
        approved.text.contains("Ask it in those words."),
        "{}",
        approved.text
    );

    // a chair sees the published text alone; the proper officer sees both
    let chair = evening_of.app.sign_in_chair(evening_of.board).await;
    let seen = chair
        .get(&format!("/staff/questions/{}", question.id))
        .await;
    assert!(seen.text().contains(PUBLISHED) && !seen.body.contains("zqcouncillor"));
    assert!(
        seen.text()
            .contains("Words have been left out of the published text.")
    );
    assert!(page.body.contains("zqcouncillor"));

    // not put at the meeting: answered in writing, and corrected
    evening_of.app.clock.set(crate::evening::evening(18, 40, 0));
    let chair = evening_of.chair().await;
    chair.closes().await;
    let owed = responses::list(service, officer, true, None)
        .unwrap()
        .remove(0);
    let responder = evening_of.app.sign_in(Role::RespondingOfficer).await;
    let path = format!("/staff/responses/{}", owed.response.id);
    for reply in ["holding", "full", "correction"] {
        let page = responder.get(&path).await;
        assert!(page.text().contains(PUBLISHED), "{}", page.text());
        assert!(!page.body.contains("zqcouncillor"), "{}", page.text());
        assert!(
            page.text()
                .contains("Words that the questioner sent have been left out.")
        );
        let typed = [("reply", reply), ("body", "By tender.")];
        let preview = responder.press(&page, "Preview the letter", &typed).await;
        assert!(!preview.body.contains("zqcouncillor"), "{}", preview.text());
        let sent = responder.press(&preview, "Send this letter", &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
    }

    let later = evening_of.app.letters_to(&email(1)).await.split_off(before);
    assert_eq!(later.len(), 5, "approved, owed, holding, full, correction");
    for letter in &later {
        assert!(!letter.text.contains("zqcouncillor"), "{}", letter.text);
        assert!(letter.text.contains(PUBLISHED), "{}", letter.text);
        assert!(
            letter
                .text
                .contains("We have left out words that you sent."),
            "{}",
            letter.text
        );
    }
    let link = later[0].private_link.as_deref().unwrap();
    let path = &link[link.find("/question/").unwrap()..];
    let page = evening_of.app.browser().get(path).await;
    assert!(page.text().contains(PUBLISHED) && !page.body.contains("zqcouncillor"));
}
