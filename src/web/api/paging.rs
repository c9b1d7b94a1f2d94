//! Lists in pages. A cursor names the last entry of a page; it stays good while entries come and go, and means nothing to the
//! caller.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::web::{
    Failure,
    problem::{Problem, WrongField},
};

/// Entries on a page where nothing is said.
const USUAL: u32 = 20;
/// Entries on a page at most.
const MOST: u32 = 100;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Send this as `cursor` for the next page; null on the last.
    #[schema(example = "MjAyNC0wMi0wNg")]
    pub next_cursor: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Entries on a page, 20 where nothing is said.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl Paging {
    /// How many entries the page holds.
    pub fn size(&self) -> usize {
        self.limit.unwrap_or(USUAL).clamp(1, MOST) as usize
    }

    /// Whether it is the first page, of the usual size.
    pub fn is_first(&self) -> bool {
        self.cursor.as_deref().is_none_or(str::is_empty) && self.limit.is_none()
    }

    /// How many entries to look for: one more, which says whether there is another page.
    pub fn one_more(&self) -> i64 {
        i64::try_from(self.size() + 1).unwrap_or(i64::MAX)
    }

    /// Returns what the cursor names. Every list asks for it, so the size of the page is checked here as well.
    ///
    /// # Errors
    /// Where it is not a cursor of ours, or the size is out of range.
    pub fn after<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Failure> {
        if self.limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
            return Err(wrong_parameter(
                "limit",
                &format!("This must be from 1 to {MOST}"),
            ));
        }
        let Some(cursor) = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else {
            return Ok(None);
        };
        URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|name| read(&name))
            .map(Some)
            .ok_or_else(|| wrong_parameter("cursor", "This is not a cursor of this list"))
    }

    /// A page of what was found, one more than it holds at most.
    pub fn page<T>(&self, mut found: Vec<T>, name: impl FnOnce(&T) -> String) -> Page<T> {
        let more = found.len() > self.size();
        found.truncate(self.size());
        let next_cursor = found
            .last()
            .filter(|_| more)
            .map(|last| URL_SAFE_NO_PAD.encode(name(last)));
        Page {
            items: found,
            next_cursor,
        }
    }
}

/// A query parameter that is wrong. Its pointer is empty, for it is not in the body.
pub fn wrong_parameter(name: &str, what: &str) -> Failure {
    Failure::Problem(Box::new(Problem::wrong_fields(vec![WrongField {
        pointer: String::new(),
        code: "parameter".to_owned(),
        detail: format!("{name}: {what}"),
    }])))
}
