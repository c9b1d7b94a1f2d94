//! A letter before it is sent: the same words, from the same function, as the one that goes out.

use chrono::{DateTime, Utc};

use crate::{
    mail::letters::{self, Addressed},
    service::{Service, letters::Letter, private_link::MASKED_LINK, visibility::Asker},
    web::Failure,
};

/// What stands for the name where whoever looks is not told it.
const NAME: &str = "(the questioner’s name)";

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
    /// Whether the questioner's name is left out of it.
    pub unnamed: bool,
}

impl Preview {
    /// What the letter has and this does not, in a sentence.
    pub fn left_out(&self) -> &'static str {
        if self.unnamed {
            "Only the questioner’s name and the private link are left out here."
        } else {
            "Only the private link is left out here, because it is the questioner’s own."
        }
    }
}

/// The letter to a questioner, written now.
///
/// # Errors
/// [`Failure::Broken`] where the template fails.
pub fn preview(
    service: &Service,
    letter: &Letter,
    to: &Asker,
    written_at: DateTime<Utc>,
) -> Result<Preview, Failure> {
    let broken = |error: askama::Error| {
        tracing::error!(%error, "a letter could not be written");
        Failure::Broken
    };
    let mut letter = to
        .details()
        .map_or_else(|| letter.clone(), |details| letter.addressed_to(details));
    if matches!(to, Asker::Withheld { withheld: true, .. }) {
        letter.withhold(!matches!(letter, Letter::Approved { .. }));
    }
    let addressed = Addressed {
        letter: &letter,
        name: match to {
            Asker::Known(details) => details.addressee(),
            Asker::Withheld { .. } => NAME,
            Asker::Removed => "",
        },
        private_link: to.by_email().then_some(MASKED_LINK),
        written_at,
    };
    let rendered = letters::render(&service.settings, &addressed).map_err(broken)?;
    Ok(Preview {
        how: match to {
            Asker::Removed => {
                "The questioner’s details have been removed, so no letter is sent.".to_owned()
            }
            Asker::Withheld { by_email: true, .. } => {
                "This goes to the questioner by email.".to_owned()
            }
            Asker::Withheld {
                by_email: false, ..
            } => "This goes to the questioner by post: it will be among the letters to print."
                .to_owned(),
            Asker::Known(details) => match &details.email {
                Some(email) if letter.is_withheld() => format!(
                    "This goes by email to {email}. The address has not been confirmed, so the email does not include the questioner’s name or question."
                ),
                Some(email) => format!("This goes by email to {} at {email}.", details.addressee()),
                None => format!(
                    "{} gave no email address, so this letter will be among the letters to print.",
                    details.addressee()
                ),
            },
        },
        subject: rendered.subject,
        text: rendered.text,
        html: letters::preview(&service.settings, &addressed).map_err(broken)?,
        goes: *to != Asker::Removed,
        unnamed: matches!(to, Asker::Withheld { .. }),
    })
}
