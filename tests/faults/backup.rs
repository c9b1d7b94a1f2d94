//! Backups made while people write, and restored: nobody who was acknowledged is lost, and nobody who was erased comes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::Value;

use public_question_time::domain::id::QuestionId;
use public_question_time::private_files;
use public_question_time::service::actor::Acting;
use public_question_time::service::submit_question::submit;
use public_question_time::service::{remove_personal_details, your_question};
use public_question_time::store::copies;
use public_question_time::store::erasures::Journal;
use public_question_time::store::schema::{questioners, questions};

use crate::databases::Database;
use crate::kill::{notice, open_meeting};
use crate::postgres::PostgresDatabase;
use crate::process::{Process, program, run};
use crate::service::{desk, node_with, submission};

/// How many backups are made while people write.
const BACKUPS: usize = 20;

fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn references(file: &Path) -> Vec<String> {
    let mut db = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    questions::table
        .select(questions::reference)
        .load(&mut db)
        .unwrap()
}

/// Whether a text is anywhere in the files of a folder, those in folders inside it excepted.
pub fn in_files(folder: &Path, text: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().flatten();
    files
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .filter(|path| {
            let bytes = fs::read(path).unwrap();
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        })
        .collect()
}

/// Sends a question, and gives its reference and the path of its private link in the API.
pub async fn send(
    client: &reqwest::Client,
    address: &str,
    meeting: &str,
    number: usize,
) -> (String, String) {
    let answer = client
        .post(format!("{address}/api/v1/questions"))
        .json(&notice(meeting, number))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    let body: Value = answer.json().await.unwrap();
    let text = |name: &str| body[name].as_str().expect(name).to_owned();
    let own = text("self");
    let path = own[own.find("/api/").expect("a path")..].to_owned();
    (text("reference"), path)
}

async fn withdraw(client: &reqwest::Client, address: &str, path: &str) {
    let answer = client
        .post(format!("{address}{path}/withdraw"))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
}

#[tokio::test]
async fn twenty_backups_in_a_burst_hold_all_that_was_acknowledged_and_can_be_restored() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let numbers = Arc::new(AtomicUsize::new(0));
    let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (client, address, meeting) =
                (client.clone(), process.address.clone(), meeting.clone());
            let (numbers, acknowledged) = (Arc::clone(&numbers), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                loop {
                    let number = numbers.fetch_add(1, Ordering::SeqCst);
                    let (reference, _) = send(&client, &address, &meeting, number).await;
                    acknowledged.lock().unwrap().push(reference);
                }
            })
        })
        .collect();
    let mut copies = Vec::new();
    for number in 0..BACKUPS {
        let before = acknowledged.lock().unwrap().clone();
        let file = folder.path().join(format!("copy-{number}.sqlite3"));
        let mut command = program(&database.url_text(), folder.path());
        command.arg("backup").arg(&file);
        let (made, said) = tokio::task::spawn_blocking(move || run(&mut command))
            .await
            .unwrap();
        assert!(made, "{said}");
        copies.push((file, before));
    }
    for sender in senders {
        sender.abort();
    }
    process.kill();
    let (_, last) = &copies[BACKUPS - 1];
    assert!(
        last.len() > BACKUPS,
        "the burst was none: {} acknowledged",
        last.len()
    );

    for (number, (file, before)) in copies.iter().enumerate() {
        assert!(!private_files::is_open_to_others(file).unwrap());
        let restored = folder.path().join(format!("restored-{number}/q.sqlite3"));
        let url = url_of(&restored);
        let (done, said) = run(program(&url, folder.path()).arg("restore").arg(file));
        assert!(done, "{said}");
        let (sound, said) = run(program(&url, folder.path()).arg("check"));
        assert!(sound, "{said}");
        let held = references(&restored);
        let lost: Vec<_> = before
            .iter()
            .filter(|reference| !held.contains(reference))
            .collect();
        assert!(lost.is_empty(), "backup {number} has lost {lost:?}");
    }
}

