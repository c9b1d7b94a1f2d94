//! How long a text takes to say (clause (viii), reading 18).
//!
//! The figure is words a minute, and a word is what stands between two spaces. That holds where words have spaces and no parts to be
//! said one by one. A text in Chinese has no spaces, so its characters are counted, at the rate at which they are read aloud; a
//! figure is said digit by digit and a web address sign by sign.

use std::time::Duration;

/// A word, in the unit of counting.
const WORD: u64 = 100;

/// The most letters of an ordinary word; what is longer takes as long as its letters do.
const MAX_WORD_LETTERS: u64 = 15;

/// The letters of a word, on average, in what is longer.
const LETTERS_IN_A_WORD: u64 = 7;

/// The part of a word that one character of a script takes which is written without spaces, or none for other scripts. At 150 words a
/// minute: 250 Chinese characters, 400 kana, 330 Korean syllables, 600 Thai letters.
fn of_a_word(c: char) -> Option<u64> {
    match c {
        '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' => Some(38),
        '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}'
        | '々' => Some(60),
        '\u{AC00}'..='\u{D7A3}' => Some(45),
        // Thai, Lao, Tibetan, Burmese, Khmer: vowel signs are said with their letter
        '\u{0E01}'..='\u{0E30}'
        | '\u{0E40}'..='\u{0E46}'
        | '\u{0E81}'..='\u{0EB0}'
        | '\u{0EC0}'..='\u{0EC6}'
        | '\u{0F40}'..='\u{0F6C}'
        | '\u{1000}'..='\u{102A}'
        | '\u{1780}'..='\u{17A2}' => Some(25),
        _ => None,
    }
}

/// What stands between two spaces, while it is counted.
#[derive(Default)]
struct Token {
    units: u64,
    letters: u64,
}

impl Token {
    fn end_word(&mut self) {
        self.units += match self.letters {
            0 => 0,
            letters if letters <= MAX_WORD_LETTERS => WORD,
            letters => letters * WORD / LETTERS_IN_A_WORD,
        };
        self.letters = 0;
    }
}

/// The hundredths of a word that are said.
fn units(token: &str) -> u64 {
    let is_address = token.contains("://") || token.contains("www.") || token.contains('@');
    let mut counted = Token::default();
    for c in token.chars() {
        if let Some(part) = of_a_word(c) {
            counted.end_word();
            counted.units += part;
        } else if c.is_alphabetic() {
            counted.letters += 1;
        } else if c.is_numeric()
            || matches!(c, '&' | '+' | '=' | '%' | '£' | '€' | '$')
            || (is_address && c.is_ascii_punctuation())
        {
            // said as a word of its own
            counted.end_word();
            counted.units += WORD;
        }
    }
    counted.end_word();
    counted.units
}

/// How long it takes to say `text` aloud at `words_per_minute`, rounded up to a second.
///
/// ```
/// use std::time::Duration;
/// use public_question_time::domain::speaking_time::speaking_time;
///
/// assert_eq!(speaking_time("one two three", 150), Duration::from_secs(2));
/// assert_eq!(speaking_time(&"路".repeat(500), 150), Duration::from_secs(120));
/// ```
pub fn speaking_time(text: &str, words_per_minute: u32) -> Duration {
    let units = text
        .split_whitespace()
        .fold(0u64, |sum, token| sum.saturating_add(units(token)));
    Duration::from_secs(
        units
            .saturating_mul(60)
            .div_ceil(u64::from(words_per_minute.max(1)) * WORD),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::english("When will the lamps in Example Lane be mended?", 9)]
    #[case::hyphens_and_quotes("“Anti-social” behaviour isn’t rare", 4)]
    #[case::dashes_and_bullets_are_not_said("• one – two ...", 2)]
    #[case::welsh("Pryd y bydd y goleuadau’n cael eu trwsio?", 8)]
    #[case::a_long_word("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", 9)]
    #[case::figure("1204567", 7)]
    #[case::money("£5m", 3)]
    #[case::link("https://www.example.org/roads?id=7", 15)]
    #[case::a_line_without_spaces("mend_the_lamps_in_example_lane_and_in_the_road_beside_it", 7)]
    #[case::nothing(" \n ", 0)]
    fn words_are_counted_as_they_are_said(#[case] text: &str, #[case] words: u64) {
        let said: u64 = text.split_whitespace().map(units).sum();
        assert_eq!(said.div_ceil(WORD), words, "{said}");
    }

    #[rstest]
    #[case::chinese("路", 1_990, 478)]
    #[case::japanese("あ", 400, 61)]
    #[case::korean("길", 330, 60)]
    #[case::thai("ก", 600, 60)]
    #[case::arabic("طريق ", 150, 60)]
    fn characters_are_counted_where_words_have_no_spaces(
        #[case] character: &str,
        #[case] times: usize,
        #[case] seconds: u64,
    ) {
        let said = speaking_time(&character.repeat(times), 150);
        assert_eq!(said, Duration::from_secs(seconds));
    }

    #[test]
    fn two_scripts_in_one_line_are_both_counted() {
        assert_eq!(units("路bus路"), 60 + WORD + 60);
    }
}
