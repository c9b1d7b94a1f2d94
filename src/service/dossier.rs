//! Everything about one question on the officer's desk, and what happened to a thing since somebody looked at it.

use std::collections::HashMap;

use crate::{
    domain::{
        id::{MeetingId, QuestionId, StaffId},
        meeting::Stage,
        reference::Reference,
        refusal::Refusal,
        status::{Act, Status},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        admit_question, approve_question, desk,
        evidence::{self, EarlierMatch},
        letters::Letter,
        permission, replace_question,
        views::{self, MeetingView},
        visibility::{self, QuestionForStaff, SimilarForStaff, Viewer},
    },
    store::{
        audit::{self, Entry},
        connection::Db,
        questions::{self, DecisionKind, Question},
    },
};

/// A question with everything that an officer or the chair of its board looks at before deciding.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// The question with all that belongs to it, so far as whoever looks may see it.
    pub view: QuestionForStaff,
    /// Earlier questions that are alike, best first.
    pub matches: Vec<EarlierMatch>,
    /// Other questions whose questioners may be the same.
    pub similar: Vec<SimilarForStaff>,
    /// The letter that approving would send, where whoever looks may approve.
    pub approval: Option<Letter>,
    /// The names of the accounts.
    pub names: HashMap<StaffId, String>,
    /// The references of the questions that decisions name.
    pub references: HashMap<QuestionId, Reference>,
    /// Where the meeting stands.
    pub stage: Stage,
    /// The refusals that stand now, where the rule refused it or it was replaced (reading 26): for the proper officer.
    pub standing: Vec<Refusal>,
    /// The live questions that hold the allowance which this one would need: for the proper officer.
    pub holders: Vec<Question>,
    /// The questions whose questioner was judged to be somebody else.
    pub apart: Vec<QuestionId>,
}

impl Dossier {
    /// The question.
    pub fn question(&self) -> &Question {
        &self.view.question
    }

    /// Whether whoever looks is the proper officer, and not the chair alone.
    pub fn officer(&self) -> bool {
        self.view.viewer.is_officer()
    }

    /// The matches that must be decided in words before the question is approved.
    pub fn strong(&self) -> impl Iterator<Item = &EarlierMatch> {
        evidence::strong(&self.matches)
    }

    /// Whether whoever looks may do this now. The act itself decides again.
    pub fn allows(&self, act: Act) -> bool {
        let role = self.officer() || matches!(act, Act::Reject | Act::Reopen);
        role && self.question().status.allows(act) && self.stage.allows(act)
    }

    /// Whether a question that the rule refused, or that was replaced, can be answered in writing instead.
    pub fn may_be_kept(&self) -> bool {
        self.officer() && matches!(self.question().status, Status::Refused | Status::Replaced)
    }

    /// Whether it was refused or replaced, and nothing stands against it any more.
    pub fn nothing_stands(&self) -> bool {
        matches!(self.question().status, Status::Refused | Status::Replaced)
            && self.standing.is_empty()
    }

    /// Whether an officer can still say that the refusal stands.
    pub fn may_let_stand(&self) -> bool {
        self.officer()
            && self.question().status == Status::Refused
            && !self
                .view
                .decisions
                .iter()
                .any(|decision| decision.kind == DecisionKind::RefusalStands)
    }
}

/// The file of a question.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`].
pub fn dossier(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
) -> Result<Dossier, ServiceError> {
    service.store.read(|db| {
        let full = views::question(service, db, id)?;
        let viewer = Viewer::deciding(acting, full.meeting.board.id)?;
        let approval = (viewer.is_officer() && full.question.status.allows(Act::Approve))
            .then(|| approve_question::letter(service, &full));
        let is_out = viewer.is_officer()
            && matches!(full.question.status, Status::Refused | Status::Replaced);
        let standing = if is_out {
            admit_question::standing_refusals(service, db, &full)?
        } else {
            Vec::new()
        };
        let rejected = viewer.is_officer() && full.question.status == Status::Rejected;
        let holders = if is_out || rejected {
            replace_question::holders(service, db, &full)?
        } else {
            Vec::new()
        };
        let view = QuestionForStaff::new(full, viewer);
        let found = evidence::evidence(service, db, &view.question, view.meeting.meeting())?;
        let mut references = HashMap::new();
        for earlier in view
            .decisions
            .iter()
            .filter_map(|decision| decision.earlier)
        {
            references.insert(earlier, questions::question(db, earlier)?.reference);
        }
        Ok(Dossier {
            apart: questions::judged_apart(db, id)?,
            standing,
            holders,
            names: desk::staff_names(db)?,
            stage: view.meeting.stage(service.now()),
            view,
            matches: found.matches,
            similar: visibility::similar(found.similar, viewer),
            approval,
            references,
        })
    })
}

