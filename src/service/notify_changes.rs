//! What letters have stated about a meeting, compared with what holds (reading 24). A change is planned first, so that the officer
//! sees who will be told what, and the same plan is then carried out: pages and the REST API go through it alike.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        local_time,
        meeting::MeetingStatus,
        refusal::Refusal,
        standing_order::{
            question_time::Outcome,
            written_response::{Reason, ResponseState},
        },
        status::{Act, Status},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        evidence::stored_questioner,
        letters::{About, Letter},
        question_time,
        restore_question::{Taken, judge_again, restore_in},
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        questions::{self, Decision, DecisionKind, Question, QuestionerDetails},
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
    /// It stays with the meeting, and is to be decided on, or decided on again: its agenda item can no longer be asked about.
    DecideAgain {
        /// Why.
        refusal: Refusal,
        /// Whether it had been approved.
        approved: bool,
    },
    /// It came late, and is in time now.
    Restored,
    /// It came late and would be in time now, but another question of the same person or organisation uses the allowance.
    Choice {
        /// What still stands against it.
        refusals: Vec<Refusal>,
        /// Whether the board has another meeting that it could be sent to.
        next: bool,
    },
    /// It came late and would be in time now, but something else still stands against it.
    StillRefused {
        /// What.
        refusals: Vec<Refusal>,
    },
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
            Self::DecideAgain { approved: true, .. } => {
                "with an approved question that is to be decided on again"
            }
            Self::DecideAgain {
                approved: false, ..
            } => {
                "with a question that waits for a decision, and whose agenda item can no longer be asked about"
            }
            Self::Restored => "whose late question is now in time and waits for a decision",
            Self::Choice { .. } => {
                "whose late question is now in time, and who can choose between it and another"
            }
            Self::StillRefused { .. } => {
                "whose question is no longer late, but is still refused for another reason"
            }
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
    let next = views::next_meeting_of_board(service, db, meeting)?.is_some();
    let mut taken = Taken::default();
    for question in questions::at_meeting(db, meeting.id)? {
        let Some(to) = questions::questioner(db, question.id)? else {
            // the details have been removed: nobody can be told
            continue;
        };
        let stated = views::matter_words(&question, was.published_agenda());
        let on_agenda = question
            .agenda_item_id
            .is_none_or(|id| then.agenda.iter().any(|item| item.id == id));
        // a question about an item that is taken off the agenda is still about what it was about
        let published = was.meeting().agenda_published && then.meeting().agenda_published;
        let matter = if on_agenda && published {
            views::matter_words(&question, &then.agenda)
        } else {
            stated.clone()
        };
        let mut changes = plan.changes.clone();
        if stated != matter {
            changes.push(Change::Matter {
                old: stated,
                new: matter.clone(),
            });
        }
        let late_and_now_in_time = question.status == Status::Refused
            && question
                .refusals
                .iter()
                .any(|refusal| matches!(refusal, Refusal::Late { .. }))
            && then.deadline.is_in_time(question.received_at);
        let effect = if late_and_now_in_time {
            let (refusals, keys) = judge_again(service, db, &question, &to, then, &taken)?;
            Some(if refusals.is_empty() {
                for key in keys {
                    *taken.entry(key.hash).or_default() += 1;
                }
                Effect::Restored
            } else if refusals
                .iter()
                .all(|refusal| matches!(refusal, Refusal::SecondQuestion { .. }))
            {
                Effect::Choice { refusals, next }
            } else {
                Effect::StillRefused { refusals }
            })
        } else if let Some(again) = decided_again(service, db, &question, was, then)? {
            Some(again)
        } else {
            effect(service, db, &question, &to, &changes, then)?
        };
        let Some(effect) = effect else {
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

/// Whether a question is to be decided on again, because the change takes its item from those that can be asked about (reading 25).
fn decided_again(
    service: &Service,
    db: &mut Db,
    question: &Question,
    was: &MeetingView,
    then: &MeetingView,
) -> Result<Option<Effect>, ServiceError> {
    // nobody is told of a draft agenda
    if !question.status.is_live() || !then.meeting().agenda_published {
        return Ok(None);
    }
    let Some(refusal) = views::agenda_refusal(question, then) else {
        return Ok(None);
    };
    if views::agenda_refusal(question, was).is_some() {
        // it has been told before
        return Ok(None);
    }
    let approved = question.status == Status::Approved;
    if approved {
        let state = question_time::state(service, db, was)?;
        if state
            .turn
            .as_ref()
            .is_some_and(|turn| turn.question == question.id)
        {
            return Err(ServiceError::Conflict(format!(
                "Question {} is being put now. Change the agenda item once it is finished.",
                question.reference
            )));
        }
        let waits = state
            .entry(question.id)
            .is_none_or(|entry| matches!(entry.outcome, Outcome::Waiting));
        if !waits {
            // it has been put, and the record stands
            return Ok(None);
        }
    }
    Ok(Some(Effect::DecideAgain { refusal, approved }))
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

/// Carries out a plan, in the transaction of the change: questions are restored or go back to be decided on, and the letters go out.
///
/// # Errors
/// Those of the store; [`ServiceError::Busy`] where somebody else took an allowance meanwhile.
pub fn carry_out(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    plan: &Plan,
    then: &MeetingView,
) -> Result<(), ServiceError> {
    let now = service.now();
    let mut restored = Vec::new();
    let mut choices = Vec::new();
    for planned in &plan.letters {
        let was = &planned.question;
        match &planned.effect {
            Effect::Restored => {
                let why = "The deadline moved, so the question is in time";
                restore_in(service, db, acting, was, &planned.to, then, why)?;
                restored.push(was.reference.to_string());
            }
            Effect::Choice { refusals, .. } | Effect::StillRefused { refusals } => {
                let mut question = was.clone();
                question.refusals.clone_from(refusals);
                question.deadline_at = then.deadline.at;
                question.version += 1;
                if !questions::update(db, &question)? {
                    return Err(ServiceError::Busy);
                }
                service.audit_question(
                    db,
                    acting,
                    "judge_again",
                    Some(was),
                    &question,
                    serde_json::json!({ "refusals": refusals.iter().map(Refusal::kind).collect::<Vec<_>>() }),
                )?;
                if matches!(planned.effect, Effect::Choice { .. }) {
                    choices.push(was.reference.to_string());
                }
            }
            Effect::DecideAgain { refusal, approved } => {
                decide_again(service, db, acting, was, refusal, *approved)?;
            }
            // rejected or withdrawn after the old deadline, and before the new one: the allowance is free again (reading 7)
            Effect::AnotherUntil => questions::release_slots(db, was.id, now)?,
            Effect::Stays | Effect::TooLateForAnother | Effect::WrittenResponse { .. } => {}
        }
        service.write_letter(db, acting, was, Some(&planned.to), &planned.letter)?;
    }
    if !restored.is_empty() || !choices.is_empty() {
        service.write_to_officers(
            db,
            &Letter::OfficerQuestionsRestored {
                board: then.board.name.clone(),
                date: then.meeting().date,
                deadline: then.deadline.at,
                restored,
                choices,
                path: format!("/staff/meetings/{}", then.meeting().id),
            },
        )?;
    }
    Ok(())
}

/// Notes that clause (ii) or (vi) now stands against a question; an approval is undone.
fn decide_again(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
    refusal: &Refusal,
    approved: bool,
) -> Result<(), ServiceError> {
    let mut question = was.clone();
    if approved {
        question.status = was.status.after(Act::Reconsider)?;
        question.version += 1;
        if !questions::update(db, &question)? {
            return Err(ServiceError::Busy);
        }
        if let Some(staff_id) = acting.staff_id() {
            let id: uuid::Uuid = service.new_id();
            let decision = Decision {
                kind: DecisionKind::Reconsidered,
                grounds: Vec::new(),
                reason: Some(refusal.reason()),
                earlier: None,
                staff_id,
                decided_at: service.now(),
            };
            questions::insert_decision(db, &id.to_string(), was.id, &decision)?;
        }
    }
    service.audit_question(
        db,
        acting,
        "reconsider",
        Some(was),
        &question,
        serde_json::json!({ "why": refusal.reason() }),
    )
}
