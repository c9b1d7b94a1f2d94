//! What the pages show: the seeds, and meetings to which people have sent questions.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use chrono::{Days, NaiveTime};

use public_question_time::{
    clock::{Clock, SystemClock},
    config::{SecretKey, Settings},
    domain::{
        id::{BoardId, MeetingId},
        question::Channel,
    },
    service::{
        Service,
        actor::{Acting, Who},
        load_seeds,
        meetings::{self, Particulars},
        seeds::Seeds,
        submit_question::{self, Submission},
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
        views::{self, PublicQuestion},
    },
    store::{
        connection::{DatabaseUrl, StoreSettings},
        meetings as stored,
        migrate::SCHEMA,
        questions::{self, Filter},
        staff::Role,
        transaction::Store,
    },
};

/// What keys the tokens of the benchmark.
pub const SECRET: &str = "a secret that only the benchmark knows, 0123456789";

/// Meetings to look at.
pub struct Prepared {
    /// To come, without questions.
    pub none: MeetingId,
    /// To come, with some.
    pub some: MeetingId,
    /// To come, with many.
    pub many: MeetingId,
    /// Held, with questions and answers.
    pub past: MeetingId,
}

/// Fills an empty SQLite database.
///
/// # Errors
/// Where an act of the service fails.
pub fn prepare(root: &Path, database: &Path, questions: usize) -> anyhow::Result<Prepared> {
    let settings = Arc::new(Settings::from_parts(&root.join("config"), "", &[])?);
    let store = Store::open(&StoreSettings::new(DatabaseUrl::sqlite(database)))?;
    SCHEMA.run(&store)?;
    let key = SecretKey::parse(SECRET).map_err(anyhow::Error::msg)?;
    let service = Service::new(store, Arc::new(SystemClock), settings, key);
    let seeds = Seeds::read(&root.join("seeds"))?;
    // nobody signs in
    load_seeds::load(&service, &seeds, "not a password's hash")?;
    let officer = service
        .accounts(&Acting::system())?
        .into_iter()
        .find(|member| {
            member
                .roles
                .iter()
                .any(|held| held.role == Role::ProperOfficer)
        })
        .context("an officer among the seeds")?;
    let officer = Acting {
        who: Who::Staff(officer),
        request_id: None,
    };
    let (board, past) = service.store.read(|db| {
        let board = stored::boards(db)?.into_iter().next().map(|board| board.id);
        let filter = Filter {
            published: true,
            ..Filter::default()
        };
        let last = questions::page(db, &filter, None, 1)?.pop();
        let last: Option<PublicQuestion> = match last {
            Some(question) => Some(views::public_question(db, &question)?),
            None => None,
        };
        Ok::<_, public_question_time::service::ServiceError>((
            board,
            last.map(|question| question.meeting_id),
        ))
    })?;
    let board = board.context("a board among the seeds")?;
    let prepared = Prepared {
        none: meeting(&service, &officer, board, 20)?,
        some: meeting(&service, &officer, board, 21)?,
        many: meeting(&service, &officer, board, 22)?,
        past: past.context("a published question among the seeds")?,
    };
    for (meeting, count) in [(prepared.some, questions / 8), (prepared.many, questions)] {
        for number in 0..count {
            submit(&service, meeting, number)?;
        }
    }
    Ok(prepared)
}

fn meeting(
    service: &Service,
    officer: &Acting,
    board: BoardId,
    days: u64,
) -> anyhow::Result<MeetingId> {
    let particulars = Particulars {
        date: (SystemClock.now() + Days::new(days)).date_naive(),
        starts: NaiveTime::from_hms_opt(18, 30, 0).context("a time of day")?,
        venue: "Boardroom, Municipal Building, Widnes".to_owned(),
        agenda_published: false,
        ended: None,
    };
    let scheduled = meetings::schedule(service, officer, board, &particulars)?;
    Ok(scheduled.meeting().id)
}

fn submit(service: &Service, meeting: MeetingId, number: usize) -> anyhow::Result<()> {
    let typed = TypedQuestion {
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
    };
    let submission = Submission {
        meeting,
        typed,
        channel: Channel::Web,
        received_at: service.now(),
        draft: None,
        carried_from: None,
        idempotency_key: None,
        exceptions: Vec::new(),
    };
    submit_question::submit(service, &Acting::questioner(None), &submission)?;
    Ok(())
}
