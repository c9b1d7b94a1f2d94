//! Two people at once: the second is shown what changed since they looked, and keeps what they typed.

use actix_web::http::StatusCode;
use askama::Template;

use crate::{
    domain::{codes::Code, standing_order::rejection::Ground},
    service::dossier::Happened,
    web::{
        Answer, Fields, Staff,
        officer::history::{self, Line},
        page::{CSRF_FIELD, Page},
        pages,
    },
};

/// The page for an act on something that has changed since.
#[derive(Template)]
#[template(path = "officer/changed.html")]
struct ChangedPage {
    page: Page,
    why: String,
    happened: Vec<Line>,
    stands: String,
    kept: Vec<(String, String)>,
    href: String,
    again: Option<Again>,
}

/// The same form once more, against the version that stands now.
pub struct Again {
    /// Where it goes.
    pub action: String,
    /// What its button says.
    pub button: &'static str,
    /// What it sends.
    pub fields: Vec<(String, String)>,
}

impl Again {
    /// The fields that were sent, with another version.
    pub fn new(
        action: impl Into<String>,
        button: &'static str,
        fields: &Fields,
        version: i32,
    ) -> Self {
        let mut fields = fields.to_keep();
        fields.retain(|(name, _)| name != "version");
        fields.push(("version".to_owned(), version.to_string()));
        Self {
            action: action.into(),
            button,
            fields,
        }
    }
}

/// What changed, and how it stands.
pub struct Changed<'a> {
    /// Why the act was not carried out.
    pub why: String,
    /// What happened since, oldest first.
    pub since: &'a [Happened],
    /// How the thing stands now, in a sentence.
    pub stands: String,
    /// Where it is.
    pub href: String,
    /// The form once more, where the act is still possible.
    pub again: Option<Again>,
}

/// The page, 409.
///
/// # Errors
/// [`crate::web::Failure::Broken`] where the template fails.
pub fn page(staff: &Staff, changed: Changed<'_>, fields: &Fields) -> Answer {
    pages::page_with(
        StatusCode::CONFLICT,
        &ChangedPage {
            page: staff.page("Something has changed since you opened this"),
            why: changed.why,
            happened: history::lines(changed.since),
            stands: changed.stands,
            kept: kept(fields),
            href: changed.href,
            again: changed.again,
        },
    )
}

/// What was typed, with what it was called on the form.
fn kept(fields: &Fields) -> Vec<(String, String)> {
    fields
        .to_keep()
        .into_iter()
        .filter(|(name, value)| name != CSRF_FIELD && !value.trim().is_empty())
        .filter_map(|(name, value)| {
            let label = match name.as_str() {
                "judgement" => "Why this is not the same question",
                "reason" => "Reason",
                "public_text" => "Published text",
                "body" => "Response",
                "response" => "Response at the meeting",
                "answered_by" => "Who answered",
                "supplementary_text" => "Supplementary question",
                "supplementary_response" => "Response to the supplementary question",
                "earlier" => "Earlier question",
                "venue" => "Where it is held",
                "name" => "Name",
                "grounds" => {
                    let ground = Ground::from_code(&value)?;
                    return Some(("Ground".to_owned(), ground.label().to_owned()));
                }
                _ => return None,
            };
            Some((label.to_owned(), value))
        })
        .collect()
}
