//! Words that were taken out of what is published, and who may still read them.

use public_question_time::{
    domain::standing_order::{rejection::Ground, written_response::Reply},
    service::{
        minutes::{self, Written},
        redact_question::{self, Redaction},
        reject_question::{self, Rejection},
        reopen_question, responses,
    },
    store::{questions::Question, staff::Role},
};

use crate::evening::{Evening, email, evening};

/// Words that must not be published.
const LIBEL: &str = "Is it not true that zqcouncillor took money for the contract?";
const PUBLISHED: &str = "How was the contract awarded?";

/// Every word that is taken out, or stands for a person, in lower case. Each is long enough to be in no random token.
const TAKEN_OUT: [&str; 8] = [
    "zqcouncillor",
    "zqname",
    "takesbribes",
    "zqresponse",
    "zqofficer",
    "zqsupplementary",
    "zqanswer",
    "zqreply",
];

/// The words that were taken out and are there all the same.
fn left_in(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    TAKEN_OUT
        .into_iter()
        .filter(|word| text.contains(word))
        .collect()
}

/// A question whose published text has been redacted.
fn redacted(evening_of: &Evening, question: &Question) -> Question {
    redact_question::redact(
        &evening_of.app.service,
        &evening_of.officer,
        question.id,
        question.version,
        &Redaction {
            public_text: Some(PUBLISHED.to_owned()),
            reason: "It accuses a named person.".to_owned(),
            ..Redaction::default()
        },
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
    evening_of.app.confirm(&email(1)).await;
    let rejection = Rejection {
        grounds: vec![Ground::Defamatory],
        reason: "It accuses a named person.".to_owned(),
        earlier: String::new(),
        other: String::new(),
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
    let owed = responses::list(service, officer, responses::Which::Owed(None), None, 500)
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
        let mut typed = vec![("reply", reply)];
        if reply == "holding" {
            typed.extend([
                ("new_due_on-day", "1"),
                ("new_due_on-month", "3"),
                ("new_due_on-year", "2024"),
            ]);
        }
        typed.push(match reply {
            "correction" => ("body", "By open tender."),
            _ => ("body", "By tender."),
        });
        let preview = responder.press(&page, "Preview the letter", &typed).await;
        assert!(!preview.body.contains("zqcouncillor"), "{}", preview.text());
        let sent = responder.press(&preview, "Send this letter", &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
    }

    let later = evening_of.app.letters_to(&email(1)).await.split_off(before);
    assert_eq!(
        later.len(),
        6,
        "redacted, approved, owed, holding, full, correction"
    );
    for letter in &later {
        assert!(!letter.text.contains("zqcouncillor"), "{}", letter.text);
        assert!(letter.text.contains(PUBLISHED), "{}", letter.text);
        assert!(
            letter.text.to_lowercase().contains("we have left"),
            "{}",
            letter.text
        );
    }
    let link = later[0].private_link.as_deref().unwrap();
    let path = &link[link.find("/question/").unwrap()..];
    let page = evening_of.app.browser().get(path).await;
    assert!(page.text().contains(PUBLISHED) && !page.body.contains("zqcouncillor"));
}

#[tokio::test]
async fn after_a_redaction_no_outlet_shows_the_words_that_were_taken_out() {
    let evening_of = Evening::start().await;
    let service = &evening_of.app.service;
    let officer = &evening_of.officer;
    let mut typed = evening_of.typed(1);
    LIBEL.clone_into(&mut typed.text.question);
    "Zqname Takesbribes".clone_into(&mut typed.questioner.name);
    let question = evening_of.approve(&evening_of.receive_typed(typed));
    evening_of.app.clock.set(evening(18, 40, 0));
    let chair = evening_of.chair().await;
    chair.does_to(&question, "indicate").await;
    chair.does("open").await;
    chair.puts(&question, "finish:promised").await;
    let minutes = Written {
        response: "Zqresponse was given.".to_owned(),
        answered_by: "Zqofficer".to_owned(),
        supplementary_text: "Zqsupplementary?".to_owned(),
        supplementary_response: "Zqanswer.".to_owned(),
    };
    minutes::write(service, officer, question.id, 0, &minutes).unwrap();
    chair.closes().await;
    let owed = responses::list(service, officer, responses::Which::Owed(None), None, 500)
        .unwrap()
        .remove(0)
        .response;
    let body = "Dear Zqname,\n\nZqreply about zqname takesbribes.";
    let sent = responses::send(
        service,
        officer,
        owed.id,
        owed.version,
        Reply::Full,
        body,
        None,
        None,
    );
    sent.unwrap();
    let before = evening_of.app.letters_to(&email(1)).await.len();

    // before, it is all published
    let public = format!("/meetings/{}", evening_of.meeting);
    let anybody = evening_of.app.browser();
    let page = anybody.get(&public).await;
    for word in ["zqcouncillor", "Zqname", "Zqresponse", "Zqreply"] {
        assert!(page.body.contains(word), "{word}: {}", page.text());
    }
    assert!(
        !page.body.contains("Dear Zqname"),
        "the greeting is not published: {}",
        page.text()
    );

    let desk = evening_of.app.sign_in(Role::ProperOfficer).await;
    let page = desk
        .get(&format!("/staff/questions/{}/text", question.id))
        .await;
    let typed = [
        ("public_text", PUBLISHED),
        ("published_name", ""),
        ("matter", "How contracts are awarded"),
        ("response", "A response was given."),
        ("answered_by", "An officer"),
        ("supplementary_text", "And when?"),
        ("supplementary_response", "In May."),
        ("reply-0", "By tender."),
        ("reason", "It accuses a person who can be identified."),
    ];
    let preview = desk.press(&page, "Preview the letter", &typed).await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    let sent = desk
        .press(&preview, "Redact and send this letter", &[])
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let corrected = responses::look(service, officer, owed.id).unwrap().response;
    responses::send(
        service,
        officer,
        owed.id,
        corrected.version,
        Reply::Correction,
        "By open tender.",
        None,
        None,
    )
    .unwrap();

    let later = evening_of.app.letters_to(&email(1)).await.split_off(before);
    assert_eq!(later.len(), 2, "redacted, correction");
    for letter in &later {
        let text = letter.text.replace("Dear Zqname Takesbribes", "");
        assert!(left_in(&text).is_empty(), "{:?}: {text}", left_in(&text));
    }
    assert!(
        later[0]
            .text
            .contains("It accuses a person who can be identified.")
    );
    assert!(later[0].text.contains("If you disagree"));
    let reference = &question.reference;
    let outlets = [
        public.clone(),
        format!("{public}/screen"),
        "/questions".to_owned(),
        "/questions?q=contract".to_owned(),
        "/api/v1/questions".to_owned(),
        format!("/api/v1/questions/{reference}"),
        "/api/v1/questions?q=contract".to_owned(),
    ];
    for path in &outlets {
        let page = anybody.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let found = left_in(&page.body);
        assert!(found.is_empty(), "{path}: {found:?}: {}", page.body);
    }
    let page = anybody.get(&public).await;
    for word in [PUBLISHED, "How contracts are awarded", "By open tender."] {
        assert!(page.body.contains(word), "{word}: {}", page.text());
    }
    for path in [
        evening_of.screen(),
        evening_of.paper("questions"),
        evening_of.paper("minutes"),
        format!("/api/v1{public}/question-time"),
        format!("/staff/questions/{}", question.id),
    ] {
        let page = chair.browser.get(&path).await;
        let found = left_in(&page.body);
        assert!(found.is_empty(), "{path}: {found:?}: {}", page.body);
    }
}

#[tokio::test]
async fn the_published_version_of_a_reply_is_shown_and_agreed_before_it_is_sent() {
    let evening_of = Evening::start().await;
    let service = &evening_of.app.service;
    let officer = &evening_of.officer;
    let mut typed = evening_of.typed(1);
    "no".clone_into(&mut typed.questioner.publish_name);
    "Zqname Atrisk".clone_into(&mut typed.questioner.name);
    let question = evening_of.approve(&evening_of.receive_typed(typed));
    evening_of.app.clock.set(evening(18, 40, 0));
    let chair = evening_of.chair().await;
    chair.does_to(&question, "indicate").await;
    chair.does("open").await;
    chair.puts(&question, "finish:promised").await;
    chair.closes().await;
    let owed = responses::list(service, officer, responses::Which::Owed(None), None, 500)
        .unwrap()
        .remove(0)
        .response;
    let responder = evening_of.app.sign_in(Role::RespondingOfficer).await;
    let page = responder
        .get(&format!("/staff/responses/{}", owed.id))
        .await;
    assert!(page.text().contains("published version"), "{}", page.text());
    let body = "Dear Ms Atrisk,\n\nThe lamp by 1 Example Street is mended. Zqname Atrisk can write to WA8 7QF.";
    let preview = responder
        .press(
            &page,
            "Preview the letter",
            &[("reply", "full"), ("body", body)],
        )
        .await;
    let proposed = preview.all("textarea[name=published]").concat();
    assert_eq!(
        proposed,
        "The lamp by 1 Example Street is mended. the questioner can write to WA8 7QF."
    );
    let warned = preview.all(".govuk-warning-text").concat();
    assert!(
        warned.contains("1 Example Street") && warned.contains("WA8 7QF"),
        "{warned}"
    );
    let empty = responder
        .press(&preview, "Send this letter", &[("published", " ")])
        .await;
    assert_eq!(empty.problems(), ["Enter what will be published"]);
    let sent = responder
        .press(
            &empty,
            "Send this letter",
            &[("published", "The lamp is mended.")],
        )
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let public = evening_of
        .app
        .browser()
        .get(&format!("/meetings/{}", evening_of.meeting))
        .await;
    assert!(
        public.body.contains("The lamp is mended."),
        "{}",
        public.text()
    );
    assert!(!public.body.contains("Atrisk") && !public.body.contains("WA8 7QF"));
    let letter = evening_of.app.letters_to(&email(1)).await.pop().unwrap();
    assert!(letter.text.contains("Dear Ms Atrisk"), "{}", letter.text);
}
