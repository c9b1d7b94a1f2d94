//! What the database is asked while a request is answered, and what that makes it read.
//!
//! Diesel's instrumentation gives each statement with its values. What it reads is then asked of the database: PostgreSQL says how many
//! rows each step of a plan read, kept or not (`EXPLAIN ANALYZE`). SQLite says how it would find them (`EXPLAIN QUERY PLAN`): going
//! through a table that grows, or sorting what was found before cutting it to a page, is a fault whatever the number of rows today; and
//! how many rows come back is counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, Once, PoisonError},
};

use diesel::{
    QueryableByName, RunQueryDsl,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_query,
    sql_types::{BigInt, Text},
};
use public_question_time::store::{connection::Db, error::StoreError, transaction::Store};

/// The tables that grow with what strangers send. What officers decide grows as well, by as much as officers do.
const GROWING: &[&str] = &[
    "questions",
    "question_changes",
    "questioners",
    "allowances",
    "audit_entries",
    "drafts",
    "idempotency_keys",
    "letters",
    "written_responses",
    "replies",
    "minutes",
    "response_reminders",
    "address_corrections",
];

static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Recorder;

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let query = query.to_string();
            // the look whether a kept page still holds is one row, shared by all who ask, and belongs to no request
            if query.contains("public_changes") {
                return;
            }
            let mut statements = STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner);
            statements.push(query);
        }
    }
}

/// Records every statement of the connections that are opened from now on.
pub fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Recorder))).expect("a first instrumentation");
    });
}

/// The statements since this was called last.
pub fn taken() -> Vec<String> {
    let mut statements = STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *statements)
}

/// What answering a request cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    /// How many statements read.
    pub statements: usize,
    /// How many rows they made the database read (PostgreSQL), or gave back (SQLite).
    pub rows: i64,
    /// The statements that read the most, with their rows.
    pub worst: Vec<(i64, String)>,
    /// Statements that go through a table that grows, or sort it for a page.
    pub faults: BTreeSet<String>,
}

/// A statement with its values written into it; none where it changes something or begins or ends a transaction.
fn with_values(recorded: &str) -> Option<String> {
    let (statement, values) = recorded.rsplit_once(" -- binds: ")?;
    if !statement.trim_start().starts_with("SELECT") {
        return None;
    }
    let values = literals(values);
    let mut sql = String::new();
    let mut rest = statement;
    let mut next = 0;
    while let Some(place) = rest.find(['?', '$']) {
        sql.push_str(&rest[..place]);
        let numbered = rest[place..].starts_with('$');
        rest = &rest[place + 1..];
        let number = if numbered {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let number: usize = rest[..digits].parse().expect("a numbered value");
            rest = &rest[digits..];
            number - 1
        } else {
            next += 1;
            next - 1
        };
        sql.push_str(values.get(number).map_or("NULL", String::as_str));
    }
    sql.push_str(rest);
    Some(sql)
}

/// The values of a statement as SQL, from what Diesel shows of them: `["x", 3, ["a", "b"]]`.
fn literals(shown: &str) -> Vec<String> {
    let shown = shown.trim();
    let inner = shown.strip_prefix('[').unwrap_or(shown);
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    let mut values = Vec::new();
    let mut value = String::new();
    let (mut quoted, mut depth) = (false, 0);
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' if quoted => value.extend(characters.next()),
            '"' => {
                quoted = !quoted;
                value.push(QUOTE);
            }
            ',' if !quoted && depth == 0 => values.push(std::mem::take(&mut value)),
            c => {
                if !quoted {
                    depth += i32::from(c == '[') - i32::from(c == ']');
                }
                value.push(c);
            }
        }
    }
    if !value.trim().is_empty() {
        values.push(value);
    }
    values.iter().map(|value| literal(value.trim())).collect()
}

/// Stands for a quotation mark that is not part of a text.
const QUOTE: char = '\u{1}';