#[tokio::test]
async fn who_was_erased_after_a_backup_stays_erased_after_it_is_restored() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let url = database.url_text();
    let command = || program(&url, folder.path());
    let file = database.file().unwrap();
    let copy = folder.path().join("copy.sqlite3");
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let (erased, path) = send(&client, &process.address, &meeting, 4711).await;
    withdraw(&client, &process.address, &path).await;
    let (_, stays) = send(&client, &process.address, &meeting, 4712).await;
    let (done, said) = run(command().arg("backup").arg(&copy));
    assert!(done, "{said}");

    // early, because somebody asked for it, while the service runs
    let (done, said) = run(command().args(["erase", &erased]));
    assert!(!done && said.contains("--reason"), "{said}");
    let reason = ["--reason", "Asked for on the telephone"];
    let (done, said) = run(command().args(["erase", &erased]).args(reason));
    assert!(done, "{said}");
    let data = file.parent().unwrap().to_owned();
    assert_eq!(in_files(&data, "resident.4711@"), Vec::<PathBuf>::new());
    assert_ne!(in_files(&data, "resident.4712@"), Vec::<PathBuf>::new());

    // not while anybody uses the database
    let (done, said) = run(command().arg("restore").arg(&copy));
    assert!(!done && said.contains("stop it first"), "{said}");
    assert!(process.terminate().success());
    let mut shell = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    questions::table
        .count()
        .get_result::<i64>(&mut shell)
        .unwrap();
    let (done, said) = run(command().arg("restore").arg(&copy));
    assert!(!done && said.contains("another program"), "{said}");
    drop(shell);

    let (done, said) = run(command().arg("restore").arg(&copy));
    assert!(done, "{said}");
    assert!(said.contains("the details of 1 questioners"), "{said}");
    assert_eq!(in_files(&data, "resident.4711@"), Vec::<PathBuf>::new());
    let aside = fs::read_dir(&data)
        .unwrap()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().contains(".before-"));
    assert!(aside, "what was there is kept");

    // and by hand, without the command: the next start sees to it
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(private_files::beside(&file, suffix));
    }
    fs::copy(&copy, &file).unwrap();
    assert_ne!(in_files(&data, "resident.4711@"), Vec::<PathBuf>::new());
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    assert_eq!(in_files(&data, "resident.4711@"), Vec::<PathBuf>::new());
    let answer = client
        .get(format!("{}{stays}", process.address))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "the other question is there");
    process.kill();
}

#[tokio::test]
async fn who_was_erased_stays_erased_after_pg_restore() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let url = database.url_text();
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let (erased, path) = send(&client, &process.address, &meeting, 4711).await;
    withdraw(&client, &process.address, &path).await;
    send(&client, &process.address, &meeting, 4712).await;

    // the command says what to do, and that is what is done
    let copy = folder.path().join("copy.dump");
    let (done, said) = run(program(&url, folder.path()).arg("backup").arg(&copy));
    assert!(!done, "{said}");
    let told = |name: &str| {
        let line = said
            .lines()
            .find(|line| line.trim_start().starts_with(name))
            .unwrap_or_else(|| panic!("{name}: {said}"));
        let arguments = line.trim_start()[name.len()..]
            .split("     ")
            .next()
            .unwrap()
            .replace("FILE", copy.to_str().unwrap())
            .replace("URL", &url);
        let arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
        let mut command = PostgresDatabase::program(name);
        command.args(arguments);
        command
    };
    let (mut dump, mut restore) = (told("pg_dump"), told("pg_restore"));
    let (done, said) = run(&mut dump);
    assert!(done, "{said}");
    let reason = ["--reason", "Asked for on the telephone"];
    let (done, said) = run(program(&url, folder.path())
        .args(["erase", &erased])
        .args(reason));
    assert!(done, "{said}");
    assert!(process.terminate().success());
    let (done, said) = run(&mut restore);
    assert!(done, "{said}");
    let people = || -> Vec<String> {
        let mut db = PgConnection::establish(&url).unwrap();
        questioners::table
            .select(questioners::name)
            .filter(questioners::name.like("%Resident 47%"))
            .order(questioners::name)
            .load(&mut db)
            .unwrap()
    };
    assert_eq!(people(), ["Sample Resident 4711", "Sample Resident 4712"]);
    let mut process = Process::start(&database, folder.path());
    process.ready(&client).await;
    assert_eq!(people(), ["Sample Resident 4712"]);
    process.kill();
}

