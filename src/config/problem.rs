//! What is wrong with the settings: where, what, and what would be right.

use std::fmt;

/// What stands in the place of a file's name for a value from an environment variable.
pub(super) const ENVIRONMENT: &str = "the environment";

/// One thing wrong in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, or "the environment".
    pub file: String,
    /// The key, as `section.key`; `None` where the file as a whole is at fault.
    pub key: Option<String>,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) if self.file == ENVIRONMENT => {
                let variable = format!("PQT__{}", key.replace('.', "__").to_uppercase());
                write!(f, "{variable} in {}: {key}: {}", self.file, self.what)
            }
            Some(key) => write!(f, "{}: {key}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

/// The settings are refused. Holds everything that was found wrong, never a secret's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// At least one problem, in the order of the files and sections.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.problems.len() {
            1 => "one setting is wrong:",
            _ => "some settings are wrong:",
        })?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}
