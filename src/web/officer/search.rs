//! `/staff/search`: has anybody asked about this before? Every question that was put, whenever that was.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{local_time, similarity::explanation::explain},
    service::{
        permission,
        search::{self, Found, Sought},
        views::PublicQuestion,
    },
    web::{
        Answer, Staff,
        components::FieldProblem,
        executor::Lane,
        marked::{Marked, shared_only},
        page::Page,
        pages,
    },
};

/// What the page is called.
const TITLE: &str = "Search";

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

#[derive(Template)]
#[template(path = "officer/search.html")]
struct SearchPage {
    page: Page,
    q: String,
    error: String,
    /// How many were found, in words; empty where nothing was searched for.
    summary: String,
    rows: Vec<Row>,
}

struct Row {
    /// The question's file, or its meeting's public page for somebody who may not open it.
    href: String,
    put: PublicQuestion,
    date: String,
    words: Vec<Marked>,
    summary: String,
    answered: bool,
}

impl Row {
    fn new(found: Found, may_open: bool, sought: &str) -> Self {
        let put = found.put;
        Self {
            href: if may_open {
                format!("/staff/questions/{}", found.question.id)
            } else {
                format!("/meetings/{}", put.meeting_id)
            },
            date: local_time::long_date(put.meeting_date),
            words: shared_only(&explain(sought, &put.text).there),
            summary: format!("The answer to {}", put.reference),
            answered: put.answer().is_some() || put.dealt_with.is_some() || put.response_owed,
            put,
        }
    }
}

impl SearchPage {
    fn problems(&self) -> Vec<FieldProblem> {
        let wrong = (!self.error.is_empty()).then(|| FieldProblem::new("q", &self.error));
        wrong.into_iter().collect()
    }
}

/// The form, and what was found.
pub async fn show(staff: Staff, asked: web::Query<Asked>) -> Answer {
    let acting = staff.acting();
    permission::staff(&acting)?;
    let mut template = SearchPage {
        page: staff.page(TITLE).at("/staff/search"),
        q: asked.into_inner().q,
        error: String::new(),
        summary: String::new(),
        rows: Vec::new(),
    };
    let sought = match Sought::parse(&template.q) {
        Ok(Some(sought)) => sought,
        Ok(None) => return pages::page(&template),
        Err(malformed) => {
            template.error = malformed.message;
            template.page.has_errors = true;
            return pages::invalid(&template);
        }
    };
    template.page.title = format!("{} – {TITLE}", sought.in_short());
    let words = sought.matter();
    let found = staff
        .run_in(Lane::Searches, move |service| {
            search::for_staff(service, &acting, &sought)
        })
        .await?;
    template.summary = search::summary(found.len());
    template.rows = found
        .into_iter()
        .map(|(found, may_open)| Row::new(found, may_open, &words))
        .collect();
    pages::page(&template)
}
