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
        same_person::Likeness,
        status::Status,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        evidence,
        follow_up::{self, Unclosed},
        letters_in_sight::{self, LettersInSight},
        permission,
        responses::theirs as responses_of,
        views::{self, MeetingView},
        visibility::{self, Viewer},
    },
    store::{
        calendar::{self, DeadlineChange},
        connection::Db,
        questions::{self, Counts, Filter, Question},
        responses::{self, Whose, WrittenResponse},
        staff::{self, Role, StaffMember},
    },
};

/// Questions that wait on one page.
const ON_A_PAGE: usize = 25;

/// How many written responses are shown to the proper officer, who has a page for them, and to a responding officer.
const OWED_TO_OFFICER: i64 = 5;
const OWED_TO_RESPONDER: i64 = 25;

/// How many questions refused lately are shown.
const REFUSED_LATELY: i64 = 5;

/// How many of those most like a question are looked at for the mark on the desk; its own page shows them all.
const MARKED_FROM: usize = 8;

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
    /// A page of what waits for a decision, by time to the meeting.
    pub waiting: Vec<Waiting>,
    /// How many questions wait for a decision in all.
    pub waiting_count: usize,
    /// The question after which the next page goes on, if there is one.
    pub waiting_next: Option<QuestionId>,
    /// Meetings whose day has passed and whose question time nobody has closed (reading 23).
    pub unclosed: Vec<Unclosed>,
    /// How many written responses are owed and have been given to nobody.
    pub unassigned: usize,
    /// The first of the written responses owed: their own first where they only respond, otherwise those of nobody.
    pub owed: Vec<Owed>,
    /// How many are owed in all.
    pub owed_count: usize,
    /// How many of them are overdue.
    pub overdue_count: usize,
    /// Letters that wait too long, failed, or are to be printed.
    pub letters: LettersInSight,
    /// Deadlines that moved lately, with the board and the date of the meeting.
    pub deadline_changes: Vec<(DeadlineChange, String, NaiveDate)>,
    /// Questions refused by the rule lately.
    pub refused: Vec<Listed>,
    /// The coming meetings of the boards that they chair, or all for the proper officer.
    pub meetings: Vec<MeetingOnDesk>,
}

/// The desk of whoever is signed in, with what waits after the question given, or from the most pressing.
///
/// # Errors
/// [`ServiceError::SignedOut`] and those of the store.
pub fn desk(
    service: &Service,
    acting: &Acting,
    after: Option<QuestionId>,
) -> Result<Desk, ServiceError> {
    let member = permission::staff(acting)?;
    let officer = member.is_proper_officer();
    service.store.read(|db| {
        let mut desk = Desk::default();
        if officer || member.holds_anywhere(Role::Chair) {
            let mut meetings = views::coming_meetings(service, db)?;
            meetings.retain(|view| member.may_run(view.board.id));
            let ids: Vec<MeetingId> = meetings.iter().map(|view| view.meeting().id).collect();
            let counts = questions::counts(db, &ids, &[Status::Submitted, Status::Approved])?;
            waiting(service, db, member, &meetings, &counts, after, &mut desk)?;
            desk.unclosed = follow_up::unclosed(service, db)?;
            desk.unclosed
                .retain(|unclosed| member.may_run(unclosed.view.board.id));
            desk.meetings = with_counts(meetings, &counts);
        }
        if member.may_respond() {
            owed(service, db, member, &mut desk)?;
        }
        if officer {
            desk.letters = letters_in_sight::counts(service, db)?;
            let since = service.now() - LATELY;
            let changes = calendar::deadline_changes_since(db, since)?;
            let ids: Vec<MeetingId> = changes.iter().map(|change| change.meeting_id).collect();
            let views = views::some_meetings(service, db, &ids)?;
            for change in changes {
                if let Some(view) = views
                    .iter()
                    .find(|view| view.meeting().id == change.meeting_id)
                {
                    desk.deadline_changes.push((
                        change,
                        view.short_board.clone(),
                        view.meeting().date,
                    ));
                }
            }
            let filter = Filter {
                statuses: vec![Status::Refused],
                ..Filter::default()
            };
            let mut refused = questions::page(db, &filter, None, REFUSED_LATELY)?;
            refused.retain(|question| question.recorded_at >= since);
            desk.refused = listed(service, db, refused)?;
        }
        Ok(desk)
    })
}

