//! The schema is brought up to date once, whoever starts, and what fails leaves nothing half made.

use diesel::RunQueryDsl;
use diesel_migrations::embed_migrations;
use public_question_time::store::error::StoreError;
use public_question_time::store::migrate::{Migrations, SCHEMA};

use super::databases::each_database;
use super::scratch::SCRATCH;

const HALTED: Migrations = Migrations {
    sqlite: embed_migrations!("tests/store/halted"),
    postgres: embed_migrations!("tests/store/halted"),
};

#[test]
fn eight_processes_that_start_at_once_run_each_migration_once() {
    each_database(|database| {
        let run: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| SCRATCH.run(&database.open()).unwrap()))
                .collect();
            threads
                .into_iter()
                .flat_map(|t| t.join().unwrap())
                .collect()
        });
        assert_eq!(run.len(), 2, "{run:?}");
        let store = database.open();
        assert!(SCRATCH.pending(&store).unwrap().is_empty());
        assert!(SCRATCH.run(&store).unwrap().is_empty());
    });
}

#[test]
fn a_failing_migration_leaves_nothing_of_itself_and_can_be_run_again_mended() {
    each_database(|database| {
        let store = database.open();
        assert_eq!(HALTED.pending(&store).unwrap().len(), 2);
        let error = HALTED.run(&store).unwrap_err();
        assert!(error.to_string().contains("halts"), "{error}");
        assert_eq!(HALTED.pending(&store).unwrap(), ["20240102000000"]);
        let half = store.read(|db| {
            diesel::sql_query("SELECT id FROM half_made").execute(db)?;
            Ok::<_, StoreError>(())
        });
        assert!(half.is_err());
        assert_eq!(SCRATCH.run(&store).unwrap(), ["20240102000000"]);
    });
}

#[test]
fn a_schema_of_a_newer_release_is_left_alone() {
    each_database(|database| {
        let store = database.open();
        SCRATCH.run(&store).unwrap();
        let error = SCHEMA.run(&store).unwrap_err();
        assert!(error.to_string().contains("newer"), "{error}");
        assert_eq!(
            SCHEMA.standing(&store).unwrap().unknown,
            ["20240101000000", "20240102000000"]
        );
    });
}

#[test]
fn the_schema_runs_on_an_empty_database_and_a_second_start_changes_nothing() {
    each_database(|database| {
        let store = database.open();
        assert!(!SCHEMA.run(&store).unwrap().is_empty());
        assert!(SCHEMA.run(&store).unwrap().is_empty());
        assert!(SCHEMA.pending(&database.open()).unwrap().is_empty());
    });
}
