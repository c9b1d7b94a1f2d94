//! The desk: what waits for whom, the most pressing first. Reading alone; every act is in its own file.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::{
    domain::{
        id::{MeetingId, QuestionId, StaffId},
        local_time,
        meeting::MeetingStatus,
        reference::Reference,
        refusal::Refusal,
        same_person::{Likeness, Profile, compare},
        similarity::Band,
        standing_order::Exception,
        status::Status,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        evidence,
        follow_up::{self, Unclosed},
        letters_in_sight::{self, LettersInSight},
        permission,
        responses::is_theirs,
        views::{self, MeetingView},
        visibility::{self, Viewer},
    },
    store::{
        calendar::{self, DeadlineChange},
        connection::Db,
        questions::{self, DecisionKind, Filter, Question, QuestionerDetails},
        responses::{self, Whose, WrittenResponse},
        staff::{self, Role, StaffMember},
    },
};

/// How far back "lately" reaches.
const LATELY: TimeDelta = TimeDelta::days(14);

/// A question that waits for a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The question: submitted, or refused and kept.
    pub question: Question,
    /// The board's short name.
    pub board: String,
    /// The meeting's local date.
    pub date: NaiveDate,
    /// When the meeting starts.
    pub starts_at: DateTime<Utc>,
    /// What it is about, in words.
    pub matter: String,
    /// The name by which whoever looks knows the questioner: the real one for the proper officer, as published otherwise.
    pub name: String,
    /// The earlier question that it matches strongly, if it does (reading 10).
    pub strong_match: Option<Reference>,
    /// The strongest reason to think that somebody else at the meeting is the same person (reading 5): for the proper officer.
    pub likeness: Option<Likeness>,
    /// Whether it and another question are from what the rule takes for one person, and one of them was refused for that.
    pub contested: bool,
    /// Why clause (ii) or (vi) keeps it from being approved (reading 25).
    pub agenda_refusal: Option<Refusal>,
}

/// A written response that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The response.
    pub response: WrittenResponse,
    /// The question's reference.
    pub reference: Reference,
    /// Who asks: the real name for the proper officer, as published otherwise.
    pub name: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// Whether the due day is over.
    pub overdue: bool,
}

/// A meeting with how many questions stand where.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingOnDesk {
    /// The meeting.
    pub view: MeetingView,
    /// Questions that wait for a decision.
    pub waiting: i64,
    /// Questions that will be put.
    pub approved: i64,
}

/// A question of which only the main things are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The question.
    pub question: Question,
    /// The board's short name.
    pub board: String,
    /// The meeting's local date.
    pub date: NaiveDate,
    /// Who asks: the real name for the proper officer, as published otherwise and once the details were removed.
    pub name: String,
}

/// What somebody finds on their desk: what their roles give them, empty otherwise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Desk {
    /// What waits for a decision, by time to the meeting.
    pub waiting: Vec<Waiting>,
    /// Meetings whose day has passed and whose question time nobody has closed (reading 23).
    pub unclosed: Vec<Unclosed>,
    /// How many written responses are owed and have been given to nobody.
    pub unassigned: usize,
    /// Written responses owed: their own first where they only respond, otherwise by due day.
    pub owed: Vec<Owed>,
    /// Letters that wait too long, failed, or are to be printed.
    pub letters: LettersInSight,
    /// Deadlines that moved lately, with the board and the date of the meeting.
    pub deadline_changes: Vec<(DeadlineChange, String, NaiveDate)>,
    /// Questions refused by the rule lately.
    pub refused: Vec<Listed>,
    /// The coming meetings of the boards that they chair, or all for the proper officer.
    pub meetings: Vec<MeetingOnDesk>,
}

