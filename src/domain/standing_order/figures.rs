//! The figures of the standing order: how many minutes, days, months and questions.
//!
//! The council may change a figure by resolution without changing the rule. Figures therefore come in dated sets: a meeting is
//! held under the last set that holds from its own date or earlier ([`StandingOrderFigures::for_meeting`]), so that a change
//! made today leaves the meetings before it as they were.
//!
//! A [`Figures`] that exists makes sense. It is made from [`UncheckedFigures`], in which anything may stand, and everything
//! that is wrong is reported together, by key.

use std::fmt;
use std::num::NonZeroU16;

use chrono::{Months, NaiveDate, NaiveTime, TimeDelta};

use super::notice::{Notice, NoticeKind};

/// One set of figures as written down, before anyone has looked whether they make sense.
///
/// The field names are the keys of `config/standing_order.toml`; the default is Standing Order 34(9) as Halton Borough
/// Council prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncheckedFigures {
    /// The first meeting date to which the set applies, as `2019-01-01`.
    pub holds_from: String,
    /// Clause (iii): how days of notice are counted, `working_days` or `clear_working_days`.
    pub notice_kind: String,
    /// Clause (iii): how many working days before the meeting notice must be given.
    pub notice_working_days: i64,
    /// Clause (iii): the time of day in London by which notice must be given, as `16:00`.
    pub notice_time: String,
    /// Clause (iii): how many questions one person or organisation may ask at one meeting.
    pub questions_per_person: i64,
    /// Clause (i): minutes for all questions and answers together.
    pub question_time_minutes: i64,
    /// Clause (viii): minutes for each questioner.
    pub questioner_minutes: i64,
    /// Clause (viii): whether the answer runs on the questioner's clock.
    pub answer_counts_against_questioner: bool,
    /// Clause (iv): how many supplementary questions may follow each question.
    pub supplementaries_per_question: i64,
    /// Clause (v): for how many calendar months a question that has been put stands in the way of the same question.
    pub repetition_window_months: i64,
    /// Clause (ix): working days within which a written response is due.
    pub written_response_working_days: i64,
    /// Clause (ix): whether a questioner who is absent gets a written response.
    pub absent_gets_written_response: bool,
    /// How many words a minute people speak, to tell a questioner how long the question takes to read out.
    pub speaking_words_per_minute: i64,
}

impl Default for UncheckedFigures {
    fn default() -> Self {
        Self {
            holds_from: "2019-01-01".to_owned(),
            notice_kind: "working_days".to_owned(),
            notice_working_days: 1,
            notice_time: "16:00".to_owned(),
            questions_per_person: 1,
            question_time_minutes: 30,
            questioner_minutes: 3,
            answer_counts_against_questioner: false,
            supplementaries_per_question: 1,
            repetition_window_months: 6,
            written_response_working_days: 10,
            absent_gets_written_response: true,
            speaking_words_per_minute: 150,
        }
    }
}

/// A figure that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureProblem {
    /// Which set, counted from 1; 0 where the list of sets itself is at fault.
    pub set: usize,
    /// The key, as in `config/standing_order.toml`.
    pub key: &'static str,
    /// What was found there.
    pub found: String,
    /// What would be right.
    pub right: String,
}

impl fmt::Display for FigureProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}: it must be {}",
            self.key, self.found, self.right
        )
    }
}

/// One set of figures that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    holds_from: NaiveDate,
    notice: Notice,
    questions_per_person: NonZeroU16,
    question_time: TimeDelta,
    questioner_time: TimeDelta,
    answer_counts_against_questioner: bool,
    supplementaries_per_question: u16,
    repetition_window: Months,
    written_response_working_days: NonZeroU16,
    absent_gets_written_response: bool,
    speaking_words_per_minute: u16,
}

