//! What people type, in a letter that is sent and read back.

use mail_parser::MessageParser;
use proptest::prelude::*;
use public_question_time::{
    domain::text::several_lines,
    mail::{MemoryPostman, samples},
    service::{deliver_outbox::Postman, letters::Letter},
};

use crate::support::{outgoing, settings};

/// Text in which what is pasted from other programs is likely.
fn pasted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[a-z ]{1,12}",
        Just("\r\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\t".to_owned()),
        Just("\u{f0b7}\t".to_owned()),
        Just("\u{93}now\u{94}".to_owned()),
        Just("2024\u{1e}25\u{a0}".to_owned()),
        Just("سؤال 110\u{200f}!".to_owned()),
        Just("路灯".to_owned()),
        Just("<b>&amp;".to_owned()),
        Just("\n.\n".to_owned()),
        Just("\nFrom me\n".to_owned()),
        Just("=20=\u{e9}".to_owned()),
    ];
    proptest::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_was_typed_is_read_back_from_the_letter_line_by_line(typed in pasted()) {
        let body = several_lines(&typed);
        prop_assume!(!body.is_empty());
        let correction = samples(&settings("")).into_iter().find_map(|sample| match sample.letter {
            Letter::Correction { about, .. } => Some(about),
            _ => None,
        });
        let mut letter = outgoing("Jo Sample", "jo@example.org");
        letter.letter = Letter::Correction { about: correction.unwrap(), body: body.clone(), earlier: None };
        let postman = MemoryPostman::new(&settings(""));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(postman.deliver(&letter)).unwrap();
        let message = postman.letters().remove(0).message;
        let message = MessageParser::default().parse(&message).unwrap();
        let text = message.body_text(0).unwrap().replace("\r\n", "\n");
        let html = message.body_html(0).unwrap().into_owned();
        let html = scraper::Html::parse_document(&html).root_element().text().collect::<String>();
        for line in body.lines().filter(|line| !line.is_empty()) {
            prop_assert!(text.contains(&format!("\n{line}\n")), "{line:?} in {text:?}");
            prop_assert!(html.contains(line), "{line:?} in {html:?}");
        }
    }
}
