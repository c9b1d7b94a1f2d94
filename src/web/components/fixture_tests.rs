//! Each macro against GOV.UK Frontend's own `fixtures.json`, from the package that the build took its stylesheet from.
//!
//! A fixture is a component's options and the HTML that they give. A test names the fixtures that the macro can express; it
//! fails where one of them is gone from the package, where one has an option that the test does not pass on (so that nothing
//! is left out of the comparison unseen), and where the elements, attributes or text differ.

/// A template of one macro's call, with its arguments for fields.
macro_rules! template {
    ($name:ident { $($field:ident: $kind:ty),* $(,)? } $source:literal) => {
        #[derive(Template)]
        #[template(ext = "html", source = $source)]
        struct $name { $($field: $kind),* }
    };
}

mod content;
mod controls;
mod navigation;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use askama::Template;
use scraper::node::Node;
use scraper::{ElementRef, Html};
use serde_json::Value;

use super::{Choice, Crumb, FieldProblem, PageLink, SummaryRow};
use crate::web::page::{Current, NavLink};

/// A fixture's options, each under its path: `items.0.hint.text`. What is taken is gone, so that what is left was not passed on.
struct Options(BTreeMap<String, Value>);

impl Options {
    fn new(value: &Value) -> Self {
        let mut flat = BTreeMap::new();
        flatten("", value, &mut flat);
        Self(flat)
    }

    /// The option as text; empty where it is not given.
    fn text(&mut self, path: &str) -> String {
        match self.0.remove(path) {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    fn flag(&mut self, path: &str) -> bool {
        self.0.remove(path) == Some(Value::Bool(true))
    }

    fn number(&mut self, path: &str) -> u32 {
        self.text(path).parse().unwrap_or(0)
    }

    fn any(&self, prefix: &str) -> bool {
        self.0
            .keys()
            .any(|path| path == prefix || path.starts_with(&format!("{prefix}.")))
    }

    /// The paths of the members of a list: `items.0`, `items.1`, … Members that are null or false are none.
    fn list(&self, path: &str) -> Vec<String> {
        (0..100)
            .map(|index| format!("{path}.{index}"))
            .filter(|member| self.any(member))
            .collect()
    }

    fn label(&mut self) -> Label {
        Label {
            text: self.text("label.text"),
            classes: self.text("label.classes"),
            heading: self.flag("label.isPageHeading"),
        }
    }

    fn legend(&mut self) -> Label {
        Label {
            text: self.text("fieldset.legend.text"),
            classes: self.text("fieldset.legend.classes"),
            heading: self.flag("fieldset.legend.isPageHeading"),
        }
    }

    /// The options of radios, checkboxes and selects, with what each reveals.
    fn choices(&mut self) -> (Vec<Choice>, Vec<(String, String)>) {
        let mut revealed = Vec::new();
        let mut choices = Vec::new();
        for item in self.list("items") {
            let divider = self.text(&format!("{item}.divider"));
            if !divider.is_empty() {
                choices.push(Choice::divider(divider));
                continue;
            }
            let value = self.text(&format!("{item}.value"));
            let conditional = self.text(&format!("{item}.conditional.html"));
            let mut choice = Choice::new(&value, self.text(&format!("{item}.text")))
                .hint(self.text(&format!("{item}.hint.text")))
                .checked(
                    self.flag(&format!("{item}.checked")) || self.flag(&format!("{item}.selected")),
                )
                .disabled(self.flag(&format!("{item}.disabled")));
            if !conditional.is_empty() {
                choice = choice.reveals();
                revealed.push((value, conditional));
            }
            match self.text(&format!("{item}.behaviour")).as_str() {
                "" => {}
                "exclusive" => choice = choice.exclusive(),
                other => panic!("behaviour {other}"),
            }
            choices.push(choice);
        }
        for value in self.list("values") {
            let value = self.text(&value);
            for choice in &mut choices {
                choice.checked |= choice.value == value;
            }
        }
        (choices, revealed)
    }
}

fn flatten(path: &str, value: &Value, flat: &mut BTreeMap<String, Value>) {
    let below = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(key, value)| flatten(&below(key), value, flat)),
        Value::Array(members) => members
            .iter()
            .enumerate()
            .for_each(|(index, value)| flatten(&below(&index.to_string()), value, flat)),
        Value::Null => {}
        // A list's members may be left out by false or an empty text; so may an item's conditional.
        Value::Bool(false) | Value::String(_)
            if value != &Value::Bool(true)
                && value.as_str().is_none_or(str::is_empty)
                && path
                    .rsplit('.')
                    .next()
                    .is_some_and(|last| last.parse::<usize>().is_ok()) => {}
        other => {
            flat.insert(path.to_owned(), other.clone());
        }
    }
}

