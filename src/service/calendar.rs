//! The calendar and the deadlines that hang on it (reading 3). A day that becomes a holiday late moves the deadlines of the meetings
//! not yet held; the change is recorded, shown to the officers, and told to everybody who had been given the old deadline.

use chrono::NaiveDate;

use crate::{
    domain::{local_time, meeting::MeetingStatus, text, working_days::NonWorkingDay},
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        notify_changes::{self, Plan},
        permission, views,
    },
    store::{
        calendar::{self, DeadlineChange},
        connection::Db,
        meetings,
    },
};

/// Reckons the deadline of every meeting still to be held by the present calendar and deals with those that have moved. Called at
/// start, since the configuration may have changed, and after every change of the calendar.
///
/// # Errors
/// Those of the store.
pub fn reckon_deadlines(service: &Service) -> Result<Vec<DeadlineChange>, ServiceError> {
    service.store.write(|db| {
        reckon_in(
            service,
            db,
            &Acting::system(),
            "The calendar of the configuration changed",
        )
    })
}

fn reckon_in(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    why: &str,
) -> Result<Vec<DeadlineChange>, ServiceError> {
    let now = service.now();
    let mut changes = Vec::new();
    for mut record in meetings::from_date(db, local_time::london_date(now))? {
        if record.meeting.status != MeetingStatus::Scheduled {
            continue;
        }
        let deadline = service.deadline(db, &record.meeting)?;
        if deadline.at == record.deadline_at && deadline.provisional == record.deadline_provisional
        {
            continue;
        }
        let old = record.deadline_at;
        let was = views::meeting(service, db, record.meeting.id)?;
        record.deadline_at = deadline.at;
        record.deadline_provisional = deadline.provisional;
        record.meeting.version += 1;
        if !meetings::update_meeting(db, &record)? {
            return Err(ServiceError::Busy);
        }
        if old == deadline.at {
            continue;
        }
        let change = DeadlineChange {
            meeting_id: record.meeting.id,
            old,
            new: deadline.at,
            reason: format!("{why}. {}", deadline.how_reckoned()),
            changed_at: now,
        };
        let id: uuid::Uuid = service.new_id();
        calendar::record_deadline_change(db, &id.to_string(), &change)?;
        service.audit(
            db,
            acting,
            "deadline_moved",
            ("meeting", &record.meeting.id.to_string()),
            Some(serde_json::json!({ "deadline": old })),
            Some(serde_json::json!({ "deadline": deadline.at, "why": why })),
        )?;
        let then = views::meeting(service, db, record.meeting.id)?;
        let plan = notify_changes::plan(service, db, &was, &then, Some(&change.reason))?;
        notify_changes::carry_out(service, db, acting, &plan, &then)?;
        changes.push(change);
    }
    Ok(changes)
}

/// A change of the calendar that an officer thinks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarChange {
    /// A day more on which the council does not work.
    Add(NonWorkingDay),
    /// A day that the council had added, taken away again.
    Remove(NaiveDate),
}

impl CalendarChange {
    /// What has changed, in words that a letter gives as the reason.
    fn in_words(&self) -> String {
        match self {
            Self::Add(day) => format!(
                "{} was added to the calendar ({})",
                local_time::long_date(day.date),
                day.title
            ),
            Self::Remove(date) => format!(
                "{} was taken out of the calendar",
                local_time::long_date(*date)
            ),
        }
    }
}

/// A deadline that would move.
#[derive(Debug, Clone, PartialEq)]
pub struct WouldMove {
    /// The meeting with its present deadline.
    pub view: views::MeetingView,
    /// The deadline then.
    pub deadline: crate::domain::standing_order::notice::Deadline,
    /// Who would be told what.
    pub plan: Plan,
}

/// The deadlines that a change of the calendar would move, without changing it.
///
/// # Errors
/// [`ServiceError::Forbidden`] and those of the store.
pub fn foresee(
    service: &Service,
    acting: &Acting,
    change: &CalendarChange,
) -> Result<Vec<WouldMove>, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.read(|db| {
        let days = match change {
            CalendarChange::Add(day) => service.working_days(db)?.with([day.clone()]),
            CalendarChange::Remove(date) => {
                let mut added = calendar::added_days(db)?;
                added.retain(|day| day.date != *date);
                service.settings.working_days().clone().with(added)
            }
        };
        let mut moving = Vec::new();
        for view in views::coming_meetings(service, db)? {
            if view.meeting().status != MeetingStatus::Scheduled {
                continue;
            }
            let deadline = service
                .figures(view.meeting())
                .notice()
                .reckon(view.meeting().date, &days)
                .map_err(|error| ServiceError::Internal(error.to_string()))?;
            if deadline.at != view.deadline.at {
                let mut then = view.clone();
                then.deadline = deadline.clone();
                let why = format!("{}. {}", change.in_words(), deadline.how_reckoned());
                moving.push(WouldMove {
                    plan: notify_changes::plan(service, db, &view, &then, Some(&why))?,
                    view,
                    deadline,
                });
            }
        }
        Ok(moving)
    })
}

/// Adds a day on which the council does not work: a holiday proclaimed late, or a closure.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`].
pub fn add_day(
    service: &Service,
    acting: &Acting,
    day: &NonWorkingDay,
) -> Result<Vec<DeadlineChange>, ServiceError> {
    let member = permission::proper_officer(acting)?;
    let title = text::single_line(&day.title);
    let mut problems = Vec::new();
    if title.is_empty() || title.chars().count() > 100 {
        problems.push(FieldError::new(
            "title",
            "empty",
            "Enter what the day is, in 100 characters or fewer",
        ));
    }
    if day.date < local_time::london_date(service.now()) {
        problems.push(FieldError::new(
            "date",
            "past",
            "The day must be today or in the future",
        ));
    }
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    let day = NonWorkingDay {
        title,
        ..day.clone()
    };
    service.store.write(|db| {
        calendar::add_day(db, &day, Some(member.id), service.now())?;
        service.audit(
            db,
            acting,
            "add_day",
            ("day", &day.date.to_string()),
            None,
            Some(serde_json::json!({ "title": day.title })),
        )?;
        reckon_in(
            service,
            db,
            acting,
            &CalendarChange::Add(day.clone()).in_words(),
        )
    })
}

/// Takes away a day that the council had added.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::NotFound`].
pub fn remove_day(
    service: &Service,
    acting: &Acting,
    day: NaiveDate,
) -> Result<Vec<DeadlineChange>, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        if !calendar::remove_day(db, day)? {
            return Err(ServiceError::NotFound);
        }
        service.audit(
            db,
            acting,
            "remove_day",
            ("day", &day.to_string()),
            None,
            None,
        )?;
        reckon_in(service, db, acting, &CalendarChange::Remove(day).in_words())
    })
}
