//! A meeting to look at: yesterday's, with its questions approved, and a token for whoever plays the chair.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use chrono::{Days, NaiveTime, TimeDelta};

use public_question_time::{
    clock::{Clock, FixedClock, SystemClock},
    config::{SecretKey, Settings},
    domain::{
        id::{MeetingId, QuestionId},
        question::Channel,
    },
    service::{
        Service,
        actor::{Acting, Who},
        api_tokens::TypedToken,
        approve_question,
        boards::{self, BoardParticulars},
        meetings::{self, Particulars},
        staff_accounts::TypedAccount,
        submit_question::{self, Submission},
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
    },
    store::{
        connection::{DatabaseUrl, StoreSettings},
        migrate::SCHEMA,
        staff::{HeldRole, Role},
        transaction::Store,
    },
};

/// What keys the tokens of the benchmark.
pub const SECRET: &str = "a secret that only the benchmark knows, 0123456789";

/// A meeting that waits to be opened.
pub struct Prepared {
    /// The meeting.
    pub meeting: MeetingId,
    /// Its approved questions, in calling order.
    pub questions: Vec<QuestionId>,
    /// A proper officer's API token.
    pub token: String,
}

/// Fills an empty SQLite database.
///
/// # Errors
/// Where an act of the service fails.
pub fn prepare(config: &Path, database: &Path, questions: usize) -> anyhow::Result<Prepared> {
    let settings = Arc::new(Settings::from_parts(config, "", &[])?);
    let store = Store::open(&StoreSettings::new(DatabaseUrl::sqlite(database)))?;
    SCHEMA.run(&store)?;
    let now = SystemClock.now();
    // the questions came in time
    let clock = Arc::new(FixedClock::at(now - TimeDelta::days(12)));
    let key = SecretKey::parse(SECRET).map_err(anyhow::Error::msg)?;
    let service = Service::new(store, clock, settings, key);
    let role = |role| HeldRole { role, board: None };
    let account = TypedAccount {
        name: "Sample Officer".to_owned(),
        email: "officer@example.org".to_owned(),
        roles: vec![role(Role::ProperOfficer), role(Role::Administrator)],
        active: true,
        unconfirmed: None,
    };
    service.open_account(&Acting::system(), &account, None)?;
    let member = service
        .accounts(&Acting::system())?
        .pop()
        .context("the officer's account")?;
    let token = TypedToken {
        access: "full".to_owned(),
        staff_id: member.id.to_string(),
        name: "benchmark".to_owned(),
        days: "30".to_owned(),
        unconfirmed: None,
    };
    let officer = Acting {
        who: Who::Staff(member),
        request_id: None,
    };
    let token = service.issue_api_token(&officer, &token)?.text;
    let board = BoardParticulars {
        name: "Safer Policy and Performance Board".to_owned(),
        slug: "safer".to_owned(),
        modern_gov_id: None,
        minute_prefix: "SAF".to_owned(),
        nil_return: String::new(),
        response_owner: None,
        retired: false,
    };
    let board = boards::add(&service, &officer, &board)?;
    let particulars = Particulars {
        date: (now - Days::new(1)).date_naive(),
        starts: NaiveTime::from_hms_opt(18, 30, 0).context("a time of day")?,
        venue: "Boardroom, Municipal Building, Widnes".to_owned(),
        agenda_published: false,
        ended: None,
    };
    let meeting = meetings::schedule(&service, &officer, board.id, &particulars)?
        .meeting()
        .id;
    let questions = (1..=questions)
        .map(|number| {
            let submission = Submission {
                meeting,
                typed: typed(number),
                channel: Channel::Web,
                received_at: service.now(),
                draft: None,
                carried_from: None,
                idempotency_key: None,
                exceptions: Vec::new(),
            };
            let asked =
                submit_question::submit(&service, &Acting::questioner(None), &submission)?.question;
            let judgement = "Another lamp.";
            approve_question::approve(&service, &officer, asked.id, asked.version, judgement)?;
            Ok(asked.id)
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(Prepared {
        meeting,
        questions,
        token,
    })
}

fn typed(number: usize) -> TypedQuestion {
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