/// A text, or the package's own default where it is not given.
fn or(text: String, default: &str) -> String {
    if text.is_empty() {
        default.to_owned()
    } else {
        text
    }
}

struct Label {
    text: String,
    classes: String,
    heading: bool,
}

/// What is compared of an element: its name, its attributes, and what is in it. White space between words is one space.
#[derive(Debug, PartialEq)]
enum Part {
    Element(String, BTreeMap<String, String>, Vec<Part>),
    Text(String),
}

fn parts(html: &str, without: &[&str]) -> Vec<Part> {
    fn of(element: ElementRef<'_>, without: &[&str]) -> Vec<Part> {
        element
            .children()
            .filter_map(|child| match child.value() {
                Node::Text(text) => {
                    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    (!words.is_empty()).then_some(Part::Text(words))
                }
                Node::Element(inner) => {
                    // ours alone: the direction of what people type is read from what they type
                    let attributes: BTreeMap<_, _> = inner
                        .attrs()
                        .filter(|(name, value)| (*name, *value) != ("dir", "auto"))
                        .map(|(name, value)| {
                            (
                                name.to_owned(),
                                value.split_whitespace().collect::<Vec<_>>().join(" "),
                            )
                        })
                        .collect();
                    if attributes
                        .get("class")
                        .is_some_and(|class| without.contains(&class.as_str()))
                    {
                        return None;
                    }
                    let inside = ElementRef::wrap(child)
                        .map(|child| of(child, without))
                        .unwrap_or_default();
                    Some(Part::Element(inner.name().to_owned(), attributes, inside))
                }
                _ => None,
            })
            .collect()
    }
    // Table parts are dropped by the parser outside a table, so none of the macros is compared without one.
    of(Html::parse_fragment(html).root_element(), without)
}

fn package(component: &str) -> Vec<Value> {
    let file = Path::new(env!("GOVUK_FRONTEND_PACKAGE"))
        .join(format!("dist/govuk/components/{component}/fixtures.json"));
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let json: Value = serde_json::from_str(&text).unwrap();
    json["fixtures"].as_array().unwrap().clone()
}

/// Renders each of the named fixtures of a component by `render` and compares. `without`: classes of elements that the
/// macro leaves out for the reason given where it is called.
fn compare(
    component: &str,
    without: &[&str],
    render: impl Fn(&mut Options) -> String,
    names: &str,
) {
    let fixtures = package(component);
    for name in names.split(" | ") {
        let fixture = fixtures
            .iter()
            .find(|fixture| fixture["name"] == *name)
            .unwrap_or_else(|| panic!("{component} has no fixture {name:?} any more"));
        let mut options = Options::new(&fixture["options"]);
        let html = render(&mut options);
        assert!(
            options.0.is_empty(),
            "{component}, {name}: not passed on: {:?}",
            options.0.keys()
        );
        let (expected, actual) = (
            parts(fixture["html"].as_str().unwrap(), without),
            parts(&html, without),
        );
        assert_eq!(actual, expected, "{component}, {name}:\n{html}");
    }
}

#[derive(Default)]
struct Body(String);

impl Body {
    fn is_given(&self) -> bool {
        !self.0.is_empty()
    }
}
