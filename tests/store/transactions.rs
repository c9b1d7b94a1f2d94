//! A transaction takes effect whole or not at all, and leaves its connection clean.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::Connection;
use diesel::RunQueryDsl;
use public_question_time::store::connection::Db;
use public_question_time::store::error::{Constraint, StoreError};

use super::databases::{Database, each_database};
use super::scratch::{Failure, add, count, counted, migrated};

#[test]
fn what_is_written_is_read_and_what_fails_leaves_nothing() {
    each_database(|database| {
        let store = migrated(database);
        store.write(|db| add(db, "a", "x")).unwrap();
        let refused: Result<(), Failure> = store.write(|db| {
            add(db, "b", "x")?;
            Err(Failure::Refused)
        });
        assert_eq!(refused, Err(Failure::Refused));
        assert_eq!(counted(&store, "x"), 1);
    });
}

#[test]
fn a_refusal_by_the_rules_is_not_tried_again() {
    each_database(|database| {
        let store = migrated(database);
        let mut runs = 0;
        let refused: Result<(), Failure> = store.write(|_| {
            runs += 1;
            Err(Failure::Refused)
        });
        assert_eq!((refused, runs), (Err(Failure::Refused), 1));
    });
}

#[test]
fn a_panic_rolls_back_and_the_store_goes_on() {
    each_database(|database| {
        let store = migrated(database);
        for round in 0..20 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                store.write(|db| -> Result<(), StoreError> {
                    add(db, "lost", "x")?;
                    panic!("in the middle of a transaction");
                })
            }));
            assert!(panicked.is_err());
            let read = catch_unwind(AssertUnwindSafe(|| {
                store.read(|db| -> Result<(), StoreError> {
                    count(db, "x")?;
                    panic!("in the middle of a read");
                })
            }));
            assert!(read.is_err());
            store
                .write(|db| add(db, &format!("kept {round}"), "x"))
                .unwrap();
        }
        assert_eq!(counted(&store, "x"), 20);
    });
}

#[test]
fn a_savepoint_lets_the_rest_of_the_transaction_stand() {
    each_database(|database| {
        let store = migrated(database);
        store.write(|db| add(db, "a", "x")).unwrap();
        store
            .write(|db| -> Result<(), StoreError> {
                add(db, "b", "x")?;
                let again = db.transaction(|db| {
                    add(db, "c", "x")?;
                    add(db, "a", "x")
                });
                assert!(matches!(
                    again,
                    Err(StoreError::UniqueViolation(Constraint::Other(_)))
                ));
                add(db, "d", "x")
            })
            .unwrap();
        // a, b and d: c went with the failed savepoint.
        assert_eq!(counted(&store, "x"), 3);
    });
}

#[test]
fn success_is_told_only_of_what_was_kept() {
    // PostgreSQL lets COMMIT "succeed" after a failed statement, and keeps nothing.
    each_database(|database| {
        let store = migrated(database);
        store.write(|db| add(db, "a", "x")).unwrap();
        let told = store.write(|db| -> Result<(), StoreError> {
            add(db, "b", "x")?;
            let _swallowed = add(db, "a", "x");
            Ok(())
        });
        assert_eq!(told.is_ok(), counted(&store, "x") == 2, "{told:?}");
        store.write(|db| add(db, "c", "x")).unwrap();
    });
}

#[test]
fn a_read_sees_one_state_and_cannot_write() {
    each_database(|database| {
        let store = migrated(database);
        store.write(|db| add(db, "a", "x")).unwrap();
        let (before, after) = store
            .read(|db| -> Result<_, StoreError> {
                let before = count(db, "x")?;
                std::thread::scope(|scope| {
                    scope.spawn(|| store.write(|db| add(db, "b", "x")).unwrap());
                });
                Ok((before, count(db, "x")?))
            })
            .unwrap();
        assert_eq!((before, after), (1, 1));
        assert_eq!(counted(&store, "x"), 2);
        assert!(store.read(|db| add(db, "c", "x")).is_err());
        assert_eq!(counted(&store, "x"), 2);
    });
}

#[test]
fn a_transaction_inside_another_is_refused_at_once() {
    each_database(|database| {
        let store = migrated(database);
        let inner = store
            .write(|_| Ok::<_, StoreError>(store.write(|db| add(db, "a", "x"))))
            .unwrap();
        assert!(matches!(inner, Err(StoreError::Other(_))), "{inner:?}");
        store.write(|db| add(db, "b", "x")).unwrap();
        assert_eq!(counted(&store, "x"), 1);
    });
}

#[test]
fn a_session_lost_before_the_commit_is_replaced() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let store = migrated(&database);
    let runs = AtomicU32::new(0);
    store
        .write(|db| -> Result<(), StoreError> {
            add(db, "a", "x")?;
            if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                // What a server that is stopped does to its sessions.
                diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid())").execute(db)?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(
        (runs.into_inner(), counted(&store, "x")),
        (2, 1),
        "tried again, kept once"
    );
}

#[test]
fn sessions_lost_while_idle_are_replaced() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let store = migrated(&database);
    let other = database.open();
    other
        .maintain(|db| {
            diesel::sql_query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .execute(db)?;
            Ok(())
        })
        .unwrap();
    store.write(|db| add(db, "a", "x")).unwrap();
    assert_eq!(counted(&store, "x"), 1);
}

#[test]
fn the_connection_is_of_the_kind_that_the_url_names() {
    each_database(|database| {
        let store = database.open();
        let sqlite = store
            .read(|db| Ok::<_, StoreError>(matches!(db, Db::Sqlite(_))))
            .unwrap();
        assert_eq!(sqlite, database.name == "SQLite");
    });
}
