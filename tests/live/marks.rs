//! The mark of a meeting changes with everything that the screens of staff show, on both databases.

use chrono::NaiveDate;

use public_question_time::domain::agenda::{AgendaItem, ItemKind, Part};
use public_question_time::domain::standing_order::question_time::Event;
use public_question_time::domain::standing_order::rejection::Ground;
use public_question_time::service::actor::Acting;
use public_question_time::service::boards::{self, BoardParticulars};
use public_question_time::service::meetings::{self, ItemParticulars, Particulars};
use public_question_time::service::minutes::{self, Written};
use public_question_time::service::reject_question::{self, Rejection};
use public_question_time::service::{
    approve_question, question_time, redact_question, reopen_question, submit_question,
    your_question,
};
use public_question_time::store::live::{self, Mark};
use public_question_time::store::meetings as stored;
use public_question_time::store::questions::Question;

use crate::databases::each_database;
use crate::service::{Desk, desk, submission};

/// Watches the mark of the desk's meeting.
struct Watch<'a> {
    desk: &'a Desk,
    seen: Vec<Mark>,
}

impl Watch<'_> {
    fn now(&self) -> Mark {
        let store = &self.desk.service.store;
        store
            .read(|db| live::mark(db, self.desk.meeting))
            .expect("a mark")
    }

    #[track_caller]
    fn changes(&mut self, by: &str) {
        let now = self.now();
        assert!(!self.seen.contains(&now), "{by} leaves the mark as it was");
        assert_eq!(self.now(), now, "looking changes nothing");
        self.seen.push(now);
    }
}

fn received(desk: &Desk, number: usize) -> Question {
    submit_question::submit(
        &desk.service,
        &Acting::questioner(None),
        &submission(desk, number),
    )
    .expect("a submission")
    .question
}

fn approved(desk: &Desk, question: &Question) -> Question {
    let judgement = "Another lamp.";
    approve_question::approve(
        &desk.service,
        &desk.officer,
        question.id,
        question.version,
        judgement,
    )
    .expect("an approval")
}

fn particulars(date: (i32, u32, u32)) -> Particulars {
    Particulars {
        date: NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap(),
        starts: chrono::NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
        venue: "Town Hall, Runcorn".to_owned(),
        agenda_published: false,
        ended: None,
    }
}

fn version(desk: &Desk) -> i32 {
    desk.service
        .store
        .read(|db| stored::meeting(db, desk.meeting))
        .expect("the meeting")
        .meeting
        .version
}

