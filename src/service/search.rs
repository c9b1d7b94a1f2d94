//! Has anybody asked about this before? Every question that was put, whenever that was, searched by words.
//!
//! What is found is public, so anybody may search. It is the same search that looks for questions which are substantially the same
//! (reading 10), without its window of months.

use chrono::NaiveDate;

use crate::{
    domain::{malformed::Malformed, text},
    service::{
        Service, ServiceError,
        actor::Acting,
        permission,
        views::{self, PublicQuestion},
    },
    store::{
        connection::Db,
        meetings,
        questions::{self, Question},
    },
};

/// How many questions a search finds at most.
pub const MOST: usize = 50;

/// Words that say that a question is looked for, and not which. In alphabetical order.
const ASKING: &[&str] = &[
    "anybody",
    "anyone",
    "anything",
    "ask",
    "asked",
    "asking",
    "before",
    "ever",
    "question",
    "questions",
    "somebody",
    "someone",
];

/// Words to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought(String);

impl Sought {
    /// Most characters.
    pub const MOST_CHARACTERS: usize = 500;

    /// Reads what was typed; none where nothing was.
    ///
    /// # Errors
    /// `too_long` or `control`.
    pub fn parse(typed: &str) -> Result<Option<Self>, Malformed> {
        let words = text::single_line(typed);
        let length = words.chars().count();
        if length > Self::MOST_CHARACTERS {
            return Err(Malformed::new(
                "too_long",
                format!(
                    "What you search for must be {} characters or fewer. You have entered {}",
                    Self::MOST_CHARACTERS,
                    text::grouped(length)
                ),
            ));
        }
        Ok((!words.is_empty()).then_some(Self(words)))
    }

    /// The words as they were typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words as a page's title has them.
    pub fn in_short(&self) -> String {
        const MOST: usize = 60;
        if self.0.chars().count() <= MOST {
            return self.0.clone();
        }
        let start: String = self.0.chars().take(MOST).collect();
        format!("{}…", start.trim_end())
    }

    /// The words without those that only say that a question is looked for, unless there are no others.
    ///
    /// ```
    /// use public_question_time::service::search::Sought;
    ///
    /// let sought = Sought::parse("Has anyone asked about the No 62 bus?").unwrap().unwrap();
    /// assert_eq!(sought.matter(), "Has about the No 62 bus?");
    /// assert_eq!(Sought::parse("Anyone?").unwrap().unwrap().matter(), "Anyone?");
    /// ```
    pub fn matter(&self) -> String {
        let says = |word: &&str| {
            let plain = word
                .trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase();
            ASKING.binary_search(&plain.as_str()).is_err()
        };
        let words: Vec<&str> = self.0.split(' ').filter(says).collect();
        if words.is_empty() {
            self.0.clone()
        } else {
            words.join(" ")
        }
    }
}

/// A question that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// It as published, with its answer.
    pub put: PublicQuestion,
    /// It as recorded.
    pub question: Question,
}

/// How many were found, in words: of a search that found as many as it may, there are others.
pub fn summary(found: usize) -> String {
    match found {
        0 => "No results".to_owned(),
        1 => "1 result".to_owned(),
        MOST.. => format!("The {MOST} closest results"),
        _ => format!("{found} results"),
    }
}

/// The questions put that say most of what is sought, best first; where a date is given, only those put on it.
///
/// # Errors
/// Those of the store.
pub fn questions_put(
    service: &Service,
    db: &mut Db,
    sought: &Sought,
    on: Option<NaiveDate>,
    most: usize,
) -> Result<Vec<Found>, ServiceError> {
    let counts = |put_on: NaiveDate| on.is_none_or(|on| on == put_on);
    let matches = service
        .archive
        .find(db, &sought.matter(), None, counts, most.min(MOST))?;
    matches
        .into_iter()
        .map(|found| {
            let question = questions::question(db, found.id)?;
            Ok(Found {
                put: views::public_question(db, &question)?,
                question,
            })
        })
        .collect()
}

/// The same for staff, each with whether they may open its file.
///
/// # Errors
/// [`ServiceError::SignedOut`] and those of the store.
pub fn for_staff(
    service: &Service,
    acting: &Acting,
    sought: &Sought,
) -> Result<Vec<(Found, bool)>, ServiceError> {
    let member = permission::staff(acting)?;
    service.store.read(|db| {
        questions_put(service, db, sought, None, MOST)?
            .into_iter()
            .map(|found| {
                let board = meetings::meeting(db, found.question.meeting_id)?
                    .meeting
                    .board_id;
                Ok((found, member.may_run(board)))
            })
            .collect()
    })
}
