//! What pages and programs look at: records put together for reading.

use std::collections::{HashMap, hash_map::Entry};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    domain::{
        agenda::AgendaItem,
        id::{BoardId, MeetingId, QuestionId, ResponseId},
        local_time,
        meeting::{Board, Meeting, MeetingStatus, Stage},
        refusal::Refusal,
        room_name::RoomName,
        standing_order::{agenda_matter, notice::Deadline, written_response::Reply},
        status::Status,
    },
    service::{Service, ServiceError, letters::EarlierResponse},
    store::{
        audit,
        connection::Db,
        letters::{self, OutboxLetter},
        meetings::{self, MeetingRecord, Place, When},
        questions::{self, Decision, Minutes, Question, QuestionerDetails, RecordedException},
        responses::{self, SentReply, WrittenResponse},
        staff,
    },
};

/// A meeting with its board, agenda and deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingView {
    /// The meeting as recorded.
    pub record: MeetingRecord,
    /// Its board.
    pub board: Board,
    /// The board's name without the words that all boards share: "Safer".
    pub short_board: String,
    /// Its deadline by the present calendar.
    pub deadline: Deadline,
    /// Its agenda.
    pub agenda: Vec<AgendaItem>,
}

impl MeetingView {
    /// The meeting.
    pub fn meeting(&self) -> &Meeting {
        &self.record.meeting
    }

    /// The agenda so far as it is published: nothing while it is a draft, which the proper officer alone sees.
    pub fn published_agenda(&self) -> &[AgendaItem] {
        if self.meeting().agenda_published {
            &self.agenda
        } else {
            &[]
        }
    }

    /// When it starts.
    pub fn starts_at(&self) -> DateTime<Utc> {
        local_time::at_london(self.meeting().date, self.meeting().starts)
    }

    /// Where it stands.
    pub fn stage(&self, now: DateTime<Utc>) -> Stage {
        self.meeting().stage(local_time::london_date(now))
    }

    /// Checks that a question can still be let in, to be put at the meeting.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where its day has passed, or it was closed or cancelled (reading 23).
    pub fn still_to_be_put_at(&self, now: DateTime<Utc>) -> Result<(), ServiceError> {
        match self.stage(now).why_nothing_can_be_put() {
            None => Ok(()),
            Some(why) => Err(ServiceError::Conflict(why.to_owned())),
        }
    }

    /// Whether it takes questions now.
    pub fn takes_questions(&self, now: DateTime<Utc>) -> bool {
        self.meeting().status == MeetingStatus::Scheduled && self.deadline.is_in_time(now)
    }
}

/// One meeting.
///
/// # Errors
/// [`ServiceError::NotFound`] and those of the store.
pub fn meeting(service: &Service, db: &mut Db, id: MeetingId) -> Result<MeetingView, ServiceError> {
    let record = meetings::meeting(db, id)?;
    view(service, db, record)
}

fn view(
    service: &Service,
    db: &mut Db,
    record: MeetingRecord,
) -> Result<MeetingView, ServiceError> {
    let board = meetings::board(db, record.meeting.board_id)?;
    let names = &service.settings.council.rule;
    Ok(MeetingView {
        short_board: names.short_board_name(&board.name).to_owned(),
        board,
        deadline: service.deadline(db, &record.meeting)?,
        agenda: meetings::agenda(db, record.meeting.id)?,
        record,
    })
}

/// Meetings with what belongs to them, in their order: one statement for each kind, however many there are.
fn views(
    service: &Service,
    db: &mut Db,
    records: Vec<MeetingRecord>,
) -> Result<Vec<MeetingView>, ServiceError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let mut board_ids: Vec<BoardId> = records.iter().map(|found| found.meeting.board_id).collect();
    board_ids.sort_unstable();
    board_ids.dedup();
    let boards = meetings::some_boards(db, &board_ids)?;
    let ids: Vec<MeetingId> = records.iter().map(|found| found.meeting.id).collect();
    let mut agendas = meetings::agendas(db, &ids)?;
    let calendar = service.working_days(db)?;
    let names = &service.settings.council.rule;
    records
        .into_iter()
        .map(|record| {
            let board = boards
                .iter()
                .find(|board| board.id == record.meeting.board_id)
                .ok_or(ServiceError::NotFound)?;
            Ok(MeetingView {
                short_board: names.short_board_name(&board.name).to_owned(),
                board: board.clone(),
                deadline: service.deadline_by(&calendar, &record.meeting)?,
                agenda: agendas.remove(&record.meeting.id).unwrap_or_default(),
                record,
            })
        })
        .collect()
}

