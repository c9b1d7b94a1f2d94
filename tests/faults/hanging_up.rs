//! Clients that hang up: what they asked for costs neither threads nor memory, and keeps nobody out who has been here before.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::databases::Database;
use crate::process::Process;

/// How many clients sign in and hang up.
const HANGING_UP: usize = 300;

/// How long each waits before it does.
const WAITS: Duration = Duration::from_millis(8);

/// The most that a flood may add to the resident memory, in kilobytes: the block of one hash (19 MiB), and as much again for stacks,
/// sockets and what they asked.
const MAX_ADDED_KB: u64 = 40_000;

/// The most threads that it may add: one that hashes, and a few of other lanes.
const MAX_ADDED_THREADS: u64 = 8;

/// What a form of the sign-in page is sent with.
struct Form {
    cookie: String,
    token: String,
}

async fn form(client: &reqwest::Client, address: &str) -> Form {
    let page = client
        .get(format!("{address}/staff/sign-in"))
        .send()
        .await
        .unwrap();
    let cookie = page
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
        .find(|cookie| cookie.starts_with("visitor="))
        .unwrap_or_default();
    let body = page.text().await.unwrap();
    let html = scraper::Html::parse_document(&body);
    let field = scraper::Selector::parse("input[name=csrf_token]").unwrap();
    let token = html.select(&field).next().unwrap();
    Form {
        cookie,
        token: token.value().attr("value").unwrap().to_owned(),
    }
}

async fn sign_in(client: &reqwest::Client, address: &str, password: &str) -> u16 {
    let form = form(client, address).await;
    let fields = [
        ("csrf_token", form.token.as_str()),
        ("email", "administrator@example.org"),
        ("password", password),
    ];
    let answer = client
        .post(format!("{address}/staff/sign-in"))
        .header("Origin", address)
        .form(&fields)
        .send()
        .await
        .unwrap();
    answer.status().as_u16()
}

/// Sends a whole sign-in and closes the connection before there can be an answer.
fn sign_in_and_hang_up(address: &str, form: &Form, number: usize) {
    let host = address.trim_start_matches("http://");
    let body = format!(
        "csrf_token={}&email=nobody.{number}%40example.org&password=a+wrong+guess",
        form.token
    );
    let head = format!(
        "POST /staff/sign-in HTTP/1.1\r\nHost: {host}\r\nOrigin: {address}\r\nCookie: {}\r\nX-Forwarded-For: 198.51.{}.{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        form.cookie,
        number / 250,
        number % 250,
        body.len()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all((head + &body).as_bytes()).unwrap();
    std::thread::sleep(WAITS);
}

/// Threads, and resident kilobytes.
fn standing(process: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let number = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .unwrap_or_else(|| panic!("{name}: {status}"))
    };
    (number("Threads:"), number("VmRSS:"))
}

async fn withstands(database: Database, folder: &Path) {
    let mut process = Process::start_with(
        &database,
        folder,
        &[
            ("PQT__SERVER__TRUSTED_PROXIES", "127.0.0.1"),
            ("PQT__LIMITS__SIGN_INS_PER_MINUTE", "10000"),
        ],
    );
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .cookie_store(true)
        .build()
        .unwrap();
    process.ready(&client).await;
    let address = process.address.clone();
    let password = "a-quiet-evening-in-widnes";
    assert_eq!(sign_in(&client, &address, password).await, 303);
    let other = reqwest::Client::new();
    let form = form(&other, &address).await;

    let (threads, memory) = standing(process.id());
    let flood = {
        let address = address.clone();
        std::thread::spawn(move || {
            // several at once, as a laptop would
            std::thread::scope(|scope| {
                for part in 0..10 {
                    let (address, form) = (&address, &form);
                    scope.spawn(move || {
                        for number in 0..HANGING_UP / 10 {
                            sign_in_and_hang_up(address, form, part * HANGING_UP / 10 + number);
                        }
                    });
                }
            });
        })
    };
    let mut most = (threads, memory);
    let mut slowest = Duration::ZERO;
    while !flood.is_finished() {
        let began = now();
        assert_eq!(
            sign_in(&client, &address, password).await,
            303,
            "the device that is known"
        );
        slowest = slowest.max(began.elapsed());
        let present = standing(process.id());
        most = (most.0.max(present.0), most.1.max(present.1));
    }
    flood.join().unwrap();
    let (threads_after, memory_after) = standing(process.id());
    println!(
        "threads {threads} to {} and {threads_after}, resident {memory} to {} and {memory_after} kB, slowest {slowest:?}",
        most.0, most.1
    );
    assert!(
        most.0 <= threads + MAX_ADDED_THREADS,
        "{threads} threads became {}",
        most.0
    );
    assert!(
        most.1 <= memory + MAX_ADDED_KB,
        "{memory} kB became {} kB",
        most.1
    );
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");

    let health: Value = client
        .get(format!("{address}/health/ready"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(health["ready"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_whose_clients_hang_up_cost_neither_threads_nor_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    withstands(Database::sqlite(), folder.path()).await;
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long an answer takes is measured"
)]
fn now() -> Instant {
    Instant::now()
}
