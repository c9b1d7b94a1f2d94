//! Personal details in words that will be public, as a page shows them beside a button for each.

use crate::domain::personal_details::{Detail, Own, find};

/// How many are shown at once; when some are removed, the next are.
const MAX_SHOWN: usize = 10;

/// The longest words that stand on a button.
const MAX_ON_A_BUTTON: usize = 40;

/// The longest words that are shown whole.
const MAX_SHOWN_WHOLE: usize = 120;

/// A personal detail.
pub struct Marked {
    /// "your postcode", "a quoted email".
    pub what: &'static str,
    /// The words, to be found again.
    pub words: String,
    /// The words, or their beginning.
    pub shown: String,
    /// "Remove WA8 7QF".
    pub button: String,
}

/// The personal details of some texts, each once. `label` says what one is to whoever reads the page.
pub fn marked<'t>(
    texts: impl IntoIterator<Item = &'t str>,
    own: &Own<'_>,
    label: impl Fn(Detail) -> &'static str,
) -> Vec<Marked> {
    let mut all: Vec<Marked> = Vec::new();
    for text in texts {
        for found in find(text, own) {
            let words = found.words(text);
            if all.len() == MAX_SHOWN || all.iter().any(|known| known.words == words) {
                continue;
            }
            let what = label(found.detail);
            let short = words.chars().count() <= MAX_ON_A_BUTTON && !words.contains('\n');
            let mut shown: String = words.chars().take(MAX_SHOWN_WHOLE).collect();
            if shown.len() < words.len() {
                shown.push('…');
            }
            all.push(Marked {
                what,
                words: words.to_owned(),
                shown,
                button: format!("Remove {}", if short { words } else { what }),
            });
        }
    }
    all
}
