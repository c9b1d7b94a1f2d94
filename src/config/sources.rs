//! Where settings come from, the later over the earlier: default.toml, council.toml, local.toml, the environment.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use ::config::{Config, ConfigError, Environment, File, FileFormat, Map, Source, Value, ValueKind};

use super::problem::{ENVIRONMENT, Problem};

/// How every environment variable of the service begins; a section and a key follow, parted by two underscores.
const PREFIX: &str = "PQT";

/// What is laid over default.toml and council.toml.
pub enum Overlay<'a> {
    /// local.toml, where there is one, and the process's environment: a real start.
    Start,
    /// A TOML text and variables that are given: a test.
    Given {
        toml: &'a str,
        environment: &'a [(&'a str, &'a str)],
    },
}

/// The merged tables of all sources.
///
/// # Errors
/// Every file that is missing or isn't TOML.
pub fn merged(dir: &Path, overlay: &Overlay<'_>) -> Result<Map<String, Value>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut layers = vec![
        table(&dir.join("default.toml")),
        table(&dir.join("council.toml")),
    ];
    let environment = match overlay {
        Overlay::Start => {
            let local = dir.join("local.toml");
            if local.exists() {
                layers.push(table(&local));
            }
            process_environment(&mut problems)
        }
        Overlay::Given { toml, environment } => {
            layers.push(parse("the given settings", toml));
            environment
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect()
        }
    };
    let mut builder = Config::builder();
    for layer in layers {
        match layer {
            Ok(tables) => builder = builder.add_source(Layer(tables)),
            Err(problem) => problems.push(problem),
        }
    }
    builder = builder.add_source(
        Environment::with_prefix(PREFIX)
            .separator("__")
            .source(Some(environment)),
    );
    let built = builder.build().and_then(|config| config.cache.into_table());
    match built {
        Ok(tables) if problems.is_empty() => Ok(tables),
        Ok(_) => Err(problems),
        Err(error) => {
            problems.push(Problem {
                file: ENVIRONMENT.to_owned(),
                key: None,
                what: error.to_string(),
            });
            Err(problems)
        }
    }
}

/// The tables of one file.
///
/// # Errors
/// The file is missing, can't be read or isn't TOML.
pub fn table(path: &Path) -> Result<Map<String, Value>, Problem> {
    let file = path.display().to_string();
    let problem = |what: String| Problem {
        file: file.clone(),
        key: None,
        what,
    };
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => problem("there is no such file".to_owned()),
        _ => problem(format!("it can't be read: {error}")),
    })?;
    parse(&file, &text)
}

fn parse(file: &str, text: &str) -> Result<Map<String, Value>, Problem> {
    File::from_str(text, FileFormat::Toml)
        .collect()
        .map(|table| name_tables(file, table))
        .map_err(|error| not_toml(file, &error))
}

/// Writes into each value which file it came from.
fn name_tables(file: &str, table: Map<String, Value>) -> Map<String, Value> {
    table
        .into_iter()
        .map(|(key, value)| (key, name(file, value)))
        .collect()
}

fn name(file: &str, value: Value) -> Value {
    let kind = match value.kind {
        ValueKind::Table(table) => ValueKind::Table(name_tables(file, table)),
        ValueKind::Array(items) => {
            ValueKind::Array(items.into_iter().map(|item| name(file, item)).collect())
        }
        scalar => scalar,
    };
    Value::new(Some(&file.to_owned()), kind)
}

/// Tables that have been read, as a source to lay over others.
#[derive(Debug, Clone)]
struct Layer(Map<String, Value>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

/// The message without the line of the file that it quotes: a secret may stand there.
fn not_toml(file: &str, error: &ConfigError) -> Problem {
    let message = match error {
        ConfigError::FileParse { cause, .. } => cause.to_string(),
        other => other.to_string(),
    };
    let mut lines = message
        .lines()
        .filter(|line| !line.contains('|') && !line.trim().is_empty());
    let first = lines.next().unwrap_or("it can't be read").trim();
    let what = match lines.next_back() {
        Some(last) => format!("{first}: {}", last.trim()),
        None => first.to_owned(),
    };
    Problem {
        file: file.to_owned(),
        key: None,
        what,
    }
}

fn process_environment(problems: &mut Vec<Problem>) -> HashMap<String, String> {
    let mut ours = HashMap::new();
    for (key, value) in std::env::vars_os() {
        let Ok(key) = OsString::into_string(key) else {
            continue;
        };
        if !key.starts_with("PQT__") {
            continue;
        }
        match value.into_string() {
            Ok(value) => {
                ours.insert(key, value);
            }
            Err(_) => problems.push(Problem {
                file: ENVIRONMENT.to_owned(),
                key: Some(key),
                what: "is not Unicode text".to_owned(),
            }),
        }
    }
    ours
}
