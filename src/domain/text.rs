//! Reading text that people typed, and normalising it for comparison.
//!
//! What is stored is what was typed, less what no reader could see. What is compared is a much coarser form: letters that look
//! alike, marks that can't be seen, accents and case must not make two things different.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::confusable_detection::skeleton;

use crate::domain::malformed::Malformed;

/// Characters that have no width or only set the direction of writing.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// One line: inner white space folded to single blanks, ends trimmed, direction marks dropped.
///
/// # Errors
/// `control` where a control character other than white space is inside.
pub fn single_line(typed: &str) -> Result<String, Malformed> {
    let visible: String = typed
        .chars()
        .filter(|c| !is_invisible(*c) || *c == '\u{200D}')
        .collect();
    let folded = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().any(char::is_control) {
        return Err(Malformed::new(
            "control",
            "Remove characters that cannot be printed",
        ));
    }
    Ok(folded)
}

/// Several lines: line endings made one, each line's end and the whole trimmed.
///
/// # Errors
/// `control` where a control character other than a tab or a line's end is inside.
pub fn several_lines(typed: &str) -> Result<String, Malformed> {
    let lines = typed
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    if lines
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(Malformed::new(
            "control",
            "Remove characters that cannot be printed",
        ));
    }
    let kept: Vec<&str> = lines.lines().map(str::trim_end).collect();
    Ok(kept.join("\n").trim().to_owned())
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
        .nfkd()
        .filter(|c| !is_invisible(*c) && !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let alike: String = skeleton(&plain).flat_map(char::to_lowercase).collect();
    let mut words = String::with_capacity(alike.len());
    for c in alike.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            // O'Brien and OBrien are one name
            '\'' | '’' | '‘' | '`' | 'ʼ' => {}
            c if c.is_alphanumeric() => words.push(c),
            _ => words.push(' '),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
