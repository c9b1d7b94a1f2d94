//! Rendering pages, and the pages for what went wrong.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web,
};
use askama::Template;

use crate::{
    domain::refusal::{NextMeeting, RefusalWords},
    service::{ServiceError, throttle::wait_in_words},
    web::{
        Answer, AppState, Failure, Fields, Visitor,
        components::FieldProblem,
        cookies::{self, Kind},
        csrf,
        page::{Page, StaffNav},
        staff,
    },
};

/// A page, 200.
///
/// # Errors
/// [`Failure::Broken`] where the template fails.
pub fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// A form shown again because something in it is wrong, 422.
///
/// # Errors
/// [`Failure::Broken`] where the template fails.
pub fn invalid(template: &impl Template) -> Answer {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A page with a status.
///
/// # Errors
/// [`Failure::Broken`] where the template fails.
pub fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a template failed");
        Failure::Broken
    })?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// On to another page after a POST, 303. `path` is a path of ours.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

/// A public page without personal details: a browser may keep it, and asks before it shows it again.
#[must_use]
pub fn not_personal(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-cache"),
    );
    answer
}

/// The page for a failure.
#[derive(Template)]
#[template(path = "errors/failure.html")]
struct FailurePage {
    page: Page,
    problems: Vec<FieldProblem>,
    paragraphs: Vec<String>,
    refusals: Vec<RefusalWords>,
    kept: Option<Kept>,
    link: Option<(&'static str, String)>,
    email: String,
    phone: String,
}

/// A form that was sent and not taken, to be sent again.
struct Kept {
    action: String,
    fields: Vec<(String, String)>,
    button: &'static str,
}

impl Kept {
    /// What can be read again, for somebody who would rather copy it.
    fn texts(&self) -> Vec<&str> {
        self.fields
            .iter()
            .map(|(_, value)| value.trim())
            .filter(|value| value.chars().count() > 30)
            .collect()
    }
}

/// What a failure is called and what is said about it.
fn words(failure: &Failure) -> (&'static str, Vec<String>) {
    let say =
        |title, texts: &[&str]| (title, texts.iter().map(|text| (*text).to_owned()).collect());
    match failure {
        Failure::Service(error) => match error {
            ServiceError::Invalid(_) => {
                say("There is a problem", &["Go back and check your answers."])
            }
            ServiceError::Refused(_) => say("This cannot be done", &[]),
            ServiceError::NotFound => say(
                "Page not found",
                &[
                    "If you typed the web address, check it is correct.",
                    "If you pasted the web address, check you copied the entire address.",
                    "If you were writing a question in another browser, go on there. If you used a private link, a newer letter may have a newer link.",
                ],
            ),
            ServiceError::SignedOut => say(
                "You have been signed out",
                &[
                    "Sign in in another tab, then come back here and select Continue. Anything that you typed on that page is below.",
                ],
            ),
            ServiceError::Forbidden(why) => say("You cannot do this", &[why]),
            ServiceError::Conflict(why) => say(
                "Something has changed",
                &[why, "Reload the page to see the latest version."],
            ),
            ServiceError::Busy | ServiceError::Unavailable => say(
                "Sorry, the service is busy",
                &[
                    "Too many people are using the service at the moment. Try again in a few seconds.",
                ],
            ),
            ServiceError::NoRoom(why, wait) => say(
                "Sorry, we cannot save your question at the moment",
                &[
                    why,
                    &format!(
                        "What you typed on that page is below. We have not saved it, so copy it if you leave this page. There may be room again in {}.",
                        wait_in_words(wait.to_std().unwrap_or_default())
                    ),
                    "If the deadline is near, email your question to the address below.",
                ],
            ),
            ServiceError::TooMany(wait) => say(
                "Too many attempts",
                &[&format!("Wait {}, then try again.", wait_in_words(*wait))],
            ),
            ServiceError::Internal(_) => say(
                "Sorry, there is a problem with the service",
                &["Try again later. The problem has been recorded."],
            ),
        },
        Failure::CrossSite => say(
            "Sorry, we could not accept that",
            &[
                "What you sent came from another website, or your browser does not say where it came from. Open the page on this website and try again.",
            ],
        ),
        Failure::Expired => say(
            "Sorry, your session has ended",
            &[
                "The page was open for too long, or your browser did not keep its cookie. Anything that you typed on that page is below, and goes on with you when you select Continue. Answers from earlier pages may be lost.",
                "If you see this page again after you select Continue, turn on cookies in your browser.",
            ],
        ),
        Failure::PasswordToChoose => say(
            "Choose your own password first",
            &[
                "Your password was issued to you. Choose your own on your account page, then come back here.",
            ],
        ),
        Failure::TooMany(wait) => say(
            "Too many attempts",
            &[
                &format!(
                    "Too many requests have come from your connection. Other people may use the same connection, for example in a library. You can try again in {}.",
                    wait_in_words(*wait)
                ),
                "We have not received what you sent. Anything that you typed on that page is below.",
            ],
        ),
        Failure::TooLarge => say(
            "What you sent is too long",
            &["Go back, shorten it and try again."],
        ),
        Failure::TooSlow => say(
            "Your connection was too slow",
            &["What you sent did not arrive in time. Go back and try again."],
        ),
        Failure::UnsupportedMediaType | Failure::Malformed(_) | Failure::Problem(_) => say(
            "We could not read what you sent",
            &["Go back, check it and try again."],
        ),
        Failure::MethodNotAllowed => say(
            "Page not found",
            &["This address cannot be used in this way."],
        ),
        Failure::PreconditionFailed | Failure::PreconditionRequired => say(
            "Something has changed",
            &["Reload the page to see the latest version."],
        ),
        Failure::Broken => say(
            "Sorry, there is a problem with the service",
            &["Try again later. The problem has been recorded."],
        ),
    }
}

/// Whether the same form may be sent again as it is.
fn can_be_sent_again(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Expired
            | Failure::TooMany(_)
            | Failure::Broken
            | Failure::Service(
                ServiceError::Busy
                    | ServiceError::Unavailable
                    | ServiceError::NoRoom(..)
                    | ServiceError::TooMany(_)
                    | ServiceError::SignedOut
                    | ServiceError::Internal(_)
            )
    )
}

