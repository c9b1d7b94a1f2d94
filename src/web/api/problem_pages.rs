//! A page for each kind of problem, where the `type` of a problem document leads: what it means and what to do.

use actix_web::{HttpRequest, web};
use askama::Template;

use crate::{
    domain::{refusal::Clause, wording::RuleNames},
    service::ServiceError,
    web::{
        Answer, AppState,
        page::Page,
        page_cache::{self, Key, Rendered, Until},
    },
};

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The end of its address.
    pub kind: &'static str,
    /// The HTTP status that it comes with.
    pub status: u16,
    /// Its title.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// The clause that says no, where the standing order does.
    pub clause: Option<Clause>,
}

const fn fault(
    kind: &'static str,
    status: u16,
    title: &'static str,
    meaning: &'static str,
    remedy: &'static str,
) -> Kind {
    Kind {
        kind,
        status,
        title,
        meaning,
        remedy,
        clause: None,
    }
}

const fn refusal(
    kind: &'static str,
    clause: Clause,
    title: &'static str,
    meaning: &'static str,
    remedy: &'static str,
) -> Kind {
    Kind {
        kind,
        status: 422,
        title,
        meaning,
        remedy,
        clause: Some(clause),
    }
}

/// Every kind: first what the standing order refuses, then what is wrong with requests.
pub const KINDS: &[Kind] = &[
    refusal(
        "late",
        Clause::Iii,
        "The question came after the deadline",
        "The whole request had not arrived by the deadline of the meeting. The question is kept.",
        "Send it to the board’s next meeting, once that is open for questions. The council may also give it a written response.",
    ),
    refusal(
        "second-question",
        Clause::Iii,
        "A question has already been received",
        "The person or the organisation has already sent as many questions to this meeting as the standing order allows. The question is kept, and an officer looks at it.",
        "Withdraw the earlier question before the deadline, or send this one to the board’s next meeting, once that is open for questions. If two people share these details, contact the council.",
    ),
    refusal(
        "not-resident",
        Clause::I,
        "The questioner does not live in the borough",
        "The questioner says that they do not live in the borough. Public question time is for people who do.",
        "Contact the council in another way, or ask someone who lives in the borough to ask the question.",
    ),
    refusal(
        "outside-borough",
        Clause::I,
        "The postcode is outside the borough",
        "The council’s list of postcodes places the postcode outside the borough. The question is kept.",
        "If the list is wrong, contact the council: an officer can admit the question.",
    ),
    refusal(
        "not-on-agenda",
        Clause::Ii,
        "The question must be about an item on the agenda",
        "The agenda is out, and the question names none of its items.",
        "Name an item of the meeting’s agenda as agenda_item.",
    ),
    refusal(
        "item-not-for-questions",
        Clause::Vi,
        "Questions cannot be asked about this item",
        "The item is a planning or licensing application, or is dealt with in private.",
        "Name another item. An application can be commented on through the council’s planning or licensing service.",
    ),
    refusal(
        "meeting-not-taking-questions",
        Clause::Iii,
        "The meeting takes no questions",
        "The meeting is over or has been cancelled.",
        "Send the question to the board’s next meeting, once that is open for questions.",
    ),
    refusal(
        "question-time-over",
        Clause::I,
        "Public question time is over",
        "The time for public question time has been used, so nobody else can be called.",
        "Close public question time. Each question that is left gets a written response.",
    ),
    refusal(
        "speaking-time-over",
        Clause::Viii,
        "The questioner’s time is over",
        "The questioner has used the time that each questioner is allowed.",
        "Move on to the answer, or finish the question.",
    ),
    refusal(
        "second-supplementary",
        Clause::Iv,
        "No more supplementary questions can be asked",
        "As many supplementary questions have been asked about this question as the standing order allows, which may be none.",
        "Finish the question. Anything further can be answered in writing.",
    ),
    refusal(
        "not-indicated",
        Clause::Vii,
        "The questioner has not indicated",
        "Only a questioner who has shown that they are there and wish to ask can be called.",
        "Record that they have indicated, or pass them over for a written response.",
    ),
    refusal(
        "refused",
        Clause::V,
        "Refused by the standing order",
        "The standing order does not allow this.",
        "Read the reasons in refusals.",
    ),
    fault(
        "invalid",
        422,
        "Some fields are wrong",
        "The errors list every wrong field, each with a JSON pointer to it, a code and what to do.",
        "Put right what is listed and send the request again.",
    ),
    fault(
        "idempotency-key-reused",
        422,
        "The Idempotency-Key stands for another request",
        "The key was used before, with another body. Nothing was stored.",
        "Send a new key with each new question, and the same key only with the same body.",
    ),
    fault(
        "malformed",
        400,
        "The request could not be read",
        "The body is not JSON, or a parameter or header is not of the right form.",
        "Put it right and send the request again.",
    ),
    fault(
        "not-signed-in",
        401,
        "Not signed in",
        "The operation is for staff, and the request carried no token, or one that is wrong, expired or revoked.",
        "Send Authorization: Bearer with a token that is good. An administrator issues tokens.",
    ),
    fault(
        "forbidden",
        403,
        "Not allowed",
        "The account for which the token acts does not hold the role that this needs.",
        "Ask an administrator for the role, or leave it to somebody who holds it.",
    ),
    fault(
        "cross-site",
        403,
        "From another site",
        "A change that rides on a staff cookie did not come from the service’s own pages.",
        "Use a bearer token.",
    ),
    fault(
        "token",
        403,
        "The token is not right",
        "A change that rides on a staff cookie did not carry the page’s token as X-CSRF-Token.",
        "Use a bearer token.",
    ),
    fault(
        "not-found",
        404,
        "Not found",
        "There is no such thing, or none that you may know of.",
        "Check the address. Identifiers and private links must be exactly right.",
    ),
    fault(
        "method-not-allowed",
        405,
        "Method not allowed",
        "The address is right, the method is not.",
        "See the reference for what the address can do.",
    ),
    fault(
        "too-slow",
        408,
        "The body took too long",
        "The request did not arrive in time. Nothing was stored.",
        "Send it again.",
    ),
    fault(
        "conflict",
        409,
        "It stands otherwise",
        "What the request would do is not possible as things stand: the detail says why.",
        "Read the resource again and decide anew.",
    ),
    fault(
        "changed",
        412,
        "It has changed since",
        "Somebody changed it after you read it. Nothing was stored.",
        "Read it again, and send its ETag as If-Match if you still want the change.",
    ),
    fault(
        "too-large",
        413,
        "The body is too large",
        "The service reads bodies of 128 kilobytes at most.",
        "Shorten what you send.",
    ),
    fault(
        "unsupported-media-type",
        415,
        "The body’s type is not known",
        "The service reads JSON.",
        "Send Content-Type: application/json.",
    ),
    fault(
        "if-match-required",
        428,
        "If-Match is missing",
        "A change must say which version it was made from, so that nobody overwrites what they have not seen.",
        "Read the resource, and send its ETag as If-Match.",
    ),
    fault(
        "too-many-requests",
        429,
        "Too many requests",
        "There have been more requests from your address than the service allows in a minute. Nothing was stored.",
        "Wait for the seconds in Retry-After, then send it again.",
    ),
    fault(
        "internal",
        500,
        "A fault of the service",
        "Something went wrong that should not. It has been recorded.",
        "Try again later. If it stays, tell the council the X-Request-Id.",
    ),
    fault(
        "busy",
        503,
        "Busy",
        "Too many people are using the service at once, or its database is being restarted. Nothing was stored.",
        "Send the same request again after the seconds in Retry-After.",
    ),
];

