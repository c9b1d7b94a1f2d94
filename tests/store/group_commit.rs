//! Those who write at the same time share one durable commit on SQLite, and nothing else: each has its own outcome.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use public_question_time::store::dialect;
use public_question_time::store::error::{Constraint, StoreError};
use public_question_time::store::transaction::Store;

use super::databases::{Database, each_database};
use super::scratch::{Failure, add, counted, migrated};

/// Long enough for threads that have been started to stand in the queue.
const A_MOMENT: Duration = Duration::from_millis(150);

/// One writer's work.
type Act<'a, T> = Box<dyn FnOnce() -> T + Send + 'a>;

/// Runs these, each in a thread of its own and in this order, after a write that ends only when all of them queue.
fn together<T: Send>(store: &Store, writers: Vec<Act<'_, T>>) -> Vec<T> {
    let (begun, wait_until_begun) = mpsc::channel();
    let (queued, wait_until_queued) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let first = scope.spawn(move || {
            store
                .write(|_| {
                    begun.send(()).unwrap();
                    wait_until_queued.recv().unwrap();
                    Ok::<_, StoreError>(())
                })
                .unwrap();
        });
        wait_until_begun.recv().unwrap();
        let writers: Vec<_> = writers
            .into_iter()
            .map(|writer| {
                let thread = scope.spawn(writer);
                std::thread::sleep(Duration::from_millis(10));
                thread
            })
            .collect();
        std::thread::sleep(A_MOMENT);
        queued.send(()).unwrap();
        first.join().unwrap();
        writers.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

/// How many commits SQLite's log holds: frames that say how large the database is after a commit.
fn commits_in_log(database: &Database) -> usize {
    const HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    let file = database.file().unwrap();
    let log = std::fs::read(file.with_file_name("question-time.db-wal")).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let page = number(8) as usize;
    let salt = &log[16..24];
    (HEADER..log.len())
        .step_by(FRAME_HEADER + page)
        .filter(|at| log.len() >= at + 16 && &log[at + 8..at + 16] == salt && number(at + 4) > 0)
        .count()
}

#[test]
fn those_who_wait_together_share_one_commit() {
    let database = Database::sqlite();
    let store = migrated(&database);
    assert!(store.maintain(dialect::empty_write_ahead_log).unwrap());
    let before = store.commits();
    let writers = (0..20)
        .map(|n| {
            let store = &store;
            Box::new(move || store.write(|db| add(db, &n.to_string(), "x")).unwrap()) as Box<_>
        })
        .collect();
    together(&store, writers);
    assert_eq!(counted(&store, "x"), 20);
    let commits = commits_in_log(&database);
    assert!((1..=4).contains(&commits), "{commits} commits for 20");
    // the write that they waited for was open for longer than a group takes members, and changed nothing
    assert_eq!(store.commits() - before, 1 + commits as u64);
}

#[test]
fn outcomes_stay_ones_own() {
    each_database(|database| {
        let store = migrated(database);
        store.write(|db| add(db, "taken", "x")).unwrap();
        let outcomes = together::<Result<(), Failure>>(
            &store,
            (0..24)
                .map(|n| {
                    let store = &store;
                    Box::new(move || {
                        store.write(|db| {
                            add(db, &n.to_string(), "x")?;
                            match n % 3 {
                                0 => Ok(()),
                                1 => Err(Failure::Refused),
                                _ => Ok(add(db, "taken", "x")?),
                            }
                        })
                    }) as Box<_>
                })
                .collect(),
        );
        for (n, outcome) in outcomes.iter().enumerate() {
            match n % 3 {
                0 => assert_eq!(*outcome, Ok(())),
                1 => assert_eq!(*outcome, Err(Failure::Refused)),
                _ => assert!(
                    matches!(
                        outcome,
                        Err(Failure::Store(StoreError::UniqueViolation(
                            Constraint::Other(_)
                        )))
                    ),
                    "{outcome:?}"
                ),
            }
        }
        assert_eq!(counted(&store, "x"), 1 + 8);
    });
}

#[test]
fn a_panic_of_one_undoes_nothing_of_the_others() {
    each_database(|database| {
        let store = migrated(database);
        let outcomes = together::<Result<Result<(), StoreError>, _>>(
            &store,
            (0..12)
                .map(|n| {
                    let store = &store;
                    Box::new(move || {
                        catch_unwind(AssertUnwindSafe(|| {
                            store.write(|db| {
                                add(db, &n.to_string(), "x")?;
                                // in a savepoint of its own as well, which a panic leaves open
                                diesel::Connection::transaction(db, |db| {
                                    add(db, &format!("{n} more"), "x")?;
                                    assert!(n % 2 == 0, "in the middle of a group");
                                    Ok::<_, StoreError>(())
                                })
                            })
                        }))
                    }) as Box<_>
                })
                .collect(),
        );
        for (n, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome.is_ok(), n % 2 == 0, "{n}");
        }
        assert_eq!(counted(&store, "x"), 12);
        store.write(|db| add(db, "after", "x")).unwrap();
        assert_eq!(counted(&store, "x"), 13);
    });
}

