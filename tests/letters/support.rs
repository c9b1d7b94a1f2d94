//! A service on a temporary database with a clock that stands still.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use public_question_time::{
    clock::FixedClock,
    config::{SecretKey, Settings},
    domain::{
        id::{BoardId, LetterId, MeetingId, QuestionId, StaffId, uuid_v7},
        meeting::{Board, Meeting, MeetingStatus},
        question::Channel,
        questioner::Naming,
        reference::Reference,
        standing_order::{rejection::Ground, residents::PostcodeCheck},
        status::Status,
    },
    mail::{MemoryPostman, samples},
    service::{
        Service, ServiceError,
        actor::{Acting, Who},
        deliver_outbox::{Delivered, Outgoing, Postman, deliver_once},
        letters::{About, Letter},
    },
    store::{
        audit::{self, Entry},
        connection::{DatabaseUrl, StoreSettings},
        letters::{self, LetterState, OutboxLetter},
        meetings::{self, MeetingRecord},
        migrate::SCHEMA,
        questions::{self, Question, QuestionerDetails},
        staff::{HeldRole, Role, StaffMember},
        transaction::Store,
    },
};

/// The settings in the repository's own files, with these laid over.
pub fn settings(toml: &str) -> Arc<Settings> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    Arc::new(Settings::from_parts(&dir, toml, &[]).unwrap())
}

/// When the tests begin.
pub fn start() -> DateTime<Utc> {
    "2024-02-01T09:41:07Z".parse().unwrap()
}

/// The officers' address in the settings.
pub const OFFICERS: &str = "committee.services@example.org";

const DATABASE: &str = "letters.sqlite3";

/// A service on this database.
pub fn service_on(database: &Path, toml: &str, clock: Arc<FixedClock>) -> Service {
    let store = Store::open(&StoreSettings::new(DatabaseUrl::sqlite(database))).unwrap();
    let key = SecretKey::parse("0123456789abcdef0123456789abcdef").unwrap();
    Service::new(store, clock, settings(toml), key)
}

/// A town hall with one question in it.
pub struct TownHall {
    pub service: Service,
    pub clock: Arc<FixedClock>,
    pub memory: MemoryPostman,
    pub question: Question,
    about: About,
    folder: tempfile::TempDir,
}

impl TownHall {
    pub fn new() -> Self {
        Self::with("")
    }

    pub fn with(toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(start()));
        let service = service_on(&folder.path().join(DATABASE), toml, clock.clone());
        SCHEMA.run(&service.store).unwrap();
        let (question, about) = a_question(&service);
        Self {
            memory: MemoryPostman::new(&service.settings),
            service,
            clock,
            question,
            about,
            folder,
        }
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join(DATABASE)
    }

    /// Puts an acknowledgement to this address into the outbox (none: to be printed); its identifier.
    pub fn acknowledge(&self, email: Option<&str>) -> LetterId {
        self.write(&Acting::questioner(None), email, &self.acknowledgement())
    }

    /// Puts an acknowledgement of somebody's submission into the outbox.
    pub fn acknowledge_from(&self, acting: &Acting, email: &str) -> LetterId {
        self.write(acting, Some(email), &self.acknowledgement())
    }

    /// Puts one of the letters that closing a meeting causes into the outbox.
    pub fn not_put(&self, email: &str) -> LetterId {
        let letter = Letter::NotPut {
            about: self.about.clone(),
        };
        self.write(&Acting::system(), Some(email), &letter)
    }

    fn acknowledgement(&self) -> Letter {
        Letter::Acknowledgement {
            about: self.about.clone(),
            received_at: start(),
            deadline: start() + TimeDelta::days(4),
            provisional: false,
        }
    }

    /// Puts a rejection, which no stranger can cause and which is therefore not limited, into the outbox.
    pub fn reject(&self, email: &str) -> LetterId {
        self.write(
            &proper_officer(),
            Some(email),
            &Letter::Rejected {
                about: self.about.clone(),
                grounds: vec![Ground::Frivolous],
                reason: "It was a joke.".to_owned(),
                earlier: None,
                another_until: None,
            },
        )
    }

    fn write(&self, acting: &Acting, email: Option<&str>, letter: &Letter) -> LetterId {
        let to = QuestionerDetails {
            email: email.map(str::to_owned),
            ..details(&self.question)
        };
        // identifiers of one moment have no order, and the clock stands still
        self.service
            .store
            .write(|db| -> Result<_, ServiceError> {
                let before = letters::of_question(db, self.question.id)?;
                self.service
                    .write_letter(db, acting, &self.question, Some(&to), letter)?;
                let mut after = letters::of_question(db, self.question.id)?;
                after.retain(|letter| !before.contains(letter));
                Ok(after.remove(0).id)
            })
            .unwrap()
    }

    /// Delivers everything that is due by this postman.
    pub async fn deliver_by(&self, postman: &dyn Postman) -> Delivered {
        deliver_once(&self.service, postman, "worker", 100)
            .await
            .unwrap()
    }

    /// Delivers everything that is due into memory.
    pub async fn deliver(&self) -> Delivered {
        self.deliver_by(&self.memory).await
    }

    /// Delivers the one letter that is due first into memory.
    pub async fn deliver_next(&self) -> Delivered {
        deliver_once(&self.service, &self.memory, "worker", 1)
            .await
            .unwrap()
    }

    pub fn stored(&self, id: LetterId) -> OutboxLetter {
        self.service
            .store
            .read(|db| -> Result<_, ServiceError> { Ok(letters::letter(db, id)?) })
            .unwrap()
    }

    pub fn state(&self, id: LetterId) -> LetterState {
        self.stored(id).state
    }

    /// The letters to the officers that stand so.
    pub fn to_officers(&self, state: LetterState) -> Vec<OutboxLetter> {
        let mut found = self
            .service
            .store
            .read(|db| -> Result<_, ServiceError> { Ok(letters::with_state(db, state, 100)?) })
            .unwrap();
        found.retain(|letter| letter.recipient_email.as_deref() == Some(OFFICERS));
        found
    }

    pub fn history(&self, id: LetterId) -> Vec<Entry> {
        self.service
            .store
            .read(|db| -> Result<_, ServiceError> { Ok(audit::of_subject(db, &id.to_string())?) })
            .unwrap()
    }

    pub fn acts(&self, id: LetterId) -> Vec<String> {
        self.history(id)
            .into_iter()
            .map(|entry| entry.act)
            .collect()
    }

    /// Moves the clock to the letter's next attempt.
    pub fn wait_for(&self, id: LetterId) {
        self.clock.set(self.stored(id).next_attempt_at);
    }
}