/// Some meetings, in no order.
///
/// # Errors
/// Those of the store.
pub fn some_meetings(
    service: &Service,
    db: &mut Db,
    ids: &[MeetingId],
) -> Result<Vec<MeetingView>, ServiceError> {
    let found = meetings::some(db, ids)?;
    views(service, db, found)
}

/// The meetings from today on, soonest first.
///
/// # Errors
/// Those of the store.
pub fn coming_meetings(service: &Service, db: &mut Db) -> Result<Vec<MeetingView>, ServiceError> {
    let today = local_time::london_date(service.now());
    let found = meetings::from_date(db, today)?;
    views(service, db, found)
}

/// The meetings before today, latest first.
///
/// # Errors
/// Those of the store.
pub fn past_meetings(
    service: &Service,
    db: &mut Db,
    most: i64,
) -> Result<Vec<MeetingView>, ServiceError> {
    let today = local_time::london_date(service.now());
    let found = meetings::before_date(db, today, most)?;
    views(service, db, found)
}

/// A page of meetings: those from today on, or those before.
///
/// # Errors
/// Those of the store.
pub fn page_of_meetings(
    service: &Service,
    db: &mut Db,
    when: When,
    board: Option<BoardId>,
    after: Option<Place>,
    most: i64,
) -> Result<Vec<MeetingView>, ServiceError> {
    let today = local_time::london_date(service.now());
    let found = meetings::page(db, when, today, board, after, most)?;
    views(service, db, found)
}

/// The next meeting of the same board that takes questions now, if one is known.
///
/// # Errors
/// Those of the store.
pub fn next_meeting_of_board(
    service: &Service,
    db: &mut Db,
    meeting: &Meeting,
) -> Result<Option<MeetingView>, ServiceError> {
    let now = service.now();
    let calendar = service.working_days(db)?;
    for record in meetings::later_of_board(db, meeting.board_id, meeting.date)? {
        if service
            .deadline_by(&calendar, &record.meeting)?
            .is_in_time(now)
        {
            return Ok(Some(view(service, db, record)?));
        }
    }
    Ok(None)
}

/// Returns the name by which the questioner is called in the room, and by which every screen and paper there knows them.
pub fn room_name(question: &Question, meeting: &MeetingView) -> RoomName {
    RoomName::new(
        question.naming,
        &question.published_name,
        question.room_number,
        &matter_words(question, meeting.published_agenda()),
    )
}

/// Returns the published matter of a question: as redacted, or the title of its agenda item, or the matter in words.
pub fn matter_words(question: &Question, agenda: &[AgendaItem]) -> String {
    question
        .public_matter
        .clone()
        .or_else(|| {
            question
                .agenda_item_id
                .and_then(|id| agenda.iter().find(|item| item.id == id))
                .map(|item| item.title.clone())
        })
        .or_else(|| question.matter.clone())
        .unwrap_or_else(|| "Not stated".to_owned())
}

/// Why clause (ii) or (vi) stands against a question by the agenda as it is now; none where nothing does (reading 25).
pub fn agenda_refusal(question: &Question, meeting: &MeetingView) -> Option<Refusal> {
    agenda_matter::check_again(question.agenda_item_id, meeting.meeting(), &meeting.agenda)
}

/// Why clause (ii) or (vi) keeps a question from being approved; none where nothing does (reading 25). A question that came in words,
/// before the agenda was out, is first recorded under the item that it is about.
pub fn refusal_to_approve(question: &Question, meeting: &MeetingView) -> Option<Refusal> {
    if question.agenda_item_id.is_none() && meeting.meeting().agenda_published {
        return Some(Refusal::NotOnAgenda);
    }
    agenda_refusal(question, meeting)
}

