//! Whether a body is what the document says: kinds of value, formats, codes, fields that there are, fields that must be there.
//! The schema that is checked is the one that is published, so that the two can't differ. Everything that is wrong is found at
//! once, each with a JSON pointer (RFC 6901).

use serde_json::{Map, Value};

use crate::web::problem::WrongField;

/// The pattern of a time of day: London's, so not the format `time` of RFC 3339, which has an offset from UTC.
const TIME_OF_DAY: &str = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$";

/// Whether a text matches [`TIME_OF_DAY`].
fn is_time_of_day(text: &str) -> bool {
    matches!(text.len(), 5 | 8) && text.parse::<chrono::NaiveTime>().is_ok()
}

/// Checks a value against a schema of the document.
pub struct Check<'a> {
    schemas: &'a Value,
    missing_is_wrong: bool,
    found: Vec<WrongField>,
}

impl<'a> Check<'a> {
    /// A check against the document's named schemas. Where the service itself says what is missing, in better words, fields that
    /// are not there are left to it.
    pub fn new(schemas: &'a Value, missing_is_wrong: bool) -> Self {
        Self {
            schemas,
            missing_is_wrong,
            found: Vec::new(),
        }
    }

    /// Everything that is wrong with the value.
    pub fn of(mut self, name: &str, value: &Value) -> Vec<WrongField> {
        if let Some(schema) = self.schemas.get(name) {
            self.check(schema, value, "");
        }
        self.found
    }

    fn wrong(&mut self, pointer: &str, code: &str, detail: impl Into<String>) {
        self.found.push(WrongField {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            detail: detail.into(),
        });
    }

    fn check(&mut self, schema: &'a Value, value: &Value, pointer: &str) {
        let schema = self.resolved(schema);
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            return self.check_choices(choices, value, pointer);
        }
        if let Some(kinds) = schema.get("type")
            && !kinds_of(kinds).any(|kind| is_of_kind(value, kind))
        {
            let wanted: Vec<&str> = kinds_of(kinds)
                .filter(|kind| *kind != "null")
                .map(kind_in_words)
                .collect();
            return self.wrong(
                pointer,
                "type",
                format!("This must be {}", wanted.join(" or ")),
            );
        }
        if let Some(codes) = schema.get("enum").and_then(Value::as_array)
            && !codes.contains(value)
        {
            let list: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
            return self.wrong(
                pointer,
                "choice",
                format!("This must be one of: {}", list.join(", ")),
            );
        }
        match value {
            Value::String(text) => self.check_format(schema, text, pointer),
            Value::Object(fields) => self.check_object(schema, fields, pointer),
            Value::Array(items) => {
                if let Some(of) = schema.get("items") {
                    for (place, item) in items.iter().enumerate() {
                        self.check(of, item, &format!("{pointer}/{place}"));
                    }
                }
            }
            Value::Number(number) => {
                if schema.get("format").and_then(Value::as_str) == Some("int32")
                    && number
                        .as_i64()
                        .is_none_or(|number| i32::try_from(number).is_err())
                {
                    self.wrong(pointer, "number", "This must be a whole number");
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|place| place.rsplit('/').next())
            .and_then(|name| self.schemas.get(name))
            .unwrap_or(schema)
    }

    /// One of several shapes: nothing or something, or an object that names its kind.
    fn check_choices(&mut self, choices: &'a [Value], value: &Value, pointer: &str) {
        let choices: Vec<&'a Value> = choices.iter().map(|choice| self.resolved(choice)).collect();
        let is_null = |choice: &&Value| choice.get("type").and_then(Value::as_str) == Some("null");
        if value.is_null() && choices.iter().any(is_null) {
            return;
        }
        let shapes: Vec<&'a Value> = choices
            .into_iter()
            .filter(|choice| !is_null(choice))
            .collect();
        if let [only] = shapes.as_slice() {
            return self.check(only, value, pointer);
        }
        let Some(tag) = shapes.first().and_then(|shape| tag_of(shape)) else {
            return;
        };
        let kinds: Vec<&str> = shapes
            .iter()
            .filter_map(|shape| tag_code(shape, tag))
            .collect();
        match value.get(tag).and_then(Value::as_str) {
            Some(code) => match shapes
                .iter()
                .find(|shape| tag_code(shape, tag) == Some(code))
            {
                Some(shape) => self.check(shape, value, pointer),
                None => self.wrong(
                    &format!("{pointer}/{tag}"),
                    "choice",
                    format!("This must be one of: {}", kinds.join(", ")),
                ),
            },
            None if value.is_object() => self.wrong(
                &format!("{pointer}/{tag}"),
                "required",
                format!("Send one of: {}", kinds.join(", ")),
            ),
            None => self.wrong(pointer, "type", "This must be an object"),
        }
    }

    fn check_object(&mut self, schema: &'a Value, fields: &Map<String, Value>, pointer: &str) {
        let Some(known) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| {
            required.is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
        };
        for (name, value) in fields {
            let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            match known.get(name) {
                // null stands for a field that is left out
                Some(_) if value.is_null() && !is_required(name) => {}
                Some(schema) => self.check(schema, value, &pointer),
                None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                    self.wrong(&pointer, "unknown", "This field cannot be set");
                }
                None => {}
            }
        }
        if self.missing_is_wrong {
            for name in known.keys().filter(|name| is_required(name)) {
                if !fields.contains_key(name) {
                    self.wrong(&format!("{pointer}/{name}"), "required", "Send this field");
                }
            }
        }
    }

    fn check_format(&mut self, schema: &Value, text: &str, pointer: &str) {
        if schema.get("pattern").and_then(Value::as_str) == Some(TIME_OF_DAY) {
            if !is_time_of_day(text) {
                self.wrong(pointer, "format", "This must be a time of day, like 18:30");
            }
            return;
        }
        let (right, words) = match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => (
                text.parse::<uuid::Uuid>().is_ok(),
                "This must be an identifier, like 018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11",
            ),
            Some("date") => (
                text.parse::<chrono::NaiveDate>().is_ok(),
                "This must be a date, like 2024-02-06",
            ),
            Some("date-time") => (
                chrono::DateTime::parse_from_rfc3339(text).is_ok(),
                "This must be an instant, like 2024-02-05T16:00:00Z",
            ),
            _ => return,
        };
        if !right {
            self.wrong(pointer, "format", words);
        }
    }
}

fn kinds_of(kinds: &Value) -> impl Iterator<Item = &str> {
    let several = kinds.as_array().map(Vec::as_slice).unwrap_or_default();
    kinds
        .as_str()
        .into_iter()
        .chain(several.iter().filter_map(Value::as_str))
}

fn is_of_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn kind_in_words(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "object" => "an object",
        "array" => "a list",
        other => other,
    }
}

/// The field by which an object of several shapes says which one it is: one whose schema allows a single code.
fn tag_of(shape: &Value) -> Option<&str> {
    shape
        .get("properties")?
        .as_object()?
        .iter()
        .find(|(_, schema)| {
            schema
                .get("enum")
                .and_then(Value::as_array)
                .is_some_and(|codes| codes.len() == 1)
        })
        .map(|(name, _)| name.as_str())
}

fn tag_code<'a>(shape: &'a Value, tag: &str) -> Option<&'a str> {
    shape
        .get("properties")?
        .get(tag)?
        .get("enum")?
        .get(0)?
        .as_str()
}