#[test]
fn everything_that_the_screens_of_staff_show_changes_the_mark() {
    each_database(|database| {
        let desk = desk(database);
        let (service, officer) = (&desk.service, &desk.officer);
        let mut watch = Watch {
            desk: &desk,
            seen: Vec::new(),
        };
        watch.changes("the first look");

        // questions
        let first = received(&desk, 1);
        watch.changes("a question that comes");
        let first = approved(&desk, &first);
        watch.changes("an approval");
        let first = redact_question::redact(
            service,
            officer,
            first.id,
            first.version,
            &redact_question::Redaction {
                public_text: Some("When will the lamp be mended?".to_owned()),
                reason: "A house number.".to_owned(),
                ..redact_question::Redaction::default()
            },
        )
        .expect("redacted");
        watch.changes("a redaction");
        let second = received(&desk, 2);
        watch.changes("another question");
        let waiting = watch.now();
        let rejection = Rejection {
            grounds: vec![Ground::NotCouncilMatter],
            reason: "Ask the owner of the lamp.".to_owned(),
            earlier: String::new(),
            other: String::new(),
        };
        let second =
            reject_question::reject(service, officer, second.id, second.version, &rejection)
                .expect("rejected");
        watch.changes("a rejection");
        let second = reopen_question::reopen(
            service,
            officer,
            second.id,
            second.version,
            "It is the council's.",
        )
        .expect("reopened");
        assert_eq!(watch.now(), waiting, "it waits for a decision again");
        your_question::withdraw_for(service, officer, second.id, second.version)
            .expect("withdrawn");
        watch.changes("a withdrawal");

        // the agenda
        let item = |title: &str, part| ItemParticulars {
            position: 1,
            title: title.to_owned(),
            minute_number: String::new(),
            part,
            kind: ItemKind::Ordinary,
        };
        let add = |title: &str, position| -> AgendaItem {
            let item = ItemParticulars {
                position,
                ..item(title, Part::Public)
            };
            meetings::add_item(service, officer, desk.meeting, &item).expect("an item")
        };
        let lamps = add("Lamps", 1);
        watch.changes("an item");
        let roads = add("Roads", 2);
        watch.changes("another item");
        meetings::change_item(service, officer, lamps.id, &item("Lighting", Part::Public))
            .expect("renamed");
        watch.changes("another title");
        meetings::change_item(service, officer, lamps.id, &item("Lighting", Part::Private))
            .expect("in private");
        watch.changes("an item that is taken in private");
        let application = ItemParticulars {
            kind: ItemKind::LicensingApplication,
            ..item("Lighting", Part::Private)
        };
        meetings::change_item(service, officer, lamps.id, &application).expect("an application");
        watch.changes("an item that is an application");
        meetings::move_item(service, officer, roads.id, true).expect("moved");
        watch.changes("another order");
        meetings::remove_item(service, officer, roads.id).expect("removed");
        watch.changes("an item that is removed");

        // the board and the meeting
        let board = service
            .store
            .read(|db| {
                let id = stored::meeting(db, desk.meeting)?.meeting.board_id;
                stored::board(db, id)
            })
            .expect("the board");
        let renamed = BoardParticulars {
            name: "Community Safety Board".to_owned(),
            slug: board.slug.clone(),
            modern_gov_id: board.modern_gov_id,
            minute_prefix: "SAF".to_owned(),
            nil_return: String::new(),
            response_owner: None,
            retired: false,
        };
        boards::change(service, officer, board.id, board.version, &renamed).expect("renamed");
        watch.changes("another name of the board");
        meetings::change(
            service,
            officer,
            desk.meeting,
            version(&desk),
            &particulars((2024, 2, 6)),
        )
        .expect("a venue");
        watch.changes("another venue");
        meetings::change(
            service,
            officer,
            desk.meeting,
            version(&desk),
            &particulars((2024, 2, 13)),
        )
        .expect("moved");
        watch.changes("another date");

        // the evening
        desk.clock
            .set(crate::evening::evening(18, 40, 0) + chrono::TimeDelta::days(7));
        for event in [
            Event::Opened,
            Event::Indicated { question: first.id },
            Event::Undone { seq: 2 },
            Event::Adjourned,
        ] {
            question_time::act(service, officer, desk.meeting, &event).expect("an event");
            watch.changes(event.code());
        }
        for (version, response) in [(0, "In the spring."), (1, "In May.")] {
            let written = Written {
                response: response.to_owned(),
                answered_by: "The chair".to_owned(),
                supplementary_text: String::new(),
                supplementary_response: String::new(),
            };
            minutes::write(service, officer, first.id, version, &written).expect("minutes");
            watch.changes(response);
        }
        meetings::cancel(service, officer, desk.meeting, version(&desk)).expect("cancelled");
        watch.changes("a cancellation");
    });
}

#[test]
fn another_meeting_changes_nothing() {
    each_database(|database| {
        let desk = desk(database);
        let watch = Watch {
            desk: &desk,
            seen: Vec::new(),
        };
        let before = watch.now();
        let board = desk
            .service
            .store
            .read(|db| stored::meeting(db, desk.meeting))
            .expect("the meeting")
            .meeting
            .board_id;
        meetings::schedule(
            &desk.service,
            &desk.officer,
            board,
            &particulars((2024, 3, 5)),
        )
        .expect("another meeting");
        assert_eq!(watch.now(), before);
    });
}
