//! A question: its words, the matter that it concerns, and how it reached the council.

use std::time::Duration;

use crate::{
    coded,
    domain::{
        id::AgendaItemId, malformed::Malformed, speaking_time::speaking_time,
        standing_order::figures::Figures, text,
    },
};

/// The words of a question. The rule sets no limit (reading 18), so only the technical ceiling is enforced.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct QuestionText(String);

impl QuestionText {
    /// Technical ceiling in characters, where no figure sets another (reading 18).
    pub const MOST_CHARACTERS: usize = 10_000;

    /// Reads what was typed, keeping its lines.
    ///
    /// # Errors
    /// `empty` or `too_long`.
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let text = text::several_lines(typed);
        if !text.chars().any(char::is_alphanumeric) {
            return Err(Malformed::new("empty", "Enter your question"));
        }
        let length = text.chars().count();
        if length > Self::MOST_CHARACTERS {
            return Err(Malformed::new(
                "too_long",
                format!(
                    "Your question must be {} characters or fewer. You have entered {}",
                    text::grouped(Self::MOST_CHARACTERS),
                    text::grouped(length)
                ),
            ));
        }
        Ok(Self(text))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How long it takes to say the question aloud, at so many words a minute.
    pub fn speaking_time(&self, words_per_minute: u32) -> Duration {
        speaking_time(&self.0, words_per_minute)
    }

    /// Whether the question can be said in the time that each questioner is allowed (clause (viii), reading 18).
    pub fn fits_in_a_turn(&self, figures: &Figures) -> bool {
        let time = self.speaking_time(u32::from(figures.speaking_words_per_minute()));
        figures
            .questioner_time()
            .to_std()
            .is_ok_and(|allowed| time <= allowed)
    }
}

/// What the question is about (clause (ii), reading 9): an item where the agenda is out, words until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    /// An item on the published agenda.
    Item(AgendaItemId),
    /// The matter in the questioner's words, while there is no agenda.
    Described(MatterWords),
}

/// The matter in a line of the questioner's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterWords(String);

impl MatterWords {
    /// Most characters.
    pub const MOST_CHARACTERS: usize = 200;

    /// Reads what was typed.
    ///
    /// # Errors
    /// `empty` or `too_long`.
    pub fn parse(typed: &str) -> Result<Self, Malformed> {
        let words = text::single_line(typed);
        if !words.chars().any(char::is_alphanumeric) {
            return Err(Malformed::new("empty", "Enter what your question is about"));
        }
        if words.chars().count() > Self::MOST_CHARACTERS {
            return Err(Malformed::new(
                "too_long",
                "What your question is about must be 200 characters or fewer",
            ));
        }
        Ok(Self(words))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

coded! {
    /// How a question reached the council.
    pub enum Channel {
        /// The form on this service's pages.
        Web = "web",
        /// The REST API.
        Api = "api",
        /// A letter, entered by an officer.
        Paper = "paper",
        /// An e-mail to the council, entered by an officer.
        Email = "email",
        /// Handed in at a counter, entered by an officer.
        Counter = "counter",
    }
}

impl Channel {
    /// Whether an officer enters it with its own moment of receipt.
    pub fn entered_by_officer(self) -> bool {
        matches!(self, Self::Paper | Self::Email | Self::Counter)
    }

    /// In words, to follow "received".
    pub fn words(self) -> &'static str {
        match self {
            Self::Web => "through this service",
            Self::Api => "through the REST API",
            Self::Paper => "on paper",
            Self::Email => "by email",
            Self::Counter => "at the counter",
        }
    }
}
