//! The acts, on a database of a test's own, with a clock that the test moves: for races on both databases, where one HTTP server
//! would hide what two nodes do.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};

use public_question_time::clock::FixedClock;
use public_question_time::config::{SecretKey, Settings};
use public_question_time::domain::id::{MeetingId, StaffId};
use public_question_time::domain::question::Channel;
use public_question_time::service::Service;
use public_question_time::service::actor::{Acting, Who};
use public_question_time::service::boards::{self, BoardParticulars};
use public_question_time::service::meetings::{self, Particulars};
use public_question_time::service::submit_question::Submission;
use public_question_time::service::typed_question::{
    TypedMatter, TypedQuestion, TypedQuestioner, TypedText,
};
use public_question_time::store::migrate::SCHEMA;
use public_question_time::store::staff::{self, HeldRole, Role, StaffMember};

use super::databases::Database;

/// The afternoon before the Safer Board's meeting of 6 February 2024, an hour before the deadline.
pub fn an_hour_before() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, 5, 15, 0, 0).unwrap()
}

/// A service with one board, one meeting and one proper officer.
pub struct Desk {
    /// The acts.
    pub service: Service,
    /// The clock that they go by.
    pub clock: Arc<FixedClock>,
    /// Its meeting, of 6 February 2024 unless another date was asked for.
    pub meeting: MeetingId,
    /// The proper officer.
    pub officer: Acting,
}

/// Another node on the same database: it shares nothing with the first but the database and the clock.
pub fn node(database: &Database, clock: &Arc<FixedClock>) -> Service {
    node_with(database, clock, "")
}

/// Another node with settings of its own.
pub fn node_with(database: &Database, clock: &Arc<FixedClock>, toml: &str) -> Service {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let settings =
        Settings::from_parts(&config, toml, &[]).expect("the settings of the repository");
    let key = SecretKey::parse("a secret that only the tests know, 0123456789").expect("a secret");
    Service::new(database.open(), clock.clone(), Arc::new(settings), key)
}

/// Opens the desk on an empty database.
pub fn desk(database: &Database) -> Desk {
    let date = NaiveDate::from_ymd_opt(2024, 2, 6).unwrap();
    desk_for(database, an_hour_before(), date)
}

/// Opens the desk on an empty database at this instant, for a meeting on this date.
pub fn desk_for(database: &Database, now: DateTime<Utc>, date: NaiveDate) -> Desk {
    let clock = Arc::new(FixedClock::at(now));
    let service = node(database, &clock);
    SCHEMA.run(&service.store).expect("the migrations");
    let id: StaffId = service.new_id();
    let member = StaffMember {
        id,
        email: "proper.officer@example.org".to_owned(),
        name: "Sample Officer".to_owned(),
        password_hash: "never used to sign in".to_owned(),
        password_issued_at: None,
        active: true,
        roles: vec![HeldRole {
            role: Role::ProperOfficer,
            board: None,
        }],
        version: 1,
    };
    service
        .store
        .write(|db| {
            staff::insert(
                db,
                &member,
                &[service.new_id::<uuid::Uuid>().to_string()],
                service.now(),
            )
        })
        .expect("the officer's account");
    let officer = Acting {
        who: Who::Staff(member),
        request_id: None,
    };
    let board = boards::add(
        &service,
        &officer,
        &BoardParticulars {
            name: "Safer Policy and Performance Board".to_owned(),
            slug: "safer".to_owned(),
            modern_gov_id: Some(431),
            minute_prefix: "SAF".to_owned(),
            nil_return: String::new(),
            response_owner: None,
            retired: false,
        },
    )
    .expect("the board");
    let meeting = meetings::schedule(
        &service,
        &officer,
        board.id,
        &Particulars {
            date,
            starts: NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
            venue: "Boardroom, Municipal Building, Widnes".to_owned(),
            agenda_published: false,
            ended: None,
        },
    )
    .expect("the meeting");
    Desk {
        clock,
        meeting: meeting.meeting().id,
        officer,
        service,
    }
}

/// What the person with this number types.
pub fn typed(number: usize) -> TypedQuestion {
    TypedQuestion {
        matter: TypedMatter {
            matter: "Street lighting".to_owned(),
            ..TypedMatter::default()
        },
        text: TypedText {
            question: format!("When will lamp {number} in Example Street be mended?"),
        },
        questioner: TypedQuestioner {
            name: format!("Sample Resident {number}"),
            address: "1 Example Street\nWidnes".to_owned(),
            postcode: "WA8 7QF".to_owned(),
            email: format!("resident.{number}@example.org"),
            resident: "yes".to_owned(),
            publish_name: "yes".to_owned(),
            ..TypedQuestioner::default()
        },
        difference: String::new(),
    }
}

/// A submission of that, now.
pub fn submission(desk: &Desk, number: usize) -> Submission {
    Submission {
        meeting: desk.meeting,
        typed: typed(number),
        channel: Channel::Web,
        received_at: desk.service.now(),
        draft: None,
        carried_from: None,
        idempotency_key: None,
        exceptions: Vec::new(),
    }
}
