//! The characters of typed text, put right one by one.
//!
//! People paste from Word, from PDF files and from web pages, and what they paste carries characters that nobody typed and nobody
//! can see. [`clean`] mends them and never refuses one: a person who is told to "remove characters that cannot be printed" minutes
//! before a deadline cannot find them. What carries meaning stays, or becomes the character that it stands for.

use std::borrow::Cow;

use unicode_normalization::{
    UnicodeNormalization,
    char::{decompose_canonical, is_combining_mark},
    is_nfc,
};

/// The characters that Windows-1252 has at 80 to 9F, where Unicode has control characters. None where it has nothing either.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// The most marks that one letter may carry in scripts that stack them: Burmese needs five, Tibetan six.
const MAX_LETTER_SIGNS: usize = 6;

/// The most accents, vowel points or tone marks on one letter elsewhere.
const MAX_ACCENTS: usize = 3;

/// The most joiners and variation selectors after one letter.
const MAX_SHAPERS: usize = 4;

/// The most vowel points and cantillation marks on one Hebrew letter.
const MAX_HEBREW_POINTS: usize = 4;

/// The tags of the longest flag, with the one that ends it: the flags of England, Scotland and Wales have six.
const MAX_FLAG_TAGS: usize = 7;

/// Whether a character has no width of its own or only sets the direction of writing.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether an invisible character changes how its neighbours look: joiners and variation selectors.
fn is_shaper(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether a character belongs to a script that is written from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
        && c != '\u{061C}'
}

/// Whether a character says on which side the punctuation beside it belongs. It reaches no further than its neighbours.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}')
}

/// Whether a character is one that Unicode gives to nobody.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// The sign that Word means by a private-use character: it numbers the signs of its fonts Symbol and Wingdings so.
fn word_sign(c: char) -> Option<char> {
    Some(match c {
        '\u{F02B}' => '+',
        '\u{F02D}' | '\u{F0BE}' => '-',
        '\u{F06C}' => '●',
        '\u{F06E}' => '■',
        '\u{F06F}' | '\u{F0A8}' => '□',
        '\u{F071}' => '❑',
        '\u{F072}' => '❒',
        '\u{F075}' => '◆',
        '\u{F076}' => '❖',
        '\u{F09E}' => '·',
        '\u{F09F}' | '\u{F0B7}' => '•',
        '\u{F0A7}' => '▪',
        '\u{F0AB}' => '★',
        '\u{F0D8}' => '➢',
        '\u{F0DF}' => '←',
        '\u{F0E0}' => '→',
        '\u{F0E8}' => '➔',
        '\u{F0F0}' => '⇨',
        '\u{F0FB}' => '✗',
        '\u{F0FC}' => '✓',
        '\u{F0FD}' => '☒',
        '\u{F0FE}' => '☑',
        _ => return None,
    })
}

/// The most marks of a kind that one letter may carry.
fn max_marks(mark: char) -> usize {
    match mark {
        '\u{0591}'..='\u{05C7}' => MAX_HEBREW_POINTS,
        // India, Tibet, Burma, Cambodia, Java, Bali: signs without which a word is another word
        '\u{0900}'..='\u{0DFF}'
        | '\u{0F00}'..='\u{109F}'
        | '\u{1700}'..='\u{1AAF}'
        | '\u{1B00}'..='\u{1CFF}'
        | '\u{A8E0}'..='\u{A8FF}'
        | '\u{A980}'..='\u{ABFF}'
        | '\u{11000}'..='\u{11FFF}' => MAX_LETTER_SIGNS,
        _ => MAX_ACCENTS,
    }
}

