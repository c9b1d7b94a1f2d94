//! The log of question time is whole: what was taken back is in it too, and who did each thing.

use chrono::TimeDelta;
use public_question_time::domain::standing_order::question_time::Event;
use public_question_time::service::ServiceError;
use public_question_time::service::actor::Acting;
use public_question_time::service::{event_log, question_time};

use super::databases::each_database;
use super::service::desk;

#[test]
fn the_log_has_every_act_with_who_did_it_and_whether_it_was_taken_back() {
    each_database(|database| {
        let desk = desk(database);
        let log = || event_log::event_log(&desk.service, &desk.officer, desk.meeting).unwrap();
        assert_eq!(log(), []);
        desk.clock.advance(TimeDelta::days(1));
        for event in [
            Event::Opened,
            Event::Adjourned,
            Event::Undone { seq: 2 },
            Event::Closed,
        ] {
            desk.clock.advance(TimeDelta::milliseconds(1_500));
            question_time::act(&desk.service, &desk.officer, desk.meeting, &event).unwrap();
        }
        let log = log();
        let codes: Vec<_> = log.iter().map(|l| l.recorded.event.code()).collect();
        assert_eq!(codes, ["opened", "adjourned", "undone", "closed"]);
        let undone: Vec<_> = log.iter().map(|l| l.undone).collect();
        assert_eq!(undone, [false, true, false, false]);
        assert!(log.iter().all(|l| l.by == "Sample Officer"));
        assert_eq!(
            log[1].recorded.at - log[0].recorded.at,
            TimeDelta::milliseconds(1_500)
        );
        let stranger = Acting::questioner(None);
        assert_eq!(
            event_log::event_log(&desk.service, &stranger, desk.meeting),
            Err(ServiceError::SignedOut)
        );
    });
}
