//! Failures as problem documents (RFC 9457), for programs.
//!
//! `type` is `/problems/{kind}` and stays the same from release to release. A refusal's type is its own kind, such as
//! `/problems/late`; where the standing order says no for several reasons, `refusals` holds them all and the document's type is
//! the first one's. `errors` holds every wrong field with a JSON pointer.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;

use crate::{
    domain::{
        refusal::{Clause, NextMeeting, Refusal, RefusalWords},
        wording::RuleNames,
    },
    service::{FieldError, ServiceError},
    web::Failure,
};

/// The media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem document.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// What kind of problem it is: a stable address.
    #[serde(rename = "type")]
    #[schema(example = "/problems/late")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What is wrong this time.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Every wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WrongField>,
    /// Every reason for which the standing order says no.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<RefusalProblem>,
    /// The question that the standing order refused: it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kept: Option<KeptQuestion>,
}

/// A question that was refused and kept.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct KeptQuestion {
    /// Its reference.
    #[schema(example = "PQ-2026-7KX4")]
    pub reference: String,
    /// Where its questioner sees it: a private address.
    pub your_question: String,
}

/// A wrong field.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct WrongField {
    /// Where it is in the body that was sent (RFC 6901).
    #[schema(example = "/questioner/postcode")]
    pub pointer: String,
    /// A stable code.
    #[schema(example = "empty")]
    pub code: String,
    /// What to do about it.
    pub detail: String,
}

/// A reason for which the standing order says no.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RefusalProblem {
    /// The kind of refusal: a stable address.
    #[serde(rename = "type")]
    #[schema(example = "/problems/late")]
    pub kind: String,
    /// The clause that says no, by its place in the rule: the same for every council.
    pub clause: Clause,
    /// The clause as the council cites it.
    #[schema(example = "Standing Order 34(9)(iii)")]
    pub cited: String,
    /// The refusal in a few words.
    pub title: String,
    /// Why.
    pub detail: String,
    /// What can be done instead.
    pub remedy: String,
}

impl From<&FieldError> for WrongField {
    fn from(error: &FieldError) -> Self {
        Self {
            // a field that is named by its place, such as questioner.postcode, points there
            pointer: if error.field.is_empty() {
                String::new()
            } else {
                format!("/{}", error.field.replace('.', "/"))
            },
            code: error.code.to_owned(),
            detail: error.message.clone(),
        }
    }
}

impl RefusalProblem {
    /// A refusal for programs, with what is known of the board's next meeting.
    pub fn new(refusal: &Refusal, names: &RuleNames, next: NextMeeting) -> Self {
        let words = RefusalWords::new(refusal, names, next);
        Self {
            kind: format!("/problems/{}", refusal.kind()),
            clause: refusal.clause(),
            cited: words.cited,
            title: words.title.to_owned(),
            detail: words.reason,
            remedy: words.remedy,
        }
    }
}

impl Problem {
    fn new(kind: &str, title: &str, status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            refusals: Vec::new(),
            kept: None,
        }
    }

    /// Wrong fields, wherever in the body they are.
    pub fn wrong_fields(errors: Vec<WrongField>) -> Self {
        Self {
            errors,
            ..Self::new(
                "invalid",
                "Some fields are wrong",
                StatusCode::UNPROCESSABLE_ENTITY,
                "",
            )
        }
    }

    /// What the standing order refuses, for all its reasons.
    pub fn refused(refusals: Vec<RefusalProblem>) -> Self {
        let mut problem = Self::new(
            "refused",
            "Refused by the standing order",
            StatusCode::UNPROCESSABLE_ENTITY,
            "",
        );
        if let Some(first) = refusals.first() {
            problem.kind.clone_from(&first.kind);
            problem.title.clone_from(&first.title);
            problem.detail.clone_from(&first.detail);
        }
        problem.refusals = refusals;
        problem
    }

    /// An Idempotency-Key that stands for another request.
    pub fn key_reused() -> Self {
        Self::new(
            "idempotency-key-reused",
            "The Idempotency-Key stands for another request",
            StatusCode::UNPROCESSABLE_ENTITY,
            "Send a new key with a new request; the same key only with the same body.",
        )
    }
}

