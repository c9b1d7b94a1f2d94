//! A letter before it is sent: the same words, from the same function, as the one that goes out.

use chrono::{DateTime, Utc};

use crate::{
    mail::letters::{self, Addressed},
    service::{Service, letters::Letter, private_link::MASKED_LINK},
    store::questions::QuestionerDetails,
    web::Failure,
};

/// A letter that an officer is about to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// To whom and how it goes, in a sentence.
    pub how: String,
    /// Its subject.
    pub subject: String,
    /// It as plain text.
    pub text: String,
    /// It as a piece of a page; safe to insert.
    pub html: String,
    /// Whether there is anybody to send it to.
    pub goes: bool,
}

/// The letter to a questioner, written now.
///
/// # Errors
/// [`Failure::Broken`] where the template fails.
pub fn preview(
    service: &Service,
    letter: &Letter,
    to: Option<&QuestionerDetails>,
    written_at: DateTime<Utc>,
) -> Result<Preview, Failure> {
    let broken = |error: askama::Error| {
        tracing::error!(%error, "a letter could not be written");
        Failure::Broken
    };
    let email = to.and_then(|to| to.email.as_deref());
    let addressed = Addressed {
        letter,
        name: to.map_or("", |to| to.name.as_str()),
        private_link: email.map(|_| MASKED_LINK),
        written_at,
    };
    let rendered = letters::render(&service.settings, &addressed).map_err(broken)?;
    Ok(Preview {
        how: match (to, email) {
            (None, _) => {
                "The questioner’s details have been removed, so no letter is sent.".to_owned()
            }
            (Some(to), Some(email)) => format!("This goes by email to {} at {email}.", to.name),
            (Some(to), None) => format!(
                "{} gave no email address, so this letter will be among the letters to print.",
                to.name
            ),
        },
        subject: rendered.subject,
        text: rendered.text,
        html: letters::preview(&service.settings, &addressed).map_err(broken)?,
        goes: to.is_some(),
    })
}