/// The desk of whoever is signed in.
///
/// # Errors
/// [`ServiceError::SignedOut`] and those of the store.
pub fn desk(service: &Service, acting: &Acting) -> Result<Desk, ServiceError> {
    let member = permission::staff(acting)?;
    let officer = member.is_proper_officer();
    service.store.read(|db| {
        let mut desk = Desk::default();
        if officer || member.holds_anywhere(Role::Chair) {
            desk.waiting = waiting(service, db, member)?;
            desk.unclosed = follow_up::unclosed(service, db)?;
            desk.unclosed
                .retain(|unclosed| member.may_run(unclosed.view.board.id));
            for view in views::coming_meetings(service, db)? {
                if member.may_run(view.board.id) {
                    desk.meetings.push(on_desk(db, view)?);
                }
            }
        }
        if member.may_respond() {
            desk.owed = owed(service, db, member)?;
            desk.unassigned = desk.owed.iter().filter(|owed| owed.owner.is_none()).count();
        }
        if officer {
            desk.letters = letters_in_sight::counts(service, db)?;
            let since = service.now() - LATELY;
            for change in calendar::deadline_changes_since(db, since)? {
                let view = views::meeting(service, db, change.meeting_id)?;
                desk.deadline_changes
                    .push((change, view.short_board.clone(), view.meeting().date));
            }
            let filter = Filter {
                statuses: vec![Status::Refused],
                ..Filter::default()
            };
            let mut refused = questions::page(db, &filter, None, 20)?;
            refused.retain(|question| question.recorded_at >= since);
            desk.refused = listed(service, db, refused)?;
        }
        Ok(desk)
    })
}

/// A meeting with its counts.
///
/// # Errors
/// Those of the store.
pub fn on_desk(db: &mut Db, view: MeetingView) -> Result<MeetingOnDesk, ServiceError> {
    let counts = questions::count_by_status(db, view.meeting().id)?;
    let count = |wanted: Status| {
        counts
            .iter()
            .find(|(status, _)| *status == wanted)
            .map_or(0, |(_, count)| *count)
    };
    Ok(MeetingOnDesk {
        waiting: count(Status::Submitted),
        approved: count(Status::Approved),
        view,
    })
}

/// Questions with their boards and dates.
fn listed(
    service: &Service,
    db: &mut Db,
    found: Vec<Question>,
) -> Result<Vec<Listed>, ServiceError> {
    let mut meetings: HashMap<MeetingId, (String, NaiveDate)> = HashMap::new();
    let mut list = Vec::with_capacity(found.len());
    for question in found {
        let (board, date) = match meetings.get(&question.meeting_id) {
            Some(known) => known.clone(),
            None => {
                let view = views::meeting(service, db, question.meeting_id)?;
                let known = (view.short_board.clone(), view.meeting().date);
                meetings.insert(question.meeting_id, known.clone());
                known
            }
        };
        let details = questions::questioner(db, question.id)?;
        list.push(Listed {
            name: details.map_or_else(|| question.published_name.clone(), |details| details.name),
            question,
            board,
            date,
        });
    }
    Ok(list)
}

/// A page of questions for the proper officer, latest first, and whether there are more.
///
/// # Errors
/// [`ServiceError::Forbidden`] and those of the store.
pub fn questions(
    service: &Service,
    acting: &Acting,
    filter: &Filter,
    before: Option<QuestionId>,
    most: i64,
) -> Result<(Vec<Listed>, bool), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.read(|db| {
        let mut found = questions::page(db, filter, before, most + 1)?;
        let wanted = usize::try_from(most).unwrap_or(usize::MAX);
        let more = found.len() > wanted;
        found.truncate(wanted);
        Ok((listed(service, db, found)?, more))
    })
}