/// Mends the characters of typed text, and leaves its lines and white space where they are.
///
/// - Control characters go, but a tab and the end of a line stay. The hyphen that Word writes as U+001E is a hyphen again, and
///   what Windows-1252 has at 80 to 9F is read as that.
/// - Spaces and hyphens at which a line may not break become ordinary ones.
/// - Word's private-use bullets become the signs that they stand for. Any other private-use character is an empty box to everybody
///   who reads it: a bullet at the start of a line, U+FFFD elsewhere.
/// - What sets the direction of writing for more than its neighbours goes. Joiners and variation selectors, which shape the letters
///   beside them, stay, as do direction marks in text that has letters written from right to left.
/// - Letters and their accents are composed (NFC), except that Chinese and Japanese letters which NFC would exchange for another
///   form stay as somebody writes their name. More marks on a letter than any language needs are left out.
///
/// Doing it twice changes nothing more.
///
/// ```
/// use public_question_time::domain::text::clean;
///
/// assert_eq!(clean("2024\u{1e}25\u{a0}cost\u{3}"), "2024-25 cost");
/// assert_eq!(clean("\u{f0b7}\tBus fares"), "•\tBus fares");
/// ```
pub fn clean(typed: &str) -> Cow<'_, str> {
    let plain = |b: u8| (b >= 0x20 && b != 0x7F) || b == b'\n' || b == b'\t';
    if typed.is_ascii() && typed.bytes().all(plain) {
        return Cow::Borrowed(typed);
    }
    let mended = mend(typed);
    let composed = if is_nfc(&mended) {
        mended
    } else {
        compose(&mended)
    };
    Cow::Owned(bound_marks(&composed))
}

/// Drops and exchanges single characters.
fn mend(typed: &str) -> String {
    let right_to_left = typed.chars().any(is_right_to_left);
    let mut mended = String::with_capacity(typed.len());
    let mut flag_tags = None;
    // whether there is a letter before, and how many shapers it has
    let (mut base, mut shapers) = (false, 0);
    let mut chars = typed.chars().peekable();
    while let Some(c) = chars.next() {
        let tags = flag_tags.take();
        if is_shaper(c) {
            if base && shapers < MAX_SHAPERS {
                shapers += 1;
                mended.push(c);
            }
            continue;
        }
        let length = mended.len();
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                mended.push('\n');
            }
            '\u{B}' | '\u{C}' | '\u{2028}' | '\u{2029}' => mended.push('\n'),
            '\n' | '\t' => mended.push(c),
            '\u{1E}' | '\u{2011}' => mended.push('-'),
            '\u{80}'..='\u{9F}' => {
                mended.extend(WINDOWS_1252.get(c as usize - 0x80).copied().flatten());
            }
            '\u{A0}' | '\u{2007}' | '\u{202F}' => mended.push(' '),
            '\u{1F3F4}' => {
                flag_tags = Some(0);
                mended.push(c);
            }
            '\u{E0020}'..='\u{E007F}' => {
                if let Some(count) = tags.filter(|count| *count < MAX_FLAG_TAGS) {
                    flag_tags = Some(count + 1);
                    mended.push(c);
                }
            }
            c if is_private(c) => {
                let starts_a_line = mended.trim_end_matches([' ', '\t']).ends_with('\n')
                    || mended.trim_end_matches([' ', '\t']).is_empty();
                mended.push(word_sign(c).unwrap_or(if starts_a_line { '•' } else { '\u{FFFD}' }));
            }
            // an object that was pasted with the text and is not there
            '\u{FFFC}' => {}
            c if c.is_control() || is_noncharacter(c) => {}
            c if is_direction_mark(c) => {
                if right_to_left {
                    mended.push(c);
                }
            }
            c if is_invisible(c) => {}
            c => mended.push(c),
        }
        if let Some(kept) = mended
            .get(length..)
            .and_then(|kept| kept.chars().next_back())
            && !is_combining_mark(kept)
        {
            (base, shapers) = (!kept.is_whitespace(), 0);
        }
    }
    mended
}

/// Composes letters with their accents. The compatibility ideographs are forms of letters in which people write their names.
fn compose(text: &str) -> String {
    let is_form = |c: char| matches!(c, '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}');
    let mut composed = String::with_capacity(text.len());
    for part in text.split_inclusive(is_form) {
        let (before, form) = match part.char_indices().next_back() {
            Some((at, c)) if is_form(c) => part.split_at(at),
            _ => (part, ""),
        };
        composed.extend(before.nfc());
        composed.push_str(form);
    }
    composed
}

