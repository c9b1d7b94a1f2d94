//! Putting a directory of postcodes in the place of the one before (clause (i), reading 8). In one transaction: an import that
//! fails leaves the old directory as it was.

use crate::{
    domain::postcode_directory::Directory,
    service::{Service, ServiceError, actor::Acting, permission},
    store::postcodes,
};

/// What the directory held before and holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// How many postcodes of the borough it held before.
    pub inside_before: i64,
    /// How many postcodes of the borough it holds now.
    pub inside: i64,
    /// How many entries it holds now, the districts outside the borough included.
    pub entries: i64,
}

/// Puts a directory in the place of the one before: the service itself, or an administrator.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] where the directory has no postcode of the borough, so that it would
/// refuse everybody.
pub fn replace(
    service: &Service,
    acting: &Acting,
    directory: &Directory,
) -> Result<Replaced, ServiceError> {
    if *acting != Acting::system() {
        permission::administrator(acting)?;
    }
    if directory.inside() == 0 {
        return Err(ServiceError::field(
            "file",
            "no_postcodes",
            format!(
                "No postcode in the file lies in {} ({})",
                service.settings.council.borough_name, service.settings.council.ons_code
            ),
        ));
    }
    service.store.write(|db| {
        let (_, inside_before) = postcodes::count(db)?;
        postcodes::clear(db)?;
        for (postcode, inside) in &directory.postcodes {
            postcodes::add(db, postcode, *inside)?;
        }
        for district in &directory.districts_outside {
            postcodes::add(db, district, false)?;
        }
        let (entries, inside) = postcodes::count(db)?;
        service.audit(
            db,
            acting,
            "import_postcodes",
            ("service", "postcodes"),
            Some(serde_json::json!({ "inside": inside_before })),
            Some(serde_json::json!({ "inside": inside, "entries": entries })),
        )?;
        Ok(Replaced {
            inside_before,
            inside,
            entries,
        })
    })
}
