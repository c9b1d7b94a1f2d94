//! Filling an empty database with the council's boards and meetings, and with invented questions, so that a newcomer has
//! something to look at and the six-month check something to find.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use crate::{
    domain::{
        agenda::AgendaItem,
        id::{BoardId, MeetingId, StaffId},
        local_time,
        meeting::{Board, Meeting, MeetingStatus},
        question::Channel,
        questioner::{
            EmailAddress, Naming, Organisation, PersonName, PostalAddress, Postcode, Questioner,
        },
        reference::Reference,
        standing_order::{
            residents::PostcodeCheck,
            written_response::{self, Reason, Reply, ResponseState},
        },
        status::Status,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        meetings::insert as insert_meeting,
        seeds::{ResponseGiven, SeedAccount, SeedItem, SeedQuestion, SeedRole, Seeds},
    },
    store::{
        connection::Db,
        meetings::{self, MeetingRecord},
        postcodes,
        questions::{self, Minutes, Question, QuestionerDetails},
        responses::{self, SentReply, WrittenResponse},
        staff::{self, HeldRole, Role, StaffMember},
    },
};

/// Words for a venue that is not on record.
const UNKNOWN_VENUE: &str = "Venue not on record";

/// Loads the seeds where there is no board yet; whether it did. The hash is that of the development password.
///
/// # Errors
/// [`ServiceError::Internal`] where the seeds do not fit together, and those of the store.
pub fn load(service: &Service, seeds: &Seeds, password_hash: &str) -> Result<bool, ServiceError> {
    service.store.write(|db| {
        if !meetings::boards(db)?.is_empty() {
            return Ok(false);
        }
        let boards = load_boards(service, db, seeds)?;
        let officer = load_staff(service, db, &seeds.staff.staff, &boards, password_hash)?;
        let held = load_meetings(service, db, seeds, &boards)?;
        for (index, question) in seeds.questions.iter().enumerate() {
            let record = held
                .get(question.meeting.as_str())
                .ok_or_else(|| misfit(&question.meeting))?;
            load_question(service, db, question, record, officer, index)?;
        }
        let (entries, _) = postcodes::count(db)?;
        if entries == 0 {
            let directory = seeds.postcodes.directory();
            for (postcode, inside) in &directory.postcodes {
                postcodes::add(db, postcode, *inside)?;
            }
            for district in &directory.districts_outside {
                postcodes::add(db, district, false)?;
            }
        }
        service.audit(
            db,
            &Acting::system(),
            "load_seeds",
            ("service", "seeds"),
            None,
            None,
        )?;
        Ok(true)
    })
}

fn misfit(what: &str) -> ServiceError {
    ServiceError::Internal(format!("the seeds do not fit together: {what}"))
}

fn load_boards<'a>(
    service: &Service,
    db: &mut Db,
    seeds: &'a Seeds,
) -> Result<HashMap<&'a str, BoardId>, ServiceError> {
    let mut boards = HashMap::new();
    for seed in &seeds.boards {
        let board = Board {
            id: service.new_id(),
            slug: seed.slug.clone(),
            name: seed.name.clone(),
            modern_gov_id: Some(seed.modern_gov_id),
            minute_prefix: seed.minute_prefix.clone(),
            nil_return: seed.nil_return.clone(),
            response_owner: None,
            retired: false,
            version: 1,
        };
        meetings::insert_board(db, &board)?;
        boards.insert(seed.slug.as_str(), board.id);
    }
    Ok(boards)
}

fn load_staff(
    service: &Service,
    db: &mut Db,
    accounts: &[SeedAccount],
    boards: &HashMap<&str, BoardId>,
    password_hash: &str,
) -> Result<StaffId, ServiceError> {
    let mut officer = None;
    for account in accounts {
        let mut roles = Vec::new();
        for role in &account.roles {
            roles.push(match role {
                SeedRole::ProperOfficer => HeldRole {
                    role: Role::ProperOfficer,
                    board: None,
                },
                SeedRole::RespondingOfficer => HeldRole {
                    role: Role::RespondingOfficer,
                    board: None,
                },
                SeedRole::Administrator => HeldRole {
                    role: Role::Administrator,
                    board: None,
                },
                SeedRole::Chair { board } => HeldRole {
                    role: Role::Chair,
                    board: Some(*boards.get(board.as_str()).ok_or_else(|| misfit(board))?),
                },
            });
        }
        let member = StaffMember {
            id: service.new_id(),
            email: account.email.to_lowercase(),
            name: account.name.clone(),
            password_hash: password_hash.to_owned(),
            password_issued_at: None,
            active: true,
            roles,
            version: 1,
        };
        let role_ids: Vec<String> = member
            .roles
            .iter()
            .map(|_| service.new_id::<uuid::Uuid>().to_string())
            .collect();
        staff::insert(db, &member, &role_ids, service.now())?;
        if member.is_proper_officer() {
            officer = Some(member.id);
        }
    }
    officer.ok_or_else(|| misfit("there is no proper officer"))
}

