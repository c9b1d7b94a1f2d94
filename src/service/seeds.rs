//! What an empty database is filled with: boards, meetings that were held, and a demonstration dated from the first start.
//!
//! The seeds lie in a directory, one file to a topic. This module reads and checks them; nothing here writes to the database.
//! Boards and past meetings are facts. Questions, people and the meetings of the demonstration are invented.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU16;
use std::path::Path;

use ::config::{Config, File, FileFormat};
use chrono::{Days, NaiveDate, NaiveTime};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::agenda::{ItemKind, Part};
use crate::domain::postcode_directory::Directory;
use crate::domain::questioner::Postcode;
use crate::domain::working_days::WorkingDays;

/// Everything in the directory of seeds, checked against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Seeds {
    /// The boards.
    pub boards: Vec<SeedBoard>,
    /// Meetings that were held, on their real dates.
    pub meetings: Vec<SeedMeeting>,
    /// Invented meetings some days before the first start.
    pub past: Vec<PastMeeting>,
    /// Invented meetings some working days after the first start.
    pub coming: Vec<ComingMeeting>,
    /// Invented questions that were put at a meeting among `meetings` or `past`.
    pub questions: Vec<SeedQuestion>,
    /// Invented accounts, for development alone.
    pub staff: SeedStaff,
    /// Some postcodes of the borough and around it.
    pub postcodes: SeedPostcodes,
}

/// A small directory of postcodes, until a whole one is imported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPostcodes {
    /// Postcodes of the borough.
    pub inside: Vec<String>,
    /// Postcodes of districts that have some in the borough, which lie outside it.
    pub outside: Vec<String>,
    /// Districts that lie outside the borough altogether.
    pub districts_outside: Vec<String>,
}

impl SeedPostcodes {
    /// As an import would have it.
    pub fn directory(&self) -> Directory {
        let known = |postcodes: &[String], inside: bool| -> Vec<(String, bool)> {
            postcodes
                .iter()
                .map(|postcode| (postcode.clone(), inside))
                .collect()
        };
        Directory {
            postcodes: [known(&self.inside, true), known(&self.outside, false)].concat(),
            districts_outside: self.districts_outside.clone(),
        }
    }
}

/// A board.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedBoard {
    /// Its name in addresses.
    pub slug: String,
    /// Its full name.
    pub name: String,
    /// Its committee number in modern.gov.
    pub modern_gov_id: i32,
    /// What its minute numbers begin with, where that is known.
    pub minute_prefix: Option<String>,
    /// What its minutes say where no question was received, where it has words of its own.
    pub nil_return: Option<String>,
}

/// A meeting that was held.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedMeeting {
    /// What questions name it by.
    pub key: String,
    /// The board's slug.
    pub board: String,
    /// The local date.
    pub date: NaiveDate,
    /// The local time at which it started.
    pub starts: NaiveTime,
    /// Whether that time is only assumed.
    #[serde(default)]
    pub starts_assumed: bool,
    /// The local time at which it ended, where that is known.
    pub ended: Option<NaiveTime>,
    /// Where it was held, where that is known.
    pub venue: Option<String>,
    /// Its agenda in order; empty where it isn't on record.
    #[serde(default)]
    pub agenda: Vec<SeedItem>,
}

/// An item on an agenda.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedItem {
    /// Its title.
    pub title: String,
    /// Its minute number, once there are minutes.
    pub minute: Option<String>,
    /// The part of the meeting in which it is dealt with.
    #[serde(default = "public")]
    pub part: Part,
    /// What it is, so far as clause (vi) asks.
    #[serde(default = "ordinary")]
    pub kind: ItemKind,
}

/// An invented meeting before the first start.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastMeeting {
    /// What questions name it by.
    pub key: String,
    /// The board's slug.
    pub board: String,
    /// How many days before the first start it was held.
    pub days_before_start: NonZeroU16,
    /// The local time at which it started.
    pub starts: NaiveTime,
    /// Where it was held.
    pub venue: String,
    /// Its agenda in order.
    #[serde(default)]
    pub agenda: Vec<SeedItem>,
}

impl PastMeeting {
    /// The date on which it was held: so many days before the first start, or the working day before that.
    ///
    /// `None` only at the end of the dates that can be written.
    pub fn date(&self, start: NaiveDate, working_days: &WorkingDays) -> Option<NaiveDate> {
        let date = start.checked_sub_days(Days::new(self.days_before_start.get().into()))?;
        if working_days.is_working_day(date) {
            return Some(date);
        }
        working_days
            .last_before(date, NonZeroU16::MIN)
            .map(|found| found.date)
    }
}

