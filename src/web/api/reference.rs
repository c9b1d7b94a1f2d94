//! The document for people: one page, made of it, that works without a script, with a keyboard and on paper.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest,
    http::{Method, StatusCode},
    web,
};
use askama::Template;
use serde_json::Value;

use super::document;
use crate::web::{
    Answer, AppState,
    page::Page,
    page_cache::{self, Key, Rendered, Until},
};

/// A group of operations.
#[derive(Debug, Clone)]
struct Group {
    name: String,
    about: String,
    anchor: String,
    operations: Vec<Operation>,
}

/// An operation.
#[derive(Debug, Clone)]
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: Vec<String>,
    by_staff: bool,
    parameters: Vec<Field>,
    request: Option<Link>,
    example: String,
    answers: Vec<AnswerTo>,
}

/// A parameter of an operation, or a field of a schema.
#[derive(Debug, Clone)]
struct Field {
    name: String,
    place: String,
    kind: Link,
    required: bool,
    about: String,
}

/// The name of a schema, with where it is described if it is.
#[derive(Debug, Clone, Default)]
struct Link {
    text: String,
    href: String,
}

/// What an operation may be answered with.
#[derive(Debug, Clone)]
struct AnswerTo {
    status: String,
    reason: &'static str,
    about: String,
    body: Link,
}

/// A schema.
#[derive(Debug, Clone)]
struct Described {
    name: String,
    anchor: String,
    about: String,
    codes: Vec<String>,
    shapes: Vec<Shape>,
}

/// One of the shapes that a schema may have; most have one.
#[derive(Debug, Clone)]
struct Shape {
    heading: String,
    about: String,
    fields: Vec<Field>,
}

/// Everything on the page but its frame.
#[derive(Debug, Clone)]
struct Contents {
    about: String,
    groups: Vec<Group>,
    schemas: Vec<Described>,
}

#[derive(Template)]
#[template(path = "api/reference.html")]
struct Reference<'a> {
    page: Page,
    contents: &'a Contents,
}

static CONTENTS: LazyLock<Contents> = LazyLock::new(|| contents(document::written()));

/// `/api/docs`.
pub(super) async fn reference(request: HttpRequest, state: web::Data<AppState>) -> Answer {
    page_cache::answer(&request, &state, Key::ApiReference, |state| {
        let template = Reference {
            page: Page::public(&state.site, "REST API reference"),
            contents: &CONTENTS,
        };
        Rendered::page(&template, Until::midnight(state.service.now()))
    })
    .await
}

/// A text of the document in pieces, each with whether it is code: what stands between backquotes.
pub fn pieces(written: &str) -> Vec<(bool, &str)> {
    written
        .split('`')
        .enumerate()
        .map(|(place, piece)| (place % 2 == 1, piece))
        .collect()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn anchor(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}

fn contents(document: &Value) -> Contents {
    let operations = operations(document);
    let groups = document["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tag| {
            let name = text(tag, "name");
            Group {
                about: text(tag, "description"),
                anchor: anchor(&name),
                operations: operations
                    .iter()
                    .filter(|(of, _)| *of == name)
                    .map(|(_, operation)| operation.clone())
                    .collect(),
                name,
            }
        })
        .collect();
    let schemas = document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| described(name, schema))
        .collect();
    Contents {
        about: text(&document["info"], "description"),
        groups,
        schemas,
    }
}

fn operations(document: &Value) -> Vec<(String, Operation)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let Some(operation) = item.get(method.as_str().to_lowercase()) else {
                continue;
            };
            let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
            found.push((tag, read_operation(document, path, &method, operation)));
        }
    }
    found
}

fn read_operation(document: &Value, path: &str, method: &Method, operation: &Value) -> Operation {
    let parameters = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| Field {
            name: text(parameter, "name"),
            place: text(parameter, "in"),
            kind: kind_of(&parameter["schema"]),
            required: parameter["required"] == Value::Bool(true),
            about: text(parameter, "description"),
        })
        .collect();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let answers = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, response)| {
            let response = resolved(document, response);
            let schema = response["content"]
                .as_object()
                .and_then(|content| content.values().next())
                .map_or(&Value::Null, |content| &content["schema"]);
            AnswerTo {
                status: status.clone(),
                reason: status
                    .parse()
                    .ok()
                    .and_then(|code: StatusCode| code.canonical_reason())
                    .unwrap_or_default(),
                about: text(response, "description"),
                body: kind_of(schema),
            }
        })
        .collect();
    Operation {
        id: text(operation, "operationId"),
        method: method.to_string(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        description: text(operation, "description")
            .split("\n\n")
            .filter(|paragraph| !paragraph.trim().is_empty())
            .map(str::to_owned)
            .collect(),
        by_staff: operation.get("security").is_some(),
        parameters,
        request: (!body.is_null()).then(|| kind_of(body)),
        example: if body.is_null() {
            String::new()
        } else {
            serde_json::to_string_pretty(&example(document, body, 0)).unwrap_or_default()
        },
        answers,
    }
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|place| place.strip_prefix('#'))
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(value)
}