/// Somebody signed in with these roles.
pub fn signed_in(roles: &[Role]) -> Acting {
    Acting {
        who: Who::Staff(StaffMember {
            id: StaffId::from(uuid_v7(start(), [1; 10])),
            email: "officer@example.org".to_owned(),
            name: "Sam Officer".to_owned(),
            password_hash: String::new(),
            password_issued_at: None,
            active: true,
            roles: roles
                .iter()
                .map(|role| HeldRole {
                    role: *role,
                    board: None,
                })
                .collect(),
            version: 1,
        }),
        request_id: None,
    }
}

pub fn proper_officer() -> Acting {
    signed_in(&[Role::ProperOfficer])
}

/// A letter as a postman gets it, to this name and address.
pub fn outgoing(name: &str, email: &str) -> Outgoing {
    let sample = samples(&settings("")).into_iter().next().unwrap();
    Outgoing {
        id: LetterId::from(uuid_v7(start(), [7; 10])),
        letter: sample.letter,
        name: name.to_owned(),
        email: Some(email.to_owned()),
        reference: Some("PQ-2024-7KX4".to_owned()),
        private_link: sample.private_link.map(str::to_owned),
        written_at: start(),
        bounce_token: String::new(),
    }
}

fn details(question: &Question) -> QuestionerDetails {
    QuestionerDetails {
        question_id: question.id.to_string(),
        name: "Jo Sample".to_owned(),
        organisation: None,
        address: "1 Sample Street\nWidnes".to_owned(),
        postcode: "WA8 0AA".to_owned(),
        email: None,
        telephone: None,
        needs: None,
        arranged: None,
        resident: true,
        publish_name: true,
        under_18: false,
        carer_name: None,
        confirmed_at: Some(start().into()),
        confirmed_by: Some("approval".to_owned()),
    }
}

fn a_question(service: &Service) -> (Question, About) {
    let board = Board {
        id: service.new_id::<BoardId>(),
        slug: "safer".to_owned(),
        name: "Safer Policy and Performance Board".to_owned(),
        modern_gov_id: None,
        minute_prefix: None,
        nil_return: None,
        response_owner: None,
        retired: false,
        version: 1,
    };
    let meeting = Meeting {
        id: service.new_id::<MeetingId>(),
        board_id: board.id,
        date: NaiveDate::from_ymd_opt(2024, 2, 6).unwrap(),
        starts: NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
        venue: "Boardroom, Municipal Building, Widnes".to_owned(),
        status: MeetingStatus::Scheduled,
        agenda_published: false,
        demonstration: false,
        version: 1,
    };
    let question = Question {
        id: service.new_id::<QuestionId>(),
        reference: Reference::parse("PQ-2024-7KX4").unwrap(),
        meeting_id: meeting.id,
        agenda_item_id: None,
        matter: Some("Street lighting".to_owned()),
        original_text: "When will the lights be mended?".to_owned(),
        public_text: "When will the lights be mended?".to_owned(),
        published_name: "Jo Sample".to_owned(),
        naming: Naming::Name,
        room_number: None,
        public_matter: None,
        status: Status::Submitted,
        channel: Channel::Web,
        received_at: start(),
        recorded_at: start(),
        deadline_at: start() + TimeDelta::days(4),
        refusals: Vec::new(),
        postcode_check: PostcodeCheck::Unknown,
        difference: None,
        carried_from: None,
        draft_id: None,
        link_version: 1,
        entered_by: None,
        put_on: None,
        version: 1,
    };
    let record = MeetingRecord {
        meeting: meeting.clone(),
        moved_from: None,
        deadline_at: question.deadline_at,
        deadline_provisional: false,
        ended: None,
    };
    service
        .store
        .write(|db| -> Result<(), ServiceError> {
            meetings::insert_board(db, &board)?;
            meetings::insert_meeting(db, &record)?;
            questions::insert(db, &question)?;
            questions::insert_questioner(db, &details(&question))?;
            Ok(())
        })
        .unwrap();
    let about = About::new(&question, "Street lighting", &board, &meeting);
    (question, about)
}
