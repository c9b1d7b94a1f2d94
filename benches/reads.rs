//! What a page costs in processor time where little and where much is behind it: the desk, a question and a meeting for staff, the
//! private page, the public meeting page, the answer to a submission. Each is a ratio to an empty page of the same server in the same
//! run.
//!
//!     cargo bench --bench reads
//!     cargo bench --bench reads -- --sizes 10,2000,5000
//!
//! One process serves and asks, one request at a time, so the figures hold the client's part as well; the empty page shows how much that
//! is. Linux tells the time that each thread ran (`/proc/self/task/*/schedstat`).

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures, and nothing is decided by it"
)]

use std::{fs, time::Instant};

use clap::Parser;
use public_question_time::store::connection::DatabaseUrl;
use serde_json::json;

#[path = "../tests/support/app.rs"]
#[allow(dead_code, reason = "a benchmark uses what it needs")]
mod app;
#[path = "../tests/reads/town.rs"]
#[allow(dead_code, reason = "a benchmark uses what it needs")]
mod town;

use app::Browser;
use town::Town;

/// What a page costs where little and where much is behind it.
#[derive(Parser)]
struct Arguments {
    /// How many questions a meeting has, one measurement each.
    #[arg(long, value_delimiter = ',', default_value = "10,2000,5000")]
    sizes: Vec<usize>,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 40)]
    times: u32,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Milliseconds of processor that this process has used, all threads together.
fn processor() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux");
    let nanoseconds: u64 = tasks
        .filter_map(|task| {
            let path = task.ok()?.path().join("schedstat");
            let text = fs::read_to_string(path).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        })
        .sum();
    nanoseconds as f64 / 1e6
}

struct Measured {
    processor: f64,
    wall: f64,
    bytes: usize,
}

async fn measure(browser: &Browser, path: &str, times: u32) -> Measured {
    // what a node reads when it is first asked
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    let bytes = page.body.len();
    let (before, began) = (processor(), Instant::now());
    for _ in 0..times {
        browser.get(path).await;
    }
    let times = f64::from(times);
    Measured {
        processor: (processor() - before) / times,
        wall: began.elapsed().as_secs_f64() * 1e3 / times,
        bytes,
    }
}

async fn submissions(town: &Town, from: usize, times: u32) -> Measured {
    let client = reqwest::Client::new();
    let url = format!("{}/api/v1/questions", town.app.address);
    let notices: Vec<_> = (0..times as usize)
        .map(|number| {
            let typed = town::typed(from + number);
            json!({
                "meeting": town.coming,
                "matter": "Street lighting",
                "question": typed.text.question,
                "questioner": {
                    "name": typed.questioner.name,
                    "address": typed.questioner.address,
                    "postcode": typed.questioner.postcode,
                    "email": typed.questioner.email,
                    "resident": true,
                    "publish_name": false,
                },
            })
        })
        .collect();
    let (before, began) = (processor(), Instant::now());
    let mut bytes = 0;
    for notice in &notices {
        let answer = client
            .post(&url)
            .json(notice)
            .send()
            .await
            .expect("an answer");
        assert!(
            answer.status() == 201 || answer.status() == 422,
            "{}",
            answer.status()
        );
        bytes = answer.text().await.expect("a body").len();
    }
    let times = f64::from(times);
    Measured {
        processor: (processor() - before) / times,
        wall: began.elapsed().as_secs_f64() * 1e3 / times,
        bytes,
    }
}

fn print(what: &str, measured: &Measured, empty: f64) {
    println!(
        "    {what:<34} {:>8.2} ms of processor  {:>6.1} empty pages  {:>8.2} ms  {:>7} bytes",
        measured.processor,
        measured.processor / empty,
        measured.wall,
        measured.bytes
    );
}

#[actix_web::main]
async fn main() {
    let arguments = Arguments::parse();
    for size in arguments.sizes {
        let directory = tempfile::tempdir().expect("a directory");
        let url = DatabaseUrl::sqlite(directory.path().join("reads.sqlite3"));
        let began = Instant::now();
        let town = Town::build(url, size.max(10)).await;
        println!(
            "{size} questions at each of two meetings, built in {:.0} s",
            began.elapsed().as_secs_f64()
        );
        let anyone = town.app.browser();
        let officer = town.app.sign_in_as("officer@example.org").await;
        let chair = town.app.sign_in_as("chair@example.org").await;
        let times = arguments.times;
        let empty = measure(&anyone, "/health/live", times).await;
        let base = empty.processor;
        print("an empty page", &empty, base);
        let coming = town.coming;
        let reads: Vec<(&str, &Browser, String)> = vec![
            ("the desk", &officer, "/staff".to_owned()),
            (
                "the desk, from the last that waits",
                &officer,
                format!("/staff?after={}", town.waiting.id),
            ),
            (
                "a question, for staff",
                &officer,
                format!("/staff/questions/{}", town.waiting.id),
            ),
            (
                "the questions, for staff",
                &officer,
                "/staff/questions".to_owned(),
            ),
            (
                "the meeting, for staff",
                &officer,
                format!("/staff/meetings/{coming}"),
            ),
            (
                "question time, for the chair",
                &chair,
                format!("/staff/meetings/{coming}/question-time"),
            ),
            (
                "the private page",
                &anyone,
                format!("/question/{}", town.link),
            ),
            (
                "the meeting page, coming",
                &anyone,
                format!("/meetings/{coming}"),
            ),
            (
                "the meeting page, held",
                &anyone,
                format!("/meetings/{}", town.held),
            ),
            (
                "the public screen",
                &anyone,
                format!("/meetings/{coming}/screen"),
            ),
            ("the home page", &anyone, "/".to_owned()),
            ("health", &anyone, "/health/ready".to_owned()),
        ];
        for (what, browser, path) in reads {
            let measured = measure(browser, &path, times).await;
            print(what, &measured, base);
        }
        let sent = submissions(&town, 1_000_000, times).await;
        print("a submission by the API", &sent, base);
        // what came since then is read once, and the desk is as quick as before
        let after = measure(&officer, "/staff", times).await;
        print("the desk after these", &after, base);
    }
}
