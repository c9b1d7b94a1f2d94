//! The journal of erasures: whose personal details were removed, in a file that the restoring of a backup does not take back.
//!
//! Each line is an instant and the identifier of a question, which names nobody. A line is on the disk before the details go, so
//! that a backup restored afterwards cannot bring them back unnoticed: what the journal names is removed again.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{domain::id::QuestionId, private_files};

/// The journal of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal(PathBuf);

impl Journal {
    /// The journal in this file, which is made at the first erasure.
    pub fn at(file: impl Into<PathBuf>) -> Self {
        Self(file.into())
    }

    /// The journal beside an SQLite database, where no setting names another.
    pub fn beside(database: &Path) -> Self {
        Self(private_files::beside(database, ".erasures"))
    }

    /// Returns where it is.
    pub fn file(&self) -> &Path {
        &self.0
    }

    /// Returns whether anything was ever written to it.
    pub fn exists(&self) -> bool {
        self.0.exists()
    }

    /// Adds the questions whose details are about to go, and returns once that is on the disk. With none, the journal is begun.
    ///
    /// # Errors
    /// Where the file cannot be written or the disk does not confirm it: then nothing may be removed.
    pub fn append(&self, at: DateTime<Utc>, questions: &[QuestionId]) -> io::Result<()> {
        if let Some(directory) = self.0.parent() {
            private_files::create_directories(directory)?;
        }
        let new = !self.exists();
        let mut options = OpenOptions::new();
        let mut file = private_files::open(options.create(true).append(true).read(true), &self.0)?;
        let mut lines = String::new();
        // a writer that was killed may have left half a line
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                lines.push('\n');
            }
        }
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        for question in questions {
            lines.push_str(&format!("{at} {question}\n"));
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        if new {
            private_files::sync_directory_of(&self.0)?;
        }
        Ok(())
    }

    /// Returns every question that it names, each once, in order of identifiers; none where there is no journal. Half a line is
    /// passed over: what it was to name had not been removed yet.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(&self) -> io::Result<Vec<QuestionId>> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut named: Vec<QuestionId> = text
            .lines()
            .filter_map(|line| line.split_once(' ')?.1.parse().ok())
            .collect();
        named.sort_unstable();
        named.dedup();
        Ok(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> QuestionId {
        text.parse().unwrap()
    }

    #[test]
    fn half_a_line_is_passed_over_and_spoils_none_that_follows() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::beside(&folder.path().join("deep/q.sqlite3"));
        assert!(!journal.exists());
        assert_eq!(journal.read().unwrap(), []);
        let one = id("01890000-0000-7000-8000-000000000001");
        let other = id("01890000-0000-7000-8000-000000000002");
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        journal.append(at, &[other, one]).unwrap();
        let mut file = OpenOptions::new()
            .append(true)
            .open(journal.file())
            .unwrap();
        file.write_all(b"2026-11-25T12:00:00Z 01890000-0000-7000-80")
            .unwrap();
        journal.append(at, &[one]).unwrap();
        assert_eq!(journal.read().unwrap(), [one, other]);
        assert!(!private_files::is_open_to_others(journal.file()).unwrap());
    }
}
