//! What stands in the headers of a letter, whatever people call themselves.

use mail_parser::MessageParser;
use public_question_time::{
    mail::MemoryPostman,
    service::deliver_outbox::{Outgoing, Postman, Undelivered},
};

use crate::support::{outgoing, settings};

async fn sent(letter: &Outgoing) -> Vec<u8> {
    let postman = MemoryPostman::new(&settings(""));
    postman.deliver(letter).await.unwrap();
    postman.letters().remove(0).message
}

#[tokio::test]
async fn a_letter_reads_back_as_it_was_written() {
    let letter = outgoing("Jo Sample", "jo@example.org");
    let bytes = sent(&letter).await;
    let message = MessageParser::default().parse(&bytes).unwrap();
    let to = message.to().unwrap().first().unwrap();
    assert_eq!(to.name(), Some("Jo Sample"));
    assert_eq!(to.address(), Some("jo@example.org"));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!(from.address(), Some("public-question-time@example.org"));
    let reply_to = message.reply_to().unwrap().first().unwrap();
    assert_eq!(reply_to.address(), Some("committee.services@example.org"));
    assert_eq!(
        message.subject(),
        Some("Your question PQ-2024-7KX4 has been received")
    );
    assert_eq!(
        message.message_id(),
        Some(format!("{}@example.org", letter.id).as_str())
    );
    assert_eq!(message.date().unwrap().to_rfc3339(), "2024-02-01T09:41:07Z");
    assert_eq!(
        message.header_raw("Auto-Submitted").map(str::trim),
        Some("auto-generated")
    );
    assert!(
        message
            .header_raw("Content-Type")
            .unwrap()
            .contains("multipart/alternative")
    );
    let link = letter.private_link.unwrap();
    assert!(message.body_text(0).unwrap().contains(&link));
    assert!(message.body_html(0).unwrap().contains(&link));
}

#[tokio::test]
async fn the_same_letter_is_the_same_message() {
    let letter = outgoing("Jo Sample", "jo@example.org");
    assert_eq!(sent(&letter).await, sent(&letter).await);
}

#[tokio::test]
async fn a_name_cannot_end_a_header() {
    for name in [
        "Jo\r\nBcc: everybody@example.org",
        "Jo\nBcc: everybody@example.org\n\nHello",
        "Jo\r\n\r\n<html>",
        "Jo\u{0}\u{b}\u{c}\u{85}\u{2028}Bcc: everybody@example.org",
        "\"Jo\" <thief@example.org>, x",
        "Jo, thief@example.org",
        "=?utf-8?q?Jo=0D=0ABcc:_everybody@example.org?=",
    ] {
        let bytes = sent(&outgoing(name, "jo@example.org")).await;
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert!(message.bcc().is_none(), "{name:?}");
        let to: Vec<_> = message.to().unwrap().iter().collect();
        assert_eq!(to.len(), 1, "{name:?}");
        assert_eq!(to[0].address(), Some("jo@example.org"), "{name:?}");
        let head = String::from_utf8(bytes).unwrap();
        let (head, _) = head.split_once("\r\n\r\n").unwrap();
        let fields: Vec<_> = head
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split_once(':').unwrap().0)
            .collect();
        assert_eq!(
            fields,
            [
                "From",
                "Reply-To",
                "To",
                "Subject",
                "Message-ID",
                "Date",
                "Auto-Submitted",
                "MIME-Version",
                "Content-Type"
            ],
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn names_of_every_kind_arrive_whole() {
    for name in [
        "José O’Brien",
        "李小龍",
        "Siân Ŵyn-Łukasz",
        "Zoë \"Zee\" Smith, MBE",
        "محمد",
        "Bartholomew ".repeat(12).trim_end(),
    ] {
        let bytes = sent(&outgoing(name, "jo@example.org")).await;
        let message = MessageParser::default().parse(&bytes).unwrap();
        let to = message.to().unwrap().first().unwrap();
        assert_eq!(to.name(), Some(name));
        assert!(message.body_text(0).unwrap().contains(name));
        assert!(bytes.is_ascii(), "every server takes it");
        assert!(
            bytes.split(|b| *b == b'\n').all(|line| line.len() <= 999),
            "RFC 5322 allows no longer line"
        );
    }
}

#[tokio::test]
async fn an_address_that_is_none_fails_for_good() {
    let postman = MemoryPostman::new(&settings(""));
    for email in [
        "",
        "nobody",
        "a@b@c",
        "jo@example.org\r\nRCPT TO:<x@example.org>",
    ] {
        let outcome = postman.deliver(&outgoing("Jo", email)).await;
        assert!(
            matches!(outcome, Err(Undelivered::Permanent(_))),
            "{email:?}"
        );
    }
    let mut nowhere = outgoing("Jo", "");
    nowhere.email = None;
    assert!(matches!(
        postman.deliver(&nowhere).await,
        Err(Undelivered::Permanent(_))
    ));
    assert!(postman.letters().is_empty());
}
