//! Many at once: the rule holds, nobody fails for a lock, and waiting ends.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use public_question_time::store::connection::{DatabaseUrl, Db};
use public_question_time::store::error::StoreError;
use public_question_time::store::transaction::Store;

use super::databases::each_database;
use super::scratch::{Failure, add, count, counted, migrated};

const LIMIT: i64 = 10;

/// "Count, then insert": the shape of the one-question rule and of every limit.
fn add_within_limit(store: &Store, id: &str) -> Result<(), Failure> {
    store.write(|db| {
        if count(db, "x")? >= LIMIT {
            return Err(Failure::Refused);
        }
        add(db, id, "x")?;
        Ok(())
    })
}

#[test]
fn of_forty_at_once_exactly_ten_are_accepted() {
    each_database(|database| {
        let store = migrated(database);
        let start = Barrier::new(40);
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..40)
                .map(|n| {
                    let (store, start) = (store.clone(), &start);
                    scope.spawn(move || {
                        start.wait();
                        add_within_limit(&store, &n.to_string())
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let accepted = outcomes.iter().filter(|o| o.is_ok()).count();
        let refused = outcomes
            .iter()
            .filter(|o| **o == Err(Failure::Refused))
            .count();
        assert_eq!((accepted, refused), (10, 30), "{outcomes:?}");
        assert_eq!(counted(&store, "x"), LIMIT);
    });
}

#[test]
fn of_two_processes_with_twenty_each_exactly_ten_are_accepted() {
    each_database(|database| {
        let stores = [migrated(database), database.open()];
        let start = Barrier::new(40);
        let accepted = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for n in 0..40 {
                let (store, start, accepted) = (stores[n % 2].clone(), &start, &accepted);
                scope.spawn(move || {
                    start.wait();
                    match add_within_limit(&store, &n.to_string()) {
                        Ok(()) => accepted.fetch_add(1, Ordering::SeqCst),
                        Err(Failure::Refused) => 0,
                        Err(error) => panic!("{error:?}"),
                    };
                });
            }
        });
        assert_eq!(accepted.into_inner(), 10);
        assert_eq!(counted(&stores[0], "x"), LIMIT);
    });
}

#[test]
fn fifty_writers_all_get_through_while_others_read() {
    each_database(|database| {
        let store = migrated(database);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..50)
                .map(|w| {
                    let store = store.clone();
                    scope.spawn(move || {
                        for n in 0..5 {
                            store.write(|db| add(db, &format!("{w} {n}"), "x")).unwrap();
                        }
                    })
                })
                .collect();
            for _ in 0..4 {
                scope.spawn(|| {
                    while !done.load(Ordering::SeqCst) {
                        counted(&store, "x");
                    }
                });
            }
            for writer in writers {
                writer.join().unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        assert_eq!(counted(&store, "x"), 250);
    });
}

#[test]
fn another_process_that_holds_the_lock_for_three_seconds_fails_nobody() {
    each_database(|database| {
        let store = migrated(database);
        let other = database.open();
        let held = Barrier::new(2);
        let waited = std::thread::scope(|scope| {
            scope.spawn(|| {
                other
                    .write(|db| -> Result<(), StoreError> {
                        if let Db::Postgres(c) = db {
                            diesel::sql_query("LOCK TABLE entries IN ACCESS EXCLUSIVE MODE")
                                .execute(c)?;
                        }
                        held.wait();
                        std::thread::sleep(Duration::from_secs(3));
                        Ok(())
                    })
                    .unwrap();
            });
            held.wait();
            let begun = Instant::now();
            store.write(|db| add(db, "a", "x")).unwrap();
            begun.elapsed()
        });
        assert!(waited >= Duration::from_millis(2_500), "{waited:?}");
        assert_eq!(counted(&store, "x"), 1);
    });
}

#[test]
fn trying_again_ends_at_the_deadline() {
    each_database(|database| {
        migrated(database);
        let mut settings = database.settings();
        settings.deadline = Duration::from_millis(600);
        let store = Store::open(&settings).unwrap();
        let mut runs = 0;
        let begun = Instant::now();
        let outcome: Result<(), StoreError> = store.write(|db| {
            runs += 1;
            add(db, "a", "x")?;
            Err(StoreError::Busy)
        });
        assert_eq!(outcome, Err(StoreError::Busy));
        assert!(runs > 2, "{runs}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(counted(&store, "x"), 0);
    });
}

#[test]
fn waiting_for_a_writer_ends_at_the_deadline() {
    each_database(|database| {
        let holder = migrated(database);
        let mut settings = database.settings();
        settings.deadline = Duration::from_millis(800);
        settings.lock_timeout = Duration::from_millis(200);
        let store = Store::open(&settings).unwrap();
        let (held, tried) = (Barrier::new(2), Barrier::new(2));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                holder
                    .write(|db| -> Result<(), StoreError> {
                        if let Db::Postgres(c) = db {
                            diesel::sql_query("LOCK TABLE entries IN ACCESS EXCLUSIVE MODE")
                                .execute(c)?;
                        }
                        held.wait();
                        tried.wait();
                        Ok(())
                    })
                    .unwrap();
            });
            held.wait();
            let outcomes: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|n| {
                        let store = &store;
                        scope.spawn(move || store.write(|db| add(db, &n.to_string(), "x")))
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            tried.wait();
            assert_eq!(outcomes, vec![Err(StoreError::Busy); 4]);
        });
        // The line is clear again.
        store.write(|db| add(db, "after", "x")).unwrap();
        assert_eq!(counted(&store, "x"), 1);
    });
}

#[test]
fn when_every_connection_is_taken_the_answer_is_busy() {
    each_database(|database| {
        let mut settings = database.settings();
        settings.connections = 1;
        settings.connection_wait = Duration::from_millis(200);
        let store = Store::open(&settings).unwrap();
        let outcome = store.read(|_| {
            std::thread::scope(|scope| {
                Ok::<_, StoreError>(scope.spawn(|| store.ping()).join().unwrap())
            })
        });
        assert_eq!(outcome, Ok(Err(StoreError::Busy)));
        assert_eq!(store.ping(), Ok(()));
    });
}

#[test]
fn a_database_that_is_not_there_is_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a file");
    std::fs::write(&file, "not a directory").unwrap();
    let nobody = format!("postgres://nobody@/x?host={}", directory.path().display());
    for url in [
        DatabaseUrl::sqlite(file.join("q.db")),
        DatabaseUrl::parse(&nobody).unwrap(),
        DatabaseUrl::parse("postgres://nobody@127.0.0.1:1/x").unwrap(),
    ] {
        let begun = Instant::now();
        let outcome =
            Store::open(&public_question_time::store::connection::StoreSettings::new(url));
        assert!(
            matches!(outcome, Err(StoreError::Unavailable(_))),
            "{outcome:?}"
        );
        assert!(begun.elapsed() < Duration::from_secs(4));
    }
}