fn literal(shown: &str) -> String {
    if let Some(list) = shown.strip_prefix('[') {
        let list = list.strip_suffix(']').unwrap_or(list);
        let values = literals(&list.replace(QUOTE, "\""));
        return if values.is_empty() {
            "'{}'".to_owned()
        } else {
            format!("ARRAY[{}]", values.join(", "))
        };
    }
    // Some("x"), Instant(2024-02-05T15:00:00)
    let mut bare = shown;
    while let Some((name, inner)) = bare.split_once('(')
        && inner.ends_with(')')
        && name.chars().all(char::is_alphanumeric)
    {
        bare = &inner[..inner.len() - 1];
    }
    if bare == "None" {
        return "NULL".to_owned();
    }
    let text = bare.replace(QUOTE, "");
    if bare.contains(QUOTE) || text.parse::<f64>().is_err() && text != "true" && text != "false" {
        let text = text.replace('\'', "''");
        // an instant as both databases write it
        let is_instant = text.len() >= 19 && text.as_bytes().get(10) == Some(&b'T');
        return if is_instant && !bare.contains(QUOTE) {
            format!("'{}'", text.replacen('T', " ", 1))
        } else {
            format!("'{text}'")
        };
    }
    text
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

/// Asks the database what some recorded statements made it read.
pub fn cost(store: &Store, recorded: &[String], postgres: bool) -> Cost {
    let mut cost = Cost::default();
    let mut worst: BTreeMap<String, i64> = BTreeMap::new();
    for sql in recorded.iter().filter_map(|recorded| with_values(recorded)) {
        cost.statements += 1;
        let read = store
            .read(|db| {
                Ok::<_, StoreError>(if postgres {
                    rows_by_plan(db, &sql)?
                } else {
                    cost.faults.extend(faults_of_plan(db, &sql)?);
                    let count = sql_query(format!("SELECT COUNT(*) AS count FROM ({sql})"));
                    count.get_result::<Count>(db)?.count
                })
            })
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
        cost.rows += read;
        *worst.entry(shape(&sql)).or_default() += read;
    }
    cost.worst = worst.into_iter().map(|(sql, rows)| (rows, sql)).collect();
    cost.worst.sort_by_key(|(rows, _)| -rows);
    cost.worst.truncate(5);
    cost
}

/// A statement without its values and columns, to be shown.
fn shape(sql: &str) -> String {
    let from = sql.find(" FROM ").unwrap_or(0);
    let text: String = sql[from..].chars().take(260).collect();
    text
}

fn rows_by_plan(db: &mut Db, sql: &str) -> Result<i64, StoreError> {
    // half of a table of two meetings is gone through whole; of a hundred meetings one is found by its index
    sql_query("SET LOCAL enable_seqscan = off").execute(db)?;
    let explained: Vec<Plan> =
        sql_query(format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT TEXT) {sql}")).load(db)?;
    let number = |line: &str, before: &str| -> f64 {
        line.split_once(before)
            .and_then(|(_, rest)| {
                let end = rest
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(rest.len());
                rest[..end].parse().ok()
            })
            .unwrap_or(0.0)
    };
    let mut rows = 0.0;
    let mut loops = 1.0;
    for Plan { plan } in &explained {
        if plan.contains("(actual rows=") {
            loops = number(plan, "loops=");
            // an index scan of a bitmap finds the rows that its heap scan reads
            let finds = plan.contains("Subquery Scan") || plan.contains("Bitmap Index Scan");
            if plan.contains("Scan") && !finds {
                let actual = plan.split_once("(actual ").map_or("", |(_, rest)| rest);
                rows += number(actual, "rows=") * loops;
            }
        } else if plan.contains("Rows Removed by Filter:") {
            rows += number(plan, "Rows Removed by Filter: ") * loops;
        }
    }
    #[allow(clippy::cast_possible_truncation, reason = "a number of rows")]
    Ok(rows as i64)
}

fn faults_of_plan(db: &mut Db, sql: &str) -> Result<Vec<String>, StoreError> {
    let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(db)?;
    let grows = |detail: &str| {
        GROWING.iter().any(|table| {
            detail.starts_with(&format!("SCAN {table} ")) || detail == format!("SCAN {table}")
        })
    };
    // an empty list of identifiers: nothing is read
    if sql.contains("(1=0)") {
        return Ok(Vec::new());
    }
    let limited = sql.contains(" LIMIT ");
    let sorted = steps
        .iter()
        .any(|step| step.detail.starts_with("USE TEMP B-TREE FOR ORDER BY"));
    let mut faults = Vec::new();
    for step in &steps {
        // an index in the order that is asked for is read as far as the page goes
        let page = limited && !sorted && step.detail.contains(" USING ");
        if grows(&step.detail) && !page {
            faults.push(format!("{}: {}", step.detail, shape(sql)));
        }
    }
    if limited
        && sorted
        && GROWING
            .iter()
            .any(|table| sql.contains(&format!("`{table}`")))
    {
        faults.push(format!("sorts before it cuts: {}", shape(sql)));
    }
    Ok(faults)
}

#[test]
fn values_are_written_as_sql() {
    assert_eq!(
        literals(r#"["it's", Some(3), None, Instant(2024-02-05T15:00:00), 2024-02-06, true]"#),
        [
            "'it''s'",
            "3",
            "NULL",
            "'2024-02-05 15:00:00'",
            "'2024-02-06'",
            "true"
        ]
    );
    assert_eq!(
        literals(r#"[["a", "b's"], [], 3]"#),
        ["ARRAY['a', 'b''s']", "'{}'", "3"]
    );
    assert_eq!(
        with_values(r#"SELECT a FROM b WHERE c = ? AND d = ? -- binds: ["x", 2]"#).as_deref(),
        Some("SELECT a FROM b WHERE c = 'x' AND d = 2")
    );
    assert_eq!(
        with_values(r#"SELECT a FROM b WHERE c = $1 LIMIT $2 -- binds: ["x", 2]"#).as_deref(),
        Some("SELECT a FROM b WHERE c = 'x' LIMIT 2")
    );
    assert_eq!(with_values("UPDATE a SET b = ? -- binds: [1]"), None);
}
