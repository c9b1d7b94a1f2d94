//! No template passes a component something other than what it reads like.
//!
//! An askama macro is not hygienic: the names of its arguments hide the page's variables of the same name, in the arguments
//! that follow and in the call block. `input::input(name="full_name", value=name)` sends "full_name", and
//! `{% call details::details("Why") %}{{ text }}{% endcall %}` prints nothing; both compile. These tests read every template
//! and name each such place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A component's macro: its arguments in order, and the names that its body declares.
#[derive(Debug, Default, Clone)]
struct Macro {
    arguments: Vec<String>,
    declared: Vec<String>,
}

impl Macro {
    fn hides(&self, name: &str) -> bool {
        self.arguments
            .iter()
            .chain(&self.declared)
            .any(|own| own == name)
    }
}

/// The macros by file (`input`) and name.
type Macros = BTreeMap<(String, String), Macro>;

#[test]
fn no_template_reads_an_argument_where_it_means_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut files = Vec::new();
    templates(&root, &mut files);
    let macros = macros(&root.join("components"));
    assert!(macros.len() > 30, "{}", macros.len());
    let found: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(file).unwrap();
            let shown = file.strip_prefix(&root).unwrap().display().to_string();
            captures(&text, &macros)
                .into_iter()
                .map(move |capture| format!("templates/{shown}: {capture}"))
        })
        .collect();
    assert!(
        found.is_empty(),
        "name these otherwise, or write self.…:\n{}",
        found.join("\n")
    );
}

#[test]
fn what_is_hidden_is_found() {
    let macros = macros(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/components"));
    let check = |rest: &str| {
        let text = [
            r#"{% import "components/input.html" as input %}"#,
            r#"{% import "components/radios.html" as radios %}"#,
            r#"{% import "components/details.html" as details %}"#,
            rest,
        ]
        .concat();
        captures(&text, &macros).len()
    };
    for (hidden, template) in [
        (
            1,
            r#"{{ input::input(name="full_name", label="Name", value=name) }}"#,
        ),
        (
            0,
            r#"{{ input::input(name="full_name", label="Name", value=self.name) }}"#,
        ),
        (
            0,
            r#"{{ input::input(name="full_name", label="Name", value=form.name) }}"#,
        ),
        (
            0,
            r#"{{ input::input(name=name, label="The name, of name", value=form.value("name")) }}"#,
        ),
        (
            1,
            r#"{{ input::input(name="a", label="A", error=crate::x::y(label)) }}"#,
        ),
        (
            1,
            r#"{% call details::details("Why") %}<p>{{ text }}</p>{% endcall %}"#,
        ),
        (
            1,
            r#"{% call details::details("Why") %}{% if open %}x{% endif %}{% endcall %}"#,
        ),
        (
            0,
            r#"{% call details::details("Why") %}<p>{{ self.text }} {{ form.text }} text</p>{% endcall %}{{ text }}"#,
        ),
        (
            0,
            r#"{% call details::details("Why") %}{% for text in texts %}{{ text }}{% endfor %}{% endcall %}"#,
        ),
        (
            0,
            r#"{# {% call details::details("Why") %}{{ text }}{% endcall %} #}"#,
        ),
        (
            0,
            r#"{% call(choice) radios::radios(name="r", choices=c) %}{% if choice.value == "a" %}{{ input::input(name="e", label="E", value=mail) }}{% endif %}{% endcall %}"#,
        ),
        (
            1,
            r#"{% call(choice) radios::radios(name="r", choices=c) %}{{ input::input(name="e", label="E", value=error) }}{% endcall %}"#,
        ),
    ] {
        assert_eq!(check(template), hidden, "{template}");
    }
}

fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            found.push(path);
        }
    }
}

fn macros(components: &Path) -> Macros {
    let mut files = Vec::new();
    templates(components, &mut files);
    let mut macros = Macros::new();
    for file in files {
        let component = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut current = String::new();
        for tag in tags(&fs::read_to_string(&file).unwrap()) {
            if let Some(signature) = tag.strip_prefix("macro ") {
                let (name, rest) = signature.split_once('(').unwrap();
                let arguments = arguments(rest)
                    .iter()
                    .filter_map(|argument| {
                        argument
                            .split([':', '='])
                            .next()
                            .map(|name| name.trim().to_owned())
                    })
                    .filter(|name| !name.is_empty())
                    .collect();
                current = name.trim().to_owned();
                macros.insert(
                    (component.clone(), current.clone()),
                    Macro {
                        arguments,
                        declared: Vec::new(),
                    },
                );
            } else if let Some(of) = macros.get_mut(&(component.clone(), current.clone())) {
                of.declared.extend(declarations(&tag));
            }
        }
    }
    macros
}

