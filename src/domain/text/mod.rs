//! Reading text that people typed, and normalising it for comparison.
//!
//! Every field of every form, and every text of the API, is read here: the door mends its characters ([`clean`]), and the field's
//! own type lays it out in one line ([`single_line`]) or in several ([`several_lines`]). What comes out can be shown, printed,
//! mailed and read back, and nothing that carries meaning is lost. Nothing is refused for its characters.
//!
//! What is stored is what was typed, less what no reader could see. What is compared is a much coarser form: letters that look
//! alike, marks that can't be seen, accents and case must not make two things different.

mod characters;

pub use characters::{clean, is_invisible};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::confusable_detection::skeleton;

/// Whether the character is an accent: a mark that many leave out in writing. The vowel signs of Indian and Thai letters and the
/// voicing marks of Japanese ones are no accents: without them a name is another name.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}'..='\u{05C7}'
        | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// The character in small letters. Where only its capital looks like a Latin letter, as with В, Н and Т, it becomes that letter.
fn small(c: char) -> String {
    if c.is_ascii() {
        return c.to_ascii_lowercase().to_string();
    }
    let latin =
        |letters: &str| Some(skeleton(letters).collect::<String>()).filter(|s| s.is_ascii());
    let lower = match c {
        'ς' => "σ".to_owned(),
        c => c.to_lowercase().collect(),
    };
    if latin(&lower).is_none()
        && let Some(capital) = latin(&c.to_uppercase().collect::<String>())
    {
        return capital.to_ascii_lowercase();
    }
    lower
}

/// Reads one line: its characters mended, white space folded to single spaces, ends trimmed.
///
/// ```
/// use public_question_time::domain::text::single_line;
///
/// assert_eq!(single_line(" Ann \t O’Brien\r\n"), "Ann O’Brien");
/// ```
pub fn single_line(typed: &str) -> String {
    clean(typed)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads several lines: their characters mended, the end of each line trimmed, empty lines at the beginning and at the end left
/// out. Tabs and indents stay, for they make a table or a list; only a line that stands alone loses its indent.
///
/// ```
/// use public_question_time::domain::text::several_lines;
///
/// assert_eq!(several_lines("\r\n\t2023\t2024 \r\nFares\t1,204\t7\r\n"), "\t2023\t2024\nFares\t1,204\t7");
/// assert_eq!(several_lines("  Why? "), "Why?");
/// ```
pub fn several_lines(typed: &str) -> String {
    let cleaned = clean(typed);
    let lines: Vec<&str> = cleaned.split('\n').map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty());
    let last = lines.iter().rposition(|line| !line.is_empty());
    match first.zip(last) {
        None => String::new(),
        Some((one, last)) if one == last => lines[one].trim_start().to_owned(),
        Some((first, last)) => lines[first..=last].join("\n"),
    }
}

/// The form in which names are compared: compatibility letters, case, accents, look-alikes and invisible marks no longer
/// differ; anything that is not a letter or a digit only separates words.
///
/// ```
/// use public_question_time::domain::text::comparable;
///
/// assert_eq!(comparable("José  O’Brien"), comparable("JOSE O'Brien"));
/// assert_eq!(comparable("Раul"), comparable("Paul")); // the first two letters are Cyrillic
/// assert_ne!(comparable("李"), comparable("王"));
/// ```
pub fn comparable(text: &str) -> String {
    let plain: String = text
        .replace('´', "'") // would decompose into a blank and an accent
        .nfkd()
        .filter(|c| !is_invisible(*c) && !is_accent(*c))
        .map(small)
        .collect();
    let alike: String = skeleton(&plain).flat_map(char::to_lowercase).collect();
    let mut words = String::with_capacity(alike.len());
    for c in alike.nfkd().filter(|c| !is_accent(*c)) {
        match c {
            // O'Brien and OBrien are one name
            '\'' | '’' | '‘' | '`' | 'ʼ' => {}
            c if c.is_alphanumeric() || is_combining_mark(c) => words.push(c),
            _ => words.push(' '),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word as words of running text are compared: small letters without accents and invisible marks, and Latin letters in place of
/// those that look like them. Coarser than reading and finer than [`comparable`]: it leaves every Latin word as it is, so that its
/// ending can be taken off.
///
/// ```
/// use public_question_time::domain::text::plain_word;
///
/// assert_eq!(plain_word("Ｃａｆé"), "cafe");
/// assert_eq!(plain_word("Раrk\u{AD}ing"), "parking"); // the first two letters are Cyrillic
/// ```
pub fn plain_word(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.nfkd().filter(|c| !is_invisible(*c) && !is_accent(*c)) {
        let small = small(c);
        let alike: String = skeleton(&small).collect();
        plain.push_str(if alike.len() == 1 { &alike } else { &small });
    }
    plain.make_ascii_lowercase();
    plain
}

/// A number with its thousands parted by commas, as "10,000".
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
