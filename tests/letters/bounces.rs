//! Letters that come back: reports as mail servers write them, and as others do.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use chrono::TimeDelta;
use public_question_time::{
    domain::id::LetterId,
    mail::{bounces::read, postman},
    service::bounces::{Recorded, record},
    store::letters::LetterState,
};

use crate::{
    smtp_server::{Does, MailServer},
    support::{TownHall, proper_officer},
};

const SETTINGS: &str = "[mail]\nbounce_address = \"bounces+{token}@example.org\"\n";

/// A hall whose letters come back to an address of their own, and the mail server that takes them.
async fn hall() -> (TownHall, MailServer) {
    let server = MailServer::start(&[Does::Accepts]).await;
    let toml = server.settings().replacen("[mail]\n", SETTINGS, 1);
    (TownHall::with(&toml), server)
}

/// Sends a letter and returns it with the envelope sender of its last sending.
async fn sent(hall: &TownHall, server: &MailServer, email: &str) -> (LetterId, String) {
    let id = hall.reject(email);
    let postman = postman(&hall.service.settings).unwrap();
    assert_eq!(hall.deliver_by(&*postman).await.sent, 1);
    (id, server.senders().pop().unwrap())
}

/// A report as Postfix writes it.
fn report(to: &str, message_id: &str, action: &str, status: &str) -> String {
    format!(
        "Return-Path: <>\r\n\
         Delivered-To: {to}\r\n\
         Date: Thu, 1 Feb 2024 09:45:00 +0000\r\n\
         From: MAILER-DAEMON@mail.example.org (Mail Delivery System)\r\n\
         To: {to}\r\n\
         Subject: Undelivered Mail Returned to Sender\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\
         \tboundary=\"A1B2.1706780700/mail.example.org\"\r\n\
         \r\n\
         This is a MIME-encapsulated message.\r\n\
         \r\n\
         --A1B2.1706780700/mail.example.org\r\n\
         Content-Description: Notification\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\
         \r\n\
         I'm sorry to have to inform you that your message could not be delivered.\r\n\
         \r\n\
         --A1B2.1706780700/mail.example.org\r\n\
         Content-Description: Delivery report\r\n\
         Content-Type: message/delivery-status\r\n\
         \r\n\
         Reporting-MTA: dns; mail.example.org\r\n\
         X-Postfix-Sender: rfc822; {to}\r\n\
         Arrival-Date: Thu,  1 Feb 2024 09:41:07 +0000 (GMT)\r\n\
         \r\n\
         Final-Recipient: rfc822; jo@example.com\r\n\
         Original-Recipient: rfc822;jo@example.com\r\n\
         Action: {action}\r\n\
         Status: {status}\r\n\
         Remote-MTA: dns; mx.example.com\r\n\
         Diagnostic-Code: smtp; 550 {status} <jo@example.com>: Recipient address\r\n\
         \x20   rejected: user unknown\r\n\
         \r\n\
         --A1B2.1706780700/mail.example.org\r\n\
         Content-Description: Undelivered Message Headers\r\n\
         Content-Type: text/rfc822-headers\r\n\
         \r\n\
         From: Public Question Time <public-question-time@example.org>\r\n\
         To: jo@example.com\r\n\
         Message-ID: {message_id}\r\n\
         \r\n\
         --A1B2.1706780700/mail.example.org--\r\n"
    )
}

fn recorded(hall: &TownHall, message: &str) -> Recorded {
    let settings = &hall.service.settings;
    match read(settings, message.as_bytes(), None) {
        Some(report) => record(&hall.service, &report).unwrap(),
        None => Recorded::Nothing,
    }
}