/// Meetings with how many questions stand where.
///
/// # Errors
/// Those of the store.
pub fn on_desk(
    db: &mut Db,
    meetings: Vec<MeetingView>,
) -> Result<Vec<MeetingOnDesk>, ServiceError> {
    let ids: Vec<MeetingId> = meetings.iter().map(|view| view.meeting().id).collect();
    let counts = questions::counts(db, &ids, &[Status::Submitted, Status::Approved])?;
    Ok(with_counts(meetings, &counts))
}

fn with_counts(meetings: Vec<MeetingView>, counts: &Counts) -> Vec<MeetingOnDesk> {
    meetings
        .into_iter()
        .map(|view| MeetingOnDesk {
            waiting: counts.of(view.meeting().id, Status::Submitted),
            approved: counts.of(view.meeting().id, Status::Approved),
            view,
        })
        .collect()
}

/// Questions with their boards and dates, by the names that the proper officer knows.
fn listed(
    service: &Service,
    db: &mut Db,
    found: Vec<Question>,
) -> Result<Vec<Listed>, ServiceError> {
    let mut at: Vec<MeetingId> = found.iter().map(|question| question.meeting_id).collect();
    at.sort_unstable();
    at.dedup();
    let meetings: HashMap<MeetingId, (String, NaiveDate)> = views::some_meetings(service, db, &at)?
        .into_iter()
        .map(|view| {
            let meeting = view.meeting();
            (meeting.id, (view.short_board.clone(), meeting.date))
        })
        .collect();
    let mut names = names(db, &found)?;
    found
        .into_iter()
        .map(|question| {
            let (board, date) = meetings
                .get(&question.meeting_id)
                .cloned()
                .ok_or(ServiceError::NotFound)?;
            Ok(Listed {
                name: names
                    .remove(&question.id.to_string())
                    .unwrap_or_else(|| question.published_name.clone()),
                question,
                board,
                date,
            })
        })
        .collect()
}

/// The real names of those who ask some questions, by the questions' identifiers; of those whose details are still there.
fn names(db: &mut Db, of: &[Question]) -> Result<HashMap<String, String>, ServiceError> {
    let ids: Vec<QuestionId> = of.iter().map(|question| question.id).collect();
    names_of(db, &ids)
}

fn names_of(db: &mut Db, ids: &[QuestionId]) -> Result<HashMap<String, String>, ServiceError> {
    Ok(questions::questioners_of(db, ids)?
        .into_iter()
        .map(|details| (details.question_id, details.name))
        .collect())
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

/// A meeting with a page of the questions that came for it.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingPage {
    /// The meeting.
    pub view: MeetingView,
    /// Questions in order of receipt, by the names that whoever looks knows.
    pub questions: Vec<Listed>,
    /// How many came in all.
    pub count: i64,
    /// The question after which the next page goes on, if there is one.
    pub next: Option<QuestionId>,
}

/// A meeting and a page of the questions that came for it, in order of receipt, after the question given.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
pub fn meeting(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
    after: Option<QuestionId>,
    max: usize,
) -> Result<MeetingPage, ServiceError> {
    service.store.read(|db| {
        let view = views::meeting(service, db, id)?;
        let viewer = Viewer::deciding(acting, view.board.id)?;
        let place = match after {
            Some(after) => {
                let last = questions::question(db, after)?;
                Some((last.received_at, last.id))
            }
            None => None,
        };
        let mut found = questions::received(db, id, place, one_more(max))?;
        let next = cut(&mut found, max, |question| question.id);
        let mut names = if viewer.is_officer() {
            names(db, &found)?
        } else {
            HashMap::new()
        };
        let questions = found
            .into_iter()
            .map(|question| Listed {
                name: names
                    .remove(&question.id.to_string())
                    .unwrap_or_else(|| question.published_name.clone()),
                question: visibility::question(question, viewer),
                board: view.short_board.clone(),
                date: view.meeting().date,
            })
            .collect();
        let count = questions::count_by_status(db, id)?
            .iter()
            .map(|(_, count)| count)
            .sum();
        Ok(MeetingPage {
            view,
            questions,
            count,
            next,
        })
    })
}