/// What kind of value a schema means, in a few words.
fn kind_of(schema: &Value) -> Link {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|place| place.rsplit('/').next())
    {
        return Link {
            href: format!("#schema-{}", anchor(name)),
            text: name.to_owned(),
        };
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let real = choices.iter().find(|choice| choice["type"] != "null");
        let link = real.map(kind_of).unwrap_or_default();
        return Link {
            text: format!("{} or null", link.text),
            ..link
        };
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if kinds.contains(&"array") {
        let of = kind_of(&schema["items"]);
        return Link {
            text: format!("list of {}", of.text),
            ..of
        };
    }
    let mut words = kinds.join(" or ");
    if let Some(format) = schema["format"].as_str() {
        words = format!("{words} ({format})");
    }
    Link {
        text: words,
        href: String::new(),
    }
}

fn fields(schema: &Value) -> Vec<Field> {
    let required = schema["required"].as_array();
    schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| Field {
            required: required.is_some_and(|names| names.iter().any(|known| known == name)),
            place: String::new(),
            kind: match field["enum"].as_array().map(Vec::as_slice) {
                Some([only]) => Link {
                    text: only.to_string(),
                    href: String::new(),
                },
                _ => kind_of(field),
            },
            about: text(field, "description"),
            name: name.clone(),
        })
        .collect()
}

fn described(name: &str, schema: &Value) -> Described {
    let shapes = match schema["oneOf"].as_array() {
        Some(choices) => choices
            .iter()
            .map(|choice| Shape {
                heading: tag_of(choice),
                about: text(choice, "description"),
                fields: fields(choice),
            })
            .collect(),
        None if schema["properties"].is_object() => vec![Shape {
            heading: String::new(),
            about: String::new(),
            fields: fields(schema),
        }],
        None => Vec::new(),
    };
    Described {
        name: name.to_owned(),
        anchor: format!("schema-{}", anchor(name)),
        about: text(schema, "description"),
        codes: schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|code| code.as_str().map(str::to_owned))
            .collect(),
        shapes,
    }
}

/// The code by which a shape is told from the others.
fn tag_of(shape: &Value) -> String {
    shape["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .find_map(
            |(_, field)| match field["enum"].as_array().map(Vec::as_slice) {
                Some([only]) => only.as_str().map(str::to_owned),
                _ => None,
            },
        )
        .unwrap_or_default()
}

/// A value of the kind that a schema means, of the examples that it gives.
pub fn example(document: &Value, schema: &Value, depth: u8) -> Value {
    let schema = resolved(document, schema);
    for given in [&schema["example"], &schema["examples"][0]] {
        if !given.is_null() {
            return given.clone();
        }
    }
    if depth > 6 {
        return Value::Null;
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices
            .iter()
            .find(|choice| choice["type"] != "null")
            .map_or(Value::Null, |choice| example(document, choice, depth + 1));
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null"),
        kind => Some(kind),
    };
    match kind.and_then(Value::as_str) {
        Some("object") => {
            let fields = schema["properties"].as_object();
            let required = schema["required"].as_array();
            let wanted = |name: &str, field: &Value| {
                required.is_some_and(|names| names.iter().any(|known| known == name))
                    || !field["example"].is_null()
            };
            Value::Object(
                fields
                    .into_iter()
                    .flatten()
                    .filter(|(name, field)| wanted(name, field))
                    .map(|(name, field)| (name.clone(), example(document, field, depth + 1)))
                    .collect(),
            )
        }
        Some("array") => Value::Array(vec![example(document, &schema["items"], depth + 1)]),
        Some("boolean") => Value::Bool(true),
        Some("integer" | "number") => Value::from(1),
        Some("string") => Value::String(
            match schema["format"].as_str() {
                Some("date") => "2024-02-06",
                Some("date-time") => "2024-02-05T16:00:00Z",
                Some("uuid") => "018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11",
                _ => "…",
            }
            .to_owned(),
        ),
        _ => Value::Null,
    }
}
