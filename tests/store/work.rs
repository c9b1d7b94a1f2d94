//! Workers that share a table of work: each row goes to one of them at a time.

use std::collections::HashSet;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use public_question_time::store::dialect::{Claim, claim};
use public_question_time::store::error::StoreError;
use public_question_time::store::transaction::Store;
use public_question_time::store::types::Instant;

use super::databases::each_database;
use super::scratch::{letters, migrated};

const WAITING: Claim = Claim {
    table: "letters",
    ready: "state = 'waiting' AND next_attempt_at <= $3",
    first: "next_attempt_at, id",
};

fn noon() -> DateTime<Utc> {
    "2024-02-05T12:00:00Z".parse().unwrap()
}

fn post(store: &Store, id: &str, due: DateTime<Utc>) {
    store
        .write(|db| {
            diesel::insert_into(letters::table)
                .values((
                    letters::id.eq(id),
                    letters::state.eq("waiting"),
                    letters::next_attempt_at.eq(Instant::from(due)),
                ))
                .execute(db)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn take(store: &Store, worker: &str, now: DateTime<Utc>, limit: u32) -> Vec<String> {
    let until = now + TimeDelta::seconds(60);
    let mut taken = store
        .write(|db| claim(db, &WAITING, worker, now, until, limit))
        .unwrap();
    taken.sort();
    taken
}

#[test]
fn the_longest_due_come_first_and_the_rest_wait() {
    each_database(|database| {
        let store = migrated(database);
        post(&store, "b", noon() - TimeDelta::seconds(1));
        post(&store, "a", noon());
        post(&store, "c", noon() - TimeDelta::seconds(2));
        post(&store, "later", noon() + TimeDelta::microseconds(1));
        assert_eq!(take(&store, "one", noon(), 2), ["b", "c"]);
        assert_eq!(take(&store, "two", noon(), 9), ["a"]);
        assert!(take(&store, "three", noon(), 9).is_empty());
    });
}

#[test]
fn a_lease_that_has_run_out_is_free_again() {
    each_database(|database| {
        let store = migrated(database);
        post(&store, "a", noon());
        assert_eq!(take(&store, "dead", noon(), 1), ["a"]);
        let end = noon() + TimeDelta::seconds(60);
        assert!(take(&store, "other", end - TimeDelta::microseconds(1), 1).is_empty());
        assert_eq!(take(&store, "other", end, 1), ["a"]);
        let by: Option<String> = store
            .read(|db| Ok::<_, StoreError>(letters::table.select(letters::leased_by).first(db)?))
            .unwrap();
        assert_eq!(by.as_deref(), Some("other"));
    });
}

#[test]
fn eight_workers_take_each_of_a_hundred_once() {
    each_database(|database| {
        let store = migrated(database);
        for n in 0..100 {
            post(&store, &format!("{n:03}"), noon());
        }
        let all = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for worker in 0..8 {
                let (store, all) = (store.clone(), &all);
                scope.spawn(move || {
                    // More rounds than there are rows, so that rows handed out twice show instead of going round for ever.
                    for _ in 0..150 {
                        let taken = take(&store, &worker.to_string(), noon(), 7);
                        if taken.is_empty() {
                            break;
                        }
                        all.lock().unwrap().extend(taken);
                    }
                });
            }
        });
        let all = all.into_inner().unwrap();
        let different: HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (100, 100));
    });
}
