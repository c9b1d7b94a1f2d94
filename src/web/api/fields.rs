//! Where in a body the fields are that the service names.

use crate::service::{FieldError, ServiceError};

/// The same error with its fields where this API has them.
pub fn at(error: ServiceError, place: fn(&'static str) -> &'static str) -> ServiceError {
    match error {
        ServiceError::Invalid(errors) => ServiceError::Invalid(
            errors
                .into_iter()
                .map(|error| FieldError {
                    field: place(error.field),
                    ..error
                })
                .collect(),
        ),
        other => other,
    }
}

/// The fields of a meeting inside of a new one.
pub fn of_new_meeting(field: &'static str) -> &'static str {
    match field {
        "date" => "meeting.date",
        "venue" => "meeting.venue",
        other => other,
    }
}

/// The fields of a notice: those of the questioner are together.
pub fn of_notice(field: &'static str) -> &'static str {
    match field {
        "name" => "questioner.name",
        "organisation" => "questioner.organisation",
        "address" => "questioner.address",
        "postcode" => "questioner.postcode",
        "email" => "questioner.email",
        "telephone" => "questioner.telephone",
        "needs" => "questioner.needs",
        "resident" => "questioner.resident",
        "publish_name" => "questioner.publish_name",
        "under_18" => "questioner.under_18",
        "carer_name" => "questioner.carer_name",
        other => other,
    }
}

/// The fields of a notice that an officer enters.
pub fn of_entry(field: &'static str) -> &'static str {
    match field {
        "meeting" => "notice.meeting",
        "agenda_item" => "notice.agenda_item",
        "matter" => "notice.matter",
        "question" => "notice.question",
        "difference" => "notice.difference",
        "name" => "notice.questioner.name",
        "organisation" => "notice.questioner.organisation",
        "address" => "notice.questioner.address",
        "postcode" => "notice.questioner.postcode",
        "email" => "notice.questioner.email",
        "telephone" => "notice.questioner.telephone",
        "needs" => "notice.questioner.needs",
        "resident" => "notice.questioner.resident",
        "publish_name" => "notice.questioner.publish_name",
        "under_18" => "notice.questioner.under_18",
        "carer_name" => "notice.questioner.carer_name",
        "exception_reason" => "exceptions",
        other => other,
    }
}
