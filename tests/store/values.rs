//! What is stored is read back the same, and sorts the same, on both databases.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use diesel::prelude::*;
use public_question_time::store::error::StoreError;
use public_question_time::store::transaction::Store;
use public_question_time::store::types::Instant;

use super::databases::each_database;
use super::scratch::{migrated, readings};

#[derive(Debug, Clone, PartialEq, Queryable, Insertable, Selectable)]
#[diesel(table_name = readings)]
struct Reading {
    id: i32,
    read_at: Instant,
    day: NaiveDate,
    at_time: NaiveTime,
    colour: String,
    document: String,
    settled_at: Option<Instant>,
}

fn reading(id: i32, at: DateTime<Utc>) -> Reading {
    Reading {
        id,
        read_at: at.into(),
        day: at.date_naive(),
        at_time: NaiveTime::from_hms_micro_opt(15, 59, 59, 999_999).unwrap(),
        colour: "blue".to_owned(),
        document: r#"{"name":"O’Brien, 李 \"x\""}"#.to_owned(),
        settled_at: (id % 2 == 0).then(|| at.into()),
    }
}

fn store_it(store: &Store, reading: &Reading) -> Result<(), StoreError> {
    store.write(|db| {
        diesel::insert_into(readings::table)
            .values(reading.clone())
            .execute(db)?;
        Ok(())
    })
}

fn instants() -> Vec<DateTime<Utc>> {
    [
        "0001-01-01T00:00:00Z",
        "1066-10-14T09:00:00.5Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "2024-02-05T15:59:59.999999Z",
        "2024-02-05T16:00:00Z",
        "2024-02-05T16:00:00.000001Z",
        "2024-02-05T16:00:00.001Z",
        "2024-02-05T16:00:00.01Z",
        "2024-02-05T16:00:00.1Z",
        "2024-02-29T12:00:00Z",
        // the hour that London's clocks show twice
        "2024-10-27T00:30:00Z",
        "2024-10-27T01:30:00Z",
        "9999-12-31T23:59:59.999999Z",
    ]
    .iter()
    .map(|text| text.parse().unwrap())
    .collect()
}

#[test]
fn every_kind_of_value_comes_back_as_it_went() {
    each_database(|database| {
        let store = migrated(database);
        for (id, at) in (1..).zip(instants()) {
            let written = reading(id, at);
            store_it(&store, &written).unwrap();
            let read: Reading = store
                .read(|db| {
                    Ok::<_, StoreError>(
                        readings::table
                            .find(id)
                            .select(Reading::as_select())
                            .first(db)?,
                    )
                })
                .unwrap();
            assert_eq!(read, written);
            assert_eq!(read.read_at.utc(), at);
        }
    });
}

#[test]
fn instants_sort_and_compare_in_the_database_as_they_do_in_time() {
    each_database(|database| {
        let store = migrated(database);
        let instants = instants();
        for (id, at) in (1..).zip(instants.iter().rev()) {
            store_it(&store, &reading(id, *at)).unwrap();
        }
        let sorted: Vec<Instant> = store
            .read(|db| {
                Ok::<_, StoreError>(
                    readings::table
                        .order(readings::read_at)
                        .select(readings::read_at)
                        .load(db)?,
                )
            })
            .unwrap();
        assert_eq!(sorted.iter().map(|i| i.utc()).collect::<Vec<_>>(), instants);
        for deadline in &instants {
            let in_time: i64 = store
                .read(|db| {
                    Ok::<_, StoreError>(
                        readings::table
                            .filter(readings::read_at.le(Instant::from(*deadline)))
                            .count()
                            .get_result(db)?,
                    )
                })
                .unwrap();
            let expected = instants.iter().filter(|at| *at <= deadline).count();
            assert_eq!(in_time, i64::try_from(expected).unwrap(), "{deadline}");
        }
        let on_the_day: i64 = store
            .read(|db| {
                Ok::<_, StoreError>(
                    readings::table
                        .filter(readings::day.eq(NaiveDate::from_ymd_opt(2024, 2, 5).unwrap()))
                        .filter(readings::at_time.lt(NaiveTime::from_hms_opt(16, 0, 0).unwrap()))
                        .count()
                        .get_result(db)?,
                )
            })
            .unwrap();
        assert_eq!(on_the_day, 6);
    });
}

#[test]
fn an_instant_is_cut_to_microseconds_and_never_rounded_past_a_deadline() {
    let just_before = Utc.with_ymd_and_hms(2024, 2, 5, 15, 59, 59).unwrap()
        + chrono::TimeDelta::nanoseconds(999_999_999);
    assert_eq!(
        Instant::from(just_before).utc(),
        "2024-02-05T15:59:59.999999Z"
            .parse::<DateTime<Utc>>()
            .unwrap()
    );
    let leap: DateTime<Utc> = "2016-12-31T23:59:60.5Z".parse().unwrap();
    each_database(|database| {
        let store = migrated(database);
        store_it(&store, &reading(1, leap)).unwrap();
        let read: Instant = store
            .read(|db| Ok::<_, StoreError>(readings::table.select(readings::read_at).first(db)?))
            .unwrap();
        assert_eq!(read, Instant::from(leap));
    });
}

#[test]
fn an_instant_outside_the_calendar_is_an_error() {
    each_database(|database| {
        let store = migrated(database);
        for at in [
            DateTime::<Utc>::MAX_UTC,
            DateTime::<Utc>::MIN_UTC,
            "+10000-01-01T00:00:00Z".parse().unwrap(),
        ] {
            let mut outside = reading(1, Utc.timestamp_opt(0, 0).unwrap());
            outside.read_at = at.into();
            assert!(store_it(&store, &outside).is_err(), "{at}");
        }
    });
}
