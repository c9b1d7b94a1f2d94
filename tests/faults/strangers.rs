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