/// The places of a template where a name is hidden.
fn captures(text: &str, macros: &Macros) -> Vec<String> {
    let mut found = Vec::new();
    let mut imports = BTreeMap::new();
    let mut open: Vec<Macro> = Vec::new();
    let mut local = BTreeSet::new();
    for tag in tags(text) {
        if let Some(import) = tag.strip_prefix("import ") {
            let words: Vec<_> = import.split_whitespace().collect();
            if let [file, "as", alias] = words[..] {
                let file = file
                    .trim_matches('"')
                    .trim_start_matches("components/")
                    .trim_end_matches(".html");
                imports.insert(alias.to_owned(), file.to_owned());
            }
            continue;
        }
        if tag.starts_with("macro ") {
            continue;
        }
        if tag.starts_with("endcall") {
            open.pop();
            if open.is_empty() {
                local.clear();
            }
            continue;
        }
        // What the tag declares is its own from here on; its other names are the page's.
        let declared = declarations(&tag);
        for name in names(&tag) {
            let hidden = open.iter().any(|called| called.hides(&name));
            if hidden && !local.contains(&name) && !declared.contains(&name) {
                found.push(format!("`{name}` in the call block, in `{tag}`"));
            }
        }
        if !open.is_empty() {
            local.extend(declared);
        }
        let called = calls(&tag, &imports, macros);
        for (called, given) in &called {
            for (index, (target, expression)) in given.iter().enumerate() {
                let target = match target {
                    Some(name) => called.arguments.iter().position(|own| own == name),
                    None => Some(index),
                };
                for name in names(expression) {
                    let bound = called.arguments.iter().position(|own| *own == name);
                    if bound.is_some_and(|bound| target.is_some_and(|target| bound < target)) {
                        found.push(format!("`{name}` in the arguments, in `{tag}`"));
                    }
                }
            }
        }
        if tag.starts_with("call") {
            open.push(
                called
                    .into_iter()
                    .next()
                    .map(|(called, _)| called)
                    .unwrap_or_default(),
            );
            if let Some(given) = tag
                .strip_prefix("call(")
                .or_else(|| tag.strip_prefix("call ("))
            {
                local.extend(
                    given
                        .split(')')
                        .next()
                        .unwrap_or("")
                        .split(',')
                        .map(|name| name.trim().to_owned()),
                );
            }
        }
    }
    found
}

/// The insides of a template's tags and expressions, without comments.
fn tags(text: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        if rest.starts_with("{#") {
            let (mut depth, mut end) = (0, 0);
            while end < rest.len() {
                if rest[end..].starts_with("{#") {
                    depth += 1;
                    end += 2;
                } else if rest[end..].starts_with("#}") {
                    depth -= 1;
                    end += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    end += rest[end..].chars().next().map_or(1, char::len_utf8);
                }
            }
            rest = &rest[end..];
            continue;
        }
        let close = match rest.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        let Some(end) = rest.find(close) else { break };
        tags.push(
            rest[2..end]
                .trim_matches(|c: char| c.is_whitespace() || c == '-')
                .to_owned(),
        );
        rest = &rest[end + 2..];
    }
    tags
}

/// The names that a tag declares: by `for`, `let`, `set`, `if let`.
fn declarations(tag: &str) -> Vec<String> {
    let pattern = if let Some(rest) = tag.strip_prefix("for ") {
        rest.split(" in ").next()
    } else if let Some(rest) = tag
        .split_once("let ")
        .map(|(_, rest)| rest)
        .or_else(|| tag.strip_prefix("set "))
    {
        rest.split('=').next()
    } else {
        None
    };
    pattern.map(names).unwrap_or_default()
}

/// The names in an expression that are looked up as variables: not in a text, not after a dot or a path, not called.
fn names(expression: &str) -> Vec<String> {
    let characters: Vec<char> = expression.chars().collect();
    let mut names = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at];
        if character == '"' {
            at += 1;
            while at < characters.len() && characters[at] != '"' {
                at += if characters[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if character.is_alphabetic() || character == '_' {
            let start = at;
            while at < characters.len()
                && (characters[at].is_alphanumeric() || characters[at] == '_')
            {
                at += 1;
            }
            let before = characters[..start]
                .iter()
                .rev()
                .find(|c| !c.is_whitespace());
            let after: String = characters[at..]
                .iter()
                .skip_while(|c| c.is_whitespace())
                .take(2)
                .collect();
            let member = matches!(before, Some('.' | ':' | '|'));
            let named = after.starts_with('=') && !after.starts_with("==");
            let path = after.starts_with("::")
                || after.starts_with('(')
                || after.starts_with('!') && after != "!=";
            if !member && !named && !path {
                names.push(characters[start..at].iter().collect());
            }
        } else {
            at += 1;
        }
    }
    names
}

/// What a macro is given: the names of the arguments, where they are named, and the expressions.
type Given = Vec<(Option<String>, String)>;

/// The component macros that a tag calls, with what each is given.
fn calls(tag: &str, imports: &BTreeMap<String, String>, macros: &Macros) -> Vec<(Macro, Given)> {
    let mut calls = Vec::new();
    for (at, _) in tag.match_indices("::") {
        let alias = tag[..at]
            .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or("");
        let Some((name, rest)) = tag[at + 2..].split_once('(') else {
            continue;
        };
        let found = imports
            .get(alias)
            .and_then(|file| macros.get(&(file.clone(), name.trim().to_owned())));
        if let Some(called) = found {
            let given = arguments(rest)
                .into_iter()
                .map(|argument| match argument.split_once('=') {
                    Some((name, expression))
                        if !expression.starts_with('=')
                            && name.trim().chars().all(|c| c.is_alphanumeric() || c == '_') =>
                    {
                        (Some(name.trim().to_owned()), expression.to_owned())
                    }
                    _ => (None, argument),
                })
                .collect();
            calls.push((called.clone(), given));
        }
    }
    calls
}

/// The arguments in `a, b(c, d), "e, f") …`: up to the bracket that closes the call.
fn arguments(rest: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for character in rest.chars() {
        let mut kept = true;
        if quoted {
            quoted = character != '"' || escaped;
            escaped = character == '\\' && !escaped;
        } else {
            match character {
                '"' => quoted = true,
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    arguments.push(String::new());
                    kept = false;
                }
                _ => {}
            }
        }
        if kept && let Some(last) = arguments.last_mut() {
            last.push(character);
        }
    }
    arguments.retain(|argument| !argument.trim().is_empty());
    arguments
}
