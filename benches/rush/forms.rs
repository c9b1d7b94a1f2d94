//! Those who send by the forms, page after page, as a browser without scripts does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use reqwest::{Client, Response, redirect::Policy};
use scraper::{ElementRef, Html, Selector};

use super::{
    corpus::{Corpus, name, question},
    server::Program,
};

/// Pages that a person goes through at most.
const MAX_PAGES: usize = 12;

/// So many people submit by the forms, some at a time: submissions a second, and requests that each made.
///
/// # Errors
/// Where a form leads elsewhere than to a receipt.
pub async fn submit(
    program: &Program,
    corpus: &Corpus,
    people: usize,
    at_a_time: usize,
) -> anyhow::Result<(f64, f64)> {
    let left = Arc::new(AtomicUsize::new(people));
    let requests = Arc::new(AtomicUsize::new(0));
    let start = format!("http://{}/meetings/{}/ask", program.address, corpus.meeting);
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..at_a_time {
        let (left, requests, start) = (Arc::clone(&left), Arc::clone(&requests), start.clone());
        let numbers = Arc::clone(&corpus.people);
        tasks.spawn(async move {
            while left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok()
            {
                let person = numbers.fetch_add(1, Ordering::Relaxed);
                let made = Person::new(person)?.submit(&start).await?;
                requests.fetch_add(made, Ordering::Relaxed);
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    let rate = people as f64 / begun.elapsed().as_secs_f64();
    Ok((
        rate,
        requests.load(Ordering::Relaxed) as f64 / people as f64,
    ))
}

struct Person {
    number: usize,
    client: Client,
    requests: usize,
}

impl Person {
    fn new(number: usize) -> anyhow::Result<Self> {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self {
            number,
            client,
            requests: 0,
        })
    }

    /// Presses on until the receipt; how many requests that took.
    async fn submit(mut self, start: &str) -> anyhow::Result<usize> {
        let mut at = start.to_owned();
        let first = self.client.get(&at);
        let mut page = self.ask(first).await?.text().await?;
        for _ in 0..MAX_PAGES {
            if page.contains("PQ-20") && page.contains("/question/") {
                return Ok(self.requests);
            }
            let (action, fields) = self
                .filled_in(&page)
                .with_context(|| format!("the form of {at}"))?;
            let target = reqwest::Url::parse(&at)?.join(&action)?;
            let origin = target.origin().ascii_serialization();
            let request = self
                .client
                .post(target.clone())
                .header("Origin", origin)
                .header("Sec-Fetch-Site", "same-origin")
                .form(&fields);
            let mut answer = self.ask(request).await?;
            at = target.to_string();
            for _ in 0..5 {
                let Some(location) = answer.headers().get("location") else {
                    break;
                };
                at = reqwest::Url::parse(&at)?
                    .join(location.to_str()?)?
                    .to_string();
                let next = self.client.get(&at);
                answer = self.ask(next).await?;
            }
            page = answer.text().await?;
        }
        bail!("no receipt after {MAX_PAGES} pages; the last was {at}")
    }

    async fn ask(&mut self, request: reqwest::RequestBuilder) -> anyhow::Result<Response> {
        self.requests += 1;
        let number = self.number;
        let from = format!(
            "11.{}.{}.{}",
            (number >> 16) & 255,
            (number >> 8) & 255,
            number & 255
        );
        let answer = request.header("X-Forwarded-For", from).send().await?;
        if answer.status().is_client_error() || answer.status().is_server_error() {
            bail!("{} was answered {}", answer.url().path(), answer.status());
        }
        Ok(answer)
    }

    /// The form that leads on, filled in: its action and its fields.
    fn filled_in(&self, page: &str) -> anyhow::Result<(String, Vec<(String, String)>)> {
        let html = Html::parse_document(page);
        let all = |selector: &str| {
            Selector::parse(selector).map_err(|error| anyhow::anyhow!("{selector}: {error}"))
        };
        let (forms, controls) = (all("main form[method=post]")?, all("input, textarea")?);
        let buttons = all("button")?;
        let form = html.select(&forms).next().context("there is none")?;
        let mut fields = Vec::new();
        for control in form.select(&controls) {
            let Some(name) = control.value().attr("name") else {
                continue;
            };
            if let Some(value) = self.value(&control, name) {
                fields.push((name.to_owned(), value));
            }
        }
        // the first button is the one that leads on
        if let Some(button) = form.select(&buttons).next()
            && let Some(name) = button.value().attr("name")
        {
            let value = button.value().attr("value").unwrap_or_default();
            fields.push((name.to_owned(), value.to_owned()));
        }
        let action = form.value().attr("action").unwrap_or_default();
        Ok((action.to_owned(), fields))
    }

    /// What is typed into a control, or chosen; none for a choice that is not taken.
    fn value(&self, control: &ElementRef<'_>, field: &str) -> Option<String> {
        let number = self.number;
        let present = control.value().attr("value").unwrap_or_default().to_owned();
        match (control.value().attr("type"), field) {
            (_, "question") => Some(question(number)),
            (_, "matter") => Some("Street lighting".to_owned()),
            (_, "name") => Some(name(number)),
            (_, "address") => Some("1 Example Street\nWidnes".to_owned()),
            (_, "postcode") => Some("WA8 7QF".to_owned()),
            (_, "email") => Some(format!("resident.{number}@example.org")),
            (Some("radio"), "resident" | "publish_name") => (present == "yes").then_some(present),
            (Some("radio"), "under_18") => (present == "no").then_some(present),
            (Some("radio"), _) => None,
            (Some("checkbox"), "declaration") => Some(present),
            (Some("checkbox"), _) => None,
            _ => Some(present),
        }
    }
}
