//! Tables made for these tests, and an error as a use case would have it.

use diesel::prelude::*;
use diesel_migrations::embed_migrations;
use public_question_time::store::connection::Db;
use public_question_time::store::error::{Retry, StoreError};
use public_question_time::store::migrate::Migrations;
use public_question_time::store::transaction::Store;

use super::databases::Database;

pub const SCRATCH: Migrations = Migrations {
    sqlite: embed_migrations!("tests/store/migrations"),
    postgres: embed_migrations!("tests/store/migrations"),
};

diesel::table! {
    entries (id) { id -> Text, heap -> Text, n -> Integer, }
}
diesel::table! {
    readings (id) {
        id -> Integer,
        read_at -> Timestamp,
        day -> Date,
        at_time -> Time,
        colour -> Text,
        document -> Text,
        settled_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    staff (id) { id -> Text, email -> Text, }
}
diesel::table! {
    allowances (id) {
        id -> Text,
        meeting_id -> Text,
        key_hash -> Text,
        slot -> Integer,
        released_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    question_time_events (meeting_id, seq) { meeting_id -> Text, seq -> Integer, staff_id -> Text, }
}
diesel::table! {
    letters (id) {
        id -> Text,
        state -> Text,
        next_attempt_at -> Timestamp,
        leased_by -> Nullable<Text>,
        leased_until -> Nullable<Timestamp>,
    }
}

/// A store with the scratch tables.
pub fn migrated(database: &Database) -> Store {
    let store = database.open();
    SCRATCH.run(&store).unwrap();
    store
}

/// A use case's error: the rules say no, or the store failed.
#[derive(Debug, PartialEq)]
pub enum Failure {
    Refused,
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Retry for Failure {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }
}

pub fn add(db: &mut Db, id: &str, heap: &str) -> Result<(), StoreError> {
    diesel::insert_into(entries::table)
        .values((entries::id.eq(id), entries::heap.eq(heap), entries::n.eq(1)))
        .execute(db)?;
    Ok(())
}

pub fn count(db: &mut Db, heap: &str) -> Result<i64, StoreError> {
    Ok(entries::table
        .filter(entries::heap.eq(heap))
        .count()
        .get_result(db)?)
}

/// How many entries `heap` holds, as a reader sees it.
pub fn counted(store: &Store, heap: &str) -> i64 {
    store.read(|db| count(db, heap)).unwrap()
}
