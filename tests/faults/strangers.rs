//! What strangers send that is no request: it is answered or closed, and rings no alarm.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::databases::Database;
use crate::process::{Process, program};

/// Sends bytes and gives everything that comes back until the connection is closed, or nothing has come for a while.
pub async fn exchange(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://"))
        .await
        .unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(Ok(read)) =
        tokio::time::timeout(Duration::from_secs(2), stream.read(&mut part)).await
    {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&part[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn requests_that_cannot_be_read_are_no_errors_in_the_log() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let client = reqwest::Client::new();
    let mut command = program(&database.url_text(), folder.path());
    command
        .env("PQT__LOG__FILTER", "info")
        .stderr(Stdio::from(fs::File::create(&log).unwrap()));
    let mut process = Process::start_as(command, &[]);
    process.ready(&client).await;
    for bytes in [
        &b"GARBAGE zqstranger\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\0zqstranger HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: zqstranger\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\nzqstranger",
    ] {
        exchange(&process.address, bytes).await;
    }
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(200_000));
    exchange(&process.address, long.as_bytes()).await;
    process.kill();
    let logged = fs::read_to_string(&log).unwrap();
    assert!(logged.contains("answered"), "the log is on: {logged}");
    assert!(!logged.contains("ERROR"), "{logged}");
    assert!(!logged.contains("zqstranger"), "{logged}");
}

/// How long the server of these tests waits for the head of a request, in seconds.
const PATIENCE: u64 = 1;

async fn impatient() -> (Process, Database, tempfile::TempDir) {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let patience = PATIENCE.to_string();
    let mut process = Process::start_at(
        &database.url_text(),
        folder.path(),
        &[("PQT__SERVER__REQUEST_HEAD_TIMEOUT_SECONDS", &patience)],
    );
    process.ready(&reqwest::Client::new()).await;
    (process, database, folder)
}

/// Sends the beginning, then a byte every 200 ms, and gives what came back and after how long the connection was closed.
async fn drip(address: &str, beginning: &str) -> (String, Duration) {
    let stream = TcpStream::connect(address.trim_start_matches("http://"))
        .await
        .unwrap();
    let (mut reading, mut writing) = stream.into_split();
    writing.write_all(beginning.as_bytes()).await.unwrap();
    let began = std::time::Instant::now();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(
        Duration::from_secs(PATIENCE * 20),
        reading.read_to_end(&mut answer),
    )
    .await;
    dripping.abort();
    assert!(closed.is_ok(), "never closed");
    (
        String::from_utf8_lossy(&answer).into_owned(),
        began.elapsed(),
    )
}

#[tokio::test]
async fn a_head_or_a_body_that_comes_slowly_is_closed() {
    let (process, _database, _folder) = impatient().await;
    let (answer, took) = drip(&process.address, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    assert!(!answer.contains(" 200 "), "{answer}");
    assert!(took < Duration::from_secs(PATIENCE * 6), "head: {took:?}");
    let body = "POST /api/v1/questions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 100000\r\n\r\n{";
    let (answer, took) = drip(&process.address, body).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(took < Duration::from_secs(PATIENCE * 12), "body: {took:?}");
    process.kill();
}

#[tokio::test]
async fn a_request_with_two_framings_never_gets_two_answers() {
    let (process, _database, _folder) = impatient().await;
    let inner = "GET /zqsmuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    let chunked = format!("0\r\n\r\n{inner}");
    for (heads, body) in [
        // the length covers the second request, the chunks do not
        (
            format!(
                "Content-Length: {}\r\nTransfer-Encoding: chunked",
                chunked.len()
            ),
            chunked.clone(),
        ),
        (
            format!(
                "Transfer-Encoding: chunked\r\nContent-Length: {}",
                chunked.len()
            ),
            chunked.clone(),
        ),
        (
            format!("Content-Length: 0\r\nContent-Length: {}", inner.len()),
            inner.to_owned(),
        ),
        (
            "Transfer-Encoding: xchunked\r\nContent-Length: 0".to_owned(),
            chunked.clone(),
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity".to_owned(),
            chunked.clone(),
        ),
        ("Content-Length: +0".to_owned(), inner.to_owned()),
        ("Content-Length: 0, 0".to_owned(), inner.to_owned()),
    ] {
        let request = format!("POST /meetings HTTP/1.1\r\nHost: x\r\n{heads}\r\n\r\n{body}");
        let answer = exchange(&process.address, request.as_bytes()).await;
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{heads}: {answer}");
        assert!(
            answers == 0 || answer.starts_with("HTTP/1.1 4"),
            "{heads}: {answer}"
        );
    }
    // the check sees two answers where two requests are sent as they should be
    let twice = format!("{inner}{inner}");
    let answer = exchange(&process.address, twice.as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 404").count(), 2, "{answer}");
    process.kill();
}