/// An invented meeting after the first start.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComingMeeting {
    /// What it is named by.
    pub key: String,
    /// The board's slug.
    pub board: String,
    /// How many working days after the first start it is held; at least two.
    pub working_days_ahead: NonZeroU16,
    /// The local time at which it starts.
    pub starts: NaiveTime,
    /// Where it is held.
    pub venue: String,
    /// Its agenda in order; empty while the agenda isn't out.
    #[serde(default)]
    pub agenda: Vec<SeedItem>,
}

impl ComingMeeting {
    /// The date on which it is held, a working day.
    ///
    /// `None` only at the end of the dates that can be written.
    pub fn date(&self, start: NaiveDate, working_days: &WorkingDays) -> Option<NaiveDate> {
        working_days
            .nth_after(start, self.working_days_ahead)
            .map(|found| found.date)
    }
}

/// An invented question that was put and answered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedQuestion {
    /// The key of the meeting at which it was put.
    pub meeting: String,
    /// The title of the agenda item that it concerned. Either this or `matter`.
    pub agenda_item: Option<String>,
    /// The matter in words, where there was no agenda. Either this or `agenda_item`.
    pub matter: Option<String>,
    /// Its words.
    pub text: String,
    /// How many days before the meeting it came.
    pub received_days_before_meeting: NonZeroU16,
    /// At what local time it came.
    pub received_time: NaiveTime,
    /// Who asked.
    pub questioner: SeedQuestioner,
    /// What was answered.
    pub response: String,
    /// Where it was answered.
    pub response_given: ResponseGiven,
    /// Who answered.
    pub answered_by: String,
    /// The supplementary question, if one was asked.
    pub supplementary: Option<SeedSupplementary>,
}

/// Where a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseGiven {
    /// At the meeting.
    AtMeeting,
    /// In writing, after it.
    InWriting,
}

/// An invented questioner.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedQuestioner {
    /// The full name.
    pub name: String,
    /// The organisation, if the question was asked for one.
    pub organisation: Option<String>,
    /// The lines of the address, less the postcode.
    pub address: Vec<String>,
    /// The postcode.
    pub postcode: String,
    /// The e-mail address, if there is one.
    pub email: Option<String>,
}

/// A supplementary question.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedSupplementary {
    /// Its words.
    pub text: String,
    /// What was answered then, if it was.
    pub response: Option<String>,
}

/// Invented accounts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedStaff {
    /// The password of all of them, which everybody knows: for development alone.
    pub development_password: String,
    /// The accounts.
    pub staff: Vec<SeedAccount>,
}

/// An invented account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedAccount {
    /// The full name.
    pub name: String,
    /// The e-mail address to sign in with.
    pub email: String,
    /// What the account may do.
    pub roles: Vec<SeedRole>,
}

/// What an account may do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum SeedRole {
    /// Decides on questions.
    ProperOfficer,
    /// Chairs a board.
    Chair {
        /// The board's slug.
        board: String,
    },
    /// Writes responses.
    RespondingOfficer,
    /// Looks after accounts and settings.
    Administrator,
}

/// What is wrong with the seeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedsError {
    /// One entry for each thing wrong: the file and what.
    pub problems: Vec<String>,
}

impl fmt::Display for SeedsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the seeds can't be read:\n  {}",
            self.problems.join("\n  ")
        )
    }
}

impl std::error::Error for SeedsError {}

