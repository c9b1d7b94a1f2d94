//! Cancelling a meeting with no new date (reading 16).

use super::trace;
use crate::{
    domain::{
        id::MeetingId, local_time, meeting::MeetingStatus,
        standing_order::written_response::Reason, status::Act,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        permission, responses,
        views::{self, MeetingView},
    },
    store::{meetings, questions},
};

/// Cancels a meeting with no new date: each of its live questions becomes a written response owed, and everybody is told
/// (reading 16).
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Conflict`] where it has changed since or is no longer to be held.
pub fn cancel(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
    version: i32,
) -> Result<MeetingView, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let was = meetings::meeting(db, id)?;
        if was.meeting.version != version {
            return Err(ServiceError::changed());
        }
        if was.meeting.status != MeetingStatus::Scheduled {
            return Err(ServiceError::Conflict(
                "Only a meeting that is still to be held can be cancelled.".to_owned(),
            ));
        }
        let mut record = was.clone();
        record.meeting.status = MeetingStatus::Cancelled;
        record.meeting.version += 1;
        if !meetings::update_meeting(db, &record)? {
            return Err(ServiceError::changed());
        }
        service.audit(
            db,
            acting,
            "cancel_meeting",
            ("meeting", &id.to_string()),
            Some(trace(&was)),
            Some(trace(&record)),
        )?;
        let view = views::meeting(service, db, id)?;
        let today = local_time::london_date(service.now());
        let mut given = Vec::new();
        for was in questions::at_meeting(db, id)?
            .into_iter()
            .filter(|question| question.status.is_live())
        {
            let mut question = was.clone();
            question.status = was.status.after(Act::Owe)?;
            question.version += 1;
            if !questions::update(db, &question)? {
                return Err(ServiceError::Busy);
            }
            let reason = Reason::MeetingCancelled;
            let response = responses::owe(service, db, acting, &question, &view, reason, today)?;
            service.audit_question(
                db,
                acting,
                "owe",
                Some(&was),
                &question,
                serde_json::json!({ "reason": reason, "due_on": response.due_on }),
            )?;
            given.push(response);
        }
        responses::tell_owners(service, db, acting.staff_id(), &given)?;
        Ok(view)
    })
}
