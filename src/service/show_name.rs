//! Showing the name of somebody who is not named in the room, to whoever checks who is present (reading 21).

use crate::{
    domain::{
        id::{MeetingId, QuestionId},
        reference::Reference,
        room_name::RoomName,
    },
    service::{Service, ServiceError, actor::Acting, permission, views},
    store::questions,
};

/// A name that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownName {
    /// The question's reference.
    pub reference: Reference,
    /// The name by which the questioner is called in the room.
    pub room_name: RoomName,
    /// The questioner's own name.
    pub name: String,
    /// The organisation for which they ask, if any.
    pub organisation: Option<String>,
    /// Whether they are under 18.
    pub under_18: bool,
}

/// Shows the questioner's own name to the chair of the board or the proper officer, and records that it was shown, and to whom.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::NotFound`] where the meeting has no such question; [`ServiceError::Conflict`]
/// where the personal details have been removed.
pub fn show_name(
    service: &Service,
    acting: &Acting,
    meeting: MeetingId,
    id: QuestionId,
) -> Result<ShownName, ServiceError> {
    service.store.write(|db| {
        let view = views::meeting(service, db, meeting)?;
        permission::chair_of(acting, view.board.id)?;
        let question = questions::question(db, id)?;
        if question.meeting_id != meeting {
            return Err(ServiceError::NotFound);
        }
        let Some(details) = questions::questioner(db, id)? else {
            return Err(ServiceError::Conflict(
                "The questioner’s details have been removed on schedule.".to_owned(),
            ));
        };
        service.audit(
            db,
            acting,
            "show_name",
            ("question", &id.to_string()),
            None,
            None,
        )?;
        Ok(ShownName {
            room_name: views::room_name(&question, &view),
            reference: question.reference,
            name: details.name,
            organisation: details.organisation,
            under_18: details.under_18,
        })
    })
}