impl Figures {
    /// Checks a set of figures. `set` is its place in the list, counted from 1, for the messages.
    ///
    /// # Errors
    /// Every figure that makes no sense, in the order of the keys.
    pub fn check(set: usize, unchecked: &UncheckedFigures) -> Result<Self, Vec<FigureProblem>> {
        let mut check = Check {
            set,
            problems: Vec::new(),
        };
        let u = unchecked;
        let holds_from = check.date("holds_from", &u.holds_from);
        let kind = check.notice_kind("notice_kind", &u.notice_kind);
        let notice_days = check.count("notice_working_days", u.notice_working_days, 60);
        let notice_time = check.time("notice_time", &u.notice_time);
        let questions_per_person = check.count("questions_per_person", u.questions_per_person, 100);
        let question_time = check.count("question_time_minutes", u.question_time_minutes, 480);
        let questioner = check.count("questioner_minutes", u.questioner_minutes, 480);
        if let (Some(all), Some(each)) = (question_time, questioner)
            && each > all
        {
            check.problem(
                "questioner_minutes",
                each,
                format!("no more than question_time_minutes, {all}"),
            );
        }
        let supplementaries = check.number(
            "supplementaries_per_question",
            u.supplementaries_per_question,
            0,
            10,
        );
        let window = check.count("repetition_window_months", u.repetition_window_months, 120);
        let due = check.count(
            "written_response_working_days",
            u.written_response_working_days,
            250,
        );
        let rate = check.number(
            "speaking_words_per_minute",
            u.speaking_words_per_minute,
            50,
            400,
        );
        let (
            Some(holds_from),
            Some(kind),
            Some(notice_days),
            Some(notice_time),
            Some(questions_per_person),
            Some(question_time),
            Some(questioner),
            Some(supplementaries_per_question),
            Some(window),
            Some(written_response_working_days),
            Some(speaking_words_per_minute),
            true,
        ) = (
            holds_from,
            kind,
            notice_days,
            notice_time,
            questions_per_person,
            question_time,
            questioner,
            supplementaries,
            window,
            due,
            rate,
            check.problems.is_empty(),
        )
        else {
            return Err(check.problems);
        };
        Ok(Self {
            holds_from,
            notice: Notice {
                kind,
                days: notice_days,
                time: notice_time,
            },
            questions_per_person,
            question_time: TimeDelta::minutes(i64::from(question_time.get())),
            questioner_time: TimeDelta::minutes(i64::from(questioner.get())),
            answer_counts_against_questioner: u.answer_counts_against_questioner,
            supplementaries_per_question,
            repetition_window: Months::new(u32::from(window.get())),
            written_response_working_days,
            absent_gets_written_response: u.absent_gets_written_response,
            speaking_words_per_minute,
        })
    }

    /// The first meeting date to which this set applies.
    pub fn holds_from(&self) -> NaiveDate {
        self.holds_from
    }

    /// Clause (iii): the notice that a question needs.
    pub fn notice(&self) -> &Notice {
        &self.notice
    }

    /// Clause (iii): how many questions one person or organisation may ask at one meeting.
    pub fn questions_per_person(&self) -> NonZeroU16 {
        self.questions_per_person
    }

    /// Clause (i): the time for all questions and answers together.
    pub fn question_time(&self) -> TimeDelta {
        self.question_time
    }

    /// Clause (viii): the time for each questioner.
    pub fn questioner_time(&self) -> TimeDelta {
        self.questioner_time
    }

    /// Clause (viii): whether the answer runs on the questioner's clock.
    pub fn answer_counts_against_questioner(&self) -> bool {
        self.answer_counts_against_questioner
    }

    /// Clause (iv): how many supplementary questions may follow each question; may be none.
    pub fn supplementaries_per_question(&self) -> u16 {
        self.supplementaries_per_question
    }

    /// Clause (v): the window of calendar months in which a question that was put stands in the way of the same question.
    pub fn repetition_window(&self) -> Months {
        self.repetition_window
    }

    /// Clause (ix): working days within which a written response is due.
    pub fn written_response_working_days(&self) -> NonZeroU16 {
        self.written_response_working_days
    }

    /// Clause (ix): whether a questioner who is absent gets a written response.
    pub fn absent_gets_written_response(&self) -> bool {
        self.absent_gets_written_response
    }

