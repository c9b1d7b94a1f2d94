//! Texts with the words marked that another text has too, and lists of such words.

use crate::domain::similarity::explanation::{Mark, Piece};

/// The most words that a list names.
const MOST_WORDS: usize = 12;

/// A piece of a text, for the macro in `components/marked.html`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The words as they stand.
    pub text: String,
    /// Whether both texts say it.
    pub shared: bool,
    /// Whether only this one does.
    pub differs: bool,
}

/// A text's pieces as they are shown.
pub fn marked(pieces: &[Piece<'_>]) -> Vec<Marked> {
    pieces
        .iter()
        .map(|piece| Marked {
            text: piece.text.to_owned(),
            shared: piece.mark == Mark::Shared,
            differs: piece.mark == Mark::Differs,
        })
        .collect()
}

/// A text's pieces with only the shared ones marked, for somebody who is not asked to compare.
pub fn shared_only(pieces: &[Piece<'_>]) -> Vec<Marked> {
    let mut marked = marked(pieces);
    for piece in &mut marked {
        piece.differs = false;
    }
    marked
}

/// The first words and phrases of a list, and how many more there are: a list of dozens is read by nobody.
///
/// ```
/// use public_question_time::web::marked::few;
///
/// assert_eq!(few(&["62 bus", "late"]), "62 bus, late");
/// assert_eq!(few(&[&"very ".repeat(11), "late at night", "bus"]), format!("{} and 2 more", "very ".repeat(11).trim_end()));
/// assert_eq!(few(&[&"very ".repeat(20)]), format!("{}…", "very ".repeat(12).trim_end()));
/// ```
pub fn few(phrases: &[&str]) -> String {
    let mut room = MOST_WORDS;
    let mut named: Vec<String> = Vec::new();
    for phrase in phrases {
        let words: Vec<&str> = phrase.split_whitespace().collect();
        if words.len() <= room {
            named.push(words.join(" "));
            room -= words.len();
        } else {
            if named.is_empty() {
                named.push(format!("{}…", words[..room].join(" ")));
            }
            break;
        }
    }
    match phrases.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
