//! PostgreSQL stopped at once with a synchronous standby promoted, and PostgreSQL that stands still: two servers of the test's own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use public_question_time::store::schema::questions;

use crate::app::Browser;
use crate::kill::{notice, open_meeting};
use crate::postgres::{as_the_servers_user, binaries};
use crate::process::{Process, run};

/// Arguments: the directory of the binaries, the servers' own directory. Both end when its standard input does.
const SUPERVISOR: &str = r#"
bin=$1 dir=$2
umask 077
cd "$dir" || exit 1
fail() { echo "failed: $1"; exit 1; }
ready() { for i in $(seq 600); do "$bin/pg_isready" -q -h "$1" -U postgres && return; sleep 0.1; done; fail "$1"; }
mkdir sa sb
"$bin/initdb" -D a -U postgres -A trust -E UTF8 --locale=C -N >>log 2>&1 || fail initdb
cat >>a/postgresql.conf <<END
listen_addresses = ''
unix_socket_directories = '$dir/sa'
max_connections = 60
shared_buffers = 16MB
wal_level = replica
max_wal_senders = 4
END
"$bin/postgres" -D a </dev/null >>log 2>&1 &
a=$!
ready "$dir/sa"
"$bin/pg_basebackup" -h "$dir/sa" -U postgres -D b -R -X stream -C -S standby >>log 2>&1 || fail basebackup
echo "unix_socket_directories = '$dir/sb'" >>b/postgresql.auto.conf
"$bin/postgres" -D b </dev/null >>log 2>&1 &
b=$!
ready "$dir/sb"
echo "started $a $b"
cat >/dev/null
kill -CONT $a $b 2>/dev/null
kill -QUIT $a $b 2>/dev/null
wait
rm -rf "$dir"
"#;

struct Pair {
    directory: PathBuf,
    primary: u32,
    standby: u32,
    _supervisor: Child,
}