const BOARDS: &str = "boards.toml";
const MEETINGS: &str = "meetings.toml";
const DEMONSTRATION: &str = "demonstration.toml";
const QUESTIONS: &str = "questions.toml";
const STAFF: &str = "staff.toml";
const POSTCODES: &str = "postcodes.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Boards {
    board: Vec<SeedBoard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meetings {
    meeting: Vec<SeedMeeting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Demonstration {
    past: Vec<PastMeeting>,
    coming: Vec<ComingMeeting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    question: Vec<SeedQuestion>,
}

impl Seeds {
    /// Reads a directory of seeds.
    ///
    /// # Errors
    /// Everything that is wrong: a file that is missing or not in its form, and names that name nothing.
    pub fn read(directory: &Path) -> Result<Self, SeedsError> {
        let mut problems = Vec::new();
        let boards: Option<Boards> = read_file(directory, BOARDS, &mut problems);
        let meetings: Option<Meetings> = read_file(directory, MEETINGS, &mut problems);
        let demonstration: Option<Demonstration> =
            read_file(directory, DEMONSTRATION, &mut problems);
        let questions: Option<Questions> = read_file(directory, QUESTIONS, &mut problems);
        let staff: Option<SeedStaff> = read_file(directory, STAFF, &mut problems);
        let postcodes: Option<SeedPostcodes> = read_file(directory, POSTCODES, &mut problems);
        let (
            Some(boards),
            Some(meetings),
            Some(demonstration),
            Some(questions),
            Some(staff),
            Some(postcodes),
        ) = (boards, meetings, demonstration, questions, staff, postcodes)
        else {
            return Err(SeedsError { problems });
        };
        let seeds = Self {
            boards: boards.board,
            meetings: meetings.meeting,
            past: demonstration.past,
            coming: demonstration.coming,
            questions: questions.question,
            staff,
            postcodes,
        };
        seeds.check(&mut problems);
        if problems.is_empty() {
            Ok(seeds)
        } else {
            Err(SeedsError { problems })
        }
    }

    /// The agenda of the held or past meeting with this key.
    fn agenda(&self, key: &str) -> Option<&[SeedItem]> {
        let held = self
            .meetings
            .iter()
            .find(|meeting| meeting.key == key)
            .map(|meeting| &meeting.agenda);
        let past = || {
            self.past
                .iter()
                .find(|meeting| meeting.key == key)
                .map(|meeting| &meeting.agenda)
        };
        held.or_else(past).map(Vec::as_slice)
    }

    fn check(&self, problems: &mut Vec<String>) {
        let slugs: BTreeSet<&str> = self
            .boards
            .iter()
            .map(|board| board.slug.as_str())
            .collect();
        if slugs.len() < self.boards.len() {
            problems.push(format!("{BOARDS}: two boards have the same slug"));
        }
        let mut keys = BTreeSet::new();
        let meetings = self
            .meetings
            .iter()
            .map(|meeting| (MEETINGS, &meeting.key, &meeting.board));
        let past = self
            .past
            .iter()
            .map(|meeting| (DEMONSTRATION, &meeting.key, &meeting.board));
        let coming = self
            .coming
            .iter()
            .map(|meeting| (DEMONSTRATION, &meeting.key, &meeting.board));
        for (file, key, board) in meetings.chain(past).chain(coming) {
            if !slugs.contains(board.as_str()) {
                problems.push(format!("{file}: {key}: there is no board {board:?}"));
            }
            if !keys.insert(key) {
                problems.push(format!("{file}: {key}: another meeting has the same key"));
            }
        }
        for meeting in self
            .coming
            .iter()
            .filter(|meeting| meeting.working_days_ahead.get() < 2)
        {
            problems.push(format!(
                "{DEMONSTRATION}: {}: working_days_ahead must be 2 or more, or the deadline could be over",
                meeting.key
            ));
        }
        for postcode in self.postcodes.inside.iter().chain(&self.postcodes.outside) {
            if !Postcode::parse(postcode).is_ok_and(|read| read.as_str() == postcode) {
                problems.push(format!(
                    "{POSTCODES}: {postcode} is not a postcode in its usual form"
                ));
            }
        }
        for (index, question) in self.questions.iter().enumerate() {
            if let Some(problem) = self.check_question(question) {
                problems.push(format!("{QUESTIONS}: question {}: {problem}", index + 1));
            }
        }
        for account in &self.staff.staff {
            for role in &account.roles {
                if let SeedRole::Chair { board } = role
                    && !slugs.contains(board.as_str())
                {
                    problems.push(format!(
                        "{STAFF}: {}: there is no board {board:?}",
                        account.email
                    ));
                }
            }
        }
    }

    fn check_question(&self, question: &SeedQuestion) -> Option<String> {
        let Some(agenda) = self.agenda(&question.meeting) else {
            return Some(format!(
                "there is no meeting {:?} that has been held",
                question.meeting
            ));
        };
        match (&question.agenda_item, &question.matter) {
            (Some(title), None) => (!agenda.iter().any(|item| item.title == *title))
                .then(|| format!("the agenda of {} has no item {title:?}", question.meeting)),
            (None, Some(_)) => None,
            _ => Some("it must have either agenda_item or matter".to_owned()),
        }
    }
}

fn read_file<T: DeserializeOwned>(
    directory: &Path,
    name: &str,
    problems: &mut Vec<String>,
) -> Option<T> {
    let path = directory.join(name);
    let read = Config::builder()
        .add_source(File::from(path.clone()).format(FileFormat::Toml))
        .build()
        .and_then(Config::try_deserialize);
    read.map_err(|error| problems.push(format!("{}: {error}", path.display())))
        .ok()
}

fn public() -> Part {
    Part::Public
}

fn ordinary() -> ItemKind {
    ItemKind::Ordinary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::domain::question::QuestionText;
    use crate::domain::questioner::{EmailAddress, PersonName};

    fn seeds() -> Seeds {
        Seeds::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds"))).unwrap()
    }

    fn settings() -> Settings {
        let directory = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/config"));
        Settings::from_parts(directory, "", &[]).unwrap()
    }

    #[test]
    fn the_seeds_are_halton_s() {
        let seeds = seeds();
        assert_eq!(seeds.boards.len(), 6);
        let minutes: Vec<_> = seeds
            .meetings
            .iter()
            .filter(|meeting| meeting.key == "safer-2023-11-14")
            .flat_map(|meeting| {
                meeting
                    .agenda
                    .iter()
                    .filter_map(|item| item.minute.as_deref())
            })
            .collect();
        assert_eq!(
            minutes,
            [
                "SAF16", "SAF17", "SAF18", "SAF19", "SAF20", "SAF21", "SAF22", "SAF23"
            ]
        );
        assert!(
            !seeds
                .questions
                .iter()
                .any(|question| question.meeting == "safer-2023-11-14")
        );
    }

    #[test]
    fn people_are_invented_and_plainly_so_and_would_be_taken_by_the_forms() {
        for question in &seeds().questions {
            let person = &question.questioner;
            assert!(person.name.starts_with("Sample "));
            assert!(
                person
                    .address
                    .iter()
                    .any(|line| line.contains("Example Street"))
            );
            assert!(PersonName::parse(&person.name).is_ok());
            assert!(Postcode::parse(&person.postcode).is_ok());
            assert!(QuestionText::parse(&question.text).is_ok());
            if let Some(email) = &person.email {
                assert!(email.ends_with("@example.org") && EmailAddress::parse(email).is_ok());
            }
        }
        assert!(
            seeds()
                .staff
                .staff
                .iter()
                .all(|account| account.email.ends_with("@example.org"))
        );
    }

    #[test]
    fn every_question_came_in_time_for_its_meeting() {
        use crate::domain::local_time::at_london;
        let (seeds, settings) = (seeds(), settings());
        let start = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        for question in &seeds.questions {
            let held = seeds
                .meetings
                .iter()
                .find(|m| m.key == question.meeting)
                .map(|m| m.date);
            let past = seeds.past.iter().find(|m| m.key == question.meeting);
            let date = held
                .or_else(|| past.and_then(|m| m.date(start, settings.working_days())))
                .unwrap();
            let deadline = settings
                .standing_order
                .for_meeting(date)
                .notice()
                .reckon(date, settings.working_days())
                .unwrap();
            let day = date - Days::new(question.received_days_before_meeting.get().into());
            assert!(
                deadline.is_in_time(at_london(day, question.received_time)),
                "{}",
                question.meeting
            );
        }
    }

    #[test]
    fn whatever_the_first_day_coming_meetings_are_still_open_and_past_ones_are_within_six_months() {
        use crate::domain::local_time::at_london;
        let (seeds, settings) = (seeds(), settings());
        let boards: BTreeSet<_> = seeds
            .coming
            .iter()
            .map(|meeting| meeting.board.clone())
            .collect();
        assert_eq!(boards.len(), 6, "a coming meeting of each board");
        let last_moment = NaiveTime::from_hms_opt(23, 59, 59).unwrap();
        for start in NaiveDate::from_ymd_opt(2026, 1, 1)
            .unwrap()
            .iter_days()
            .take(900)
        {
            for meeting in &seeds.coming {
                let date = meeting.date(start, settings.working_days()).unwrap();
                let deadline = settings
                    .standing_order
                    .for_meeting(date)
                    .notice()
                    .reckon(date, settings.working_days())
                    .unwrap();
                assert!(
                    deadline.at > at_london(start, last_moment),
                    "{} on {start}",
                    meeting.key
                );
            }
            for meeting in &seeds.past {
                let date = meeting.date(start, settings.working_days()).unwrap();
                assert!(settings.working_days().is_working_day(date));
                assert!(
                    date < start && date > start - chrono::Months::new(5),
                    "{} on {start}",
                    meeting.key
                );
            }
        }
    }

    #[test]
    fn a_name_that_names_nothing_is_reported_with_its_file() {
        let directory = tempfile::tempdir().unwrap();
        for name in [BOARDS, MEETINGS, DEMONSTRATION, QUESTIONS, STAFF, POSTCODES] {
            let from = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds")).join(name);
            std::fs::copy(from, directory.path().join(name)).unwrap();
        }
        let boards = directory.path().join(BOARDS);
        let text = std::fs::read_to_string(&boards).unwrap();
        std::fs::write(&boards, text.replace("\"safer\"", "\"safest\"")).unwrap();
        std::fs::write(
            directory.path().join(STAFF),
            "development_password = \"x\"\nstaff = [{ name = \"A\" }]",
        )
        .unwrap();
        let error = Seeds::read(directory.path()).unwrap_err().to_string();
        assert!(
            error.contains("staff.toml") && error.contains("email"),
            "{error}"
        );
        std::fs::copy(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds")).join(STAFF),
            directory.path().join(STAFF),
        )
        .unwrap();
        let error = Seeds::read(directory.path()).unwrap_err().to_string();
        assert!(
            error.contains("meetings.toml: safer-2023-09-12: there is no board \"safer\""),
            "{error}"
        );
        assert!(
            error.contains("staff.toml: chair.safer@example.org: there is no board"),
            "{error}"
        );
    }
}