/// A meeting and every question that came for it, in order of receipt, by the names that whoever looks knows.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
pub fn meeting(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
) -> Result<(MeetingView, Vec<Listed>), ServiceError> {
    service.store.read(|db| {
        let view = views::meeting(service, db, id)?;
        let viewer = Viewer::deciding(acting, view.board.id)?;
        let everybody = questions::questioners_at(db, id)?;
        let listed = questions::at_meeting(db, id)?
            .into_iter()
            .map(|question| Listed {
                name: details_of(&everybody, &question)
                    .filter(|_| viewer.is_officer())
                    .map_or(&question.published_name, |details| &details.name)
                    .clone(),
                question: visibility::question(question, viewer),
                board: view.short_board.clone(),
                date: view.meeting().date,
            })
            .collect();
        Ok((view, listed))
    })
}

fn waiting(
    service: &Service,
    db: &mut Db,
    member: &StaffMember,
) -> Result<Vec<Waiting>, ServiceError> {
    let now = service.now();
    // what waits at a meeting whose day has passed can only be closed with it: that has a line of its own
    let meetings = views::coming_meetings(service, db)?;
    let viewer = if member.is_proper_officer() {
        Viewer::ProperOfficer
    } else {
        Viewer::Chair
    };
    let mut waiting = Vec::new();
    for view in &meetings {
        if member.may_run(view.board.id) {
            waiting.extend(waiting_at(service, db, view, viewer, now)?);
        }
    }
    waiting.sort_by(|a, b| {
        (a.starts_at, a.question.received_at, a.question.id).cmp(&(
            b.starts_at,
            b.question.received_at,
            b.question.id,
        ))
    });
    Ok(waiting)
}

/// Whether an officer could still let it in by an exception.
fn may_want_a_decision(question: &Question, view: &MeetingView, now: DateTime<Utc>) -> bool {
    question.status == Status::Refused
        && view.meeting().status == MeetingStatus::Scheduled
        && now < view.starts_at()
        && question
            .refusals
            .iter()
            .all(|refusal| Exception::for_refusal(refusal).is_some())
}

fn waiting_at(
    service: &Service,
    db: &mut Db,
    view: &MeetingView,
    viewer: Viewer,
    now: DateTime<Utc>,
) -> Result<Vec<Waiting>, ServiceError> {
    let all = questions::at_meeting(db, view.meeting().id)?;
    let wait: Vec<&Question> = all
        .iter()
        .filter(|question| {
            question.status == Status::Submitted || may_want_a_decision(question, view, now)
        })
        .collect();
    let mut undecided = Vec::with_capacity(wait.len());
    for question in wait {
        let settled = question.status == Status::Refused
            && questions::decisions(db, question.id)?
                .iter()
                .any(|decision| decision.kind == DecisionKind::RefusalStands);
        if !settled {
            undecided.push(question);
        }
    }
    let wait = undecided;
    if wait.is_empty() {
        return Ok(Vec::new());
    }
    let everybody = questions::questioners_at(db, view.meeting().id)?;
    let profiles: HashMap<&str, Profile> = everybody
        .iter()
        .map(|details| {
            let profile = Profile::read(&evidence::person(details));
            (details.question_id.as_str(), profile)
        })
        .collect();
    wait.into_iter()
        .map(|question| {
            let details = details_of(&everybody, question).filter(|_| viewer.is_officer());
            let apart = questions::judged_apart(db, question.id)?;
            let mut others = likenesses(question, &all, &profiles);
            others.retain(|(other, _)| !apart.contains(&other.id));
            let alike = evidence::matches(
                service,
                db,
                view.meeting(),
                &question.public_text,
                Some(question.id),
            )?;
            Ok(Waiting {
                strong_match: alike
                    .into_iter()
                    .find(|found| found.band == Band::Strong)
                    .map(|found| found.question.reference),
                likeness: others
                    .iter()
                    .filter(|_| viewer.is_officer())
                    .map(|(_, likeness)| *likeness)
                    .min(),
                contested: others
                    .iter()
                    .any(|(other, likeness)| is_contested(question, other, *likeness)),
                agenda_refusal: (question.status == Status::Submitted)
                    .then(|| views::refusal_to_approve(question, view))
                    .flatten(),
                name: details
                    .map_or(&question.published_name, |details| &details.name)
                    .clone(),
                board: view.short_board.clone(),
                date: view.meeting().date,
                starts_at: view.starts_at(),
                matter: views::matter_words(question, view.published_agenda()),
                question: visibility::question(question.clone(), viewer),
            })
        })
        .collect()
}