/// Leaves out marks beyond what a letter may carry.
fn bound_marks(text: &str) -> String {
    let mut bounded = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        if is_shaper(c) {
            bounded.push(c);
        } else if !is_combining_mark(c) {
            marks = marks_in(c);
            bounded.push(c);
        } else if marks < max_marks(c) {
            marks += 1;
            bounded.push(c);
        }
    }
    bounded
}

/// How many marks a composed letter has in itself.
fn marks_in(letter: char) -> usize {
    let mut marks = 0;
    if !letter.is_ascii() {
        decompose_canonical(letter, |part| marks += usize::from(is_combining_mark(part)));
    }
    marks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::bell("bus\u{7} fares", "bus fares")]
    #[case::nul("bus\0 fares", "bus fares")]
    #[case::escape("bus\u{1b}[31m fares", "bus[31m fares")]
    #[case::delete("bus\u{7f} fares", "bus fares")]
    #[case::word_hyphen("2024\u{1e}25", "2024-25")]
    #[case::word_optional_hyphen("trans\u{1f}port", "transport")]
    #[case::no_break_hyphen("2024\u{2011}25", "2024-25")]
    #[case::soft_hyphen("trans\u{ad}port", "transport")]
    #[case::word_line("one\u{b}two", "one\ntwo")]
    #[case::page("one\u{c}two", "one\ntwo")]
    #[case::crlf("one\r\ntwo\rthree", "one\ntwo\nthree")]
    #[case::tab("one\ttwo", "one\ttwo")]
    #[case::windows_quotes("\u{93}now\u{94} \u{96} it\u{92}s \u{80}5\u{85}", "“now” – it’s €5…")]
    #[case::windows_nothing("a\u{81}\u{8d}\u{8f}\u{90}\u{9d}b", "ab")]
    #[case::no_break_spaces("a\u{a0}b\u{202f}c\u{2007}d", "a b c d")]
    #[case::ideographic_space("東\u{3000}京", "東\u{3000}京")]
    #[case::bullet("\u{f0b7}\tBuses", "•\tBuses")]
    #[case::square("\u{f0a7} Buses", "▪ Buses")]
    #[case::tick("\u{f0fc} Buses", "✓ Buses")]
    #[case::diamonds("\u{f076} Buses", "❖ Buses")]
    #[case::arrow("\u{f0d8} Buses", "➢ Buses")]
    #[case::unknown_bullet("  \u{f0c3} Buses\n\u{e123} Trams", "  • Buses\n• Trams")]
    #[case::unknown_inside("Buses \u{f8ff}", "Buses \u{fffd}")]
    #[case::override_("safe\u{202e}txt\u{202c}", "safetxt")]
    #[case::isolate("safe\u{2066}txt\u{2069}", "safetxt")]
    #[case::mark_in_latin("safe\u{200e}txt\u{200f}", "safetxt")]
    #[case::mark_in_arabic("سؤال\u{200f}!", "سؤال\u{200f}!")]
    #[case::zero_width("bu\u{200b}s\u{feff}\u{2060}", "bus")]
    #[case::persian("می\u{200c}خواهم", "می\u{200c}خواهم")]
    #[case::sinhala("ශ්\u{200d}රී", "ශ්\u{200d}රී")]
    #[case::family("👩\u{200d}👧", "👩\u{200d}👧")]
    #[case::heart("❤\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥")]
    #[case::wales(
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}"
    )]
    #[case::hidden_tags("bus\u{e0068}\u{e0069}", "bus")]
    #[case::japanese_form("葛\u{e0100}城 神\u{fa19}", "葛\u{e0100}城 神\u{fa19}")]
    #[case::joiner_alone(" \u{200d}\u{200d}a", " a")]
    #[case::noncharacter("a\u{fdd0}\u{ffff}\u{1fffe}b", "ab")]
    #[case::pasted_picture("a\u{fffc}b", "ab")]
    #[case::composed("e\u{301}", "é")]
    #[case::accent_after_hidden("e\u{ad}\u{301}", "é")]
    #[case::stacked("a\u{300}\u{301}\u{302}\u{303}\u{304}b", "à\u{301}\u{302}b")]
    #[case::vietnamese("Nguye\u{302}\u{303}n", "Nguyễn")]
    #[case::thai_pile(
        "ก\u{e47}\u{e47}\u{e47}\u{e47}\u{e47}\u{e47}",
        "ก\u{e47}\u{e47}\u{e47}"
    )]
    #[case::burmese("မြွှေ့", "မြွှေ့")]
    #[case::hebrew("בְּרֵאשִׁ֖ית", "בְּרֵאשִׁ֖ית")]
    fn each_kind_of_character_is_mended(#[case] typed: &str, #[case] expected: &str) {
        let expected: String = if expected
            .chars()
            .all(|c| c.is_ascii() || !is_combining_mark(c))
        {
            expected.to_owned()
        } else {
            compose(expected)
        };
        assert_eq!(clean(typed), expected);
    }

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(clean("Why?\n\tBecause."), Cow::Borrowed(_)));
    }

    #[test]
    fn ten_thousand_marks_on_a_letter_are_no_trouble() {
        let pile: String = std::iter::once('a')
            .chain(std::iter::repeat_n('\u{301}', 10_000))
            .collect();
        assert_eq!(clean(&pile).chars().count(), 3);
    }

    /// Every class that [`clean`] treats in its own way, mixed.
    pub(crate) fn anything() -> impl Strategy<Value = String> {
        let special = prop_oneof![
            any::<char>(),
            (0u32..0x20).prop_filter_map("char", char::from_u32),
            (0x7Fu32..0xA1).prop_filter_map("char", char::from_u32),
            (0x300u32..0x370).prop_filter_map("char", char::from_u32),
            (0x590u32..0x700).prop_filter_map("char", char::from_u32),
            (0x1100u32..0x1200).prop_filter_map("char", char::from_u32),
            (0x180Bu32..0x1810).prop_filter_map("char", char::from_u32),
            (0x2000u32..0x2070).prop_filter_map("char", char::from_u32),
            (0xF000u32..0xF100).prop_filter_map("char", char::from_u32),
            (0xFA00u32..0xFB50).prop_filter_map("char", char::from_u32),
            (0xFDD0u32..0xFE30).prop_filter_map("char", char::from_u32),
            (0xFFF0u32..0x10000).prop_filter_map("char", char::from_u32),
            (0x1F3F0u32..0x1F400).prop_filter_map("char", char::from_u32),
            (0xE0000u32..0xE0200).prop_filter_map("char", char::from_u32),
            proptest::char::range('a', 'z'),
            Just(' '),
            Just('\n'),
        ];
        proptest::collection::vec(special, 0..40).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn cleaning_twice_changes_nothing_more(typed in anything()) {
            let once = clean(&typed).into_owned();
            prop_assert_eq!(clean(&once), once.as_str());
        }

        #[test]
        fn what_is_left_can_be_shown_and_what_was_written_is_left(typed in anything()) {
            let cleaned = clean(&typed);
            for c in cleaned.chars() {
                prop_assert!(!c.is_control() || matches!(c, '\n' | '\t'), "{:?} in {:?}", c, cleaned);
                prop_assert!(!is_private(c) && !is_noncharacter(c), "{:?} in {:?}", c, cleaned);
                prop_assert!(!matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'), "{:?} in {:?}", c, cleaned);
            }
            // letters and figures are neither lost nor added; composing may write one letter for two
            let letters = |text: &str| -> String {
                text.nfd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c) && !is_invisible(*c)).collect()
            };
            let typed: String = typed.chars().filter(|c| !matches!(c, '\u{80}'..='\u{9F}')).collect();
            let windows = ['ƒ', 'ˆ', 'Š', 'Œ', 'Ž', 'š', 'œ', 'ž', 'Ÿ', 'S', 'Z', 's', 'z', 'Y'];
            let known = |text: String| -> String { text.chars().filter(|c| !windows.contains(c)).collect() };
            prop_assert_eq!(known(letters(&cleaned)), known(letters(&typed)));
        }
    }
}