/// Loads every meeting; gives those that were held by their keys.
fn load_meetings<'a>(
    service: &Service,
    db: &mut Db,
    seeds: &'a Seeds,
    boards: &HashMap<&str, BoardId>,
) -> Result<HashMap<&'a str, MeetingRecord>, ServiceError> {
    let today = local_time::london_date(service.now());
    let calendar = service.working_days(db)?;
    let board = |slug: &str| boards.get(slug).copied().ok_or_else(|| misfit(slug));
    let mut held = HashMap::new();
    let meeting =
        |board_id, date, starts, venue: &str, status, agenda: &[SeedItem], demonstration| Meeting {
            id: service.new_id(),
            board_id,
            date,
            starts,
            venue: venue.to_owned(),
            status,
            agenda_published: !agenda.is_empty(),
            demonstration,
            version: 1,
        };
    for seed in &seeds.meetings {
        let venue = seed.venue.as_deref().unwrap_or(UNKNOWN_VENUE);
        // a clock may be set to an earlier day to live through a real meeting again
        let status = if seed.date < today {
            MeetingStatus::Held
        } else {
            MeetingStatus::Scheduled
        };
        let meeting = meeting(
            board(&seed.board)?,
            seed.date,
            seed.starts,
            venue,
            status,
            &seed.agenda,
            false,
        );
        let record = insert_meeting(service, db, meeting, seed.ended)?;
        load_agenda(service, db, record.meeting.id, &seed.agenda)?;
        held.insert(seed.key.as_str(), record);
    }
    for seed in &seeds.past {
        let date = seed
            .date(today, &calendar)
            .ok_or_else(|| misfit(&seed.key))?;
        let meeting = meeting(
            board(&seed.board)?,
            date,
            seed.starts,
            &seed.venue,
            MeetingStatus::Held,
            &seed.agenda,
            true,
        );
        let record = insert_meeting(service, db, meeting, None)?;
        load_agenda(service, db, record.meeting.id, &seed.agenda)?;
        held.insert(seed.key.as_str(), record);
    }
    for seed in &seeds.coming {
        let date = seed
            .date(today, &calendar)
            .ok_or_else(|| misfit(&seed.key))?;
        let meeting = meeting(
            board(&seed.board)?,
            date,
            seed.starts,
            &seed.venue,
            MeetingStatus::Scheduled,
            &seed.agenda,
            true,
        );
        let record = insert_meeting(service, db, meeting, None)?;
        load_agenda(service, db, record.meeting.id, &seed.agenda)?;
    }
    Ok(held)
}

fn load_agenda(
    service: &Service,
    db: &mut Db,
    meeting_id: MeetingId,
    agenda: &[SeedItem],
) -> Result<(), ServiceError> {
    for (position, seed) in (1..).zip(agenda) {
        let item = AgendaItem {
            id: service.new_id(),
            meeting_id,
            position,
            title: seed.title.clone(),
            minute_number: seed.minute.clone(),
            part: seed.part,
            kind: seed.kind,
        };
        meetings::insert_agenda_item(db, &item)?;
    }
    Ok(())
}

