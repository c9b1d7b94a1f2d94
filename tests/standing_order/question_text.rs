//! Reading 18: no word limit, a technical ceiling, and the speaking time told.

use std::time::Duration;

use proptest::prelude::*;
use public_question_time::domain::codes::Code;
use public_question_time::domain::question::{Channel, QuestionText};
use public_question_time::domain::speaking_time::speaking_time;
use rstest::rstest;

use crate::given::{figures, figures_with};

#[rstest]
#[case::one_letter("Why", true)]
#[case::ceiling(&"a".repeat(10_000), true)]
#[case::over(&"a".repeat(10_001), false)]
#[case::characters_not_bytes(&"é".repeat(10_000), true)]
#[case::four_bytes_each(&"𝕒".repeat(10_000), true)]
#[case::line_endings_count_once(&"ab\r\n".repeat(3_333), true)]
#[case::blanks_at_the_ends_do_not_count(&format!("   {}\r\n\r\n ", "a".repeat(10_000)), true)]
fn the_ceiling_is_ten_thousand_characters(#[case] typed: &str, #[case] fits: bool) {
    match QuestionText::parse(typed) {
        Ok(text) => assert!(fits, "{} accepted", text.as_str().chars().count()),
        Err(why) => {
            assert!(!fits, "{why}");
            assert_eq!(why.code, "too_long");
            assert!(why.message.contains("10,000"), "{why}");
            assert!(why.message.contains("10,001"), "says how many: {why}");
        }
    }
}

#[rstest]
#[case::nothing("")]
#[case::blanks(" \t \r\n \u{a0}\u{3000}")]
#[case::zero_width("\u{200B}\u{2060}\u{FEFF}")]
#[case::hangul_filler("\u{3164}\u{115F}\u{1160}\u{FFA0}")]
#[case::punctuation("?!… —")]
fn a_question_without_a_letter_is_empty(#[case] typed: &str) {
    assert_eq!(QuestionText::parse(typed).unwrap_err().code, "empty");
}

#[rstest]
#[case::nul('\0')]
#[case::bell('\u{7}')]
#[case::escape('\u{1b}')]
#[case::delete('\u{7f}')]
#[case::c1('\u{9d}')]
#[case::word_hyphen('\u{1f}')]
fn a_control_character_is_left_out_and_nobody_is_asked_to_find_it(#[case] control: char) {
    let text = QuestionText::parse(&format!("Why{control} not?")).unwrap();
    assert_eq!(text.as_str(), "Why not?");
}

#[rstest]
#[case::crlf("one\r\ntwo", "one\ntwo")]
#[case::cr("one\rtwo", "one\ntwo")]
#[case::line_separator("one\u{2028}two\u{2029}three", "one\ntwo\nthree")]
#[case::mixed("one\r\n\r\ntwo\r", "one\n\ntwo")]
#[case::ends_of_lines("one  \r\n two\t", "one\n two")]
#[case::tab_kept_inside("one\ttwo", "one\ttwo")]
#[case::table_kept(
    "\r\n\t2023\t2024\r\nFares\t1,204\t7\r\n",
    "\t2023\t2024\nFares\t1,204\t7"
)]
#[case::indents_kept("  1. one\n  2. two", "  1. one\n  2. two")]
#[case::one_line_has_no_indent(" \t why? ", "why?")]
#[case::no_break_spaces("one\u{a0}two\u{202f}three", "one two three")]
#[case::word_bullets("\u{f0b7}\tone\n\u{f0a7}\ttwo", "•\tone\n▪\ttwo")]
#[case::word_hyphen("2024\u{1e}25", "2024-25")]
#[case::windows_1252("\u{93}now\u{94} \u{96} it\u{92}s", "“now” – it’s")]
#[case::direction_marks_dropped("safe\u{202E}txt\u{2066}!", "safetxt!")]
#[case::zero_width_dropped("bu\u{200B}s\u{FEFF}", "bus")]
#[case::accents_kept("Café, naïve", "Café, naïve")]
#[case::joined_scripts_kept("क्\u{200D}ष a", "क्\u{200D}ष a")]
fn lines_are_kept_and_what_nobody_sees_is_not(#[case] typed: &str, #[case] kept: &str) {
    assert_eq!(QuestionText::parse(typed).unwrap().as_str(), kept);
}

#[rstest]
#[case::three_minutes_exactly(450, 180, true)]
#[case::a_word_more(451, 181, false)]
#[case::a_short_one(75, 30, true)]
#[case::one_word(1, 1, true)]
#[case::a_very_long_one(4_000, 1_600, false)]
fn the_speaking_time_says_when_it_will_not_fit(
    #[case] words: usize,
    #[case] seconds: u64,
    #[case] fits: bool,
) {
    let text = QuestionText::parse(&"as ".repeat(words)[..words * 3 - 1]);
    let figures = figures();
    match text {
        Ok(text) => {
            let rate = u32::from(figures.speaking_words_per_minute());
            assert_eq!(text.speaking_time(rate), Duration::from_secs(seconds));
            assert_eq!(text.fits_in_a_turn(&figures), fits);
        }
        Err(why) => {
            // too long to be taken is too long to be said
            assert_eq!(why.code, "too_long");
            assert!(!fits);
        }
    }
}

#[test]
fn the_rate_and_the_minutes_are_figures() {
    let text = QuestionText::parse(&"as ".repeat(451)).unwrap();
    assert!(!text.fits_in_a_turn(&figures()));
    assert!(text.fits_in_a_turn(&figures_with(|f| f.speaking_words_per_minute = 200)));
    assert!(text.fits_in_a_turn(&figures_with(|f| f.questioner_minutes = 4)));
}

#[test]
fn no_rate_of_speech_divides_by_nothing() {
    assert_eq!(speaking_time("one two", 0), Duration::from_secs(120));
    assert_eq!(speaking_time("", 150), Duration::ZERO);
}

#[test]
fn each_channel_has_words_and_officers_enter_what_came_on_other_ways() {
    let entered: Vec<_> = Channel::ALL
        .iter()
        .filter(|c| c.entered_by_officer())
        .collect();
    assert_eq!(
        entered,
        [&Channel::Paper, &Channel::Email, &Channel::Counter]
    );
    assert!(Channel::ALL.iter().all(|c| !c.words().is_empty()));
}

proptest! {
    #[test]
    fn nothing_that_can_be_typed_panics(typed in any::<String>()) {
        if let Ok(text) = QuestionText::parse(&typed) {
            prop_assert!(text.as_str().chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
            prop_assert!(text.as_str().chars().count() <= QuestionText::MOST_CHARACTERS);
            prop_assert_eq!(text.as_str(), text.as_str().trim_end());
            prop_assert!(!text.as_str().starts_with('\n'));
            let again = QuestionText::parse(text.as_str());
            prop_assert_eq!(again, Ok(text), "reading it again changes nothing");
        }
    }

    #[test]
    fn more_words_never_take_less_time(words in 0usize..2_000, more in 0usize..50, rate in 1u32..400) {
        let say = |n: usize| speaking_time(&"word ".repeat(n), rate);
        prop_assert!(say(words) <= say(words + more));
    }
}
