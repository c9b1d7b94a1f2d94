//! What a node remembers of a meeting is what the database has: whoever changes it, wherever, however it ends.

use chrono::NaiveDate;

use public_question_time::domain::working_days::{NonWorkingDay, NonWorkingDayKind};
use public_question_time::service::actor::Acting;
use public_question_time::service::meetings::{self, Particulars};
use public_question_time::service::submit_question::submit;
use public_question_time::service::{Service, ServiceError, calendar};
use public_question_time::store::meetings as stored;
use public_question_time::store::questions::Question;

use crate::databases::each_database;
use crate::service::{Desk, desk, node, submission};

fn ask(desk: &Desk, service: &Service, number: usize) -> Question {
    submit(
        service,
        &Acting::questioner(None),
        &submission(desk, number),
    )
    .expect("received")
    .question
}

/// What the letters about this question say of its meeting.
fn letters(service: &Service, question: &Question) -> String {
    let letters = service
        .store
        .read(|db| public_question_time::store::letters::of_question(db, question.id))
        .expect("its letters");
    letters.into_iter().map(|letter| letter.letter).collect()
}

#[test]
fn every_change_of_a_meeting_is_seen_by_the_next_question_on_every_node() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let mut number = 0;
        let mut ask_twice = |service: &Service| {
            number += 2;
            // the second finds what the first read
            ask(&desk, service, number);
            ask(&desk, service, number + 1)
        };
        let deadline = nodes.each_ref().map(|node| ask_twice(node).deadline_at)[0];
        for node in &nodes {
            assert!(letters(node, &ask_twice(node)).contains("Municipal Building"));
        }

        // moved to another room, on the one
        let version = |service: &Service| {
            let read = service.store.read(|db| stored::meeting(db, desk.meeting));
            read.expect("the meeting").meeting.version
        };
        meetings::change(
            &nodes[0],
            &desk.officer,
            desk.meeting,
            version(&nodes[0]),
            &Particulars {
                date: NaiveDate::from_ymd_opt(2024, 2, 6).unwrap(),
                starts: chrono::NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
                venue: "Council Chamber, Runcorn Town Hall".to_owned(),
                agenda_published: false,
                ended: None,
            },
        )
        .expect("changed");
        for node in &nodes {
            assert!(letters(node, &ask_twice(node)).contains("Runcorn Town Hall"));
        }

        // a day on which nobody works, on the other: the deadline is the Friday's
        calendar::add_day(
            &nodes[1],
            &desk.officer,
            &NonWorkingDay {
                date: NaiveDate::from_ymd_opt(2024, 2, 5).unwrap(),
                title: "Invented holiday".to_owned(),
                kind: NonWorkingDayKind::Closure,
            },
        )
        .expect("added");
        for node in &nodes {
            assert!(ask_twice(node).deadline_at < deadline);
        }
    });
}

#[test]
fn a_change_that_was_never_committed_is_never_remembered() {
    each_database(|database| {
        let desk = desk(database);
        let (one, other) = (desk.service.clone(), node(database, &desk.clock));
        ask(&desk, &one, 1);
        let change = |venue: &str| {
            let venue = venue.to_owned();
            move |db: &mut _| {
                let mut record = stored::meeting(db, desk.meeting)?;
                record.meeting.venue.clone_from(&venue);
                record.meeting.version += 1;
                assert!(stored::update_meeting(db, &record)?);
                Ok::<_, ServiceError>(())
            }
        };
        let failed = one.store.write(|db| {
            change("Nowhere")(db)?;
            Err::<(), _>(ServiceError::NotFound)
        });
        assert_eq!(failed, Err(ServiceError::NotFound));
        for (number, node) in [&one, &other].into_iter().enumerate() {
            assert!(!letters(node, &ask(&desk, node, 10 + number)).contains("Nowhere"));
        }
        // the next change has the revision of the one that failed
        one.store
            .write(change("Runcorn Town Hall"))
            .expect("changed");
        for (number, node) in [&one, &other].into_iter().enumerate() {
            assert!(letters(node, &ask(&desk, node, 20 + number)).contains("Runcorn"));
        }
    });
}