#[test]
fn nobody_is_answered_before_the_commit_and_then_everybody_sees_it() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let elsewhere = database.open();
    let answered = AtomicBool::new(false);
    let (inside, leave) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|scope| {
        let (gate, wait_at_gate) = mpsc::channel();
        let holder = store.clone();
        scope.spawn(move || {
            holder
                .write(|_| {
                    wait_at_gate.recv().unwrap();
                    Ok::<_, StoreError>(())
                })
                .unwrap();
        });
        std::thread::sleep(A_MOMENT);
        scope.spawn(|| {
            store.write(|db| add(db, "first", "x")).unwrap();
            answered.store(true, Ordering::SeqCst);
            assert_eq!(counted(&elsewhere, "x"), 2, "when it is answered");
        });
        std::thread::sleep(A_MOMENT / 3);
        scope.spawn(|| {
            store
                .write(|db| {
                    let seen = super::scratch::count(db, "x")?;
                    inside.wait();
                    leave.wait();
                    assert_eq!(seen, 1, "it comes after the first");
                    add(db, "second", "x")
                })
                .unwrap();
        });
        std::thread::sleep(A_MOMENT / 3);
        gate.send(()).unwrap();
        inside.wait();
        std::thread::sleep(A_MOMENT);
        assert!(!answered.load(Ordering::SeqCst), "the group is still open");
        assert_eq!(counted(&elsewhere, "x"), 0);
        leave.wait();
    });
    assert!(answered.load(Ordering::SeqCst));
}

#[test]
fn a_disk_that_is_full_for_one_fails_that_one_and_the_others_run_again() {
    let database = Database::sqlite();
    let store = migrated(&database);
    store.write(|db| add(db, "there", "x")).unwrap();
    store
        .maintain(|db| Ok(db.batch_execute("PRAGMA max_page_count = 1")?)) // as few as there are
        .unwrap();
    let runs = AtomicU32::new(0);
    let long = "x".repeat(100_000);
    let (store, runs_, long) = (&store, &runs, &long);
    let outcomes = together(
        store,
        vec![
            Box::new(move || {
                store.write(|db| {
                    runs_.fetch_add(1, Ordering::SeqCst);
                    add(db, "short", "x")
                })
            }) as Act<'_, Result<(), StoreError>>,
            Box::new(move || store.write(|db| add(db, long, "x"))),
            Box::new(move || store.write(|db| add(db, "short too", "x"))),
        ],
    );
    assert_eq!(outcomes, [Ok(()), Err(StoreError::Full), Ok(())]);
    assert_eq!(runs.into_inner(), 2, "SQLite had undone the first as well");
    assert_eq!(counted(store, "x"), 3);
}

#[test]
fn a_commit_that_fails_fails_everybody() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let outcomes = together(
        &store,
        (0..3)
            .map(|n| {
                let store = &store;
                Box::new(move || {
                    store.write(|db| {
                        add(db, &n.to_string(), "x")?;
                        if n == 1 {
                            // what only the commit finds out
                            db.batch_execute(
                                "PRAGMA defer_foreign_keys = ON; \
                                 INSERT INTO question_time_events VALUES ('m', 1, 'nobody');",
                            )?;
                        }
                        Ok::<_, StoreError>(())
                    })
                }) as Box<_>
            })
            .collect(),
    );
    assert_eq!(outcomes, vec![Err(StoreError::ForeignKey); 3]);
    assert_eq!(counted(&store, "x"), 0);
    store.write(|db| add(db, "after", "x")).unwrap();
    assert_eq!(counted(&store, "x"), 1);
}

#[test]
fn contention_of_one_makes_that_one_run_again() {
    each_database(|database| {
        let store = migrated(database);
        let runs = AtomicU32::new(0);
        let runs = &runs;
        together(
            &store,
            (0..6)
                .map(|n| {
                    let store = &store;
                    Box::new(move || {
                        let mut lost = false;
                        store
                            .write(|db| {
                                runs.fetch_add(1, Ordering::SeqCst);
                                add(db, &n.to_string(), "x")?;
                                if n == 3 && !std::mem::replace(&mut lost, true) {
                                    return Err(StoreError::Busy);
                                }
                                Ok(())
                            })
                            .unwrap();
                    }) as Box<_>
                })
                .collect(),
        );
        assert_eq!(counted(&store, "x"), 6);
        assert!(runs.load(Ordering::SeqCst) >= 7);
    });
}

#[test]
fn a_group_closes_while_others_still_come() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let begun = Instant::now();
    let store_ = &store;
    let answered = together(
        &store,
        (0..10)
            .map(|n| {
                Box::new(move || {
                    store_
                        .write(|db| {
                            add(db, &n.to_string(), "x")?;
                            std::thread::sleep(Duration::from_millis(100));
                            Ok::<_, StoreError>(())
                        })
                        .unwrap();
                    Instant::now()
                }) as Box<_>
            })
            .collect(),
    );
    let (first, last) = (answered[0] - begun, answered[9] - begun);
    assert!(
        last - first > Duration::from_millis(500),
        "the first was answered after {first:?}, the last after {last:?}"
    );
}

#[test]
fn upkeep_is_never_inside_a_group() {
    let database = Database::sqlite();
    let store = migrated(&database);
    let store_ = &store;
    let emptied = together(
        &store,
        (0..9)
            .map(|n| {
                Box::new(move || match n % 3 {
                    1 => store_.maintain(dialect::empty_write_ahead_log).unwrap(),
                    _ => {
                        store_.write(|db| add(db, &n.to_string(), "x")).unwrap();
                        true
                    }
                }) as Box<_>
            })
            .collect(),
    );
    assert_eq!(emptied, vec![true; 9]);
    assert_eq!(counted(&store, "x"), 6);
}
