//! The directory of postcodes (reading 8): a postcode with whether it lies in the borough, or a district (`SW1A`) that lies outside
//! it altogether.

use diesel::prelude::*;

use crate::{
    domain::{questioner::Postcode, standing_order::residents::PostcodeCheck},
    store::{connection::Db, error::StoreError, schema::postcodes},
};

/// What the directory says of a postcode: unknown where none has been imported (reading 8).
///
/// # Errors
/// [`StoreError`].
pub fn check(db: &mut Db, postcode: &Postcode) -> Result<PostcodeCheck, StoreError> {
    let found: Vec<(String, bool)> = postcodes::table
        // not `eq_any`, which is prepared anew each time
        .filter(
            postcodes::postcode
                .eq(postcode.as_str())
                .or(postcodes::postcode.eq(postcode.district())),
        )
        .select((postcodes::postcode, postcodes::in_borough))
        .load(db)?;
    let exact = found.iter().find(|(entry, _)| entry == postcode.as_str());
    Ok(match exact.or_else(|| found.first()) {
        Some((_, true)) => PostcodeCheck::Inside,
        Some((_, false)) => PostcodeCheck::Outside,
        None => PostcodeCheck::Unknown,
    })
}

/// How many entries the directory holds, and how many postcodes of them lie in the borough.
///
/// # Errors
/// [`StoreError`].
pub fn count(db: &mut Db) -> Result<(i64, i64), StoreError> {
    let entries = postcodes::table.count().get_result(db)?;
    let inside = postcodes::table
        .filter(postcodes::in_borough.eq(true))
        .count()
        .get_result(db)?;
    Ok((entries, inside))
}

/// Takes the whole directory away, to put another in its place.
///
/// # Errors
/// [`StoreError`].
pub fn clear(db: &mut Db) -> Result<(), StoreError> {
    diesel::delete(postcodes::table).execute(db)?;
    Ok(())
}

/// Adds an entry: a postcode in its usual form, or a district outside the borough.
///
/// # Errors
/// [`StoreError`].
pub fn add(db: &mut Db, entry: &str, in_borough: bool) -> Result<(), StoreError> {
    crate::insert_unless_present!(
        db,
        postcodes::table,
        (
            postcodes::postcode.eq(entry),
            postcodes::in_borough.eq(in_borough)
        )
    )?;
    Ok(())
}