#[tokio::test]
async fn each_sending_has_an_envelope_sender_of_its_own_that_names_nobody() {
    let (hall, server) = hall().await;
    let (_, one) = sent(&hall, &server, "jo@example.com").await;
    let (_, other) = sent(&hall, &server, "jo@example.com").await;
    assert_ne!(one, other);
    for sender in [one, other] {
        let token = sender
            .strip_prefix("bounces+")
            .and_then(|rest| rest.strip_suffix("@example.org"))
            .unwrap_or_else(|| panic!("{sender}"));
        assert!(token.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");
        assert!(sender.find('@').unwrap() <= 64);
    }
    // the letter's own sender stays what it was
    let taken = String::from_utf8(server.taken().remove(0)).unwrap();
    assert!(taken.contains("public-question-time@example.org"));
    assert!(!taken.contains("bounces+"));
}

#[tokio::test]
async fn a_letter_that_came_back_is_on_the_desk_and_can_be_sent_again() {
    let (hall, server) = hall().await;
    let (id, sender) = sent(&hall, &server, "jo@example.com").await;
    let message = report(&sender, "<other@example.net>", "failed", "5.1.1");
    assert_eq!(recorded(&hall, &message), Recorded::CameBack);
    let letter = hall.stored(id);
    assert_eq!(letter.state, LetterState::Failed);
    let why = letter.last_error.unwrap();
    assert_eq!(
        why,
        "It came back: 5.1.1 550 5.1.1 (address) Recipient address rejected: user unknown"
    );
    assert_eq!(hall.acts(id), ["letter_sent", "letter_came_back"]);
    assert_eq!(hall.to_officers(LetterState::Waiting).len(), 1);

    // the same report again, and after the letter went once more
    assert_eq!(recorded(&hall, &message), Recorded::Nothing);
    hall.service.resend(&proper_officer(), id).unwrap();
    let postman = postman(&hall.service.settings).unwrap();
    hall.deliver_by(&*postman).await;
    assert_eq!(hall.state(id), LetterState::Sent);
    assert_eq!(recorded(&hall, &message), Recorded::Nothing);
    assert_eq!(hall.state(id), LetterState::Sent, "an old report came true");
}

#[tokio::test]
async fn a_report_is_matched_by_the_message_id_where_the_address_says_nothing() {
    let (hall, server) = hall().await;
    let (id, _) = sent(&hall, &server, "jo@example.com").await;
    let message_id = format!("<{id}@example.org>");
    let old = report("postmaster@example.org", &message_id, "failed", "5.1.1")
        .replace("1 Feb 2024 09:45", "31 Jan 2024 09:45");
    assert_eq!(
        recorded(&hall, &old),
        Recorded::Nothing,
        "it is older than the letter"
    );
    let elsewhere = report(
        "postmaster@example.org",
        &format!("<{id}@example.net>"),
        "failed",
        "5.1.1",
    );
    assert_eq!(recorded(&hall, &elsewhere), Recorded::Nothing);
    let message = report("postmaster@example.org", &message_id, "failed", "5.1.1");
    assert_eq!(recorded(&hall, &message), Recorded::CameBack);
    assert_eq!(hall.state(id), LetterState::Failed);
}

#[tokio::test]
async fn a_delay_is_noted_and_what_arrived_changes_nothing() {
    let (hall, server) = hall().await;
    let (id, sender) = sent(&hall, &server, "jo@example.com").await;
    for action in ["delivered", "relayed", "expanded", "unheard of"] {
        let message = report(&sender, "<x@example.net>", action, "2.0.0");
        assert_eq!(recorded(&hall, &message), Recorded::Nothing, "{action}");
    }
    assert_eq!(hall.stored(id).last_error, None);
    let message = report(&sender, "<x@example.net>", "delayed", "4.4.1");
    assert_eq!(recorded(&hall, &message), Recorded::Delayed);
    assert_eq!(recorded(&hall, &message), Recorded::Nothing, "twice");
    let letter = hall.stored(id);
    assert_eq!(letter.state, LetterState::Sent);
    assert!(
        letter
            .last_error
            .unwrap()
            .starts_with("It is delayed: 4.4.1")
    );
}

#[tokio::test]
async fn forged_and_unmatched_reports_change_nothing() {
    let (hall, server) = hall().await;
    let (id, sender) = sent(&hall, &server, "jo@example.com").await;
    let (other, _) = sent(&hall, &server, "ann@example.com").await;
    let changed = |at: usize| {
        let mut forged = sender.clone().into_bytes();
        forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
        String::from_utf8(forged).unwrap()
    };
    let begins = "bounces+".len();
    let mut attempts: Vec<String> = (begins..begins + 52).map(changed).collect();
    attempts.push("bounces+@example.org".to_owned());
    attempts.push(format!("bounces+{}@example.org", "é".repeat(26)));
    attempts.push(sender.replace("example.org", "example.net"));
    attempts.push(sender.replace("bounces+", "bounces+00"));
    for forged in &attempts {
        let message = report(forged, "<x@example.net>", "failed", "5.1.1");
        assert_eq!(recorded(&hall, &message), Recorded::Nothing, "{forged}");
    }
    // no report at all: an answer by a machine, and a report of another kind
    let message = report(&sender, "<x@example.net>", "failed", "5.1.1");
    for (this, that) in [
        ("multipart/report", "multipart/mixed"),
        (
            "report-type=delivery-status",
            "report-type=disposition-notification",
        ),
        ("message/delivery-status", "text/plain"),
        ("Action: failed", "Action-Not: failed"),
    ] {
        assert_eq!(
            recorded(&hall, &message.replace(this, that)),
            Recorded::Nothing
        );
    }
    assert_eq!(hall.state(id), LetterState::Sent);
    assert_eq!(hall.state(other), LetterState::Sent);
    assert!(hall.to_officers(LetterState::Waiting).is_empty());
    // a mail server may have changed its capitals
    assert_eq!(
        recorded(&hall, &message.replace(&sender, &sender.to_uppercase())),
        Recorded::CameBack
    );
}

#[tokio::test]
async fn a_report_of_a_letter_to_another_address_changes_nothing() {
    let (hall, server) = hall().await;
    let (id, sender) = sent(&hall, &server, "jo@example.com").await;
    hall.service
        .store
        .write(|db| {
            public_question_time::store::letters::set_recipient(
                db,
                id,
                "Jo Sample",
                Some("jo@example.net"),
            )
        })
        .unwrap();
    let message = report(&sender, "<x@example.net>", "failed", "5.1.1");
    assert_eq!(recorded(&hall, &message), Recorded::Nothing);
    assert_eq!(hall.state(id), LetterState::Sent);
}

#[tokio::test]
async fn hostile_reports_are_read_quickly_and_change_nothing() {
    let (hall, server) = hall().await;
    let (id, sender) = sent(&hall, &server, "jo@example.com").await;
    let deep: String = (0..50_000).fold(
        "Content-Type: message/rfc822\r\n\r\n".to_owned(),
        |mut all, n| {
            all.push_str(if n % 2 == 0 {
                "Content-Type: message/rfc822\r\n\r\n"
            } else {
                "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
            });
            all
        },
    );
    let head = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n";
    let messages = [
        deep.clone(),
        format!("{head}--x\r\n{deep}"),
        format!("{head}{}", "--x\r\n".repeat(400_000)),
        format!(
            "{head}--x\r\nContent-Type: message/delivery-status\r\n\r\n{}",
            "Action: failed\r\n\r\n".repeat(200_000)
        ),
        format!(
            "{head}--x\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: {}",
            "9".repeat(5_000_000)
        ),
        format!("To: {}", "<a@b>,".repeat(500_000)),
        format!("{}\r\n\r\n", "X: y\r\n".repeat(500_000)),
        "\0".repeat(3_000_000),
        String::new(),
        "\r\n".repeat(1_000_000),
        head.replace("boundary=x", "boundary=\"\""),
        head.replace("boundary=x", ""),
    ];
    let begun = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    for (number, message) in messages.iter().enumerate() {
        assert_eq!(recorded(&hall, message), Recorded::Nothing, "{number}");
    }
    let took = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap() - begun;
    assert!(took.as_secs() < 20, "{took:?}");
    assert_eq!(hall.state(id), LetterState::Sent);
    // one that is too long to be read whole is still one, where what matters comes first
    let mut long = report(&sender, "<x@example.net>", "failed", "5.1.1");
    long.push_str(&"x".repeat(10_000_000));
    assert_eq!(recorded(&hall, &long), Recorded::CameBack);
}

#[tokio::test]
async fn the_command_reads_standard_input_files_and_a_maildir() {
    let (hall, server) = hall().await;
    let mut sendings = Vec::new();
    for n in 0..3 {
        sendings.push(sent(&hall, &server, &format!("jo{n}@example.com")).await);
        hall.clock.advance(TimeDelta::seconds(1));
    }
    let messages: Vec<String> = sendings
        .iter()
        .map(|(_, sender)| report(sender, "<x@example.net>", "failed", "5.1.1"))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let command = |from: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_public-question-time"));
        command
            .args(["bounces", from])
            .env("PQT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/config"))
            .env(
                "PQT__DATABASE__URL",
                format!("sqlite://{}", hall.database().display()),
            )
            .env("PQT__SECRET__KEY", "0123456789abcdef0123456789abcdef")
            .env("PQT__MAIL__BOUNCE_ADDRESS", "bounces+{token}@example.org")
            .env("PQT__SEEDS__LOAD_WHEN_EMPTY", "false")
            .env("PQT__LOG__FILTER", "error")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command
    };
    let said = |mut command: Command, input: &str| {
        let mut running = command.spawn().unwrap();
        running
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let ended = running.wait_with_output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        String::from_utf8(ended.stdout).unwrap()
    };
    let one = "Letters that came back: 1. Letters that are delayed: 0. Reports that changed nothing: 0. Messages that are no report: 0.\n";
    assert_eq!(said(command("-"), &messages[0]), one);
    let file = folder.path().join("bounce.eml");
    fs::write(&file, &messages[1]).unwrap();
    assert_eq!(said(command(file.to_str().unwrap()), ""), one);
    for name in ["Maildir/new", "Maildir/cur", "Maildir/tmp"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("Maildir/new/1.host"), &messages[2]).unwrap();
    fs::write(
        folder.path().join("Maildir/new/2.host"),
        "Subject: Out of office\r\n\r\nI am away.\r\n",
    )
    .unwrap();
    let maildir = folder.path().join("Maildir");
    assert_eq!(
        said(command(maildir.to_str().unwrap()), ""),
        one.replace("no report: 0", "no report: 1")
    );
    assert!(maildir.join("cur/1.host:2,S").exists());
    assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 0);
    for (id, _) in &sendings {
        assert_eq!(hall.state(*id), LetterState::Failed);
    }
    // from the pipe of a mail server that gives the recipient alone
    let (id, sender) = sent(&hall, &server, "last@example.com").await;
    let bare = report(
        "postmaster@example.org",
        "<x@example.net>",
        "failed",
        "5.1.1",
    );
    let mut piped = command("-");
    piped.args(["--recipient", &sender]);
    assert_eq!(said(piped, &bare), one);
    assert_eq!(hall.state(id), LetterState::Failed);
}
