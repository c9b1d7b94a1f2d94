//! Removing what is no longer needed, on the schedule of the settings: drafts, sessions, settled letters, and the personal details
//! of questioners. Running it again after a backup was restored removes them again.

use chrono::{NaiveDate, TimeDelta};

use crate::{
    domain::{local_time, questioner::UNNAMED, status::Status},
    service::{Service, ServiceError, actor::Acting},
    store::{dialect, drafts, failed_sign_ins, retention, staff},
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

/// Removes what is due.
///
/// # Errors
/// Those of the store.
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
            let batch = service.store.write(|db| {
                let due = retention::due(db, &statuses, before, BATCH)?;
                for id in &due {
                    retention::remove_personal_details(db, *id, UNNAMED)?;
                    service.audit(
                        db,
                        &Acting::system(),
                        "remove_personal_details",
                        ("question", &id.to_string()),
                        None,
                        None,
                    )?;
                }
                Ok::<_, ServiceError>(due.len())
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
