//! Removing what is no longer needed, on the schedule of the settings: drafts, sessions, settled letters, and the personal details
//! of questioners; and removing one question's details early, where somebody has asked for it.
//!
//! What is removed is named in a [journal](Journal) first, which a restored backup does not take back: after a restore the same
//! details are removed again.

use chrono::{NaiveDate, TimeDelta};

use crate::{
    domain::{
        id::QuestionId,
        local_time,
        questioner::UNNAMED,
        reference::Reference,
        status::{FINAL, Status},
    },
    service::{FieldError, Service, ServiceError, actor::Acting},
    store::{
        audit, connection::Db, dialect, drafts, erasures::Journal, failed_sign_ins, questions,
        retention, staff,
    },
};

/// How long the counts of failed sign-ins are kept.
const FAILED_SIGN_INS_KEPT: TimeDelta = TimeDelta::days(90);

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Questions whose questioner's details went.
    pub questioners: usize,
    /// Drafts.
    pub drafts: usize,
    /// Sessions that had ended.
    pub sessions: usize,
    /// Letters that had been delivered.
    pub letters: usize,
}

/// How many questions one transaction deals with.
const BATCH: i64 = 100;

/// The act in the audit trail.
pub const ACT: &str = "remove_personal_details";

/// Returns the journal of erasures: where the settings say, or beside the SQLite file; none on PostgreSQL without a setting.
pub fn journal(service: &Service) -> Option<Journal> {
    match &service.settings.retention.journal {
        Some(file) => Some(Journal::at(file)),
        None => service.store.file().map(Journal::beside),
    }
}

/// Removes what is due.
///
/// # Errors
/// Those of the store; [`ServiceError::Unavailable`] where the journal cannot be written: then nothing is removed.
pub fn remove_what_is_due(service: &Service) -> Result<Removed, ServiceError> {
    let now = service.now();
    let settings = &service.settings;
    let mut removed = Removed::default();
    let today = local_time::london_date(now);
    let schedules = [
        (vec![Status::Refused], settings.retention.refused_question),
        (retention::at_rest(), settings.retention.personal_details),
    ];
    for (statuses, months) in schedules {
        let before = today.checked_sub_months(months).unwrap_or(NaiveDate::MIN);
        loop {
            let due = service
                .store
                .read(|db| retention::due(db, &statuses, before, BATCH))?;
            note(service, &due)?;
            let batch = service.store.write(|db| {
                // one that was taken up again since is no longer due
                let still = retention::due(db, &statuses, before, BATCH)?;
                let noted: Vec<_> = still.into_iter().filter(|id| due.contains(id)).collect();
                for id in &noted {
                    remove(service, db, &Acting::system(), *id, None)?;
                }
                Ok::<_, ServiceError>(noted.len())
            })?;
            removed.questioners += batch;
            if batch == 0 {
                break;
            }
        }
    }
    let (drafts, sessions, letters) = service.store.write(|db| {
        let drafts = drafts::delete_older(db, now - settings.retention.draft)?;
        failed_sign_ins::delete_before(db, now - FAILED_SIGN_INS_KEPT)?;
        let sessions = staff::delete_old_sessions(
            db,
            now - settings.sessions.idle,
            now - settings.sessions.absolute,
        )?;
        let letters =
            retention::delete_settled_letters(db, now - settings.retention.delivered_letter)?;
        Ok::<_, ServiceError>((drafts, sessions, letters))
    })?;
    removed = Removed {
        drafts,
        sessions,
        letters,
        ..removed
    };
    if removed != Removed::default() {
        // what was removed must not live on in SQLite's write-ahead log
        service.store.maintain(dialect::empty_write_ahead_log)?;
    }
    Ok(removed)
}

/// Removes the personal details of one question before they are due, because somebody asked for it. What is published stays.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Invalid`] without a reason; [`ServiceError::Conflict`] where something is still to be
/// done with the question, for which its details are needed.
pub fn erase(
    service: &Service,
    acting: &Acting,
    reference: &Reference,
    reason: &str,
) -> Result<QuestionId, ServiceError> {
    let reason = reason.trim();
    if reason.is_empty() {
        let error = FieldError::new("reason", "required", "Enter a reason that names nobody");
        return Err(ServiceError::Invalid(vec![error]));
    }
    let at_rest = |question: &questions::Question| match FINAL.contains(&question.status) {
        true => Ok(question.id),
        false => Err(ServiceError::Conflict(format!(
            "The question is {}: its details are still needed. Withdraw or reject it, or close question time and send the written response, first.",
            question.status.words()
        ))),
    };
    let id = service
        .store
        .read(|db| at_rest(&questions::by_reference(db, reference)?))?;
    note(service, &[id])?;
    service.store.write(|db| {
        at_rest(&questions::by_reference(db, reference)?)?;
        remove(service, db, acting, id, Some(reason))
    })?;
    service.store.maintain(dialect::empty_write_ahead_log)?;
    Ok(id)
}

/// Removes again what the journal says was removed, and a restored backup has brought back; how many questions. A journal that is
/// missing is begun from the audit trail.
///
/// # Errors
/// Those of the store; [`ServiceError::Unavailable`] where the journal cannot be read or written.
pub fn remove_again(service: &Service) -> Result<usize, ServiceError> {
    let Some(journal) = journal(service) else {
        return Ok(0);
    };
    if !journal.exists() {
        let trail = service.store.read(removed_by_the_trail)?;
        journal
            .append(service.now(), &trail)
            .map_err(|error| unusable(&journal, &error))?;
    }
    let named = journal.read().map_err(|error| unusable(&journal, &error))?;
    remove_those(service, &named)
}

/// Removes the details of these questions wherever they are still there; how many.
///
/// # Errors
/// Those of the store.
pub fn remove_those(service: &Service, named: &[QuestionId]) -> Result<usize, ServiceError> {
    let mut again = 0;
    for chunk in named.chunks(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
        let back = service.store.read(|db| retention::still_there(db, chunk))?;
        if back.is_empty() {
            continue;
        }
        again += service.store.write(|db| {
            for id in &back {
                remove(service, db, &Acting::system(), *id, None)?;
            }
            Ok::<_, ServiceError>(back.len())
        })?;
    }
    if again > 0 {
        service.store.maintain(dialect::empty_write_ahead_log)?;
    }
    Ok(again)
}

/// Returns the questions whose details were removed, as the audit trail has it.
fn removed_by_the_trail(db: &mut Db) -> Result<Vec<QuestionId>, ServiceError> {
    Ok(audit::subjects_of(db, ACT)?)
}

fn remove(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    id: QuestionId,
    reason: Option<&str>,
) -> Result<(), ServiceError> {
    retention::remove_personal_details(db, id, UNNAMED)?;
    let became = reason.map(|reason| serde_json::json!({ "reason": reason }));
    service.audit(db, acting, ACT, ("question", &id.to_string()), None, became)
}

/// Names them in the journal, on the disk.
fn note(service: &Service, questions: &[QuestionId]) -> Result<(), ServiceError> {
    let journal = match journal(service) {
        Some(journal) if !questions.is_empty() => journal,
        _ => return Ok(()),
    };
    journal
        .append(service.now(), questions)
        .map_err(|error| unusable(&journal, &error))
}

fn unusable(journal: &Journal, error: &std::io::Error) -> ServiceError {
    tracing::error!(file = %journal.file().display(), %error, "the journal of erasures cannot be used");
    ServiceError::Unavailable
}
