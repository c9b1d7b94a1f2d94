//! What a new version of a text changes in the old one, word by word.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// How long two texts are compared at most; beyond it the comparison is coarser.
const AT_MOST: Duration = Duration::from_millis(200);

/// A piece of the two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The words as they stand.
    pub text: String,
    /// Whether only the old text has them.
    pub removed: bool,
    /// Whether only the new text has them.
    pub added: bool,
}

/// The pieces of both texts in order: what both have, what was removed, what was added.
///
/// ```
/// use public_question_time::web::changes::changes;
///
/// let pieces = changes("Six firms bid.", "Five firms bid.");
/// let marked = |piece: &public_question_time::web::changes::Change| match (piece.removed, piece.added) {
///     (true, _) => format!("[-{}-]", piece.text),
///     (_, true) => format!("[+{}+]", piece.text),
///     _ => piece.text.clone(),
/// };
/// assert_eq!(pieces.iter().map(marked).collect::<String>(), "[-Six-][+Five+] firms bid.");
/// ```
pub fn changes(old: &str, new: &str) -> Vec<Change> {
    let diff = TextDiff::configure().timeout(AT_MOST).diff_words(old, new);
    let mut pieces: Vec<Change> = Vec::new();
    for change in diff.iter_all_changes() {
        let (removed, added) = match change.tag() {
            ChangeTag::Equal => (false, false),
            ChangeTag::Delete => (true, false),
            ChangeTag::Insert => (false, true),
        };
        match pieces.last_mut() {
            Some(last) if last.removed == removed && last.added == added => {
                last.text.push_str(change.value());
            }
            _ => pieces.push(Change {
                text: change.value().to_owned(),
                removed,
                added,
            }),
        }
    }
    pieces
}
