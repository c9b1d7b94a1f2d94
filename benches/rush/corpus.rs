//! What is stored before the rush: earlier meetings with their questions, and the meeting to which everybody sends.
//!
//! The questions come in by the service's own act. Then they are made as old as they are to be.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use diesel::connection::SimpleConnection;

use public_question_time::{
    clock::{Clock, FixedClock, SystemClock},
    config::{SecretKey, Settings},
    domain::{id::MeetingId, question::Channel},
    service::{
        Service,
        actor::{Acting, Who},
        boards::{self, BoardParticulars},
        meetings::{self, Particulars},
        staff_accounts::TypedAccount,
        submit_question::{self, Submission},
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
    },
    store::{
        connection::{DatabaseUrl, StoreSettings},
        error::StoreError,
        migrate::SCHEMA,
        staff::{HeldRole, Role},
        transaction::Store,
    },
};

/// What keys the tokens of the benchmark.
pub const SECRET: &str = "a secret that only the benchmark knows, 0123456789";

/// How many questions an earlier meeting had. A reference names the year, and a year has no more than 810,000.
const AT_ONE_MEETING: usize = 500;

/// A database that is ready for the rush.
pub struct Corpus {
    /// Its URL, as the settings have it.
    pub url: String,
    /// The service on it, in this process.
    pub service: Service,
    /// The meeting to which everybody sends.
    pub meeting: MeetingId,
    clock: Arc<FixedClock>,
    /// How many people have sent something.
    pub people: Arc<AtomicUsize>,
    /// How many were at the meeting when the database was made.
    pub at_meeting: usize,
}

impl Corpus {
    /// Fills an SQLite file: so many earlier questions, and so many at the meeting.
    ///
    /// # Errors
    /// Where an act of the service fails.
    pub fn sqlite(file: &Path, earlier: usize, at_meeting: usize) -> anyhow::Result<Self> {
        Self::fill(format!("sqlite://{}", file.display()), earlier, at_meeting)
    }

    /// Fills an empty database.
    ///
    /// # Errors
    /// Where an act of the service fails.
    pub fn fill(url: String, earlier: usize, at_meeting: usize) -> anyhow::Result<Self> {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let settings = Arc::new(Settings::from_parts(&config, "", &[])?);
        let store = Store::open(&StoreSettings::new(DatabaseUrl::parse(&url)?))?;
        SCHEMA.run(&store)?;
        let key = SecretKey::parse(SECRET).map_err(anyhow::Error::msg)?;
        let now = SystemClock.now();
        let clock = Arc::new(FixedClock::at(now));
        let service = Service::new(store, clock.clone(), settings, key);
        let account = TypedAccount {
            name: "Sample Officer".to_owned(),
            email: "officer@example.org".to_owned(),
            roles: vec![HeldRole {
                role: Role::ProperOfficer,
                board: None,
            }],
            active: true,
            unconfirmed: None,
        };
        service.open_account(&Acting::system(), &account, None)?;
        let member = service
            .accounts(&Acting::system())?
            .pop()
            .context("the officer's account")?;
        let officer = Acting {
            who: Who::Staff(member),
            request_id: None,
        };
        let board = BoardParticulars {
            name: "Safer Policy and Performance Board".to_owned(),
            slug: "safer".to_owned(),
            modern_gov_id: None,
            minute_prefix: "SAF".to_owned(),
            nil_return: String::new(),
            response_owner: None,
            retired: false,
        };
        let board = boards::add(&service, &officer, &board)?.id;
        let schedule = |date: NaiveDate| -> anyhow::Result<MeetingId> {
            let particulars = Particulars {
                date,
                starts: NaiveTime::from_hms_opt(18, 30, 0).context("a time of day")?,
                venue: "Boardroom, Municipal Building, Widnes".to_owned(),
                agenda_published: false,
                ended: None,
            };
            Ok(meetings::schedule(&service, &officer, board, &particulars)?
                .meeting()
                .id)
        };
        let meeting = schedule(working_day(now.date_naive() + Days::new(20)))?;
        let corpus = Self {
            url,
            meeting,
            clock,
            people: Arc::default(),
            at_meeting,
            service: service.clone(),
        };
        for (number, first) in (0..earlier).step_by(AT_ONE_MEETING).enumerate() {
            // one a fortnight, back from half a year ago, and again from the start after forty years
            let back = 180 + 14 * (u64::try_from(number)? % 1_000);
            let date = working_day(now.date_naive() - Days::new(back));
            corpus.clock_at(date - Days::new(20));
            let earlier_meeting = schedule(date)?;
            corpus.ask(earlier_meeting, AT_ONE_MEETING.min(earlier - first))?;
        }
        corpus.clock.set(now);
        corpus.ask(meeting, at_meeting)?;
        corpus.age()?;
        Ok(corpus)
    }