#[test]
fn what_the_schedule_removed_is_removed_again_whatever_the_copy_says_of_the_question() {
    let database = Database::sqlite();
    let desk = desk(&database);
    let ask = |number| {
        submit(
            &desk.service,
            &Acting::questioner(None),
            &submission(&desk, number),
        )
        .unwrap()
        .question
        .id
    };
    let (gone, live) = (ask(1), ask(2));
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite3");
    copies::make(&desk.service.store, &copy).unwrap();
    // withdrawn after the copy was made, which therefore has it as live, and removed a year later
    your_question::withdraw_for(&desk.service, &desk.officer, gone, 1).unwrap();
    desk.clock.advance(TimeDelta::days(500));
    remove_personal_details::remove_what_is_due(&desk.service).unwrap();
    let journal = Journal::beside(&database.file().unwrap());
    assert_eq!(journal.read().unwrap(), [gone]);

    let toml = format!("[retention]\njournal = {:?}", journal.file());
    let restored = Database::sqlite();
    fs::create_dir_all(restored.file().unwrap().parent().unwrap()).unwrap();
    fs::copy(&copy, restored.file().unwrap()).unwrap();
    let service = node_with(&restored, &desk.clock, &toml);
    let people = || -> Vec<QuestionId> {
        let ids: Vec<String> = service
            .store
            .read(|db| {
                questioners::table
                    .select(questioners::question_id)
                    .load(db)
                    .map_err(public_question_time::store::error::StoreError::from)
            })
            .unwrap();
        ids.iter().map(|id| id.parse().unwrap()).collect()
    };
    assert_eq!(people().len(), 2);
    assert_eq!(remove_personal_details::remove_again(&service).unwrap(), 1);
    assert_eq!(people(), [live]);
    assert_eq!(remove_personal_details::remove_again(&service).unwrap(), 0);
}

#[test]
fn a_journal_that_is_missing_is_begun_from_the_audit_trail() {
    let database = Database::sqlite();
    let desk = desk(&database);
    let asked = submit(
        &desk.service,
        &Acting::questioner(None),
        &submission(&desk, 1),
    )
    .unwrap();
    your_question::withdraw_for(&desk.service, &desk.officer, asked.question.id, 1).unwrap();
    desk.clock.advance(TimeDelta::days(500));
    remove_personal_details::remove_what_is_due(&desk.service).unwrap();
    let journal = Journal::beside(&database.file().unwrap());
    fs::remove_file(journal.file()).unwrap();
    remove_personal_details::remove_again(&desk.service).unwrap();
    assert_eq!(journal.read().unwrap(), [asked.question.id]);
}

#[test]
fn nothing_is_removed_that_the_journal_cannot_name() {
    let database = Database::sqlite();
    let desk = desk(&database);
    let asked = submit(
        &desk.service,
        &Acting::questioner(None),
        &submission(&desk, 1),
    )
    .unwrap();
    your_question::withdraw_for(&desk.service, &desk.officer, asked.question.id, 1).unwrap();
    desk.clock.advance(TimeDelta::days(500));
    let folder = tempfile::tempdir().unwrap();
    let toml = format!("[retention]\njournal = {:?}", folder.path());
    let service = node_with(&database, &desk.clock, &toml);
    remove_personal_details::remove_what_is_due(&service).unwrap_err();
    let left = service
        .store
        .read(|db| {
            questioners::table
                .count()
                .get_result::<i64>(db)
                .map_err(public_question_time::store::error::StoreError::from)
        })
        .unwrap();
    assert_eq!(left, 1);
}

