//! The document of the API (OpenAPI 3.1), made of the handlers. What holds for every operation of a kind is added here: the
//! problems that it may be answered with.

use std::sync::LazyLock;

use actix_web::{App, HttpResponse, http::header};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, Ref, RefOr,
        ResponseBuilder, Schema,
        path::{Operation, ParameterIn},
        schema::{AdditionalProperties, ArrayBuilder},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};
use utoipa_actix_web::AppExt;

use crate::web::{
    Answer,
    csrf::CSRF_HEADER,
    problem::{KeptQuestion, MEDIA_TYPE, Problem, RefusalProblem, WrongField},
};

/// The tags, in the order in which a reader wants them.
const TAGS: [(&str, &str); 9] = [
    (
        "Boards",
        "The boards at whose meetings questions can be asked.",
    ),
    ("Meetings", "Meetings, their deadlines and their agendas."),
    (
        "Questions",
        "Giving notice of a question, and what was put and answered.",
    ),
    (
        "Your question",
        "A question as its own questioner sees it, by the private link.",
    ),
    (
        "Decisions",
        "Staff: questions with their evidence, decisions, minutes.",
    ),
    (
        "Question time",
        "Staff: the chair's list and the two clocks.",
    ),
    ("Written responses", "Staff: responses owed, drafted, sent."),
    (
        "Calendar",
        "Days that are not working days, which move deadlines.",
    ),
    (
        "Letters",
        "Staff: letters that failed or wait to be printed.",
    ),
];

/// Bodies that say by a field which shape they have.
const BODIES_OF_SEVERAL_SHAPES: [&str; 3] = ["DecisionInput", "EventInput", "LetterAct"];

const DESCRIPTION: &str = "Public question time at the meetings of a council's boards, for programs. \
Every act of the pages is here. Instants are RFC 3339 in UTC; dates and times of day are London's. Problems are RFC 9457 \
documents with a stable `type`; a refusal by the standing order cites its clause.";

/// A kind of problem that many operations share.
struct Shared {
    name: &'static str,
    status: &'static str,
    about: &'static str,
    kind: &'static str,
    title: &'static str,
}

const SHARED: [Shared; 13] = [
    shared(
        "Malformed",
        "400",
        "The request could not be read.",
        "malformed",
        "The request could not be read",
    ),
    shared(
        "NotSignedIn",
        "401",
        "No token, or one that is not good.",
        "not-signed-in",
        "Not signed in",
    ),
    shared(
        "Forbidden",
        "403",
        "Another role may do this, or a display token was sent, which only reads what is published.",
        "forbidden",
        "Not allowed",
    ),
    shared(
        "NotFound",
        "404",
        "There is no such thing, or none that the caller may know of.",
        "not-found",
        "Not found",
    ),
    shared(
        "Conflict",
        "409",
        "It stands where this cannot be done.",
        "conflict",
        "It stands otherwise",
    ),
    shared(
        "Changed",
        "412",
        "It has changed since the version that If-Match names.",
        "changed",
        "It has changed since",
    ),
    shared(
        "TooLarge",
        "413",
        "The body is too large.",
        "too-large",
        "The body is too large",
    ),
    shared(
        "UnsupportedMediaType",
        "415",
        "The body is not application/json.",
        "unsupported-media-type",
        "The body's type is not known",
    ),
    shared(
        "Invalid",
        "422",
        "Fields are wrong, each with a JSON pointer; or the standing order says no, with every reason and its clause.",
        "invalid",
        "Some fields are wrong",
    ),
    shared(
        "IfMatchRequired",
        "428",
        "If-Match is missing.",
        "if-match-required",
        "If-Match is missing",
    ),
    shared(
        "TooManyRequests",
        "429",
        "More often than is allowed. Retry-After says when.",
        "too-many-requests",
        "Too many requests",
    ),
    shared(
        "Internal",
        "500",
        "A fault of the service.",
        "internal",
        "A fault of the service",
    ),
    shared(
        "Busy",
        "503",
        "Nothing was stored; the same may succeed after Retry-After.",
        "busy",
        "Busy",
    ),
];

const fn shared(
    name: &'static str,
    status: &'static str,
    about: &'static str,
    kind: &'static str,
    title: &'static str,
) -> Shared {
    Shared {
        name,
        status,
        about,
        kind,
        title,
    }
}

/// The document.
pub fn document() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(outline())
        .service(super::v1())
        .split_for_parts();
    for item in document.paths.paths.values_mut() {
        for (changes, operation) in [
            (false, &mut item.get),
            (true, &mut item.post),
            (true, &mut item.put),
            (true, &mut item.delete),
        ] {
            if let Some(operation) = operation {
                complete(operation, changes);
            }
        }
    }
    if let Some(components) = &mut document.components {
        for (name, schema) in &mut components.schemas {
            if let RefOr::T(schema) = schema {
                tidy(name, schema);
            }
        }
    }
    document
}

