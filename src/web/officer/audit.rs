//! `/staff/audit`: the audit trail in words, newest first.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    service::dossier::{self, TrailEntry},
    web::{
        Answer, Staff,
        officer::history::{self, Line},
        page::Page,
        pages,
    },
};

/// Entries on one page.
const ON_A_PAGE: i64 = 50;

/// From where on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

#[derive(Template)]
#[template(path = "officer/audit.html")]
struct AuditPage {
    page: Page,
    rows: Vec<Row>,
    first: String,
    next: String,
}

struct Row {
    line: Line,
    about: String,
    href: String,
}

/// A page of the trail.
pub async fn list(staff: Staff, asked: web::Query<Asked>) -> Answer {
    let acting = staff.acting();
    let before = Some(asked.before.clone()).filter(|id| !id.is_empty());
    let (entries, next) = staff
        .run(move |service| dossier::trail(service, &acting, before.as_deref(), ON_A_PAGE))
        .await?;
    let officer = staff.member().is_proper_officer();
    pages::page(&AuditPage {
        page: staff.page("Audit trail").at("/staff/audit"),
        rows: entries.iter().map(|entry| row(entry, officer)).collect(),
        first: if asked.before.is_empty() {
            String::new()
        } else {
            "/staff/audit".to_owned()
        },
        next: next
            .map(|id| format!("/staff/audit?before={id}"))
            .unwrap_or_default(),
    })
}

fn row(found: &TrailEntry, officer: bool) -> Row {
    let entry = &found.entry;
    let area = match entry.subject_kind.as_str() {
        "question" => "questions",
        "meeting" => "meetings",
        _ => "",
    };
    Row {
        line: history::line(entry, found.name.as_deref()),
        about: found.about.clone().unwrap_or_default(),
        href: if officer && !area.is_empty() && found.about.is_some() {
            format!("/staff/{area}/{}", entry.subject_id)
        } else {
            String::new()
        },
    }
}
