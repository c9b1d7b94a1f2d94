//! A private PostgreSQL server for the tests of one process.
//!
//! It is started when the first test asks for it, from the binaries installed on this machine, and listens on a socket
//! in a directory of its own. A small shell stands between: it starts the server and stops it when its standard input
//! ends, which happens however the test process ends, so that nothing is left running.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

/// The oldest release that the service supports.
const OLDEST: u32 = 15;

/// Arguments: the directory of the binaries, the server's own directory. A collation other than the bytes' order shows
/// where a query leaves the order of texts to the database.
const SUPERVISOR: &str = r#"
bin=$1 dir=$2
umask 077
cd "$dir" || exit 1
make() { "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C -N "$@" >>"$dir/log" 2>&1; }
make --locale-provider=icu --icu-locale=en-GB || { rm -rf "$dir/data"; make; } || { echo failed; exit 1; }
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=200 -c shared_buffers=16MB \
    -c wal_level=minimal -c max_wal_senders=0 </dev/null >>"$dir/log" 2>&1 &
server=$!
echo started
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$dir"
"#;

struct Server {
    socket_directory: PathBuf,
    /// Its standard input is open as long as this process lives.
    _supervisor: Child,
}

/// A database of its own for one test, dropped with this value.
pub struct PostgresDatabase {
    name: String,
    server: &'static Server,
}

impl PostgresDatabase {
    /// A fresh, empty database; `None` where no PostgreSQL is installed, unless `PQT_REQUIRE_POSTGRES=1` asks for it.
    pub fn fresh() -> Option<Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = SERVER
            .get_or_init(|| {
                let found = binaries().map(|bin| start(&bin));
                if found.is_none() {
                    let required = std::env::var("PQT_REQUIRE_POSTGRES").is_ok_and(|v| v == "1");
                    assert!(
                        !required,
                        "PostgreSQL {OLDEST} or later not found, and PQT_REQUIRE_POSTGRES=1"
                    );
                    eprintln!("PostgreSQL not found: tests on it are skipped");
                }
                found
            })
            .as_ref()?;
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        server.administer(&format!("CREATE DATABASE {name}"));
        Some(Self { name, server })
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// One of the programs that come with the server, such as `pg_dump`.
    #[allow(
        dead_code,
        reason = "each test binary includes this file and uses what it needs"
    )]
    pub fn program(name: &str) -> Command {
        Command::new(binaries().expect("PostgreSQL").join(name))
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.server
                .administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@/{database}?host={}",
            self.socket_directory.display()
        )
    }

    /// Waits for at most a minute until it takes connections.
    fn answers(&self) -> bool {
        (0..600).any(|_| {
            let connected = PgConnection::establish(&self.url("postgres")).is_ok();
            if !connected {
                std::thread::sleep(Duration::from_millis(100));
            }
            connected
        })
    }

    fn administer(&self, sql: &str) {
        PgConnection::establish(&self.url("postgres"))
            .expect("the private server answers")
            .batch_execute(sql)
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}

/// The directory of the newest server's binaries: Debian keeps them off the PATH.
pub fn binaries() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed
        .map(|entry| entry.path().join("bin"))
        .chain(std::env::split_paths(&path))
        .filter(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .filter_map(|bin| Some((release(&bin)?, bin)))
        .filter(|(release, _)| *release >= OLDEST)
        .reduce(|best, other| if other.0 > best.0 { other } else { best })
        .map(|(_, bin)| bin)
}

fn release(bin: &Path) -> Option<u32> {
    // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
    let told = output(Command::new(bin.join("postgres")).arg("--version"))?;
    let version = told.split_whitespace().nth(2)?;
    version.split('.').next()?.parse().ok()
}

/// A shell that may run PostgreSQL, which refuses to run as root, with this directory as its own.
pub fn as_the_servers_user(directory: &Path) -> Command {
    use std::os::unix::fs::{PermissionsExt, chown};

    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).unwrap();
    match output(Command::new("id").arg("-u")).as_deref() {
        Some("0") => {
            let (name, uid, gid) = unprivileged().expect("a user postgres or nobody");
            chown(directory, Some(uid), Some(gid)).unwrap();
            as_user(&name, uid, gid)
        }
        _ => Command::new("sh"),
    }
}

fn start(bin: &Path) -> Server {
    use std::os::unix::process::CommandExt;

    let directory = std::env::temp_dir().join(format!("pqt-postgres-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir(&directory).expect("a directory for the private server");
    let mut supervisor = as_the_servers_user(&directory)
        .args(["-c", SUPERVISOR, "supervisor"])
        .arg(bin)
        .arg(&directory)
        .current_dir("/")
        // A Ctrl-C at the terminal is for the tests.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut told = String::new();
    let out = supervisor.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut told).unwrap();
    let server = Server {
        socket_directory: directory,
        _supervisor: supervisor,
    };
    assert!(
        told.trim() == "started" && server.answers(),
        "the private PostgreSQL did not start:\n{}",
        std::fs::read_to_string(server.socket_directory.join("log")).unwrap_or_default()
    );
    server
}

fn unprivileged() -> Option<(String, u32, u32)> {
    ["postgres", "nobody"].into_iter().find_map(|name| {
        let uid = output(Command::new("id").args(["-u", name]))?;
        let gid = output(Command::new("id").args(["-g", name]))?;
        Some((name.to_owned(), uid.parse().ok()?, gid.parse().ok()?))
    })
}

/// A command that runs `sh` as another user, by whatever this machine has for it.
fn as_user(name: &str, uid: u32, gid: u32) -> Command {
    let there = |program: &str| output(Command::new(program).arg("--version")).is_some();
    if there("setpriv") {
        let mut command = Command::new("setpriv");
        command
            .args([format!("--reuid={uid}"), format!("--regid={gid}")])
            .args(["--clear-groups", "--", "sh"]);
        command
    } else {
        let mut command = Command::new("runuser");
        command.args(["-u", name, "--", "sh"]);
        command
    }
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