/// A question with everything that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionView {
    /// The question.
    pub question: Question,
    /// The meeting at which it would be put.
    pub meeting: MeetingView,
    /// What it is about, in words.
    pub matter: String,
    /// Who asks; none once the details were removed.
    pub questioner: Option<QuestionerDetails>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// The exceptions that officers recorded.
    pub exceptions: Vec<RecordedException>,
    /// What the minutes say.
    pub minutes: Minutes,
    /// The written response, if one is or was owed.
    pub response: Option<WrittenResponse>,
    /// The replies sent.
    pub replies: Vec<SentReply>,
    /// The letters to the questioner.
    pub letters: Vec<OutboxLetter>,
    /// The history, oldest first, each with the name of who acted.
    pub history: Vec<(audit::Entry, Option<String>)>,
}

/// A question with everything that is known of it, for staff and for its own questioner.
///
/// # Errors
/// [`ServiceError::NotFound`] and those of the store.
pub fn question(
    service: &Service,
    db: &mut Db,
    id: QuestionId,
) -> Result<QuestionView, ServiceError> {
    let question = questions::question(db, id)?;
    let meeting = meeting(service, db, question.meeting_id)?;
    let response = responses::of_question(db, id)?;
    let replies = match &response {
        Some(response) => responses::sent_replies(db, response.id)?,
        None => Vec::new(),
    };
    let mut history = Vec::new();
    for entry in audit::of_subject(db, &id.to_string())? {
        let name = match entry.actor_id.as_deref().and_then(|id| id.parse().ok()) {
            Some(id) => Some(staff::member(db, id)?.name),
            None => None,
        };
        history.push((entry, name));
    }
    Ok(QuestionView {
        matter: matter_words(&question, meeting.published_agenda()),
        meeting,
        questioner: questions::questioner(db, id)?,
        decisions: questions::decisions(db, id)?,
        exceptions: questions::exceptions(db, id)?,
        minutes: questions::minutes(db, id)?,
        response,
        replies,
        letters: letters::of_question(db, id)?,
        history,
        question,
    })
}

/// A question that is published (`domain::publication`), as the public sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicQuestion {
    /// Its reference.
    pub reference: String,
    /// The name as agreed.
    pub name: String,
    /// The words as published.
    pub text: String,
    /// What it is about.
    pub matter: String,
    /// Where it stands.
    pub status: Status,
    /// The date of the meeting.
    pub meeting_date: NaiveDate,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The board's name.
    pub board: String,
    /// The answer at the meeting, if it is on record.
    pub response: Option<String>,
    /// Who gave it.
    pub answered_by: Option<String>,
    /// The supplementary, if its text is on record.
    pub supplementary: Option<String>,
    /// The answer to it.
    pub supplementary_response: Option<String>,
    /// The title of the item that it was dealt with under.
    pub dealt_with: Option<AgendaItem>,
    /// The published version of the written response, or of its last correction.
    pub written_response: Option<String>,
    /// When it was corrected last, if it was.
    pub corrected_on: Option<NaiveDate>,
    /// What was sent before it and has been corrected, oldest first.
    pub earlier_responses: Vec<EarlierResponse>,
    /// Whether a written response is still owed.
    pub response_owed: bool,
}

impl PublicQuestion {
    /// The day on which its written response was corrected last, in words.
    pub fn corrected(&self) -> Option<String> {
        self.corrected_on.map(local_time::long_date)
    }

    /// The answer, wherever it was given.
    pub fn answer(&self) -> Option<&str> {
        self.written_response
            .as_deref()
            .or(self.response.as_deref())
    }
}

/// What the public may see of a question that is published.
///
/// # Errors
/// Those of the store.
pub fn public_question(db: &mut Db, question: &Question) -> Result<PublicQuestion, ServiceError> {
    let mut shown = public_questions(db, std::slice::from_ref(question))?;
    shown.pop().ok_or(ServiceError::NotFound)
}

