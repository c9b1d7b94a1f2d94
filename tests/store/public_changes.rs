//! The count of public changes grows with everything that a public page may show, and with nothing else: a page that is answered from
//! memory is true as long as it stays the same.

use chrono::{NaiveDate, TimeDelta};
use diesel::RunQueryDsl;
use public_question_time::domain::standing_order::question_time::Event;
use public_question_time::domain::working_days::{NonWorkingDay, NonWorkingDayKind};
use public_question_time::service::{
    Service, ServiceError, approve_question,
    meetings::{self, ItemParticulars},
    question_time, submit_question,
};
use public_question_time::store::{calendar, error::StoreError, public_changes};

use super::databases::each_database;
use super::service::{Desk, desk, node, submission};

fn revision(service: &Service) -> i64 {
    service.store.read(public_changes::revision).unwrap()
}

/// Does something and returns whether the count has grown.
fn counts<T>(service: &Service, act: impl FnOnce() -> T) -> (bool, T) {
    let before = revision(service);
    let done = act();
    (revision(service) > before, done)
}

fn run(service: &Service, statement: &str) -> bool {
    counts(service, || {
        service
            .store
            .write(|db| {
                diesel::sql_query(statement).execute(db)?;
                Ok::<_, StoreError>(())
            })
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    })
    .0
}

fn submit(desk: &Desk, number: usize) -> public_question_time::store::questions::Question {
    submit_question::submit(
        &desk.service,
        &public_question_time::service::actor::Acting::questioner(None),
        &submission(desk, number),
    )
    .unwrap()
    .question
}

#[test]
fn a_submission_and_what_is_decided_against_it_change_no_public_page() {
    each_database(|database| {
        let desk = desk(database);
        let (counted, question) = counts(&desk.service, || submit(&desk, 1));
        assert!(!counted, "a submission");
        let (counted, _) = counts(&desk.service, || submit(&desk, 1));
        assert!(!counted, "a second one, which is refused");
        for status in ["rejected", "submitted", "replaced", "withdrawn"] {
            let statement = format!(
                "UPDATE questions SET status = '{status}', version = version + 1 WHERE id = '{}'",
                question.id
            );
            assert!(!run(&desk.service, &statement), "{status}");
        }
    });
}

#[test]
fn what_a_public_page_may_show_is_counted_whoever_changes_it() {
    each_database(|database| {
        let desk = desk(database);
        let service = &desk.service;
        let question = submit(&desk, 1);
        let (counted, _) = counts(service, || {
            approve_question::approve(service, &desk.officer, question.id, question.version, "")
                .unwrap()
        });
        assert!(counted, "an approval: the question is on the public screen");
        let (counted, _) = counts(service, || {
            let item = ItemParticulars {
                position: 1,
                title: "Street lighting".to_owned(),
                minute_number: String::new(),
                part: public_question_time::domain::agenda::Part::Public,
                kind: public_question_time::domain::agenda::ItemKind::Ordinary,
            };
            meetings::add_item(service, &desk.officer, desk.meeting, &item).unwrap()
        });
        assert!(counted, "an item of an agenda");
        let (counted, ()) = counts(service, || {
            service
                .store
                .write(|db| {
                    let day = NonWorkingDay {
                        date: NaiveDate::from_ymd_opt(2024, 2, 2).unwrap(),
                        title: "Closed".to_owned(),
                        kind: NonWorkingDayKind::Closure,
                    };
                    calendar::add_day(db, &day, None, service.now())
                })
                .unwrap();
        });
        assert!(counted, "a day on which the council is closed");
        desk.clock.advance(TimeDelta::days(1));
        for event in [Event::Opened, Event::Adjourned, Event::Resumed] {
            let (counted, _) = counts(service, || {
                question_time::act(service, &desk.officer, desk.meeting, &event).unwrap()
            });
            assert!(counted, "{}", event.code());
        }
        let id = question.id;
        for statement in [
            format!("UPDATE questions SET public_text = 'Redacted' WHERE id = '{id}'"),
            format!("UPDATE questions SET put_on = '2024-02-06' WHERE id = '{id}'"),
            format!("UPDATE questions SET put_on = NULL, status = 'withdrawn' WHERE id = '{id}'"),
            format!("UPDATE questions SET status = 'disowned' WHERE id = '{id}'"),
            format!(
                "INSERT INTO minutes (question_id, response, version) VALUES ('{id}', 'Soon.', 1)"
            ),
            format!("UPDATE minutes SET response = 'Later.' WHERE question_id = '{id}'"),
            "DELETE FROM minutes".to_owned(),
            format!(
                "INSERT INTO written_responses (id, question_id, reason, state, owed_from, due_on, draft, version) VALUES ('r', '{id}', 'not_reached', 'owed', '2024-02-07', '2024-02-20', '', 1)"
            ),
            "INSERT INTO replies (id, response_id, reply, body, published_body, staff_id, replied_at) SELECT 'p', 'r', 'full', 'It is.', 'It is.', id, '2024-02-08 10:00:00' FROM staff".to_owned(),
            "UPDATE replies SET published_body = ''".to_owned(),
            "DELETE FROM replies".to_owned(),
            "UPDATE written_responses SET state = 'sent'".to_owned(),
            "DELETE FROM written_responses".to_owned(),
            "UPDATE boards SET name = 'Another Board'".to_owned(),
            "UPDATE meetings SET venue = 'Elsewhere'".to_owned(),
        ] {
            assert!(run(service, &statement), "{statement}");
        }
    });
}

#[test]
fn the_first_question_for_a_meeting_that_is_over_is_counted_and_no_other() {
    each_database(|database| {
        let desk = desk(database);
        run(&desk.service, "UPDATE meetings SET status = 'held'");
        assert!(counts(&desk.service, || submit(&desk, 1)).0);
        assert!(!counts(&desk.service, || submit(&desk, 2)).0);
    });
}

#[test]
fn what_is_rolled_back_is_not_counted_and_many_changes_in_one_act_are_seen_at_once() {
    each_database(|database| {
        let desk = desk(database);
        let service = &desk.service;
        let (counted, _) = counts(service, || {
            service.store.write(|db| {
                diesel::sql_query("UPDATE boards SET name = 'Nothing'").execute(db)?;
                Err::<(), _>(StoreError::NotFound)
            })
        });
        assert!(!counted);
        let (counted, ()) = counts(service, || {
            service
                .store
                .write(|db| {
                    for name in ["One", "Two", "Three"] {
                        diesel::sql_query(format!("UPDATE boards SET name = '{name}'"))
                            .execute(db)?;
                    }
                    Ok::<_, StoreError>(())
                })
                .unwrap();
        });
        assert!(counted);
        // another node sees the same count
        assert_eq!(revision(service), revision(&node(database, &desk.clock)));
    });
}

#[test]
fn a_write_is_counted_by_the_time_it_is_answered() {
    each_database(|database| {
        let desk = desk(database);
        let store = &desk.service.store;
        let before = store.writes();
        store.read(|_| Ok::<_, StoreError>(())).unwrap();
        assert_eq!(store.writes(), before);
        store.write(|_| Ok::<_, StoreError>(())).unwrap();
        assert_eq!(store.writes(), before + 1);
        // it may have been committed where the connection was lost
        store
            .write(|_| Err::<(), _>(ServiceError::NotFound))
            .unwrap_err();
        assert_eq!(store.writes(), before + 2);
    });
}
