//! What operators rely on: a private file, nothing left of what was purged, a full disk survived, the clock compared.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use public_question_time::clock::{Clock, SystemClock};
use public_question_time::store::dialect;
use public_question_time::store::error::StoreError;

use super::databases::{Database, each_database};
use super::scratch::{add, counted, entries, migrated};

#[test]
fn the_file_and_what_belongs_to_it_are_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite();
    let store = migrated(&database);
    store.write(|db| add(db, "a", "x")).unwrap();
    let file = database.file().unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    for suffix in ["", "-wal", "-shm"] {
        let path = file.with_file_name(format!("question-time.db{suffix}"));
        assert_eq!(mode(&path), 0o600, "{suffix}");
    }
}

#[test]
fn what_is_deleted_is_in_no_file_once_the_log_is_emptied() {
    const MARK: &str = "Ada Lovelace of 1 Invented Street";
    let database = Database::sqlite();
    let store = migrated(&database);
    for n in 0..50 {
        store
            .write(|db| add(db, &format!("{MARK} {n}"), MARK))
            .unwrap();
    }
    let found = || {
        std::fs::read_dir(database.file().unwrap().parent().unwrap())
            .unwrap()
            .any(|entry| {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap();
                bytes.windows(MARK.len()).any(|w| w == MARK.as_bytes())
            })
    };
    assert!(found());
    store
        .write(|db| {
            diesel::delete(entries::table.filter(entries::heap.eq(MARK))).execute(db)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(store.maintain(dialect::empty_write_ahead_log).unwrap());
    assert!(!found());
}

#[test]
fn a_log_that_a_reader_needs_is_not_said_to_be_empty() {
    let database = Database::sqlite();
    let mut settings = database.settings();
    settings.lock_timeout = std::time::Duration::from_millis(100);
    let store = migrated(&database);
    let other = public_question_time::store::transaction::Store::open(&settings).unwrap();
    store
        .read(|db| -> Result<(), StoreError> {
            entries::table.count().get_result::<i64>(db)?;
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    other.write(|db| add(db, "a", "x")).unwrap();
                    assert!(!other.maintain(dialect::empty_write_ahead_log).unwrap());
                });
            });
            Ok(())
        })
        .unwrap();
    assert!(other.maintain(dialect::empty_write_ahead_log).unwrap());
}

#[test]
fn a_full_disk_is_told_reads_go_on_and_space_mends_it() {
    let database = Database::sqlite();
    let store = migrated(&database);
    store.write(|db| add(db, "a", "x")).unwrap();
    let allow = |pages: u32| {
        store
            .maintain(|db| Ok(db.batch_execute(&format!("PRAGMA max_page_count = {pages}"))?))
            .unwrap();
    };
    allow(1); // as few as there are
    let long = "x".repeat(100_000);
    assert_eq!(store.write(|db| add(db, &long, "x")), Err(StoreError::Full));
    assert_eq!(counted(&store, "x"), 1);
    allow(1_000_000);
    store.write(|db| add(db, &long, "x")).unwrap();
    assert_eq!(counted(&store, "x"), 2);
}

#[test]
fn a_damaged_file_is_told_as_such() {
    let database = Database::sqlite();
    let file = database.file().unwrap();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(
        &file,
        "this is not a database, whatever its name says. ".repeat(100),
    )
    .unwrap();
    let opened =
        public_question_time::store::transaction::Store::open(&database.settings()).map(drop);
    assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
}

#[test]
fn the_databases_clock_is_read_and_its_health_and_size_are_told() {
    each_database(|database| {
        let store = migrated(database);
        store.ping().unwrap();
        let there = store.read(dialect::database_time).unwrap();
        let skew = SystemClock.now() - there;
        assert!(skew.abs() < TimeDelta::seconds(2), "{skew}");
        assert!(store.read(dialect::integrity_problems).unwrap().is_empty());
        assert!(store.read(dialect::size).unwrap() > 0);
        assert!(store.maintain(dialect::empty_write_ahead_log).unwrap());
    });
}

#[test]
fn a_reference_to_nothing_is_found() {
    let database = Database::sqlite();
    let store = migrated(&database);
    store
        .maintain(|db| {
            db.batch_execute(
                "PRAGMA foreign_keys = OFF; \
                 INSERT INTO question_time_events VALUES ('m', 1, 'nobody'); \
                 PRAGMA foreign_keys = ON;",
            )?;
            Ok(())
        })
        .unwrap();
    let problems = store.read(dialect::integrity_problems).unwrap();
    assert_eq!(
        problems,
        ["a row of question_time_events refers to a missing row of staff"]
    );
}
