//! Nobody is answered before the disk has confirmed the commit, and nobody after it has failed to: seen in the system calls of the
//! built program, by strace.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::web;
use diesel::connection::SimpleConnection;
use public_question_time::web::{AppState, server};

use crate::databases::Database;
use crate::kill::{notice, open_meeting};
use crate::process::{Process, program, run};
use crate::service::desk;

/// Questions sent, one after another.
const SENT: usize = 12;

/// What is traced: what SQLite writes and syncs, what comes in and what is answered.
const CALLS: &str =
    "trace=fdatasync,fsync,pwrite64,pwritev,write,writev,sendto,sendmsg,read,readv,recvfrom";

/// A tracer on a process, told to write what it sees into a file; none where this machine has none or does not allow it.
fn trace(process: u32, options: &[&str], to: &Path) -> Option<Child> {
    if !run(Command::new("strace").arg("--version")).0 {
        println!("skipped: strace is not installed");
        return None;
    }
    let mut tracer = Command::new("strace")
        .args(["-f", "-y", "-s", "64", "-o"])
        .arg(to)
        .args(options)
        .args(["-p", &process.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    for _ in 0..200 {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let traced = status
            .lines()
            .any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"));
        if traced {
            // every thread, not the first alone
            std::thread::sleep(Duration::from_millis(300));
            return Some(tracer);
        }
        if tracer.try_wait().ok()?.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let required = std::env::var("PQT_REQUIRE_STRACE").is_ok_and(|v| v == "1");
    assert!(
        !required,
        "strace may not trace here, and PQT_REQUIRE_STRACE=1"
    );
    println!("skipped: strace may not trace here");
    None
}

/// The answers of success in a trace, and how many of them were written before the log had been written and synced since the request
/// came. (The mail worker writes as well, but only once it is woken after the commit.)
fn answers(trace: &str) -> (usize, usize) {
    let (mut seen, mut unsynced) = (0, 0);
    let (mut written, mut synced) = (false, false);
    let mut syncing = std::collections::BTreeSet::new();
    for line in trace.lines() {
        let (thread, call) = line.trim_start().split_once(' ').unwrap_or((line, ""));
        let call = call.trim_start();
        let name = call.split('(').next().unwrap_or_default();
        let resumed = call.strip_prefix("<... ").unwrap_or_default();
        let succeeded = call.ends_with("= 0");
        if call.contains("POST /api/v1/questions") {
            (written, synced) = (false, false);
        } else if name.starts_with("pwrite") && call.contains("-wal>") {
            written = true;
        } else if ["fdatasync", "fsync"].contains(&name) && call.contains("-wal>") {
            if call.contains("unfinished") {
                syncing.insert(thread.to_owned());
            } else {
                synced |= written && succeeded;
            }
        } else if resumed.starts_with("fdatasync") || resumed.starts_with("fsync") {
            if syncing.remove(thread) {
                synced |= written && succeeded;
            }
        } else if call.contains("HTTP/1.1 201") {
            seen += 1;
            unsynced += usize::from(!synced);
        }
    }
    (seen, unsynced)
}

async fn send_slowly(client: &reqwest::Client, address: &str, meeting: &str) {
    for number in 0..SENT {
        let answer = client
            .post(format!("{address}/api/v1/questions"))
            .json(&notice(meeting, number))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        // what the worker writes for the letters comes between, and is not what is looked at
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

/// Waits until the tracer has written what it saw, and lets go. The process that it traces goes on, or has gone.
fn finish(mut tracer: Child) {
    let _ = run(Command::new("kill").args(["-INT", &tracer.id().to_string()]));
    for _ in 0..250 {
        if tracer.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    // one whose process has died and was not waited for may wait for it as well
    let _ = tracer.kill();
    let _ = tracer.wait();
}

#[tokio::test]
async fn no_answer_of_success_is_written_before_the_commit_is_synced() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let file = folder.path().join("trace");
    let Some(tracer) = trace(process.id(), &["-e", CALLS], &file) else {
        return;
    };
    send_slowly(&client, &process.address, &meeting).await;
    finish(tracer);
    process.kill();
    let (seen, unsynced) = answers(&fs::read_to_string(&file).unwrap());
    assert_eq!((seen, unsynced), (SENT, 0));
}

/// The same web server with a database that does not sync each commit, in a process of its own: this test, started with a folder.
#[tokio::test]
async fn the_check_sees_a_database_that_does_not_sync() {
    if let Some(folder) = std::env::var_os("UNSYNCED_FOLDER") {
        let database = Database::sqlite();
        let desk = desk(&database);
        desk.service
            .store
            .maintain(|db| Ok(db.batch_execute("PRAGMA synchronous = NORMAL")?))
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = web::Data::new(AppState::new(desk.service.clone()));
        tokio::spawn(server::run(state, listener).unwrap());
        let (part, told) = (
            Path::new(&folder).join("part"),
            Path::new(&folder).join("address"),
        );
        fs::write(&part, format!("{address} {}", desk.meeting)).unwrap();
        fs::rename(part, told).unwrap();
        tokio::time::sleep(Duration::from_secs(120)).await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut served = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "commit_order::the_check_sees_a_database_that_does_not_sync",
        ])
        .env("UNSYNCED_FOLDER", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = folder.path().join("address");
    for _ in 0..1500 {
        if told.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = fs::read_to_string(told).unwrap();
    let (address, meeting) = told.split_once(' ').unwrap();
    let file = folder.path().join("trace");
    if let Some(tracer) = trace(served.id(), &["-e", CALLS], &file) {
        send_slowly(&reqwest::Client::new(), address, meeting).await;
        finish(tracer);
        let (seen, unsynced) = answers(&fs::read_to_string(&file).unwrap());
        assert_eq!(seen, SENT);
        assert!(unsynced > SENT / 2, "{unsynced} of {seen}");
    }
    let _ = served.kill();
    served.wait().unwrap();
}

#[tokio::test]
async fn a_sync_that_fails_is_no_success_and_ends_the_process() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let send = |number, address: &str| {
        let request = client
            .post(format!("{address}/api/v1/questions"))
            .json(&notice(&meeting, number));
        async move { request.send().await.map(|answer| answer.status().as_u16()) }
    };
    assert_eq!(send(1, &process.address).await.unwrap(), 201);
    let inject = [
        "-e",
        "trace=fdatasync,fsync",
        "-e",
        "inject=fdatasync,fsync:error=EIO",
    ];
    let Some(tracer) = trace(process.id(), &inject, &folder.path().join("trace")) else {
        return;
    };
    for number in 2..6 {
        // no answer at all is no promise either
        if let Ok(status) = send(number, &process.address).await {
            assert_eq!(status, 503, "question {number}");
        }
    }
    let ended = process.ended(Duration::from_secs(60));
    assert!(
        ended.is_some_and(|ended| !ended.success()),
        "a supervisor must start it again: {ended:?}"
    );
    finish(tracer);

    // on a disk that works again
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    assert_eq!(send(7, &process.address).await.unwrap(), 201);
    process.kill();
    let (sound, said) = run(program(&database.url_text(), folder.path()).arg("check"));
    assert!(sound, "{said}");
}
