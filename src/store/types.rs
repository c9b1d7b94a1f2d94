//! Column types that mean the same on SQLite and on PostgreSQL.
//!
//! Instants are kept in UTC `TIMESTAMP` columns ([`Instant`]), documents as JSON in `TEXT` ([`JsonText`]), states and
//! other closed lists of the domain as words in `TEXT` ([`text_column!`](crate::text_column)). Local dates and times of
//! day need nothing of their own: chrono's `NaiveDate` and `NaiveTime` go to `DATE` and `TIME` columns as they are.

use chrono::{DateTime, Datelike, NaiveDateTime, SubsecRound, Timelike, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Text, Timestamp};

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

/// A document kept as JSON in a `TEXT` column.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct JsonText(
    // The text is made when the value is built, so that `ToSql` can lend it.
    String,
);

impl JsonText {
    /// Writes `document` as JSON.
    ///
    /// # Errors
    /// Where the document has no JSON form (a map whose keys are not texts, say).
    pub fn new<T: serde::Serialize + ?Sized>(document: &T) -> serde_json::Result<Self> {
        serde_json::to_string(document).map(Self)
    }

    /// Reads the document back.
    ///
    /// # Errors
    /// Where the text is not the JSON of a `T`.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }

    /// The JSON text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<DB> ToSql<Text, DB> for JsonText
where
    DB: Backend,
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl<DB> FromSql<Text, DB> for JsonText
where
    DB: Backend,
    String: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(value).map(Self)
    }
}

/// What a function that reads a word may answer: the value, or nothing where the word is unknown.
pub trait Parsed<T> {
    /// The value, without the reason where there is none.
    fn parsed(self) -> Option<T>;
}

impl<T> Parsed<T> for Option<T> {
    fn parsed(self) -> Option<T> {
        self
    }
}

impl<T, E> Parsed<T> for Result<T, E> {
    fn parsed(self) -> Option<T> {
        self.ok()
    }
}

/// Makes the column type of a domain value that has a word for each of its cases.
///
/// `text_column!(pub StatusColumn(Status), as_str, Status::parse);` declares `pub struct StatusColumn(pub Status)`, kept
/// in a `TEXT` column on either database. `as_str` is the method that gives the word; the last is a function from `&str`
/// to `Option<Status>` or `Result<Status, _>` (`str::parse::<Status>` does). A word that it does not know is an error
/// when the row is read, and the message does not repeat it. The domain stays free of Diesel.
#[macro_export]
macro_rules! text_column {
    ($(#[$meta:meta])* $vis:vis $column:ident($value:ty), $word:ident, $read:expr $(,)?) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, PartialEq, Eq, ::diesel::expression::AsExpression, ::diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = ::diesel::sql_types::Text)]
        $vis struct $column(pub $value);

        impl ::std::convert::From<$value> for $column {
            fn from(value: $value) -> Self {
                Self(value)
            }
        }

        impl ::std::convert::From<$column> for $value {
            fn from(column: $column) -> Self {
                column.0
            }
        }

        impl<DB> ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB> for $column
        where
            DB: ::diesel::backend::Backend,
            str: ::diesel::serialize::ToSql<::diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, DB>,
            ) -> ::diesel::serialize::Result {
                let word: &'b str = self.0.$word();
                ::diesel::serialize::ToSql::<::diesel::sql_types::Text, DB>::to_sql(word, out)
            }
        }

        impl<DB> ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> for $column
        where
            DB: ::diesel::backend::Backend,
            String: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let word = <String as ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>>::from_sql(value)?;
                $crate::store::types::Parsed::parsed(($read)(word.as_str()))
                    .map(Self)
                    .ok_or_else(|| concat!("unknown word in a ", stringify!($column)).into())
            }
        }
    };
}
