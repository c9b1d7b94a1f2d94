//! Reads typed settings out of merged sources, and collects every problem on the way.
//!
//! Where a value is wrong the reader notes the problem and hands back a stand-in, so that reading goes on and the rest is
//! checked as well. Nothing that was read may be used once [`Reader::finish`] has returned problems.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use ::config::{Map, Value, ValueKind};

use super::problem::Problem;

/// Settings by their dotted key, each to be taken once.
pub struct Reader {
    values: BTreeMap<String, Value>,
    known: BTreeSet<String>,
    origins: BTreeMap<String, String>,
    /// Named where a key is missing altogether, so that there is no origin.
    home: String,
    problems: Vec<Problem>,
}

impl Reader {
    /// A reader over merged tables. `home` is the file in which every key should stand.
    pub fn new(table: Map<String, Value>, home: impl Into<String>) -> Self {
        let mut values = BTreeMap::new();
        flatten("", table, &mut values);
        Self {
            values,
            known: BTreeSet::new(),
            origins: BTreeMap::new(),
            home: home.into(),
            problems: Vec::new(),
        }
    }

    /// Notes a problem with a key that has been read, in the file from which its value came.
    pub fn problem(&mut self, key: &str, what: impl Into<String>) {
        let file = self.origins.get(key).unwrap_or(&self.home).clone();
        self.problems.push(Problem {
            file,
            key: Some(key.to_owned()),
            what: what.into(),
        });
    }

    /// Where a key that has been read came from: a file, or "the environment".
    pub fn origin(&self, key: &str) -> &str {
        self.origins.get(key).unwrap_or(&self.home)
    }

    /// Whether nothing was wrong so far.
    pub fn is_fine(&self) -> bool {
        self.problems.is_empty()
    }

    /// All problems. A key that nobody asked for is one.
    pub fn finish(mut self) -> Vec<Problem> {
        for (key, value) in std::mem::take(&mut self.values) {
            let file = value.origin().unwrap_or(&self.home).to_owned();
            let hint = closest(&key, &self.known)
                .map(|known| format!(": did you mean {known}?"))
                .unwrap_or_default();
            self.problems.push(Problem {
                file,
                key: Some(key),
                what: format!("there is no such setting{hint}"),
            });
        }
        self.problems
    }

    /// Whether the key is there at all.
    pub fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// A text that must not be empty.
    pub fn text(&mut self, key: &str) -> String {
        let text = self.any_text(key);
        if text.as_deref() == Some("") {
            self.problem(key, "is empty: it must say something");
        }
        text.unwrap_or_default()
    }

    /// A text, or `None` where it is empty or missing.
    pub fn optional_text(&mut self, key: &str) -> Option<String> {
        if self.values.contains_key(key) {
            self.any_text(key).filter(|text| !text.is_empty())
        } else {
            self.known.insert(key.to_owned());
            None
        }
    }

