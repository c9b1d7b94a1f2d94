//! What letters have stated about a meeting, compared with what holds (reading 24). A change is planned first, so that the officer
//! sees who will be told what, and the same plan is then carried out: pages and the REST API go through it alike.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        local_time,
        meeting::MeetingStatus,
        standing_order::written_response::{Reason, ResponseState},
        status::Status,
    },
    service::{
        Service, ServiceError,
        evidence::stored_questioner,
        letters::{About, Letter},
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        questions::{self, Question, QuestionerDetails},
        responses,
    },
};

/// Something that a letter stated and that has changed: what it said, and what holds now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// The date of the meeting.
    Date {
        /// As stated.
        old: NaiveDate,
        /// As it is.
        new: NaiveDate,
    },
    /// The time at which it starts.
    Starts {
        /// As stated.
        old: NaiveTime,
        /// As it is.
        new: NaiveTime,
    },
    /// Where it is held.
    Venue {
        /// As stated.
        old: String,
        /// As it is.
        new: String,
    },
    /// The name of the board.
    Board {
        /// As stated.
        old: String,
        /// As it is.
        new: String,
    },
    /// What the question is about: the title of its agenda item, or the matter in words.
    Matter {
        /// As stated.
        old: String,
        /// As it is.
        new: String,
    },
    /// The deadline for questions.
    Deadline {
        /// As stated.
        old: DateTime<Utc>,
        /// As it is.
        new: DateTime<Utc>,
    },
}

impl Change {
    /// What it is a change of, and both values, in words.
    pub fn in_words(&self) -> (&'static str, String, String) {
        match self {
            Self::Date { old, new } => (
                "Date",
                local_time::long_date(*old),
                local_time::long_date(*new),
            ),
            Self::Starts { old, new } => (
                "Starts",
                local_time::clock_time(*old),
                local_time::clock_time(*new),
            ),
            Self::Venue { old, new } => ("Where", old.clone(), new.clone()),
            Self::Board { old, new } => ("Board", old.clone(), new.clone()),
            Self::Matter { old, new } => ("About", old.clone(), new.clone()),
            Self::Deadline { old, new } => (
                "Deadline",
                local_time::time_on_day(*old),
                local_time::time_on_day(*new),
            ),
        }
    }
}

/// What a change means for the question of whoever is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// It stays with the meeting, in time as it was.
    Stays,
    /// It was rejected or withdrawn, and another can be sent until the deadline.
    AnotherUntil,
    /// It was rejected or withdrawn, and now it is too late to send another.
    TooLateForAnother,
    /// It came late and gets a written response; another can be sent until the deadline.
    WrittenResponse {
        /// By when the response is due.
        due_on: NaiveDate,
    },
}

impl Effect {
    /// Whom it concerns, to follow a number of people.
    pub fn whom(&self) -> &'static str {
        match self {
            Self::Stays => "with a question that is approved or waits for a decision",
            Self::AnotherUntil => "who can send another question until the new deadline",
            Self::TooLateForAnother => "who can no longer send another question to the meeting",
            Self::WrittenResponse { .. } => "whose late question is being answered in writing",
        }
    }
}

/// The facts of a meeting that letters state.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stated<'a> {
    board: &'a str,
    date: NaiveDate,
    starts: NaiveTime,
    venue: &'a str,
    deadline: DateTime<Utc>,
}

impl<'a> Stated<'a> {
    fn of(view: &'a MeetingView, deadline: DateTime<Utc>) -> Self {
        let meeting = view.meeting();
        Self {
            board: &view.board.name,
            date: meeting.date,
            starts: meeting.starts,
            venue: &meeting.venue,
            deadline,
        }
    }

    fn changes(&self, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.board != now.board {
            changes.push(Change::Board {
                old: self.board.to_owned(),
                new: now.board.to_owned(),
            });
        }
        if self.date != now.date {
            changes.push(Change::Date {
                old: self.date,
                new: now.date,
            });
        }
        if self.starts != now.starts {
            changes.push(Change::Starts {
                old: self.starts,
                new: now.starts,
            });
        }
        if self.venue != now.venue {
            changes.push(Change::Venue {
                old: self.venue.to_owned(),
                new: now.venue.to_owned(),
            });
        }
        if self.deadline != now.deadline {
            changes.push(Change::Deadline {
                old: self.deadline,
                new: now.deadline,
            });
        }
        changes
    }
}

/// What was told of a meeting and differs from what holds in `then`.
pub fn compare(was: &MeetingView, then: &MeetingView) -> Vec<Change> {
    // the deadline as it was last told: the calendar may have changed since
    Stated::of(was, was.record.deadline_at).changes(&Stated::of(then, then.deadline.at))
}

/// A letter that a change causes.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The question that it is about.
    pub question: Question,
    /// To whom.
    pub to: QuestionerDetails,
    /// What the change means for the question.
    pub effect: Effect,
    /// The exact letter.
    pub letter: Letter,
}

