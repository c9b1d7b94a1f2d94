//! What the letters say.

use std::collections::BTreeSet;

use public_question_time::mail::{letters::Addressed, preview, printable, render, samples};
use public_question_time::service::letters::Letter;
use scraper::{Html, Selector};

use crate::support::{outgoing, settings};
use mail_parser::MessageParser;
use public_question_time::{
    mail::MemoryPostman,
    service::{
        deliver_outbox::{Outgoing, Postman},
        notify_changes::Change,
        redact_question::Redacted,
    },
};

fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn seen(html: &str) -> String {
    Html::parse_document(html)
        .root_element()
        .text()
        .collect::<Vec<_>>()
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words alone, so that a mark of quotation or an underline makes no difference.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether a letter goes to the officers or to one of them, and not to a questioner.
fn is_to_staff(letter: &Letter) -> bool {
    letter.code().starts_with("officer_")
        || [
            "responses_given",
            "responses_due",
            "response_chased",
            "your_account",
        ]
        .contains(&letter.code())
}

#[test]
fn every_letter_reads_as_it_did() {
    let settings = settings("");
    let mut kinds = BTreeSet::new();
    for sample in samples(&settings) {
        let letter = render(&settings, &sample.addressed()).unwrap();
        kinds.insert(sample.letter.code());
        insta::assert_snapshot!(
            sample.name,
            format!("Subject: {}\n\n{}", letter.subject, letter.text)
        );
    }
    // read from the source, so that a new kind cannot be forgotten
    let source = include_str!("../../src/service/letters.rs");
    let (_, codes) = source.split_once("pub fn code(&self)").unwrap();
    let (codes, _) = codes.split_once("\n    }\n").unwrap();
    let all: BTreeSet<_> = codes.split('"').skip(1).step_by(2).collect();
    assert!(all.len() > 16, "{all:?}");
    assert_eq!(kinds, all, "a letter without a sample");
}

#[test]
fn html_and_text_say_the_same() {
    let settings = settings("");
    for sample in samples(&settings) {
        let letter = render(&settings, &sample.addressed()).unwrap();
        let subject = words(&letter.subject);
        let text: BTreeSet<_> = words(&letter.text).union(&subject).cloned().collect();
        let html: BTreeSet<_> = words(&seen(&letter.html))
            .union(&subject)
            .cloned()
            .collect();
        let heading = words("Halton Borough Council");
        assert_eq!(
            text.union(&heading).collect::<BTreeSet<_>>(),
            html.union(&heading).collect::<BTreeSet<_>>(),
            "{}",
            sample.name
        );
    }
}

#[test]
fn html_is_whole_and_fetches_nothing() {
    let settings = settings("");
    for sample in samples(&settings) {
        let html = render(&settings, &sample.addressed()).unwrap().html;
        let page = Html::parse_document(&html);
        let name = sample.name;
        let root = page.select(&select("html")).next().unwrap();
        assert_eq!(root.value().attr("lang"), Some("en-GB"), "{name}");
        assert_eq!(page.select(&select("title")).count(), 1, "{name}");
        assert_eq!(page.select(&select("h1")).count(), 1, "{name}");
        assert_eq!(
            page.select(&select("img, script, link, style, iframe, form, table"))
                .count(),
            0,
            "{name}"
        );
        assert!(!html.contains("url("), "{name}");
        // a heading of the second level never stands before the first
        assert!(
            html.find("<h2")
                .is_none_or(|h2| html.find("<h1").unwrap() < h2),
            "{name}"
        );
        for link in page.select(&select("a")) {
            let text = link.text().collect::<String>();
            let href = link.value().attr("href").unwrap();
            assert!(
                href == text || href == format!("mailto:{text}"),
                "{name}: a link says where it goes: {text}"
            );
        }
    }
}

#[test]
fn a_letter_to_a_questioner_says_how_to_reach_the_council() {
    let settings = settings("");
    for sample in samples(&settings) {
        let letter = render(&settings, &sample.addressed()).unwrap();
        let to_officers = is_to_staff(&sample.letter);
        assert_eq!(
            letter.text.contains("0303 333 4300"),
            !to_officers,
            "{}",
            sample.name
        );
        assert_eq!(
            letter.text.contains("Quote the reference PQ-2024-7KX4"),
            !to_officers,
            "{}",
            sample.name
        );
    }
}

#[test]
fn the_reference_is_in_every_subject() {
    let settings = settings("");
    for sample in samples(&settings) {
        let subject = render(&settings, &sample.addressed()).unwrap().subject;
        // what lists several, or is about a meeting, has none to name
        let names_none = [
            "responses_due",
            "officer_responses_due",
            "officer_meeting_not_closed",
            "officer_new_questions",
            "your_account",
        ]
        .contains(&sample.letter.code());
        assert_eq!(subject.contains("PQ-2024-7KX4"), !names_none, "{subject}");
        assert!(!subject.contains(['\r', '\n']), "{subject}");
        assert!(subject.chars().count() <= 78, "long: {subject}");
    }
}

#[test]
fn a_letter_to_the_officers_holds_no_personal_details() {
    let settings = settings("");
    for sample in samples(&settings) {
        if is_to_staff(&sample.letter) {
            let letter = render(&settings, &sample.addressed()).unwrap();
            for form in [&letter.text, &letter.html] {
                assert!(!form.contains("Jo Sample") && !form.contains('@'), "{form}");
                assert!(form.contains("http://127.0.0.1:8080/staff"), "{form}");
            }
        }
    }
}

#[test]
fn on_paper_there_is_no_link_but_another_way() {
    let settings = settings("");
    for sample in samples(&settings) {
        let address = ["Jo Sample", "1 Sample Street", "Widnes", "WA8 0AA"].map(str::to_owned);
        let printed = printable(&settings, &sample.addressed(), &address).unwrap();
        assert!(
            !printed.contains("questions.example.org"),
            "{}",
            sample.name
        );
        assert!(!printed.contains("private link"), "{}", sample.name);
        assert!(printed.contains("1 Sample Street<br>Widnes<br>WA8 0AA"));
        assert!(printed.contains("1 February 2024"), "{}", sample.name);
        // the page that it stands in forbids style attributes
        assert!(!printed.contains("style="), "{}", sample.name);
    }
    let acknowledgement = samples(&settings).remove(0);
    let printed = printable(&settings, &acknowledgement.addressed(), &[]).unwrap();
    assert!(seen(&printed).contains("Write to us or call us"));
}

#[test]
fn the_preview_is_the_letter_that_is_sent() {
    let settings = settings("");
    for sample in samples(&settings) {
        let to = sample.addressed();
        let previewed = words(&seen(&preview(&settings, &to).unwrap()));
        let mut sent = words(&seen(&render(&settings, &to).unwrap().html));
        if is_to_staff(&sample.letter) {
            // the council's name stands at the head of the e-mail alone
            sent.retain(|word| {
                previewed.contains(word) || !words("Halton Borough Council").contains(word)
            });
        }
        assert_eq!(previewed, sent, "{}", sample.name);
    }
}

#[test]
fn markup_in_a_question_is_inert() {
    let settings = settings("");
    let mut letter = outgoing("<b>Jo</b>", "jo@example.org");
    let Letter::Acknowledgement { about, .. } = &mut letter.letter else {
        panic!("the first sample is an acknowledgement");
    };
    about.question =
        "<script>alert(1)</script>\n\nContact us\n----------\nE-mail: thief@example.org".to_owned();
    about.matter = "<img src=x onerror=alert(1)>\nReference: PQ-2024-AAAA".to_owned();
    let to = Addressed::from(&letter);
    let rendered = render(&settings, &to).unwrap();
    for html in [
        rendered.html,
        printable(&settings, &to, &["<i>x</i>".to_owned()]).unwrap(),
    ] {
        let page = Html::parse_document(&html);
        assert_eq!(page.select(&select("script, img, b, i")).count(), 0);
        assert!(seen(&html).contains("<script>alert(1)</script>"));
    }
    // what somebody wrote is marked as theirs, and one line stays one line
    assert!(rendered.text.contains(
        "> <script>alert(1)</script>\n>\n> Contact us\n> ----------\n> E-mail: thief@example.org"
    ));
    assert!(
        rendered
            .text
            .contains("About: <img src=x onerror=alert(1)> Reference: PQ-2024-AAAA\n")
    );
}

#[test]
fn a_reason_is_cited_with_its_clause() {
    let settings = settings("");
    let find = |name: &str| {
        let sample = samples(&settings)
            .into_iter()
            .find(|s| s.name == name)
            .unwrap();
        render(&settings, &sample.addressed()).unwrap().text
    };
    let late = find("refused_late");
    assert!(late.contains("The deadline was 4pm on Monday 5 February 2024. Your question was received on 5 February 2024 at 4:00:01.000pm. (Standing Order 34(9)(iii))"));
    let rejected = find("rejected_as_the_same");
    assert!(rejected.contains("(Standing Order 34(9)(v))"));
    assert!(rejected.contains("PQ-2023-M4QT"));
    assert!(rejected.contains("You can send another one until 4pm on Monday 5 February 2024."));
    let acknowledged = find("acknowledgement");
    assert!(acknowledged.contains("Received: 1 February 2024 at 9:41:07am"));
}

/// Every letter to a questioner, with words in it that show where they were typed.
fn marked_letters() -> Vec<(&'static str, Letter)> {
    let settings = settings("");
    let mut letters = Vec::new();
    for sample in samples(&settings) {
        let mut letter = sample.letter;
        letter.withhold(false);
        let Some(about) = letter.about_mut() else {
            continue;
        };
        about.question = "Zqquestion".to_owned();
        about.matter = "Zqmatter".to_owned();
        about.child = Some("Zqchild".to_owned());
        match &mut letter {
            Letter::Approved { called, .. } => *called = Some("Zqcalled".to_owned()),
            Letter::Redacted {
                redacted, called, ..
            } => {
                for Redacted { words, .. } in redacted {
                    *words = Some("Zqredacted".to_owned());
                }
                *called = Some("Zqcalled".to_owned());
            }
            Letter::MeetingChanged { changes, .. } => {
                changes.push(Change::Matter {
                    old: "Zqformer".to_owned(),
                    new: "Community safety update".to_owned(),
                });
            }
            _ => {}
        }
        letters.push((sample.name, letter));
    }
    assert!(letters.len() > 20, "{}", letters.len());
    letters
}

#[tokio::test]
async fn a_letter_to_an_address_that_may_be_somebody_elses_holds_nothing_that_was_typed() {
    let settings = settings("");
    let link = "https://questions.example.org/question/TOKEN";
    for (name, mut letter) in marked_letters() {
        letter.withhold(true);
        let memory = MemoryPostman::new(&settings);
        let sent = outgoing("Zqname", "victim@example.org");
        let sent = Outgoing {
            letter,
            private_link: Some(link.to_owned()),
            ..sent
        };
        memory.deliver(&sent).await.unwrap();
        let kept = memory.letters().remove(0);
        let headers = String::from_utf8_lossy(&kept.message);
        let parsed = MessageParser::default().parse(&kept.message).unwrap();
        for (part, words) in [
            ("subject", &kept.subject),
            ("text", &kept.text),
            ("html", &kept.html),
            ("message", &headers.into_owned()),
        ] {
            assert!(!words.contains("Zq"), "{name}, {part}: {words}");
        }
        let to = parsed.to().unwrap().first().unwrap();
        assert_eq!(to.name(), None, "{name}");
        assert!(kept.text.starts_with("Hello,"), "{name}: {}", kept.text);
        assert_eq!(kept.text.matches(link).count(), 1, "{name}: {}", kept.text);
        assert!(kept.text.contains("This was me"), "{name}: {}", kept.text);
    }
}

/// Whether a letter quotes the question, or what of it is published now.
fn quotes(words: &str) -> bool {
    words.contains("Zqquestion") || words.contains("Zqredacted")
}

#[test]
fn the_same_letters_quote_once_the_address_is_confirmed_and_on_paper() {
    let settings = settings("");
    for (name, mut letter) in marked_letters() {
        let said = |letter: &Letter| {
            let to = Addressed {
                letter,
                name: "Zqname",
                private_link: None,
                written_at: crate::support::start(),
            };
            let sheet = printable(&settings, &to, &[]).unwrap();
            (render(&settings, &to).unwrap().text, seen(&sheet))
        };
        let (text, sheet) = said(&letter);
        for words in [&text, &sheet] {
            assert!(quotes(words), "{name}: {words}");
            assert!(words.contains("Dear Zqname"), "{name}: {words}");
        }
        letter.withhold(true);
        let (_, sheet) = said(&letter);
        assert!(quotes(&sheet), "{name}, on paper: {sheet}");
    }
}
