//! Reads `standing_order.toml` and `closure-days.toml`.

use std::path::Path;

use chrono::NaiveDate;

use crate::domain::standing_order::figures::{StandingOrderFigures, UncheckedFigures};
use crate::domain::working_days::NonWorkingDay;

use super::problem::Problem;
use super::reader::Reader;
use super::sources;

/// The figures of the standing order.
///
/// # Errors
/// The file is missing, a key is missing or unknown, or a figure makes no sense: everything together.
pub fn read_figures(path: &Path) -> Result<StandingOrderFigures, Vec<Problem>> {
    let file = path.display().to_string();
    let mut reader = file_reader(path)?;
    let mut sets = Vec::new();
    for (index, mut table) in reader
        .tables("rules")
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        sets.push(unchecked(&mut table));
        reader.adopt(&place(index + 1), table);
    }
    let mut problems = reader.finish();
    match StandingOrderFigures::check(&sets) {
        Ok(figures) if problems.is_empty() => return Ok(figures),
        Ok(_) => {}
        Err(senseless) => {
            for wrong in senseless {
                let key = match wrong.set {
                    0 => wrong.key.to_owned(),
                    set => format!("{}.{}", place(set), wrong.key),
                };
                // A key that is missing has already been reported; its stand-in makes no sense either.
                if !problems
                    .iter()
                    .any(|problem| problem.key.as_deref() == Some(&key))
                {
                    let what = format!("{} is not right: it must be {}", wrong.found, wrong.right);
                    problems.push(Problem {
                        file: file.clone(),
                        key: Some(key),
                        what,
                    });
                }
            }
        }
    }
    Err(problems)
}

/// The council's closure days. A file without any is fine.
///
/// # Errors
/// The file is missing or an entry isn't a date with a title: everything together.
pub fn read_closures(path: &Path) -> Result<Vec<NonWorkingDay>, Vec<Problem>> {
    let mut reader = file_reader(path)?;
    let mut days = Vec::new();
    let tables = if reader.has("closure") {
        reader.tables("closure")
    } else {
        None
    };
    for (index, mut table) in tables.unwrap_or_default().into_iter().enumerate() {
        let date = table.parsed("date", "a date, such as 2026-12-29", |text| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
        });
        let title = table.text("title");
        if let Some(date) = date {
            days.push(NonWorkingDay::closure(date, title));
        }
        reader.adopt(&format!("closure[{}]", index + 1), table);
    }
    let problems = reader.finish();
    if problems.is_empty() {
        Ok(days)
    } else {
        Err(problems)
    }
}

/// The sets are counted from 1, as a reader of the file counts them.
fn place(set: usize) -> String {
    format!("rules[{set}]")
}

fn file_reader(path: &Path) -> Result<Reader, Vec<Problem>> {
    let table = sources::table(path).map_err(|problem| vec![problem])?;
    Ok(Reader::new(table, path.display().to_string()))
}

fn unchecked(table: &mut Reader) -> UncheckedFigures {
    UncheckedFigures {
        holds_from: table.any_text("holds_from").unwrap_or_default(),
        notice_kind: table.any_text("notice_kind").unwrap_or_default(),
        notice_working_days: table.any_number("notice_working_days"),
        notice_time: table.any_text("notice_time").unwrap_or_default(),
        questions_per_person: table.any_number("questions_per_person"),
        question_time_minutes: table.any_number("question_time_minutes"),
        questioner_minutes: table.any_number("questioner_minutes"),
        answer_counts_against_questioner: table.flag("answer_counts_against_questioner"),
        supplementaries_per_question: table.any_number("supplementaries_per_question"),
        repetition_window_months: table.any_number("repetition_window_months"),
        written_response_working_days: table.any_number("written_response_working_days"),
        absent_gets_written_response: table.flag("absent_gets_written_response"),
        speaking_words_per_minute: table.any_number("speaking_words_per_minute"),
    }
}