/// An entry of the trail, with the name of who acted.
pub type Happened = (Entry, Option<String>);

/// The history of one thing, oldest first.
///
/// # Errors
/// Those of the store.
pub fn history(db: &mut Db, subject: &str) -> Result<Vec<Happened>, ServiceError> {
    let names = desk::staff_names(db)?;
    Ok(named(audit::of_subject(db, subject)?, &names))
}

fn named(entries: Vec<Entry>, names: &HashMap<StaffId, String>) -> Vec<Happened> {
    entries
        .into_iter()
        .map(|entry| {
            let name = entry
                .actor_id
                .as_deref()
                .and_then(|id| id.parse().ok())
                .and_then(|id| names.get(&id).cloned());
            (entry, name)
        })
        .collect()
}

/// The entries after the version that somebody saw. `key` names the version in the entries: "version", "response_version".
pub fn since(history: &[Happened], key: &str, seen: i32) -> Vec<Happened> {
    history
        .iter()
        .filter(|(entry, _)| {
            entry
                .became
                .as_deref()
                .and_then(|state| serde_json::from_str::<serde_json::Value>(state).ok())
                .and_then(|state| state.get(key)?.as_i64())
                .is_some_and(|version| version > i64::from(seen))
        })
        .cloned()
        .collect()
}

/// A page of the audit trail, newest first, for the proper officer or an administrator; and the entry from which the next page
/// goes on, if there is one.
///
/// # Errors
/// [`ServiceError::Forbidden`] and those of the store.
pub fn trail(
    service: &Service,
    acting: &Acting,
    before: Option<&str>,
    most: i64,
) -> Result<(Vec<TrailEntry>, Option<String>), ServiceError> {
    let officer = permission::proper_officer(acting).is_ok();
    if !officer {
        permission::administrator(acting)?;
    }
    service.store.read(|db| {
        let names = desk::staff_names(db)?;
        let mut found = audit::latest(db, before, most + 1)?;
        let wanted = usize::try_from(most).unwrap_or(usize::MAX);
        let more = found.len() > wanted;
        found.truncate(wanted);
        let next = found.last().filter(|_| more).map(|entry| entry.id.clone());
        let mut entries = Vec::with_capacity(found.len());
        for (mut entry, name) in named(found, &names) {
            if !officer && entry.subject_kind == "question" {
                // an administrator sees that something was done, and not what an officer wrote about it
                (entry.was, entry.became) = (None, None);
            }
            let about = subject(service, db, &entry)?;
            entries.push(TrailEntry { entry, name, about });
        }
        Ok((entries, next))
    })
}

/// An entry of the trail with what it is about in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEntry {
    /// The entry.
    pub entry: Entry,
    /// Who acted, where it was an account.
    pub name: Option<String>,
    /// What it is about: a reference, a meeting, a board.
    pub about: Option<String>,
}

fn subject(service: &Service, db: &mut Db, entry: &Entry) -> Result<Option<String>, ServiceError> {
    let found = match entry.subject_kind.as_str() {
        "question" => match entry.subject_id.parse() {
            Ok(id) => questions::question(db, id).map(|q| q.reference.to_string()),
            Err(_) => return Ok(None),
        },
        "meeting" => match entry.subject_id.parse::<MeetingId>() {
            Ok(id) => {
                return match views::meeting(service, db, id) {
                    Ok(view) => Ok(Some(meeting_words(&view))),
                    Err(ServiceError::NotFound) => Ok(None),
                    Err(error) => Err(error),
                };
            }
            Err(_) => return Ok(None),
        },
        _ => return Ok(None),
    };
    match found {
        Ok(words) => Ok(Some(words)),
        Err(crate::store::error::StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A meeting in a few words.
pub fn meeting_words(view: &MeetingView) -> String {
    format!(
        "{}, {}",
        view.short_board,
        crate::domain::local_time::short_date(view.meeting().date)
    )
}
