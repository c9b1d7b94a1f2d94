//! Knowing that an e-mail address is the questioner's.
//!
//! Anybody can type anybody's address, and the council's mail server would deliver their words to it. So until an address is confirmed,
//! letters to it hold nothing that was typed. It is confirmed by a press on the private page that the link in a letter opens: the link that
//! the page and the API show to whoever sent the question proves nothing, for that person need not read the mailbox. Opening the link is
//! not enough either, because mail scanners open every link.

use serde_json::json;

use crate::{
    domain::{codes::Code, questioner::Confirmation, status::Status},
    service::{Service, ServiceError, actor::Acting},
    store::{
        connection::Db,
        questions::{self, Question, QuestionerDetails},
    },
};

/// How the audit trail calls it.
const CONFIRMED: &str = "confirm_address";

/// What a private page says about the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirming {
    /// There is no address to confirm.
    NotNeeded,
    /// It is known to be the questioner's.
    Confirmed,
    /// Whoever opened the page by this link reads the mailbox, and can confirm it.
    ByThisLink,
    /// It can be confirmed by the link in a letter; this is another link.
    ByLetter,
}

/// Returns what can be done about the address of a question, for whoever opened it by this token.
pub fn standing(
    service: &Service,
    token: &str,
    question: &Question,
    details: Option<&QuestionerDetails>,
) -> Confirming {
    match details {
        Some(details) if details.email.is_some() && question.status != Status::Disowned => {
            if details.is_confirmed() {
                Confirming::Confirmed
            } else if service.is_from_letter(token, question) {
                Confirming::ByThisLink
            } else {
                Confirming::ByLetter
            }
        }
        _ => Confirming::NotNeeded,
    }
}

/// Confirms, by the private link from a letter, that its reader sent the question. Confirming twice changes nothing more.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that opens nothing; [`ServiceError::Conflict`] for a private link that is not from a letter, and
/// where there is no address to confirm.
pub fn confirm(service: &Service, acting: &Acting, token: &str) -> Result<Question, ServiceError> {
    service.store.write(|db| {
        let question = service.question_by_token(db, token)?;
        let details = questions::questioner(db, question.id)?;
        match standing(service, token, &question, details.as_ref()) {
            Confirming::Confirmed => return Ok(question),
            Confirming::ByThisLink => {}
            Confirming::ByLetter => {
                return Err(ServiceError::Conflict(
                    "To confirm your email address, open the private link in our email.".to_owned(),
                ));
            }
            Confirming::NotNeeded => {
                return Err(ServiceError::Conflict(
                    "There is no email address to confirm for this question.".to_owned(),
                ));
            }
        }
        if let Some(mut details) = details {
            note(
                service,
                db,
                acting,
                &question,
                &mut details,
                Confirmation::Link,
            )?;
        }
        Ok(question)
    })
}

/// Notes that an address is the questioner's, unless it is known already.
///
/// # Errors
/// Those of the store.
pub(super) fn note(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    question: &Question,
    details: &mut QuestionerDetails,
    by: Confirmation,
) -> Result<(), ServiceError> {
    if details.is_confirmed() || details.email.is_none() {
        return Ok(());
    }
    details.confirm(by, service.now());
    questions::update_questioner(db, details)?;
    service.audit(
        db,
        acting,
        CONFIRMED,
        ("question", &question.id.to_string()),
        None,
        Some(json!({ "by": by.code() })),
    )
}