/// How many to look for: one more than a page holds, which says whether there is another page.
fn one_more(max: usize) -> i64 {
    i64::try_from(max.saturating_add(1)).unwrap_or(i64::MAX)
}

/// Cuts what was found to a page, and returns the last entry where there are more.
fn cut<T, K>(found: &mut Vec<T>, max: usize, key: impl Fn(&T) -> K) -> Option<K> {
    let more = found.len() > max;
    found.truncate(max);
    found.last().filter(|_| more).map(key)
}

/// Fills in the page of what waits: the meetings by the time at which they start, at each the questions in the order in which they
/// were recorded. What it costs depends on the page and not on how many wait.
fn waiting(
    service: &Service,
    db: &mut Db,
    member: &StaffMember,
    meetings: &[MeetingView],
    counts: &Counts,
    after: Option<QuestionId>,
    desk: &mut Desk,
) -> Result<(), ServiceError> {
    let now = service.now();
    let viewer = if member.is_proper_officer() {
        Viewer::ProperOfficer
    } else {
        Viewer::Chair
    };
    let mut count = 0;
    for view in meetings {
        let id = view.meeting().id;
        count += counts.of(id, Status::Submitted);
        if may_set_refusals_aside(view, now) {
            count += counts.open_refusals(id);
        }
    }
    desk.waiting_count = usize::try_from(count).unwrap_or(0);

    let mut ordered: Vec<&MeetingView> = meetings.iter().collect();
    ordered.sort_by_key(|view| (view.starts_at(), view.meeting().id));
    let last = match after {
        Some(id) => Some(questions::question(db, id)?),
        None => None,
    };
    let from = match &last {
        Some(last) => match ordered
            .iter()
            .position(|view| view.meeting().id == last.meeting_id)
        {
            Some(place) => place,
            // its meeting has passed, and with it all that came before
            None => {
                let passed = views::meeting(service, db, last.meeting_id)?.starts_at();
                ordered.partition_point(|view| view.starts_at() <= passed)
            }
        },
        None => 0,
    };
    let mut found: Vec<(&MeetingView, Question)> = Vec::new();
    for view in ordered.iter().skip(from) {
        let id = view.meeting().id;
        let cursor = last
            .as_ref()
            .filter(|last| last.meeting_id == id)
            .map(|last| last.id);
        let mut here = Vec::new();
        if counts.of(id, Status::Submitted) > 0 {
            let most = one_more(ON_A_PAGE);
            here = questions::waiting(db, id, questions::Waiting::Submitted, cursor, most)?;
        }
        if counts.open_refusals(id) > 0 && may_set_refusals_aside(view, now) {
            let most = one_more(ON_A_PAGE);
            let open = questions::Waiting::RefusalOpen;
            here.extend(questions::waiting(db, id, open, cursor, most)?);
            here.sort_by_key(|question| question.id);
        }
        found.extend(here.into_iter().map(|question| (*view, question)));
        if found.len() > ON_A_PAGE {
            break;
        }
    }
    desk.waiting_next = cut(&mut found, ON_A_PAGE, |(_, question)| question.id);
    desk.waiting = marked(service, db, viewer, found)?;
    Ok(())
}

/// Whether an officer can still let a question in by an exception.
fn may_set_refusals_aside(view: &MeetingView, now: DateTime<Utc>) -> bool {
    view.meeting().status == MeetingStatus::Scheduled && now < view.starts_at()
}

/// Questions that wait, with what marks each.
fn marked(
    service: &Service,
    db: &mut Db,
    viewer: Viewer,
    found: Vec<(&MeetingView, Question)>,
) -> Result<Vec<Waiting>, ServiceError> {
    let ids: Vec<QuestionId> = found.iter().map(|(_, question)| question.id).collect();
    let mut names = if viewer.is_officer() {
        names_of(db, &ids)?
    } else {
        HashMap::new()
    };
    let mut people = alike(service, db, &found)?;
    found
        .into_iter()
        .map(|(view, question)| {
            let alike = people.remove(&question.id).unwrap_or_default();
            Ok(Waiting {
                strong_match: evidence::strong_match(service, db, view.meeting(), &question)?,
                likeness: alike
                    .iter()
                    .filter(|_| viewer.is_officer())
                    .map(|(_, likeness)| *likeness)
                    .min(),
                contested: alike
                    .iter()
                    .any(|(other, likeness)| is_contested(&question, other, *likeness)),
                agenda_refusal: (question.status == Status::Submitted)
                    .then(|| views::refusal_to_approve(&question, view))
                    .flatten(),
                name: names
                    .remove(&question.id.to_string())
                    .unwrap_or_else(|| question.published_name.clone()),
                board: view.short_board.clone(),
                date: view.meeting().date,
                starts_at: view.starts_at(),
                matter: views::matter_words(&question, view.published_agenda()),
                question: visibility::question(question, viewer),
            })
        })
        .collect()
}