#[derive(QueryableByName)]
struct Synchronous {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Pair {
    fn start() -> Option<Self> {
        let bin = binaries()?;
        let directory = std::env::temp_dir().join(format!("pqt-pair-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        let mut supervisor = as_the_servers_user(&directory)
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(&bin)
            .arg(&directory)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = String::new();
        BufReader::new(supervisor.stdout.take().unwrap())
            .read_line(&mut told)
            .unwrap();
        let ids: Vec<u32> = told
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        let [primary, standby] = ids[..] else {
            let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
            panic!("{told}\n{log}");
        };
        let pair = Self {
            directory,
            primary,
            standby,
            _supervisor: supervisor,
        };
        let mut db = pair.connect("sa", "postgres").unwrap();
        db.batch_execute("CREATE DATABASE pqt").unwrap();
        db.batch_execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            .unwrap();
        db.batch_execute("SELECT pg_reload_conf()").unwrap();
        for _ in 0..300 {
            let synchronous: Synchronous = diesel::sql_query(
                "SELECT count(*) AS n FROM pg_stat_replication WHERE sync_state = 'sync'",
            )
            .get_result(&mut db)
            .unwrap();
            if synchronous.n == 1 {
                return Some(pair);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the standby does not follow");
    }

    fn connect(&self, socket: &str, database: &str) -> ConnectionResult<PgConnection> {
        let host = self.directory.join(socket);
        PgConnection::establish(&format!(
            "postgres://postgres@/{database}?host={}",
            host.display()
        ))
    }

    /// As OPERATIONS.md has it: both servers, and whichever takes writes.
    fn url(&self) -> String {
        let directory = self.directory.display();
        format!(
            "postgres://postgres@/pqt?host={directory}/sa,{directory}/sb&target_session_attrs=read-write"
        )
    }
}

fn signal(signal: &str, processes: &[u32]) {
    let ids: Vec<String> = processes.iter().map(ToString::to_string).collect();
    run(Command::new("kill").arg(signal).args(ids));
}

/// A server's process and those that it has started.
fn family(server: u32) -> Vec<u32> {
    let mut family = vec![server];
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let child = status.lines().any(|line| {
            line.strip_prefix("PPid:")
                .is_some_and(|parent| parent.trim() == server.to_string())
        });
        if child
            && let Some(id) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
        {
            family.push(id);
        }
    }
    family
}

fn resident_kb(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_a_standby_takes_over_and_a_frozen_server_holds_nobody_for_ever() {
    let Some(pair) = Pair::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    let mut process = Process::start_at(&pair.url(), folder.path(), &[]);
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let browser = Browser::at(&process.address);
    let page = browser.open(&format!("/meetings/{meeting}")).await;
    let page = browser.go(&page, "Ask a question").await;
    let page = browser
        .press(&page, "Continue", &[("matter", "Street lighting")])
        .await;
    let page = browser.follow(page).await;

    // a burst that goes on whatever happens
    let numbers = Arc::new(AtomicUsize::new(0));
    let acknowledged: Arc<Mutex<Vec<(String, Instant)>>> = Arc::default();
    let others: Arc<Mutex<Vec<u16>>> = Arc::default();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (client, address, meeting) =
                (client.clone(), process.address.clone(), meeting.clone());
            let (numbers, acknowledged, others) = (
                Arc::clone(&numbers),
                Arc::clone(&acknowledged),
                Arc::clone(&others),
            );
            tokio::spawn(async move {
                loop {
                    let number = numbers.fetch_add(1, Ordering::SeqCst);
                    let answer = client
                        .post(format!("{address}/api/v1/questions"))
                        .json(&notice(&meeting, number))
                        .send()
                        .await
                        .unwrap();
                    let status = answer.status().as_u16();
                    if status == 201 {
                        let body: serde_json::Value = answer.json().await.unwrap();
                        let reference = body["reference"].as_str().unwrap().to_owned();
                        acknowledged
                            .lock()
                            .unwrap()
                            .push((reference, Instant::now()));
                    } else {
                        others.lock().unwrap().push(status);
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = acknowledged.lock().unwrap().len();
    assert!(before > 10, "no burst: {before}");
    signal("-QUIT", &[pair.primary]);
    let stopped = Instant::now();

    let typed = "When will the lamp that zqtyped be mended?";
    let answer = browser
        .press(&page, "Continue", &[("question", typed)])
        .await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.body.contains("zqtyped"), "{}", answer.text());

    let promoted = Instant::now();
    let mut standby = pair.connect("sb", "postgres").unwrap();
    standby.batch_execute("SELECT pg_promote()").unwrap();
    let back = loop {
        let last = acknowledged.lock().unwrap().last().map(|(_, at)| *at);
        if let Some(at) = last.filter(|at| *at > promoted) {
            break at - promoted;
        }
        assert!(promoted.elapsed() < Duration::from_secs(60), "not back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    println!(
        "back {back:?} after the promotion, {:?} after the stop",
        promoted - stopped + back
    );
    assert!(back < Duration::from_secs(15), "{back:?}");
    let answer = browser
        .press(&page, "Continue", &[("question", typed)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    for sender in senders {
        sender.abort();
    }
    let mut db = pair.connect("sb", "pqt").unwrap();
    let held: Vec<String> = questions::table
        .select(questions::reference)
        .load(&mut db)
        .unwrap();
    let acknowledged = acknowledged.lock().unwrap().clone();
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|(reference, _)| !held.contains(reference))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
    let others = others.lock().unwrap().clone();
    assert!(others.iter().all(|status| *status == 503), "{others:?}");
    println!(
        "{} acknowledged, {} told to try again, none lost",
        acknowledged.len(),
        others.len()
    );

    // and now that server stands still
    let frozen = family(pair.standby);
    signal("-STOP", &frozen);
    let memory = resident_kb(process.id());
    let began = Instant::now();
    let asked: Vec<_> = (0..200)
        .map(|number| {
            let (client, address, meeting) =
                (client.clone(), process.address.clone(), meeting.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(50 * number)).await;
                let began = Instant::now();
                let answer = client
                    .post(format!("{address}/api/v1/questions"))
                    .json(&notice(
                        &meeting,
                        100_000 + usize::try_from(number).unwrap(),
                    ))
                    .send()
                    .await
                    .unwrap();
                (answer.status().as_u16(), began.elapsed())
            })
        })
        .collect();
    while began.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let grown = resident_kb(process.id()).saturating_sub(memory);
    signal("-CONT", &frozen);
    let thawed = Instant::now();
    let mut told = Vec::new();
    for asked in asked {
        told.push(asked.await.unwrap());
    }
    let busy = told.iter().filter(|(status, _)| *status == 503).count();
    assert!(
        told.iter().all(|(status, _)| [201, 503].contains(status)),
        "{told:?}"
    );
    let waited = told
        .iter()
        .filter(|(status, _)| *status == 503)
        .map(|(_, took)| *took)
        .max()
        .unwrap_or_default();
    println!("{busy} of 200 were told to try again, after {waited:?} at most; {grown} kB more");
    // those that hold a connection wait as long as the server stands still; everybody else is told
    assert!(busy >= 150, "{busy}");
    assert!(grown < 64 * 1024, "{grown} kB");
    for number in 200_000.. {
        let answer = client
            .post(format!("{}/api/v1/questions", process.address))
            .json(&notice(&meeting, number))
            .send()
            .await
            .unwrap();
        if answer.status() == 201 {
            break;
        }
        assert!(thawed.elapsed() < Duration::from_secs(20), "not back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("back {:?} after it went on", thawed.elapsed());
    process.kill();
}
