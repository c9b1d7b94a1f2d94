//! A database under pressure: readers that stay, locks that others hold, a mail server that is slow.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use public_question_time::private_files;
use public_question_time::store::schema::questions;

use crate::databases::Database;
use crate::kill::{notice, open_meeting};
use crate::process::Process;

/// Questions sent while a reader stays.
const BURST: usize = 200;

async fn send(client: &reqwest::Client, address: &str, meeting: &str, number: usize) -> u16 {
    client
        .post(format!("{address}/api/v1/questions"))
        .json(&notice(meeting, number))
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn a_reader_that_stays_through_a_burst_lets_the_log_grow_to_less_than_64_mb() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let file = database.file().unwrap();
    let log = || {
        fs::metadata(private_files::beside(&file, "-wal"))
            .unwrap()
            .len()
    };
    let before = log();
    let mut reader = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    reader.batch_execute("BEGIN").unwrap();
    let seen: i64 = questions::table.count().get_result(&mut reader).unwrap();
    for number in 0..BURST {
        assert_eq!(send(&client, &process.address, &meeting, number).await, 201);
    }
    let grown = log();
    println!(
        "the log has grown from {before} to {grown} bytes, {} for each question with its letters",
        (grown - before) / BURST as u64
    );
    assert!(grown < 64 << 20, "{grown}");
    let still: i64 = questions::table.count().get_result(&mut reader).unwrap();
    assert_eq!(still, seen, "the reader sees one state");
    reader.batch_execute("COMMIT").unwrap();
    drop(reader);
    // the log begins anew once nobody needs it, and is cut to 16 MB
    for number in BURST..BURST + 40 {
        assert_eq!(send(&client, &process.address, &meeting, number).await, 201);
    }
    assert!(log() <= (16 << 20) + (1 << 20), "{}", log());
    process.kill();
}

async fn nobody_fails_for_a_lock(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let url = database.url_text();
    let held = Arc::new(AtomicBool::new(false));
    let (holds, holding) = (Arc::clone(&held), url.clone());
    let holder = tokio::task::spawn_blocking(move || {
        let long = Duration::from_secs(10);
        if let Some(file) = holding.strip_prefix("sqlite://") {
            let mut other = SqliteConnection::establish(file).unwrap();
            other
                .batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")
                .unwrap();
            holds.store(true, Ordering::SeqCst);
            std::thread::sleep(long);
            other.batch_execute("ROLLBACK").unwrap();
        } else {
            let mut other = PgConnection::establish(&holding).unwrap();
            other
                .batch_execute("BEGIN; LOCK TABLE questions IN EXCLUSIVE MODE")
                .unwrap();
            holds.store(true, Ordering::SeqCst);
            std::thread::sleep(long);
            other.batch_execute("ROLLBACK").unwrap();
        }
    });
    while !held.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let senders: Vec<_> = (0..8)
        .map(|number| {
            let (client, address, meeting) =
                (client.clone(), process.address.clone(), meeting.clone());
            tokio::spawn(async move { send(&client, &address, &meeting, number).await })
        })
        .collect();
    for _ in 0..10 {
        let began = Instant::now();
        let read = client
            .get(format!("{}/meetings", process.address))
            .send()
            .await
            .unwrap();
        assert_eq!(read.status(), 200);
        assert!(began.elapsed() < Duration::from_secs(3), "reads go on");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let mut said = Vec::new();
    for sender in senders {
        said.push(sender.await.unwrap());
    }
    println!("{}: {said:?}", database.name);
    assert!(
        said.iter().all(|status| [201, 503].contains(status)),
        "{said:?}"
    );
    holder.await.unwrap();
    assert_eq!(send(&client, &process.address, &meeting, 100).await, 201);
    process.kill();
}

#[tokio::test]
async fn another_program_that_holds_the_lock_for_ten_seconds_is_no_fault_of_the_service() {
    nobody_fails_for_a_lock(Database::sqlite()).await;
    if let Some(database) = Database::postgres() {
        nobody_fails_for_a_lock(database).await;
    }
}

/// A mail server that takes this long over each letter; how many it has taken.
async fn mail_server(takes: Duration) -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut in_letter = false;
                stream.write_all(b"220 test ESMTP\r\n").await?;
                let mut line = String::new();
                while stream.read_line(&mut line).await? > 0 {
                    let answer = match (in_letter, line.trim_end()) {
                        (true, ".") => {
                            in_letter = false;
                            tokio::time::sleep(takes).await;
                            count.fetch_add(1, Ordering::SeqCst);
                            "250 taken\r\n"
                        }
                        (true, _) => "",
                        (false, command) if command.starts_with("EHLO") => {
                            "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
                        }
                        (false, "DATA") => {
                            in_letter = true;
                            "354 go on\r\n"
                        }
                        _ => "250 ok\r\n",
                    };
                    line.clear();
                    stream.write_all(answer.as_bytes()).await?;
                }
                Ok::<_, std::io::Error>(())
            });
        }
    });
    (port, taken)
}

#[tokio::test]
async fn a_slow_mail_server_does_not_slow_submissions_down() {
    let client = reqwest::Client::new();
    let mut nodes = Vec::new();
    for takes in [Duration::ZERO, Duration::from_millis(300)] {
        let database = Database::sqlite();
        let folder = tempfile::tempdir().unwrap();
        let (port, taken) = mail_server(takes).await;
        let mut process = Process::start_at(
            &database.url_text(),
            folder.path(),
            &[
                ("PQT__MAIL__TRANSPORT", "smtp"),
                ("PQT__MAIL__SMTP__HOST", "127.0.0.1"),
                ("PQT__MAIL__SMTP__PORT", &port.to_string()),
                ("PQT__MAIL__SMTP__SECURITY", "none"),
            ],
        );
        process.ready(&client).await;
        let meeting = open_meeting(&client, &process.address).await;
        nodes.push((process, meeting, taken, database, folder, Vec::new()));
    }
    // one after the other, so that whatever else the machine does meets both alike
    for number in 0..150 {
        for (process, meeting, _, _, _, took) in &mut nodes {
            let began = Instant::now();
            assert_eq!(send(&client, &process.address, meeting, number).await, 201);
            took.push(began.elapsed());
        }
    }
    let mut medians = Vec::new();
    for (process, _, taken, _, _, mut took) in nodes {
        took.sort_unstable();
        medians.push(took[took.len() / 2].as_secs_f64());
        println!("median {:?}, letters taken {taken:?}", took[took.len() / 2]);
        process.kill();
    }
    let ratio = medians[1] / medians[0];
    println!("with a mail server of 0.3 s a letter submissions take {ratio:.2} times as long");
    // 1.1 is the aim on a quiet machine; a delivery within the request would be tenfold
    assert!(ratio < 1.5, "{ratio}");
}
