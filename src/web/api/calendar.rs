//! Days that the council has added to the calendar: holidays proclaimed late, closures. Adding one moves deadlines (reading 3).

use actix_web::{delete, get, http::StatusCode, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{Body, created, ok};
use crate::{
    coded,
    domain::{
        id::MeetingId,
        working_days::{NonWorkingDay, NonWorkingDayKind},
    },
    service::{ServiceError, calendar, permission},
    store::calendar as stored,
    web::{Answer, ApiActor},
};

coded! {
    /// Why a day is not a working day.
    #[derive(ToSchema)]
    pub enum DayKind {
        /// A bank holiday in England and Wales.
        #[schema(rename = "bank_holiday")]
        BankHoliday = "bank_holiday",
        /// The council is closed.
        #[schema(rename = "closure")]
        Closure = "closure",
    }
}

/// A day that is not a working day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDay {
    /// The date.
    #[schema(example = "2023-05-08")]
    pub date: NaiveDate,
    /// What the day is, at most 100 characters.
    #[schema(example = "Bank holiday for the coronation of King Charles III")]
    pub title: String,
    /// Whether the country or only the council is off.
    pub kind: DayKind,
}

impl From<NonWorkingDay> for CalendarDay {
    fn from(day: NonWorkingDay) -> Self {
        Self {
            date: day.date,
            title: day.title,
            kind: match day.kind {
                NonWorkingDayKind::BankHoliday => DayKind::BankHoliday,
                NonWorkingDayKind::Closure => DayKind::Closure,
            },
        }
    }
}

/// A deadline that moved because the calendar changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlineChange {
    /// The meeting.
    pub meeting: MeetingId,
    /// The deadline that people had been given.
    pub old: DateTime<Utc>,
    /// The deadline now.
    pub new: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

impl From<stored::DeadlineChange> for DeadlineChange {
    fn from(change: stored::DeadlineChange) -> Self {
        Self {
            meeting: change.meeting_id,
            old: change.old,
            new: change.new,
            reason: change.reason,
        }
    }
}

/// What a change of the calendar moved.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarChange {
    /// The deadlines that moved. Everybody with a question at those meetings is told.
    pub deadlines_moved: Vec<DeadlineChange>,
}

impl CalendarChange {
    fn of(changes: Vec<stored::DeadlineChange>) -> Self {
        Self {
            deadlines_moved: changes.into_iter().map(DeadlineChange::from).collect(),
        }
    }
}

/// List the days that the council has added
///
/// Days of the configuration (GOV.UK's bank holidays and the usual closures) are not among them.
#[utoipa::path(tag = "Calendar", responses((status = 200, description = "The days, earliest first.", body = Vec<CalendarDay>)))]
#[get("/calendar/days")]
pub async fn list_days(actor: ApiActor) -> Answer {
    let days = actor
        .run(|service| {
            service
                .store
                .read(|db| Ok::<_, ServiceError>(stored::added_days(db)?))
        })
        .await?;
    Ok(ok(&days
        .into_iter()
        .map(CalendarDay::from)
        .collect::<Vec<_>>()))
}

/// Add a day
///
/// The proper officer's act. The deadlines of meetings still to be held are reckoned anew.
#[utoipa::path(tag = "Calendar", request_body = CalendarDay, security(("bearer" = []), ("session" = [])),
    responses((status = 201, description = "The day is added.", body = CalendarChange, headers(("Location" = String, description = "The days.")))))]
#[post("/calendar/days")]
pub async fn add_day(actor: ApiActor, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let input = body.read::<CalendarDay>()?;
    let day = match input.kind {
        DayKind::BankHoliday => NonWorkingDay::bank_holiday(input.date, input.title),
        DayKind::Closure => NonWorkingDay::closure(input.date, input.title),
    };
    let changes = actor
        .run(move |service| calendar::add_day(service, &acting, &day))
        .await?;
    Ok(created(
        "/api/v1/calendar/days".to_owned(),
        &CalendarChange::of(changes),
    ))
}

/// Remove a day
///
/// The proper officer's act. The deadlines of meetings still to be held are reckoned anew.
#[utoipa::path(tag = "Calendar", security(("bearer" = []), ("session" = [])),
    params(("date" = String, Path, description = "The date.", format = Date, example = "2023-05-08")),
    responses((status = 200, description = "The day is removed.", body = CalendarChange)))]
#[delete("/calendar/days/{date}")]
pub async fn remove_day(actor: ApiActor, date: web::Path<String>) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let date: NaiveDate = date.parse().map_err(|_| ServiceError::NotFound)?;
    let changes = actor
        .run(move |service| calendar::remove_day(service, &acting, date))
        .await?;
    Ok(actix_web::HttpResponse::build(StatusCode::OK).json(CalendarChange::of(changes)))
}
