//! A broken uniqueness rule has one name on both databases, and no message repeats a value.

use diesel::prelude::*;
use public_question_time::insert_unless_present;
use public_question_time::store::error::{Constraint, StoreError};
use public_question_time::store::migrate::SCHEMA;

use super::databases::each_database;
use super::scratch::{allowances, entries, letters, migrated, question_time_events, staff};

#[test]
fn unique_violations_are_told_apart() {
    each_database(|database| {
        let store = migrated(database);
        let person = |id: &str| {
            let values = (
                staff::id.eq(id.to_owned()),
                staff::email.eq("ada@example.org"),
            );
            store.write(|db| {
                diesel::insert_into(staff::table)
                    .values(values.clone())
                    .execute(db)?;
                Ok::<_, StoreError>(())
            })
        };
        person("1").unwrap();
        let error = person("2").unwrap_err();
        assert_eq!(error.violated(), Some(&Constraint::StaffEmail));
        assert!(!format!("{error} {error:?}").contains("ada@"));

        let allowance = |id: &str, key: &str| {
            let values = (
                allowances::id.eq(id.to_owned()),
                allowances::meeting_id.eq("m"),
                allowances::key_hash.eq(key.to_owned()),
                allowances::slot.eq(1),
            );
            store.write(|db| {
                diesel::insert_into(allowances::table)
                    .values(values.clone())
                    .execute(db)?;
                Ok::<_, StoreError>(())
            })
        };
        allowance("1", "k").unwrap();
        allowance("2", "other").unwrap();
        assert_eq!(
            allowance("3", "k"),
            Err(StoreError::UniqueViolation(
                Constraint::OneQuestionPerMeeting
            ))
        );

        let event = |seq: i32, by: &str| {
            let values = (
                question_time_events::meeting_id.eq("m"),
                question_time_events::seq.eq(seq),
                question_time_events::staff_id.eq(by.to_owned()),
            );
            store.write(|db| {
                diesel::insert_into(question_time_events::table)
                    .values(values.clone())
                    .execute(db)?;
                Ok::<_, StoreError>(())
            })
        };
        event(1, "1").unwrap();
        assert_eq!(
            event(1, "1"),
            Err(StoreError::UniqueViolation(Constraint::QuestionTimeEvent))
        );
        assert_eq!(event(2, "nobody"), Err(StoreError::ForeignKey));
    });
}

#[test]
fn other_faults_name_the_place_and_not_the_value() {
    each_database(|database| {
        let store = migrated(database);
        let checked = store.write(|db| {
            diesel::sql_query(
                "INSERT INTO letters (id, state, next_attempt_at) VALUES ('1', 'Ada', '2024-01-01 00:00:00')",
            )
            .execute(db)?;
            Ok::<_, StoreError>(())
        });
        let missing = store.write(|db| {
            diesel::sql_query("INSERT INTO entries (id, heap) VALUES ('Ada', 'x')").execute(db)?;
            Ok::<_, StoreError>(())
        });
        for error in [checked.unwrap_err(), missing.unwrap_err()] {
            let shown = format!("{error} {error:?}");
            assert!(matches!(error, StoreError::Other(_)), "{shown}");
            assert!(
                !shown.contains("Ada") && !shown.contains("INSERT"),
                "{shown}"
            );
        }
        let none = store
            .read(|db| Ok::<_, StoreError>(entries::table.select(entries::n).first::<i32>(db)?));
        assert_eq!(none, Err(StoreError::NotFound));
        assert!(
            store.read(|db| Ok::<_, StoreError>(letters::table.count().get_result::<i64>(db)?))
                == Ok(0)
        );
    });
}

#[test]
fn a_row_that_is_there_already_can_be_left_alone() {
    each_database(|database| {
        let store = migrated(database);
        let person = || (staff::id.eq("1"), staff::email.eq("ada@example.org"));
        let insert = || store.write(|db| insert_unless_present!(db, staff::table, person()));
        assert_eq!((insert(), insert()), (Ok(1), Ok(0)));
    });
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

#[test]
fn the_schema_holds_each_constraint_under_the_name_that_the_store_knows() {
    each_database(|database| {
        let store = database.open();
        SCHEMA.run(&store).unwrap();
        // One row for each unique index: PostgreSQL's name, or SQLite's columns as its messages list them.
        let sql = match database.name {
            "PostgreSQL" => {
                "SELECT relname::text AS name FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indisunique"
            }
            _ => {
                "SELECT (SELECT group_concat(t.name || '.' || c.name, ', ') FROM pragma_index_info(i.name) c) AS name \
                 FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.\"unique\""
            }
        };
        let unique: Vec<Name> = store
            .read(|db| Ok::<_, StoreError>(diesel::sql_query(sql).load(db)?))
            .unwrap();
        for (constraint, name, columns) in Constraint::NAMED {
            assert!(
                unique.iter().any(|u| u.name == *name || u.name == *columns),
                "{constraint:?} is not a unique rule of the schema on {}",
                database.name
            );
        }
    });
}