/// What a change of a meeting brings about, before it is made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// What differs from what letters have stated about the meeting.
    pub changes: Vec<Change>,
    /// Who will be told what, in order of receipt.
    pub letters: Vec<Planned>,
}

/// People who are told the same, with the letter to the first of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// How many.
    pub number: usize,
    /// The first of them.
    pub first: &'a Planned,
}

impl Plan {
    /// Those who are told, by what the change means for them.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for planned in &self.letters {
            match groups
                .iter_mut()
                .find(|group| group.first.effect.whom() == planned.effect.whom())
            {
                Some(group) => group.number += 1,
                None => groups.push(Group {
                    number: 1,
                    first: planned,
                }),
            }
        }
        groups
    }
}

/// Plans what is told when the meeting `was` becomes `then`: to whom, and the exact letters. `why` says why the deadline moves, where
/// the meeting itself does not.
///
/// # Errors
/// Those of the store.
pub fn plan(
    service: &Service,
    db: &mut Db,
    was: &MeetingView,
    then: &MeetingView,
    why: Option<&str>,
) -> Result<Plan, ServiceError> {
    let now = service.now();
    let changes = compare(was, then);
    let mut plan = Plan {
        changes,
        letters: Vec::new(),
    };
    // a record put right after the meeting is told to nobody
    let meeting = then.meeting();
    if meeting.status != MeetingStatus::Scheduled || meeting.date < local_time::london_date(now) {
        return Ok(plan);
    }
    for question in questions::at_meeting(db, meeting.id)? {
        let Some(to) = questions::questioner(db, question.id)? else {
            // the details have been removed: nobody can be told
            continue;
        };
        let matter = views::matter_words(&question, &then.agenda);
        let mut changes = plan.changes.clone();
        let stated = views::matter_words(&question, &was.agenda);
        if stated != matter {
            changes.push(Change::Matter {
                old: stated,
                new: matter.clone(),
            });
        }
        let Some(effect) = effect(service, db, &question, &to, &changes, then)? else {
            continue;
        };
        let letter = Letter::MeetingChanged {
            about: About::new(&question, &matter, &then.board, meeting),
            changes,
            effect: effect.clone(),
            deadline: then.deadline.at,
            open: then.takes_questions(now),
            why: why.map(str::to_owned),
        };
        plan.letters.push(Planned {
            question,
            to,
            effect,
            letter,
        });
    }
    Ok(plan)
}

/// What the changes mean for a question; none where they do not concern it.
fn effect(
    service: &Service,
    db: &mut Db,
    question: &Question,
    to: &QuestionerDetails,
    changes: &[Change],
    then: &MeetingView,
) -> Result<Option<Effect>, ServiceError> {
    let deadline_told = changes
        .iter()
        .any(|change| matches!(change, Change::Date { .. } | Change::Deadline { .. }));
    let open = then.takes_questions(service.now());
    Ok(match question.status {
        Status::Submitted | Status::Approved => (!changes.is_empty()).then_some(Effect::Stays),
        Status::Rejected | Status::Withdrawn if deadline_told => {
            let told_of_another = !questions::holds_allowance(db, question.id)?;
            if has_another(service, db, question, to)? {
                // they are told with the question that they sent instead
                None
            } else if open {
                Some(Effect::AnotherUntil)
            } else {
                told_of_another.then_some(Effect::TooLateForAnother)
            }
        }
        Status::ResponseOwed if deadline_told && open => responses::of_question(db, question.id)?
            .filter(|response| {
                response.reason == Reason::LateAndKept && response.state != ResponseState::NotNeeded
            })
            .map(|response| Effect::WrittenResponse {
                due_on: response.due_on,
            }),
        _ => None,
    })
}

/// Whether the questioner has another question at the meeting that holds the allowance.
fn has_another(
    service: &Service,
    db: &mut Db,
    question: &Question,
    to: &QuestionerDetails,
) -> Result<bool, ServiceError> {
    let keys = service.hashed_keys(&stored_questioner(to)?);
    Ok(questions::holders(db, question.meeting_id, &keys)?
        .iter()
        .any(|holder| *holder != question.id))
}

/// Carries out a plan, in the transaction of the change.
///
/// # Errors
/// Those of the store.
pub fn carry_out(service: &Service, db: &mut Db, plan: &Plan) -> Result<(), ServiceError> {
    let now = service.now();
    for planned in &plan.letters {
        if planned.effect == Effect::AnotherUntil {
            // rejected or withdrawn after the old deadline, and before the new one: the allowance is free again (reading 7)
            questions::release_slots(db, planned.question.id, now)?;
        }
        service.write_letter(db, &planned.question, Some(&planned.to), &planned.letter)?;
    }
    Ok(())
}