fn details_of<'a>(
    everybody: &'a [QuestionerDetails],
    question: &Question,
) -> Option<&'a QuestionerDetails> {
    let id = question.id.to_string();
    everybody.iter().find(|details| details.question_id == id)
}

fn likenesses<'a>(
    question: &Question,
    all: &'a [Question],
    profiles: &HashMap<&str, Profile>,
) -> Vec<(&'a Question, Likeness)> {
    let profile = |question: &Question| profiles.get(question.id.to_string().as_str());
    let Some(this) = profile(question) else {
        return Vec::new();
    };
    all.iter()
        .filter(|other| {
            other.id != question.id && !matches!(other.status, Status::Withdrawn | Status::Disowned)
        })
        .filter_map(|other| {
            let compared = compare(this, profile(other)?);
            compared.reasons.first().map(|likeness| (other, *likeness))
        })
        .collect()
}

/// Whether two questions that are alike in this way contend for one allowance.
pub fn is_contested(one: &Question, other: &Question, likeness: Likeness) -> bool {
    let refused_as_second = |question: &Question| {
        question
            .refusals
            .iter()
            .any(|refusal| matches!(refusal, Refusal::SecondQuestion { .. }))
    };
    likeness.refuses() && (refused_as_second(one) || refused_as_second(other))
}

fn owed(service: &Service, db: &mut Db, member: &StaffMember) -> Result<Vec<Owed>, ServiceError> {
    let today = local_time::london_date(service.now());
    let names = staff_names(db)?;
    let mut owed = Vec::new();
    let found = responses::list(db, true, Whose::Anybody, 200)?;
    for response in found
        .into_iter()
        .filter(|response| is_theirs(response, member))
    {
        let question = questions::question(db, response.question_id)?;
        owed.push(Owed {
            name: name_for(db, &question, member)?,
            reference: question.reference,
            owner: response.owner_id.and_then(|id| names.get(&id).cloned()),
            overdue: response.due_on < today,
            response,
        });
    }
    if member.is_proper_officer() {
        // what is nobody's is at the top until it is somebody's
        owed.sort_by_key(|owed| owed.owner.is_some());
    } else {
        // a stable sort keeps the due days in order
        owed.sort_by_key(|owed| match owed.response.owner_id {
            Some(owner) if owner == member.id => 0,
            None => 1,
            Some(_) => 2,
        });
    }
    Ok(owed)
}

/// The name by which a member of staff knows a questioner, in lists and on the telephone.
fn name_for(
    db: &mut Db,
    question: &Question,
    member: &StaffMember,
) -> Result<String, ServiceError> {
    let details = if member.is_proper_officer() {
        questions::questioner(db, question.id)?
    } else {
        None
    };
    Ok(details.map_or_else(|| question.published_name.clone(), |details| details.name))
}

/// The name of each account.
///
/// # Errors
/// Those of the store.
pub fn staff_names(db: &mut Db) -> Result<HashMap<StaffId, String>, ServiceError> {
    Ok(staff::all(db)?
        .into_iter()
        .map(|member| (member.id, member.name))
        .collect())
}

/// Everybody to whom a written response can be given, by name.
///
/// # Errors
/// [`ServiceError::Forbidden`] and those of the store.
pub fn responders(
    service: &Service,
    acting: &Acting,
) -> Result<Vec<(StaffId, String)>, ServiceError> {
    permission::responding(acting)?;
    service.store.read(|db| {
        Ok(staff::all(db)?
            .into_iter()
            .filter(StaffMember::may_respond)
            .map(|member| (member.id, member.name))
            .collect())
    })
}
