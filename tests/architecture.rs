//! The house stands as `docs/ARCHITECTURE.md` draws it: floors point down only.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The floor of each top-level module; a module may use its own floor and those below.
const FLOORS: &[(&str, u8)] = &[
    ("clock", 0),
    ("domain", 0),
    ("private_files", 0),
    ("config", 1),
    ("store", 1),
    ("service", 2),
    ("mail", 3),
    ("documents", 3),
    ("import", 3),
    ("web", 3),
    ("cli", 4),
];

fn floor(module: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, floor)| *floor)
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// The top-level modules that a source text names through `crate::`, also inside braces.
fn named(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        // `$crate::` in a macro is this crate as well
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut taking = true;
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        modules.push(std::mem::take(&mut word));
                        taking = true;
                    }
                    ':' if depth == 0 => taking = false,
                    c if depth == 0 && taking && (c.is_alphanumeric() || c == '_') => word.push(c),
                    _ => {}
                }
            }
            modules.push(word);
        } else {
            modules.push(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    modules.retain(|module| !module.is_empty());
    modules
}

#[test]
fn every_floor_uses_only_itself_and_those_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let mut upward = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let top = inside
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs");
        let Some(own) = floor(top) else {
            assert!(
                matches!(top, "lib" | "main"),
                "{top} stands on no floor: add it to FLOORS and to docs/ARCHITECTURE.md"
            );
            continue;
        };
        for module in named(&fs::read_to_string(&file).unwrap()) {
            if floor(&module).is_some_and(|theirs| theirs > own) {
                upward.push(format!("{} uses {module}", inside.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn the_domain_knows_no_framework() {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    let mut files = Vec::new();
    rust_files(&domain, &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for banned in [
            "actix", "diesel", "tokio", "async fn", "utoipa", "askama", "lettre", "std::fs",
            "std::env", "Utc::now",
        ] {
            assert!(!text.contains(banned), "{} names {banned}", file.display());
        }
    }
}

#[test]
fn the_reader_of_names_sees_through_braces() {
    assert_eq!(named("use crate::{a::{b, c}, d::e, f};"), ["a", "d", "f"]);
    assert_eq!(named("let x = crate::web::thing();"), ["web"]);
}