    /// A text that means something: `parse` says what, `right` says what would have been right.
    pub fn parsed<T>(
        &mut self,
        key: &str,
        right: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.any_text(key)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.problem(key, format!("{text:?} is not right: it must be {right}"));
        }
        parsed
    }

    /// A path.
    pub fn path(&mut self, key: &str) -> PathBuf {
        PathBuf::from(self.text(key))
    }

    /// A whole number within a range.
    pub fn number<N>(&mut self, key: &str, range: RangeInclusive<N>) -> N
    where
        N: TryFrom<i64> + PartialOrd + Copy + fmt::Display,
    {
        let right = format!("a whole number from {} to {}", range.start(), range.end());
        let Some(value) = self.take(key) else {
            return *range.start();
        };
        let found = match &value.kind {
            ValueKind::I64(number) => Some(*number),
            ValueKind::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match found.and_then(|number| N::try_from(number).ok()) {
            Some(number) if range.contains(&number) => number,
            _ => {
                self.problem(
                    key,
                    format!("{} is not right: it must be {right}", shown(&value)),
                );
                *range.start()
            }
        }
    }

    /// A fraction from 0 to 1.
    pub fn fraction(&mut self, key: &str) -> f64 {
        let Some(value) = self.take(key) else {
            return 0.0;
        };
        let found = match &value.kind {
            ValueKind::Float(number) => Some(*number),
            ValueKind::I64(0) => Some(0.0),
            ValueKind::I64(1) => Some(1.0),
            ValueKind::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match found {
            Some(number) if (0.0..=1.0).contains(&number) => number,
            _ => {
                self.problem(
                    key,
                    format!(
                        "{} is not right: it must be a number from 0 to 1",
                        shown(&value)
                    ),
                );
                0.0
            }
        }
    }

    /// A length of time, written as a number of `unit` (of so many milliseconds).
    pub fn duration(&mut self, key: &str, unit: Unit, range: RangeInclusive<u32>) -> Duration {
        Duration::from_millis(u64::from(self.number(key, range)) * unit.milliseconds())
    }

    /// Yes or no.
    pub fn flag(&mut self, key: &str) -> bool {
        let Some(value) = self.take(key) else {
            return false;
        };
        match &value.kind {
            ValueKind::Boolean(flag) => *flag,
            ValueKind::String(text) if text == "true" => true,
            ValueKind::String(text) if text == "false" => false,
            _ => {
                self.problem(
                    key,
                    format!("{} is not right: it must be true or false", shown(&value)),
                );
                false
            }
        }
    }

    /// A list of texts. In the environment it is written with commas.
    pub fn list(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let items = match value.kind {
            ValueKind::String(text) => {
                return text
                    .split(',')
                    .map(str::trim)
                    .filter(|s| !s.is_empty())
                    .map(str::to_owned)
                    .collect();
            }
            ValueKind::Array(items) => items,
            other => {
                let found = shown(&Value::new(None, other));
                self.problem(
                    key,
                    format!("{found} is not right: it must be a list of texts"),
                );
                return Vec::new();
            }
        };
        let mut texts = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match item.kind {
                ValueKind::String(text) if !text.trim().is_empty() => texts.push(text),
                other => {
                    let found = shown(&Value::new(None, other));
                    self.problem(
                        key,
                        format!("entry {} is {found}: it must be a text", index + 1),
                    );
                }
            }
        }
        texts
    }

    /// A list of tables, such as `[[rules]]`, each with a reader of its own. `None` where the key is missing or is no list.
    pub fn tables(&mut self, key: &str) -> Option<Vec<Reader>> {
        let value = self.take(key)?;
        let home = self.origin(key).to_owned();
        let ValueKind::Array(items) = value.kind else {
            self.problem(
                key,
                format!("is not right: it must be a list, each entry written as [[{key}]]"),
            );
            return None;
        };
        let mut readers = Vec::new();
        for item in items {
            match item.kind {
                ValueKind::Table(table) => readers.push(Reader::new(table, home.clone())),
                _ => self.problem(
                    key,
                    format!("is not right: each entry must be a table, written as [[{key}]]"),
                ),
            }
        }
        Some(readers)
    }

    /// Takes over the problems of a table's reader, with the table's place in front of the keys.
    pub fn adopt(&mut self, place: &str, table: Reader) {
        for mut problem in table.finish() {
            problem.key = problem.key.map(|key| format!("{place}.{key}"));
            self.problems.push(problem);
        }
    }

    /// A whole number of any size, for what is checked elsewhere.
    pub fn any_number(&mut self, key: &str) -> i64 {
        self.number(key, i64::MIN..=i64::MAX)
    }

    /// A text, possibly empty; a number is taken as text too, since a password may look like one.
    pub fn any_text(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        match value.kind {
            ValueKind::String(text) => Some(text.trim().to_owned()),
            ValueKind::I64(number) => Some(number.to_string()),
            other => {
                let found = shown(&Value::new(None, other));
                self.problem(
                    key,
                    format!("{found} is not right: it must be a text in quotation marks"),
                );
                None
            }
        }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.known.insert(key.to_owned());
        let value = self.values.remove(key);
        match &value {
            Some(value) => {
                if let Some(origin) = value.origin() {
                    self.origins.insert(key.to_owned(), origin.to_owned());
                }
            }
            None => self.problem(key, "is missing"),
        }
        value
    }
}

/// A unit in which a length of time is written.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// Thousandths of a second.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
}

impl Unit {
    fn milliseconds(self) -> u64 {
        match self {
            Self::Milliseconds => 1,
            Self::Seconds => 1000,
            Self::Hours => 3_600_000,
            Self::Days => 86_400_000,
        }
    }
}

fn flatten(prefix: &str, table: Map<String, Value>, into: &mut BTreeMap<String, Value>) {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key
        } else {
            format!("{prefix}.{key}")
        };
        match value.kind {
            ValueKind::Table(inner) => flatten(&path, inner, into),
            _ => {
                into.insert(path, value);
            }
        }
    }
}

/// A value as it may stand in a message: a text in quotation marks, a list or table by its kind alone.
fn shown(value: &Value) -> String {
    match &value.kind {
        ValueKind::Nil => "nothing".to_owned(),
        ValueKind::String(text) => format!("{text:?}"),
        ValueKind::Array(_) => "a list".to_owned(),
        ValueKind::Table(_) => "a table".to_owned(),
        _ => value.to_string(),
    }
}

/// The known key that differs least, if it differs little.
fn closest<'a>(key: &str, known: &'a BTreeSet<String>) -> Option<&'a str> {
    use rapidfuzz::distance::damerau_levenshtein::distance;
    known
        .iter()
        .map(|candidate| (distance(key.chars(), candidate.chars()), candidate))
        .min()
        .filter(|(edits, _)| *edits <= 3)
        .map(|(_, candidate)| candidate.as_str())
}
