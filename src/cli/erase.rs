//! `erase`: somebody's personal details, before they are due.

use crate::{
    domain::reference::Reference,
    service::{Service, ServiceError, actor::Acting, remove_personal_details},
};

/// Removes the details of one question.
pub(super) fn erase(service: &Service, reference: &str, reason: &str) -> anyhow::Result<()> {
    let reference = Reference::parse(reference)
        .map_err(|malformed| anyhow::anyhow!("{reference}: {}", malformed.message))?;
    remove_personal_details::erase(service, &Acting::system(), &reference, reason).map_err(
        |error| match error {
            ServiceError::NotFound => {
                anyhow::anyhow!("there is no question {}", reference.as_str())
            }
            ServiceError::Conflict(why) => anyhow::anyhow!("{}: {why}", reference.as_str()),
            other => other.into(),
        },
    )?;
    println!(
        "{}: the personal details are removed. Backups made before this hold them until they are deleted; a restore removes them again",
        reference.as_str()
    );
    Ok(())
}
