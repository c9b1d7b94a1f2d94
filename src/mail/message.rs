//! A letter as an e-mail (RFC 5322): the same letter gives the same message however often it is sent.

use std::time::SystemTime;

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, MultiPartKind, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

use super::letters::{Addressed, Rendered, one_line, render};
use crate::{
    config::Settings,
    service::deliver_outbox::{Outgoing, Undelivered},
};

/// A letter ready to be handed over.
pub(super) struct Written {
    /// To whom it goes.
    pub to: Address,
    /// Its words.
    pub rendered: Rendered,
    /// The e-mail.
    pub message: Message,
}

/// Writes the e-mail.
///
/// # Errors
/// [`Undelivered::Permanent`] where there is no address that an e-mail can go to.
pub(super) fn write(settings: &Settings, letter: &Outgoing) -> Result<Written, Undelivered> {
    let to: Address = letter
        .email
        .as_deref()
        .ok_or_else(|| never("there is no e-mail address"))?
        .parse()
        .map_err(|_| never("the e-mail address cannot be used"))?;
    let rendered = render(settings, &Addressed::from(letter))
        .map_err(|_| never("the letter could not be put into words"))?;
    // Whatever stands in a header is one line, whoever wrote it.
    let name = Some(one_line(&letter.name))
        .filter(|name| !name.is_empty() && !letter.letter.is_withheld());
    let mail = &settings.mail;
    // Nobody who writes words for a letter knows its identifier, so none can contain its own boundary.
    let parts = MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(format!("=_{}", letter.id))
        .singlepart(SinglePart::plain(rendered.text.clone()))
        .singlepart(SinglePart::html(rendered.html.clone()));
    let message = Message::builder()
        .from(mail.from.clone())
        .reply_to(mail.reply_to.clone())
        .to(Mailbox::new(name, to.clone()))
        .subject(rendered.subject.clone())
        .message_id(Some(format!(
            "<{}@{}>",
            letter.id,
            mail.from.email.domain()
        )))
        .date(SystemTime::from(letter.written_at))
        // RFC 3834: nobody's machine need answer, and none may take part in a loop
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(parts)
        .map_err(|_| never("the e-mail could not be put together"))?;
    Ok(Written {
        to,
        rendered,
        message,
    })
}

pub(super) fn never(why: &str) -> Undelivered {
    Undelivered::Permanent(why.to_owned())
}