/// The page for a failure, with what was typed where it can be sent again. Somebody who is not signed in and only wanted to
/// look is sent to the sign-in page.
pub(super) fn failure(
    request: &HttpRequest,
    state: &web::Data<AppState>,
    failure: &Failure,
) -> HttpResponse {
    let looking = request.method() == Method::GET;
    if looking && *failure == Failure::Service(ServiceError::SignedOut) {
        return see_other(&staff::sign_in_then(request.uri()));
    }
    if looking && *failure == Failure::PasswordToChoose {
        return see_other(staff::ACCOUNT);
    }
    let kept = kept(request, failure);
    let link = match failure {
        Failure::PasswordToChoose => Some(("Your account", staff::ACCOUNT.to_owned())),
        Failure::Service(ServiceError::SignedOut) => {
            Some(("Sign in (opens in a new tab)", staff::SIGN_IN.to_owned()))
        }
        _ => None,
    };
    let (title, paragraphs) = words(failure);
    let page = page_for(request, state, title);
    render(state, failure, page, paragraphs, kept, link)
}

/// The page for a failure where nothing is known of the request any more.
pub(super) fn bare_failure(state: &AppState, failure: &Failure) -> HttpResponse {
    let (title, paragraphs) = words(failure);
    let page = Page::new(&state.site, title, "");
    render(state, failure, page, paragraphs, None, None)
}

fn kept(request: &HttpRequest, failure: &Failure) -> Option<Kept> {
    if failure == &Failure::CrossSite {
        // what another site's page sent is not put into a form of ours
        return None;
    }
    let fields = request.extensions().get::<Fields>()?.to_keep();
    let button = if !can_be_sent_again(failure) {
        ""
    } else if matches!(
        failure,
        Failure::Expired | Failure::Service(ServiceError::SignedOut)
    ) {
        "Continue"
    } else {
        "Try again"
    };
    let action = request
        .uri()
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string);
    (!fields.is_empty() || !button.is_empty()).then_some(Kept {
        action,
        fields,
        button,
    })
}

fn page_for(request: &HttpRequest, state: &web::Data<AppState>, title: &str) -> Page {
    let service = &state.service;
    if csrf::kind_for(request.path()) == Kind::Staff {
        let csrf = cookies::read(request, &service.settings, Kind::Staff)
            .map(|cookie| csrf::token(service, Kind::Staff, &cookie))
            .unwrap_or_default();
        let page = Page::new(&state.site, title, csrf);
        return match request.extensions().get::<StaffNav>() {
            Some(nav) => page.for_staff(nav.clone()),
            None => page,
        };
    }
    Visitor::of(request, state).page(title)
}

fn render(
    state: &AppState,
    failure: &Failure,
    page: Page,
    paragraphs: Vec<String>,
    kept: Option<Kept>,
    link: Option<(&'static str, String)>,
) -> HttpResponse {
    let council = &state.service.settings.council;
    let (problems, refusals) = match failure {
        Failure::Service(ServiceError::Invalid(errors)) => (
            errors
                .iter()
                .map(|error| FieldProblem::general(&error.message))
                .collect(),
            Vec::new(),
        ),
        Failure::Service(ServiceError::Refused(refusals)) => (
            Vec::new(),
            refusals
                .iter()
                .map(|refusal| RefusalWords::new(refusal, &council.rule, NextMeeting::Unknown))
                .collect(),
        ),
        _ => (Vec::new(), Vec::new()),
    };
    let template = FailurePage {
        page,
        problems,
        paragraphs,
        refusals,
        kept,
        link,
        email: council.email.clone(),
        phone: council.phone.clone(),
    };
    let mut answer = page_with(failure.status(), &template)
        .unwrap_or_else(|failure| HttpResponse::new(failure.status()));
    if let Some(seconds) = failure.retry_after() {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    }
    answer
}
