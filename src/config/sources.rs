//! Where settings come from, the later over the earlier: default.toml, council.toml, local.toml, the environment.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ::config::{Config, ConfigError, Environment, File, FileFormat, Map, Value};

use super::problem::Problem;

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
    let mut builder = Config::builder();
    for name in ["default.toml", "council.toml"] {
        match table(&dir.join(name)) {
            Ok(source) => builder = builder.add_source(source),
            Err(problem) => problems.push(problem),
        }
    }
    let environment = match overlay {
        Overlay::Start => {
            let local = dir.join("local.toml");
            if local.exists() {
                match table(&local) {
                    Ok(source) => builder = builder.add_source(source),
                    Err(problem) => problems.push(problem),
                }
            }
            process_environment(&mut problems)
        }
        Overlay::Given { toml, environment } => {
            match Config::builder()
                .add_source(File::from_str(toml, FileFormat::Toml))
                .build()
            {
                Ok(source) => builder = builder.add_source(source),
                Err(error) => problems.push(not_toml("the given settings", &error)),
            }
            environment
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect()
        }
    };
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
                file: "the environment".to_owned(),
                key: None,
                what: error.to_string(),
            });
            Err(problems)
        }
    }
}

/// One file of settings as a source of its own.
///
/// # Errors
/// The file is missing, can't be read or isn't TOML.
pub fn table(path: &Path) -> Result<Config, Problem> {
    let file = path.display().to_string();
    if !path.is_file() {
        return Err(Problem {
            file,
            key: None,
            what: "there is no such file".to_owned(),
        });
    }
    Config::builder()
        .add_source(File::from(PathBuf::from(path)).format(FileFormat::Toml))
        .build()
        .map_err(|error| not_toml(&file, &error))
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
                file: "the environment".to_owned(),
                key: Some(key),
                what: "is not Unicode text".to_owned(),
            }),
        }
    }
    ours
}