impl Problem {
    /// The problem document of a failure. Clauses are cited by the council's names.
    pub fn of(failure: &Failure, names: &RuleNames) -> Self {
        let status = failure.status();
        let problem = |kind, title, detail: &str| Self::new(kind, title, status, detail);
        match failure {
            Failure::Service(error) => match error {
                ServiceError::Invalid(errors) => Self {
                    errors: errors.iter().map(Into::into).collect(),
                    ..problem("invalid", "Some fields are wrong", "")
                },
                ServiceError::Refused(refusals) => {
                    let refusals = refusals
                        .iter()
                        .map(|refusal| RefusalProblem::new(refusal, names, NextMeeting::Unknown));
                    Self::refused(refusals.collect())
                }
                ServiceError::NotFound => problem("not-found", "Not found", ""),
                ServiceError::SignedOut => problem(
                    "not-signed-in",
                    "Not signed in",
                    "Send a token that is good as Authorization: Bearer, or sign in.",
                ),
                ServiceError::Forbidden(why) => problem("forbidden", "Not allowed", why),
                ServiceError::Conflict(why) => problem("conflict", "It stands otherwise", why),
                ServiceError::Busy | ServiceError::Unavailable => problem(
                    "busy",
                    "Busy",
                    "Nothing was stored. Try again after the time in Retry-After.",
                ),
                ServiceError::NoRoom(why, _) => problem("busy", "Busy", why),
                ServiceError::TooMany(_) => problem(
                    "too-many-requests",
                    "Too many requests",
                    "Try again after the time in Retry-After.",
                ),
                ServiceError::Internal(_) => problem(
                    "internal",
                    "A fault of the service",
                    "It has been recorded under the X-Request-Id.",
                ),
            },
            Failure::CrossSite => problem(
                "cross-site",
                "From another site",
                "A change that rides on a cookie must come from this service's own pages.",
            ),
            Failure::Expired => problem(
                "token",
                "The token is not right",
                "A change that rides on a cookie must carry X-CSRF-Token.",
            ),
            Failure::PasswordToChoose => problem(
                "forbidden",
                "Not allowed",
                "Choose your own password on the pages first.",
            ),
            Failure::TooMany(_) => problem(
                "too-many-requests",
                "Too many requests",
                "Try again after the time in Retry-After.",
            ),
            Failure::TooLarge => problem("too-large", "The body is too large", ""),
            Failure::TooSlow => problem("too-slow", "The body took too long", ""),
            Failure::UnsupportedMediaType => problem(
                "unsupported-media-type",
                "The body's type is not known",
                "Send application/json.",
            ),
            Failure::Malformed(why) => problem("malformed", "The request could not be read", why),
            Failure::MethodNotAllowed => {
                problem("method-not-allowed", "Method not allowed", "See Allow.")
            }
            Failure::PreconditionFailed => problem(
                "changed",
                "It has changed since",
                "Get it again, and send its ETag as If-Match.",
            ),
            Failure::PreconditionRequired => problem(
                "if-match-required",
                "If-Match is missing",
                "Send the ETag of what you saw as If-Match.",
            ),
            Failure::Problem(known) => known.as_ref().clone(),
            Failure::Broken => problem(
                "internal",
                "A fault of the service",
                "It has been recorded under the X-Request-Id.",
            ),
        }
    }
}

/// The answer that carries a failure's problem document.
pub fn document(failure: &Failure, names: &RuleNames) -> HttpResponse {
    let problem = Problem::of(failure, names);
    let mut answer = HttpResponse::build(failure.status());
    if let Some(seconds) = failure.retry_after() {
        answer.insert_header((header::RETRY_AFTER, seconds));
    }
    if *failure == Failure::Service(ServiceError::SignedOut) {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    let body = serde_json::to_string(&problem).unwrap_or_default();
    answer.content_type(MEDIA_TYPE).body(body)
}