    /// How many words a minute people speak.
    pub fn speaking_words_per_minute(&self) -> u16 {
        self.speaking_words_per_minute
    }
}

/// Every set of figures that the council has resolved, earliest first. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingOrderFigures {
    first: Figures,
    later: Vec<Figures>,
}

impl StandingOrderFigures {
    /// Checks the sets, which must be in the order of the dates from which they hold, no two from the same date.
    ///
    /// # Errors
    /// Everything that makes no sense, in all sets together.
    pub fn check(sets: &[UncheckedFigures]) -> Result<Self, Vec<FigureProblem>> {
        let mut problems = Vec::new();
        let mut good: Vec<Figures> = Vec::new();
        for (index, unchecked) in sets.iter().enumerate() {
            let set = index + 1;
            match Figures::check(set, unchecked) {
                Err(more) => problems.extend(more),
                Ok(figures) => {
                    if let Some(before) = good.last()
                        && before.holds_from >= figures.holds_from
                    {
                        problems.push(FigureProblem {
                            set,
                            key: "holds_from",
                            found: figures.holds_from.to_string(),
                            right: format!(
                                "later than {}, from which the set before holds",
                                before.holds_from
                            ),
                        });
                    }
                    good.push(figures);
                }
            }
        }
        if sets.is_empty() {
            problems.push(FigureProblem {
                set: 0,
                key: "rules",
                found: "empty".to_owned(),
                right: "at least one set of figures".to_owned(),
            });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut good = good.into_iter();
        good.next()
            .map(|first| Self {
                first,
                later: good.collect(),
            })
            .ok_or(problems)
    }

    /// The figures under which a meeting on this date is held: the last set that holds from that date or earlier.
    ///
    /// A meeting before every set is held under the first one.
    pub fn for_meeting(&self, date: NaiveDate) -> &Figures {
        self.later
            .iter()
            .rev()
            .find(|figures| figures.holds_from <= date)
            .unwrap_or(&self.first)
    }

    /// All sets, earliest first.
    pub fn sets(&self) -> impl Iterator<Item = &Figures> {
        std::iter::once(&self.first).chain(&self.later)
    }
}

/// Collects what is wrong with one set.
struct Check {
    set: usize,
    problems: Vec<FigureProblem>,
}

impl Check {
    fn problem(&mut self, key: &'static str, found: impl fmt::Display, right: impl Into<String>) {
        self.problems.push(FigureProblem {
            set: self.set,
            key,
            found: found.to_string(),
            right: right.into(),
        });
    }

    fn number(&mut self, key: &'static str, found: i64, least: u16, most: u16) -> Option<u16> {
        match u16::try_from(found) {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                self.problem(key, found, format!("a whole number from {least} to {most}"));
                None
            }
        }
    }

    fn count(&mut self, key: &'static str, found: i64, most: u16) -> Option<NonZeroU16> {
        self.number(key, found, 1, most).and_then(NonZeroU16::new)
    }

    fn date(&mut self, key: &'static str, found: &str) -> Option<NaiveDate> {
        let date = NaiveDate::parse_from_str(found, "%Y-%m-%d").ok();
        if date.is_none() {
            self.problem(
                key,
                format_args!("\"{found}\""),
                "a date, such as 2024-02-06",
            );
        }
        date
    }

    fn time(&mut self, key: &'static str, found: &str) -> Option<NaiveTime> {
        let time = NaiveTime::parse_from_str(found, "%H:%M").ok();
        if time.is_none() {
            self.problem(
                key,
                format_args!("\"{found}\""),
                "a time of day on the 24-hour clock, such as \"16:00\"",
            );
        }
        time
    }

    fn notice_kind(&mut self, key: &'static str, found: &str) -> Option<NoticeKind> {
        let kind = match found {
            "working_days" => Some(NoticeKind::WorkingDays),
            "clear_working_days" => Some(NoticeKind::ClearWorkingDays),
            _ => None,
        };
        if kind.is_none() {
            self.problem(
                key,
                format_args!("\"{found}\""),
                "\"working_days\" or \"clear_working_days\"",
            );
        }
        kind
    }
}