#[test]
fn a_file_that_cannot_be_restored_is_refused_and_the_database_stays() {
    let database = Database::sqlite();
    let desk = desk(&database);
    drop(desk);
    let folder = tempfile::tempdir().unwrap();
    let url = database.url_text();
    let command = || program(&url, folder.path());
    let (done, said) = run(command().arg("migrate"));
    assert!(done, "{said}");
    let good = folder.path().join("good.sqlite3");
    let (done, said) = run(command().arg("backup").arg(&good));
    assert!(done, "{said}");
    let (done, said) = run(command().arg("backup").arg(&good));
    assert!(!done && said.contains("no file is written over"), "{said}");
    let (sound, said) = run(command().arg("backup").arg(&good).arg("--check"));
    assert!(sound && said.contains("can be restored"), "{said}");

    let changed = |name: &str, sql: &str| {
        let file = folder.path().join(name);
        if !sql.is_empty() {
            fs::copy(&good, &file).unwrap();
            let mut db = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            diesel::connection::SimpleConnection::batch_execute(&mut db, sql).unwrap();
        }
        file
    };
    let newer = changed(
        "newer.sqlite3",
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000')",
    );
    let broken = changed(
        "broken.sqlite3",
        "PRAGMA foreign_keys = OFF; UPDATE questions SET meeting_id = 'nothing'; \
         UPDATE agenda_items SET meeting_id = 'nothing'; UPDATE meetings SET board_id = 'nothing'",
    );
    let foreign = changed("foreign.sqlite3", "");
    SqliteConnection::establish(foreign.to_str().unwrap())
        .and_then(|mut db| {
            diesel::connection::SimpleConnection::batch_execute(&mut db, "CREATE TABLE x (y)")
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)
        })
        .unwrap();
    let no_database = changed("text.sqlite3", "");
    fs::write(&no_database, "not a database ".repeat(1000)).unwrap();
    let cut = folder.path().join("cut.sqlite3");
    let bytes = fs::read(&good).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let before = references(&database.file().unwrap());
    for (file, why) in [
        (&newer, "newer release"),
        (&broken, "refers to a missing row"),
        (&foreign, "not a database of this service"),
        (&no_database, "file is not a database"),
        (&cut, "cut.sqlite3:"),
        (&folder.path().join("missing"), "missing"),
    ] {
        for arguments in [vec!["restore"], vec!["backup", "--check"]] {
            let (done, said) = run(command().args(arguments).arg(file));
            assert!(!done && said.contains(why), "{}: {said}", file.display());
        }
        assert_eq!(references(&database.file().unwrap()), before);
    }
    // the copy itself is as it was
    assert_eq!(fs::read(&good).unwrap(), bytes);
}

#[test]
fn a_restore_that_was_killed_leaves_the_database_as_it_was() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let url = database.url_text();
    let command = || program(&url, folder.path());
    let file = database.file().unwrap();
    let copy = folder.path().join("copy.sqlite3");
    assert!(run(command().arg("migrate")).0);
    assert!(run(command().arg("backup").arg(&copy)).0);
    for milliseconds in [0, 5, 10, 20, 40, 80, 160, 320] {
        let mut restoring = command()
            .arg("restore")
            .arg(&copy)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        restoring.kill().unwrap();
        restoring.wait().unwrap();
        assert!(file.exists(), "after {milliseconds} ms");
        let (sound, said) = run(command().arg("check"));
        assert!(sound, "after {milliseconds} ms: {said}");
    }
    let (done, said) = run(command().arg("restore").arg(&copy));
    assert!(done, "{said}");
}

#[test]
fn everything_that_the_service_writes_is_for_its_account_alone_and_check_says_where_it_is_not() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = data.join("q.sqlite3");
    let url = url_of(&file);
    let command = || {
        let mut command = program(&url, &data);
        command
            .env("PQT__RETENTION__JOURNAL", "")
            .env("PQT__SECRET__FILE", data.join("secret.key"))
            .env_remove("PQT__SECRET__KEY");
        command
    };
    // whatever the umask of the shell that starts it
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "umask 022; exec \"$0\" seed"])
        .arg(command().get_program());
    for (name, value) in command().get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let (done, said) = run(shell.current_dir(env!("CARGO_MANIFEST_DIR")));
    assert!(done, "{said}");
    let copy = data.join("copy.sqlite3");
    assert!(run(command().arg("backup").arg(&copy)).0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for entry in fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
    let (sound, said) = run(command().arg("check"));
    assert!(sound, "{said}");
    for path in [&file, &data] {
        let before = mode(path);
        fs::set_permissions(path, PermissionsExt::from_mode(before | 0o044)).unwrap();
        let (sound, said) = run(command().arg("check"));
        assert!(!sound && said.contains("other accounts can read"), "{said}");
        fs::set_permissions(path, PermissionsExt::from_mode(before)).unwrap();
    }
    // a start mends a database that was restored by hand
    fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    assert!(run(command().arg("purge")).0);
    assert_eq!(mode(&file), 0o600);
}
