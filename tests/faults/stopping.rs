//! Stopped on purpose, and killed while it migrates.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use public_question_time::store::schema::questioners;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::databases::Database;
use crate::kill::{notice, open_meeting};
use crate::process::{Process, program, run};

/// What became of a request.
enum Became {
    /// It was answered so.
    Answered(String),
    /// Nobody listened any more: it was never sent.
    NotTaken,
    /// It was sent and not answered.
    Lost,
}

/// Sends one question on a connection of its own.
async fn send(address: &str, meeting: &str, number: usize) -> Became {
    let host = address.trim_start_matches("http://");
    let Ok(mut stream) = TcpStream::connect(host).await else {
        return Became::NotTaken;
    };
    let body = notice(meeting, number).to_string();
    let request = format!(
        "POST /api/v1/questions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut answer = Vec::new();
    match stream.write_all(request.as_bytes()).await {
        Ok(()) => {
            // an answer that has come counts, however the connection ends
            let _ = stream.read_to_end(&mut answer).await;
            match String::from_utf8_lossy(&answer).get(9..12) {
                Some(status) if answer.starts_with(b"HTTP/1.1 ") => {
                    Became::Answered(status.to_owned())
                }
                _ => Became::Lost,
            }
        }
        Err(_) => Became::Lost,
    }
}

#[tokio::test]
async fn told_to_stop_in_a_burst_it_answers_every_request_that_it_took() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let numbers = Arc::new(AtomicUsize::new(0));
    let (mut answered, mut resets) = (0, 0);
    for round in 0..5_u64 {
        let mut process = Process::start(&database, folder.path());
        process.ready(&client).await;
        let meeting = open_meeting(&client, &process.address).await;
        let stopped = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..8)
            .map(|_| {
                let (address, meeting) = (process.address.clone(), meeting.clone());
                let (numbers, stopped) = (Arc::clone(&numbers), Arc::clone(&stopped));
                tokio::spawn(async move {
                    let (mut good, mut reset, mut lost) = (0, 0, Vec::new());
                    loop {
                        let number = numbers.fetch_add(1, Ordering::SeqCst);
                        match send(&address, &meeting, number).await {
                            Became::Answered(status) if status == "201" => good += 1,
                            Became::Answered(status) => lost.push(status),
                            Became::Lost if stopped.load(Ordering::SeqCst) => reset += 1,
                            Became::NotTaken if stopped.load(Ordering::SeqCst) => {
                                return (good, reset, lost);
                            }
                            Became::NotTaken => lost.push("not taken".to_owned()),
                            Became::Lost => lost.push("no answer".to_owned()),
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(150 + 70 * round)).await;
        stopped.store(true, Ordering::SeqCst);
        let ended = tokio::task::spawn_blocking(move || process.terminate())
            .await
            .unwrap();
        assert!(ended.success(), "{ended:?}");
        for sender in senders {
            let (good, reset, lost) = sender.await.unwrap();
            answered += good;
            resets += reset;
            assert_eq!(lost, Vec::<String>::new(), "round {round}");
        }
    }
    println!("{answered} answered in five bursts, {resets} reset");
    assert!(answered > 40, "no burst: {answered}");
    // a connection can be reset in the instant in which the listener is closed: at most one for each client
    assert!(resets <= 5 * 8, "{resets}");
    let mut db = SqliteConnection::establish(database.file().unwrap().to_str().unwrap()).unwrap();
    let stored: i64 = questioners::table
        .filter(questioners::email.like("resident.%@example.org"))
        .count()
        .get_result(&mut db)
        .unwrap();
    // nothing that was answered is lost, and nothing is stored but what was answered or reset
    assert!(
        (answered..=answered + resets).contains(&stored),
        "{stored} stored"
    );
}

fn survives_kills_while_migrating(make: impl Fn() -> Option<Database>) {
    let folder = tempfile::tempdir().unwrap();
    let Some(whole) = make() else { return };
    let migrate = |database: &Database| {
        let mut command = program(&database.url_text(), folder.path());
        command.arg("migrate");
        command
    };
    let began = Instant::now();
    assert!(run(&mut migrate(&whole)).0);
    let long = began.elapsed();
    const KILLS: u32 = 24;
    let mut early = 0;
    for kill in 0..KILLS {
        let database = make().unwrap();
        let mut migrating = migrate(&database)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(long * kill / KILLS);
        early += u32::from(migrating.try_wait().unwrap().is_none());
        migrating.kill().unwrap();
        migrating.wait().unwrap();
        let (done, said) = run(&mut migrate(&database));
        assert!(done, "killed after {kill} of {KILLS} parts: {said}");
        let (sound, said) = run(program(&database.url_text(), folder.path()).arg("check"));
        assert!(sound, "{said}");
    }
    println!("{}: killed {early} times while it migrated", whole.name);
    assert!(early > KILLS / 3, "{early}");
}

#[test]
fn a_migration_that_was_killed_can_be_run_again_on_sqlite() {
    survives_kills_while_migrating(|| Some(Database::sqlite()));
}

#[test]
fn a_migration_that_was_killed_can_be_run_again_on_postgresql() {
    survives_kills_while_migrating(Database::postgres);
}