/// What the derive leaves out: a page names the schema of its entries, and no shape of a body has further fields.
fn tidy(name: &str, schema: &mut Schema) {
    match schema {
        Schema::Object(page) => {
            if let Some(entry) = name.strip_prefix("Page_") {
                let entries = ArrayBuilder::new()
                    .items(Ref::from_schema_name(entry))
                    .description(Some("The entries."));
                page.properties
                    .insert("items".to_owned(), Schema::from(entries.build()).into());
            }
        }
        Schema::OneOf(shapes) if BODIES_OF_SEVERAL_SHAPES.contains(&name) => {
            for shape in &mut shapes.items {
                if let RefOr::T(Schema::Object(shape)) = shape {
                    shape.additional_properties =
                        Some(Box::new(AdditionalProperties::FreeForm(false)));
                }
            }
        }
        _ => {}
    }
}

fn outline() -> OpenApi {
    let mut components = Components::new();
    components.schemas.extend([
        (Problem::name().into_owned(), Problem::schema()),
        (WrongField::name().into_owned(), WrongField::schema()),
        (
            RefusalProblem::name().into_owned(),
            RefusalProblem::schema(),
        ),
        (KeptQuestion::name().into_owned(), KeptQuestion::schema()),
    ]);
    for shared in SHARED {
        let example = json!({
            "type": format!("/problems/{}", shared.kind), "title": shared.title,
            "status": shared.status.parse::<u16>().unwrap_or_default(),
        });
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .example(Some(example))
            .build();
        let response = ResponseBuilder::new()
            .description(shared.about)
            .content(MEDIA_TYPE, content)
            .build();
        components
            .responses
            .insert(shared.name.to_owned(), response.into());
    }
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(
                    "A token that an administrator issued: for a member of staff, or for a display, which only reads.",
                ))
                .build(),
        ),
    );
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            "__Host-staff",
            &format!(
                "The cookie of a member of staff who is signed in (`staff` over plain http). A change must then carry \
                 {CSRF_HEADER} and come from the service's own pages."
            ),
        ))),
    );
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Public Question Time")
                .version("1")
                .description(Some(DESCRIPTION))
                .license(Some(License::new("MIT")))
                .build(),
        )
        .tags(Some(TAGS.map(|(name, about)| {
            TagBuilder::new()
                .name(name)
                .description(Some(about))
                .build()
        })))
        .components(Some(components))
        .build()
}

/// Adds the problems that an operation may be answered with.
fn complete(operation: &mut Operation, changes: bool) {
    if let Some(tags) = &mut operation.tags {
        tags.dedup();
    }
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has = |place: ParameterIn| {
        parameters
            .iter()
            .any(|parameter| matches!(parameter, RefOr::T(p) if p.parameter_in == place))
    };
    let if_match = parameters
        .iter()
        .any(|parameter| matches!(parameter, RefOr::T(p) if p.name == "If-Match"));
    let by_staff = operation.security.is_some();
    let tagged = |tag: &str| {
        let tags = operation.tags.as_deref().unwrap_or_default();
        tags.iter().any(|given| given == tag)
    };
    let has_body = operation.request_body.is_some();
    let mut names = vec!["TooManyRequests", "Internal", "Busy"];
    if by_staff {
        names.push("NotSignedIn");
    }
    // a display changes nothing and opens no private link, where anybody else may
    if by_staff || changes || tagged("Your question") {
        names.push("Forbidden");
    }
    // a list of what belongs to a meeting is not there without the meeting
    let of_meeting = parameters
        .iter()
        .any(|parameter| matches!(parameter, RefOr::T(p) if p.name == "meeting"));
    if has(ParameterIn::Path) || of_meeting {
        names.push("NotFound");
    }
    if has(ParameterIn::Query) {
        names.extend(["Malformed", "Invalid"]);
    }
    if changes {
        names.push("Conflict");
    }
    if if_match {
        names.extend(["Changed", "IfMatchRequired"]);
    }
    if has_body {
        names.extend(["Malformed", "TooLarge", "UnsupportedMediaType", "Invalid"]);
    }
    for shared in SHARED.iter().filter(|shared| names.contains(&shared.name)) {
        operation
            .responses
            .responses
            .entry(shared.status.to_owned())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name(shared.name)));
    }
}

/// The document as JSON, made once.
static WRITTEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(document()).unwrap_or_default());

/// The document as JSON.
pub fn written() -> &'static Value {
    &WRITTEN
}

/// The named schemas of the document.
pub fn schemas() -> &'static Value {
    &WRITTEN["components"]["schemas"]
}

/// Returns the methods for which the document has a path; none where it does not have the path at all.
pub fn methods_of(path: &str) -> Vec<String> {
    let is_path = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template
                .split('/')
                .zip(path.split('/'))
                .all(|(step, given)| step.starts_with('{') || step == given)
    };
    WRITTEN["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(template, _)| is_path(template))
        .filter_map(|(_, operations)| operations.as_object())
        .flat_map(|operations| operations.keys())
        .map(|method| method.to_uppercase())
        .collect()
}

/// `/api/openapi.json`.
pub(super) async fn openapi_json() -> Answer {
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .json(written()))
}
