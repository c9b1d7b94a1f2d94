//! How often signing in to an account has failed, by the hour. What was typed is not kept.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::store::{
    connection::Db, error::StoreError, schema::failed_sign_ins as table, types::Instant,
};

/// Counts one more failure of an account in an hour, and returns how many there have been in it.
///
/// # Errors
/// [`StoreError`].
pub fn count(db: &mut Db, account: &str, hour: DateTime<Utc>) -> Result<i32, StoreError> {
    let hour = Instant::from(hour);
    let row = || {
        table::table
            .filter(table::account.eq(account))
            .filter(table::hour.eq(hour))
    };
    let changed = diesel::update(row())
        .set(table::attempts.eq(table::attempts + 1))
        .execute(db)?;
    if changed == 0 {
        diesel::insert_into(table::table)
            .values((
                table::account.eq(account),
                table::hour.eq(hour),
                table::attempts.eq(1),
            ))
            .execute(db)?;
    }
    Ok(row().select(table::attempts).first(db)?)
}

/// Whether the owner of an account has been told since an instant.
///
/// # Errors
/// [`StoreError`].
pub fn told_since(db: &mut Db, account: &str, since: DateTime<Utc>) -> Result<bool, StoreError> {
    let told: Option<String> = table::table
        .filter(table::account.eq(account))
        .filter(table::owner_told_at.gt(Instant::from(since)))
        .select(table::account)
        .first(db)
        .optional()?;
    Ok(told.is_some())
}

/// Notes that the owner has been told, with the failures of an hour.
///
/// # Errors
/// [`StoreError`].
pub fn note_told(
    db: &mut Db,
    account: &str,
    hour: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(
        table::table
            .filter(table::account.eq(account))
            .filter(table::hour.eq(Instant::from(hour))),
    )
    .set(table::owner_told_at.eq(Some(Instant::from(at))))
    .execute(db)?;
    Ok(())
}

/// Removes the counts of the hours before an instant.
///
/// # Errors
/// [`StoreError`].
pub fn delete_before(db: &mut Db, hour: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(table::table.filter(table::hour.lt(Instant::from(hour)))).execute(db)?)
}