/// What the public may see of questions that are published, in their order. Each meeting among them is read once, and what belongs to
/// the questions in one statement for each kind.
///
/// # Errors
/// Those of the store.
pub fn public_questions(
    db: &mut Db,
    published: &[Question],
) -> Result<Vec<PublicQuestion>, ServiceError> {
    let ids: Vec<QuestionId> = published.iter().map(|question| question.id).collect();
    let mut minutes = questions::minutes_of(db, &ids)?;
    let mut owed = responses::of_questions(db, &ids)?;
    let answers: Vec<ResponseId> = owed.values().map(|response| response.id).collect();
    let mut replies = responses::sent_replies_of(db, &answers)?;
    let mut at: HashMap<MeetingId, (MeetingRecord, Board, Vec<AgendaItem>)> = HashMap::new();
    let mut shown = Vec::with_capacity(published.len());
    for question in published {
        let (record, board, agenda) = match at.entry(question.meeting_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let record = meetings::meeting(db, question.meeting_id)?;
                let board = meetings::board(db, record.meeting.board_id)?;
                // a draft is published nowhere
                let agenda = if record.meeting.agenda_published {
                    meetings::agenda(db, record.meeting.id)?
                } else {
                    Vec::new()
                };
                unknown.insert((record, board, agenda))
            }
        };
        let response = owed.remove(&question.id);
        let sent = response
            .as_ref()
            .and_then(|response| replies.remove(&response.id))
            .unwrap_or_default();
        shown.push(as_published(
            question,
            &record.meeting,
            board,
            agenda,
            minutes.remove(&question.id).unwrap_or_default(),
            response.as_ref(),
            sent,
        ));
    }
    Ok(shown)
}

fn as_published(
    question: &Question,
    meeting: &Meeting,
    board: &Board,
    agenda: &[AgendaItem],
    minutes: Minutes,
    response: Option<&WrittenResponse>,
    mut sent: Vec<SentReply>,
) -> PublicQuestion {
    // a holding reply has no published version
    sent.retain(|sent| sent.published_body.is_some());
    let last = sent.pop();
    let corrected_on = last
        .as_ref()
        .filter(|last| last.reply == Reply::Correction)
        .map(|last| local_time::london_date(last.replied_at));
    PublicQuestion {
        reference: question.reference.to_string(),
        name: question.published_name.clone(),
        text: question.public_text.clone(),
        matter: matter_words(question, agenda),
        status: question.status,
        meeting_date: question.put_on.unwrap_or(meeting.date),
        meeting_id: meeting.id,
        board: board.name.clone(),
        response: minutes.response,
        answered_by: minutes.answered_by,
        supplementary: minutes.supplementary_text,
        supplementary_response: minutes.supplementary_response,
        dealt_with: minutes
            .dealt_with
            .and_then(|id| agenda.iter().find(|item| item.id == id).cloned()),
        written_response: last.and_then(|last| last.published_body),
        corrected_on,
        earlier_responses: sent
            .into_iter()
            .map(|earlier| EarlierResponse {
                sent_on: local_time::london_date(earlier.replied_at),
                body: earlier.published_body.unwrap_or_default(),
            })
            .collect(),
        response_owed: response.is_some_and(|response| response.state.is_owed()),
    }
}

/// What the public may see of the questions at a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PublishedAt {
    /// Those that are published, in order of receipt.
    pub questions: Vec<PublicQuestion>,
    /// How many others were accepted for the meeting and not put there: their words and names are not published.
    pub not_put: usize,
}

/// The questions of a meeting that are published, and how many it was closed without putting: the words of the others are not read.
///
/// # Errors
/// Those of the store.
pub fn published_at(db: &mut Db, meeting: MeetingId) -> Result<PublishedAt, ServiceError> {
    let published = questions::published_at(db, meeting)?;
    let without_answer = |status| {
        matches!(
            status,
            Status::ResponseOwed | Status::Responded | Status::NotPut
        )
    };
    let over: i64 = questions::count_by_status(db, meeting)?
        .into_iter()
        .filter(|(status, _)| without_answer(*status))
        .map(|(_, count)| count)
        .sum();
    let put = published
        .iter()
        .filter(|question| without_answer(question.status))
        .count();
    let kept = questions::kept_for_response(db, meeting)?.len();
    Ok(PublishedAt {
        not_put: usize::try_from(over)
            .unwrap_or(0)
            .saturating_sub(put + kept),
        questions: public_questions(db, &published)?,
    })
}