#[derive(Template)]
#[template(path = "api/problems.html")]
struct Problems {
    page: Page,
    kinds: Vec<Kind>,
    one: bool,
    names: RuleNames,
}

impl Problems {
    fn cited(&self, clause: &Clause) -> String {
        self.names.cite(*clause)
    }
}

/// `/problems`: every kind.
pub(super) async fn list(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::Problems, |state| {
        render(
            state,
            "Problems that the API reports",
            KINDS.to_vec(),
            false,
        )
    })
    .await
}

/// `/problems/{kind}`.
pub(super) async fn show(
    request: HttpRequest,
    state: web::Data<AppState>,
    kind: web::Path<String>,
) -> Answer {
    let kind = *KINDS
        .iter()
        .find(|known| known.kind == kind.as_str())
        .ok_or(ServiceError::NotFound)?;
    page_cache::answer(&request, &state, Key::Problem(kind.kind), move |state| {
        render(state, kind.title, vec![kind], true)
    })
    .await
}

fn render(
    state: &AppState,
    title: &str,
    kinds: Vec<Kind>,
    one: bool,
) -> Result<Rendered, ServiceError> {
    let template = Problems {
        page: Page::public(&state.site, title),
        kinds,
        one,
        names: state.service.settings.council.rule.clone(),
    };
    Rendered::page(&template, Until::midnight(state.service.now()))
}