    fn clock_at(&self, date: NaiveDate) {
        self.clock.set(date.and_time(NaiveTime::MIN).and_utc());
    }

    /// So many people ask at a meeting, eight at a time.
    fn ask(&self, meeting: MeetingId, people: usize) -> anyhow::Result<()> {
        let left = AtomicUsize::new(people);
        let one = || {
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok()
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        while one() {
                            let submission = Submission {
                                meeting,
                                typed: typed(self.next_person()),
                                channel: Channel::Web,
                                received_at: self.service.now(),
                                draft: None,
                                carried_from: None,
                                idempotency_key: None,
                                exceptions: Vec::new(),
                            };
                            submit_question::submit(
                                &self.service,
                                &Acting::questioner(None),
                                &submission,
                            )?;
                        }
                        Ok::<_, anyhow::Error>(())
                    })
                })
                .collect();
            for thread in threads {
                thread
                    .join()
                    .map_err(|_| anyhow::anyhow!("a client panicked"))??;
            }
            Ok(())
        })
    }

    /// Every letter has been sent, and what was asked at earlier meetings has been answered there.
    fn age(&self) -> anyhow::Result<()> {
        let meeting = self.meeting;
        self.service.store.write(|db| {
            db.batch_execute(&format!(
                "UPDATE letters SET state = 'sent', settled_at = created_at; \
                 DELETE FROM pending_notices; \
                 UPDATE questions SET status = 'answered', \
                     put_on = (SELECT meeting_date FROM meetings WHERE meetings.id = questions.meeting_id) \
                     WHERE meeting_id <> '{meeting}'; \
                 UPDATE meetings SET status = 'held' WHERE id <> '{meeting}';"
            ))
            .map_err(StoreError::from)
        })?;
        Ok(())
    }

    /// The number of somebody who has sent nothing yet.
    pub fn next_person(&self) -> usize {
        self.people.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits until every letter has left, or the time is over; how many still wait.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn wait_for_letters(&self, time: Duration) -> anyhow::Result<i64> {
        let begun = Instant::now();
        loop {
            let waiting = self.letters_waiting()?;
            if waiting == 0 || begun.elapsed() > time {
                return Ok(waiting);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// How many letters wait.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn letters_waiting(&self) -> anyhow::Result<i64> {
        use public_question_time::store::letters::{LetterState, count};
        Ok(self
            .service
            .store
            .read(|db| count(db, LetterState::Waiting))?)
    }
}

/// The day itself, or the Monday after it.
fn working_day(date: NaiveDate) -> NaiveDate {
    match date.weekday() {
        Weekday::Sat => date + Days::new(2),
        Weekday::Sun => date + Days::new(1),
        _ => date,
    }
}

/// A name of letters alone, another for each number.
pub fn name(mut number: usize) -> String {
    let mut name = String::from("Sample Q");
    loop {
        name.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
        if number == 0 {
            return name;
        }
    }
}

/// The words of the person with this number: 300 characters, as questions have.
pub fn question(number: usize) -> String {
    format!(
        "When will the lamp outside number {number} in Example Street be mended, and what is the council doing so that the people \
         who walk home from the station after dark can see where the pavement has been raised by the roots of the trees that were \
         planted there, of which it was told last winter?"
    )
}

/// What the person with this number types.
pub fn typed(number: usize) -> TypedQuestion {
    TypedQuestion {
        matter: TypedMatter {
            matter: "Street lighting".to_owned(),
            ..TypedMatter::default()
        },
        text: TypedText {
            question: question(number),
        },
        questioner: TypedQuestioner {
            name: name(number),
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