/// Of each question, the others at its meeting that may be from the same person: those that are still there, and that nobody judged to
/// be from somebody else.
fn alike(
    service: &Service,
    db: &mut Db,
    found: &[(&MeetingView, Question)],
) -> Result<HashMap<QuestionId, Vec<(Question, Likeness)>>, ServiceError> {
    let asked: Vec<(MeetingId, QuestionId)> = found
        .iter()
        .map(|(_, question)| (question.meeting_id, question.id))
        .collect();
    let ids: Vec<QuestionId> = asked.iter().map(|(_, id)| *id).collect();
    let apart = questions::pairs_judged_apart(db, &ids)?;
    let mut people: Vec<(QuestionId, Vec<(QuestionId, Likeness)>)> = Vec::new();
    let mut others = Vec::new();
    for (id, similar) in ids.iter().zip(service.people.similar(db, &asked)?) {
        let close: Vec<(QuestionId, Likeness)> = similar
            .into_iter()
            .filter(|similar| !apart.contains(&(*id, similar.id)))
            .filter_map(|similar| Some((similar.id, similar.strongest()?)))
            .take(MARKED_FROM)
            .collect();
        others.extend(close.iter().map(|(other, _)| *other));
        people.push((*id, close));
    }
    others.sort_unstable();
    others.dedup();
    let others: HashMap<QuestionId, Question> = questions::some(db, &others)?
        .into_iter()
        .filter(|other| !matches!(other.status, Status::Withdrawn | Status::Disowned))
        .map(|other| (other.id, other))
        .collect();
    Ok(people
        .into_iter()
        .map(|(id, close)| {
            let close = close
                .into_iter()
                .filter_map(|(other, likeness)| Some((others.get(&other)?.clone(), likeness)))
                .collect();
            (id, close)
        })
        .collect())
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

/// Fills in the first of the written responses that are owed, and how many there are.
fn owed(
    service: &Service,
    db: &mut Db,
    member: &StaffMember,
    desk: &mut Desk,
) -> Result<(), ServiceError> {
    let today = local_time::london_date(service.now());
    let theirs = responses_of(member);
    let count = |db: &mut Db, whose: &[Whose], due_before| -> Result<usize, ServiceError> {
        let count = responses::count_owed(db, whose, due_before)?;
        Ok(usize::try_from(count).unwrap_or(0))
    };
    desk.owed_count = count(db, &theirs, None)?;
    desk.overdue_count = count(db, &theirs, Some(today))?;
    desk.unassigned = count(db, &[Whose::Nobody], None)?;
    let (first, most) = if member.is_proper_officer() {
        // what is nobody's is at the top until it is somebody's
        (Whose::Nobody, OWED_TO_OFFICER)
    } else {
        (Whose::Of(member.id), OWED_TO_RESPONDER)
    };
    let mut found = responses::list(db, true, &[first], None, most)?;
    for response in responses::list(db, true, &theirs, None, most)? {
        if !found.iter().any(|known| known.id == response.id) {
            found.push(response);
        }
    }
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let ids: Vec<QuestionId> = found.iter().map(|response| response.question_id).collect();
    let asked = questions::some(db, &ids)?;
    let mut names = if member.is_proper_officer() {
        names(db, &asked)?
    } else {
        HashMap::new()
    };
    let owners = staff_names(db)?;
    for response in found {
        let Some(question) = asked
            .iter()
            .find(|question| question.id == response.question_id)
        else {
            continue;
        };
        desk.owed.push(Owed {
            name: names
                .remove(&question.id.to_string())
                .unwrap_or_else(|| question.published_name.clone()),
            reference: question.reference.clone(),
            owner: response.owner_id.and_then(|id| owners.get(&id).cloned()),
            overdue: response.due_on < today,
            response,
        });
    }
    Ok(())
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
