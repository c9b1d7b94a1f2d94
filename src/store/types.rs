//! Column types that mean the same on SQLite and on PostgreSQL.
//!
//! Instants are kept in UTC `TIMESTAMP` columns ([`Instant`]). Local dates and times of day need nothing of their own: chrono's
//! `NaiveDate` and `NaiveTime` go to `DATE` and `TIME` columns as they are. Documents, states and identifiers are `TEXT`,
//! read by [`super::rows`].

use chrono::{DateTime, Datelike, NaiveDateTime, SubsecRound, Timelike, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Timestamp;

/// An instant, in UTC and whole microseconds (PostgreSQL's resolution), from the year 1 to the year 9999.
///
/// Storing one outside those years is an error: SQLite keeps instants as text and would order it wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub struct Instant(
    // Naive, so that `ToSql` can lend a reference, which the binds of the two-database backend need.
    NaiveDateTime,
);

impl Instant {
    /// The same instant as the rest of the code knows it.
    pub fn utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }
}

impl From<DateTime<Utc>> for Instant {
    /// Anything finer than a microsecond is cut off, never rounded up: 15:59:59.9999999 stays before four o'clock.
    fn from(instant: DateTime<Utc>) -> Self {
        let naive = instant.naive_utc();
        // A leap second has no text that both databases read.
        let naive = match naive.nanosecond() {
            1_000_000_000.. => naive.with_nanosecond(999_999_999).unwrap_or(naive),
            _ => naive,
        };
        Self(naive.trunc_subsecs(6))
    }
}

impl From<Instant> for DateTime<Utc> {
    fn from(instant: Instant) -> Self {
        instant.utc()
    }
}

impl<DB> ToSql<Timestamp, DB> for Instant
where
    DB: Backend,
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        if !(1..=9999).contains(&self.0.year()) {
            return Err("an instant outside the years 1 to 9999".into());
        }
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<Timestamp, DB> for Instant
where
    DB: Backend,
    NaiveDateTime: FromSql<Timestamp, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDateTime::from_sql(value).map(Self)
    }
}
