//! The document: it is whole, it is what answers, and a change of it is seen.

use serde_json::Value;

use public_question_time::web::api;

use crate::client::Council;

fn written() -> Value {
    serde_json::to_value(api::document()).unwrap()
}

fn each_operation(document: &Value, mut look: impl FnMut(&str, &str, &Value)) {
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            look(path, method, operation);
        }
    }
}

fn each_reference<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if let ("$ref", Some(place)) = (name.as_str(), field.as_str()) {
                    found.push(place);
                }
                each_reference(field, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, found)),
        _ => {}
    }
}

/// A change of this snapshot is a change of what programs rely on: keep what is there, add beside it.
#[test]
fn the_document_is_the_one_that_programs_know() {
    insta::assert_json_snapshot!(written());
}

#[test]
fn the_document_is_whole() {
    let document = written();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut references = Vec::new();
    each_reference(&document, &mut references);
    assert!(references.len() > 100);
    for place in references {
        let pointer = place.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{place} leads nowhere");
    }
    let tags: Vec<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut names = std::collections::BTreeSet::new();
    each_operation(&document, |path, method, operation| {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "{name} is there twice");
        assert!(
            operation["summary"].as_str().is_some_and(|s| !s.is_empty()),
            "{name}"
        );
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
        assert!(
            tags.contains(&operation["tags"][0].as_str().unwrap()),
            "{name}"
        );
        let parameters = operation["parameters"].as_array();
        for step in path.split('/').filter_map(|step| step.strip_prefix('{')) {
            let wanted = step.trim_end_matches('}');
            let named = parameters.into_iter().flatten().any(|parameter| {
                parameter["name"] == wanted
                    && parameter["in"] == "path"
                    && parameter["required"] == true
            });
            assert!(named, "{name} does not describe {wanted}");
        }
        let answers = operation["responses"].as_object().unwrap();
        assert!(
            answers.keys().any(|status| status.starts_with('2')),
            "{name}"
        );
        assert!(
            answers.contains_key("429") && answers.contains_key("503"),
            "{name}"
        );
        assert_eq!(
            operation.get("requestBody").is_some(),
            answers.contains_key("415"),
            "{name}"
        );
        assert_eq!(
            operation.get("security").is_some(),
            answers.contains_key("401"),
            "{name}"
        );
        if matches!(method, "get" | "delete") {
            assert!(operation.get("requestBody").is_none(), "{name}");
        }
        for scheme in operation["security"].as_array().into_iter().flatten() {
            for name in scheme.as_object().unwrap().keys() {
                assert!(document["components"]["securitySchemes"][name].is_object());
            }
        }
    });
    // nothing that a client sends may hold what it does not name
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if !name.ends_with("Input")
            && !matches!(name.as_str(), "Draft" | "NewMeeting" | "LetterAct")
        {
            continue;
        }
        let shapes = schema["oneOf"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![schema.clone()]);
        for shape in shapes {
            assert_eq!(shape["additionalProperties"], false, "{name}: {shape}");
        }
    }
}

#[test]
fn every_handler_is_in_the_document() {
    let mut described = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/api")).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        described += source.matches("\n#[utoipa::path(").count();
        for method in ["get", "post", "put", "delete"] {
            // a route without a description would not be in the document
            let routes = source.matches(&format!("\n#[{method}(\"")).count();
            assert!(routes <= source.matches("\n#[utoipa::path(").count());
        }
    }
    let mut operations = 0;
    each_operation(&written(), |_, _, _| operations += 1);
    assert_eq!(operations, described);
}

#[tokio::test]
async fn every_operation_of_the_document_answers_as_it_says() {
    let council = Council::open().await;
    let document = council.anyone.get("/api/openapi.json").await.expect(200);
    assert_eq!(document, written());
    let mut operations = Vec::new();
    each_operation(&document, |path, method, operation| {
        operations.push((path.to_owned(), method.to_uppercase(), operation.clone()));
    });
    for (path, method, operation) in operations {
        let real = path
            .replace("{id}", "018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11")
            .replace("{token}", "not-a-token")
            .replace("{reference}", "PQ-2024-AAAA")
            .replace("{date}", "2024-03-01");
        for client in [&council.anyone, &council.officer] {
            let reply = client.send(method.parse().unwrap(), &real, &[], None).await;
            let status = reply.status.to_string();
            assert_ne!(reply.status, 405, "{method} {path}");
            assert!(
                operation["responses"].get(&status).is_some(),
                "{method} {path} answered {status}, which the document does not have: {}",
                reply.text
            );
        }
        // the same address, another method
        let other = council
            .officer
            .send(reqwest::Method::PATCH, &real, &[], None)
            .await;
        other.problem(405, "method-not-allowed");
    }
}

#[tokio::test]
async fn the_reference_shows_every_operation_and_every_schema() {
    let council = Council::open().await;
    let page = council.app.browser().get("/api/docs").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.heading(), "REST API reference");
    let csp = page.header("content-security-policy");
    assert!(
        csp.starts_with("default-src 'none'") && !csp.contains("unsafe"),
        "{csp}"
    );
    assert!(!page.body.contains(" style=") && !page.body.contains("<style"));
    assert!(page.all("main").iter().all(|text| !text.contains('`')));
    let document = written();
    let titles = page.all("h3");
    each_operation(&document, |_, _, operation| {
        let summary = operation["summary"].as_str().unwrap();
        assert!(titles.iter().any(|title| title == summary), "{summary}");
    });
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(titles.contains(name), "{name}");
    }
    // every link within the page leads somewhere
    let html = page.html();
    let links = scraper::Selector::parse("main a[href^='#']").unwrap();
    for link in html.select(&links) {
        let target = link.value().attr("href").unwrap();
        let place = scraper::Selector::parse(&format!("[id='{}']", &target[1..])).unwrap();
        assert_eq!(html.select(&place).count(), 1, "{target}");
    }
}