fn load_question(
    service: &Service,
    db: &mut Db,
    seed: &SeedQuestion,
    record: &MeetingRecord,
    officer: StaffId,
    index: usize,
) -> Result<(), ServiceError> {
    let meeting = &record.meeting;
    let agenda = meetings::agenda(db, meeting.id)?;
    let day = meeting
        .date
        .checked_sub_days(Days::new(u64::from(
            seed.received_days_before_meeting.get(),
        )))
        .unwrap_or(meeting.date);
    let received_at = local_time::at_london(day, seed.received_time);
    let who = questioner(seed)?;
    let in_writing = seed.response_given == ResponseGiven::InWriting;
    let number = u32::try_from(index).unwrap_or(0);
    let question = Question {
        id: crate::domain::id::uuid_v7(received_at, rand::random()).into(),
        reference: Reference::new(
            local_time::london_date(received_at),
            [number / 30, number, number + 7, number + 13],
        ),
        meeting_id: meeting.id,
        agenda_item_id: seed
            .agenda_item
            .as_ref()
            .and_then(|title| agenda.iter().find(|item| item.title == *title))
            .map(|item| item.id),
        matter: seed.matter.clone(),
        original_text: seed.text.trim().to_owned(),
        public_text: seed.text.trim().to_owned(),
        published_name: who.published_name(),
        naming: who.naming,
        room_number: None,
        public_matter: None,
        status: if in_writing {
            Status::Responded
        } else {
            Status::Answered
        },
        channel: Channel::Paper,
        received_at,
        recorded_at: received_at,
        deadline_at: record.deadline_at,
        refusals: Vec::new(),
        postcode_check: PostcodeCheck::Unknown,
        difference: None,
        carried_from: None,
        draft_id: None,
        link_version: 1,
        entered_by: Some(officer),
        put_on: Some(meeting.date),
        version: 1,
    };
    questions::insert(db, &question)?;
    questions::insert_questioner(db, &QuestionerDetails::new(question.id, &who))?;
    let minutes = Minutes {
        response: (!in_writing).then(|| seed.response.trim().to_owned()),
        answered_by: Some(seed.answered_by.clone()),
        supplementary_text: seed
            .supplementary
            .as_ref()
            .map(|s| s.text.trim().to_owned()),
        supplementary_response: seed.supplementary.as_ref().and_then(|s| s.response.clone()),
        dealt_with: None,
        version: 1,
    };
    questions::write_minutes(db, question.id, &minutes)?;
    if in_writing {
        load_response(service, db, seed, &question, meeting.date, officer)?;
    }
    Ok(())
}

fn load_response(
    service: &Service,
    db: &mut Db,
    seed: &SeedQuestion,
    question: &Question,
    held_on: NaiveDate,
    officer: StaffId,
) -> Result<(), ServiceError> {
    let calendar = service.working_days(db)?;
    let days = service
        .settings
        .standing_order
        .for_meeting(held_on)
        .written_response_working_days();
    let due_on = written_response::due_on(held_on, days, &calendar).map_or(held_on, |due| due.date);
    let response = WrittenResponse {
        id: service.new_id(),
        question_id: question.id,
        reason: Reason::AnswerPromised,
        state: ResponseState::Sent,
        owner_id: Some(officer),
        owed_from: held_on,
        due_on,
        draft: String::new(),
        version: 1,
    };
    responses::insert(db, &response)?;
    let id: uuid::Uuid = service.new_id();
    let sent = SentReply {
        id: id.to_string(),
        new_due_on: None,
        reply: Reply::Full,
        body: seed.response.trim().to_owned(),
        published_body: Some(seed.response.trim().to_owned()),
        staff_id: officer,
        replied_at: local_time::at_london(due_on, chrono::NaiveTime::MIN),
    };
    Ok(responses::insert_reply(db, response.id, &sent)?)
}

fn questioner(seed: &SeedQuestion) -> Result<Questioner, ServiceError> {
    let seed = &seed.questioner;
    let wrong = |_| misfit(&seed.name);
    Ok(Questioner {
        name: PersonName::parse(&seed.name).map_err(wrong)?,
        organisation: seed
            .organisation
            .as_deref()
            .map(Organisation::parse)
            .transpose()
            .map_err(wrong)?,
        address: PostalAddress::parse(&seed.address.join("\n")).map_err(wrong)?,
        postcode: Postcode::parse(&seed.postcode).map_err(wrong)?,
        email: seed
            .email
            .as_deref()
            .map(EmailAddress::parse)
            .transpose()
            .map_err(wrong)?,
        telephone: None,
        needs: None,
        resident: true,
        naming: Naming::Name,
        carer: None,
    })
}
