//! The chair's list in full: each question in calling order with who asks it, what became of it, what the minutes say and what is
//! owed; and the meetings that a chair has. The papers are drawn from it as well.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{
        agenda::AgendaItem,
        id::{MeetingId, QuestionId},
        local_time,
        meeting::MeetingStatus,
        room_name::RoomName,
        standing_order::{
            question_time::{
                Entry, QuestionTime, Recorded,
                forecast::{self, Call, Forecast},
            },
            written_response::Reason,
        },
        status::Status,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        permission, question_time,
        views::{self, MeetingView},
        visibility::{self, Viewer},
    },
    store::{
        connection::Db,
        live::{self, Mark},
        meetings,
        questions::{self, Minutes, Question, QuestionerDetails},
        responses::{self, WrittenResponse},
        staff::Role,
    },
};

/// How many past meetings a chair is shown.
const PAST_MEETINGS: i64 = 100;

/// A question on the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Where it stands in question time.
    pub entry: Entry,
    /// The question.
    pub question: Question,
    /// What it is about, in words.
    pub matter: String,
    /// The name by which the questioner is called in the room.
    pub room_name: RoomName,
    /// Whether the questioner is under 18.
    pub under_18: bool,
    /// What has been arranged for them at the meeting, as the proper officer put it. What they told of themselves is not here.
    pub arranged: Option<String>,
    /// What it is expected to take with its answer.
    pub expected: TimeDelta,
    /// What the minutes say of it.
    pub minutes: Minutes,
    /// The item under which it was dealt with (reading 17).
    pub dealt_with: Option<AgendaItem>,
    /// The written response, if one is or was owed.
    pub response: Option<WrittenResponse>,
    /// Its words as sent, once it has been.
    pub written: Option<String>,
}

/// A question that the rule refused and that is answered in writing all the same (reading 4).
#[derive(Debug, Clone, PartialEq)]
pub struct KeptForResponse {
    /// The question.
    pub question: Question,
    /// What it is about, in words.
    pub matter: String,
    /// The written response.
    pub response: WrittenResponse,
    /// Its words as sent, once it has been.
    pub written: Option<String>,
}

/// A meeting's list in calling order.
#[derive(Debug, Clone, PartialEq)]
pub struct ChairList {
    /// The meeting.
    pub meeting: MeetingView,
    /// Where question time stands.
    pub state: QuestionTime,
    /// The questions in calling order.
    pub listed: Vec<Listed>,
    /// The questions at the meeting that are not on the list: they wait for a decision, or were refused, rejected or taken back.
    pub unlisted: Vec<Question>,
    /// The written responses to those of them that nobody decided on before question time was over.
    pub never_decided: Vec<(Question, WrittenResponse)>,
    /// Those of them that the rule refused and that are answered in writing.
    pub kept: Vec<KeptForResponse>,
    /// Every event so far.
    pub events: Vec<Recorded>,
    /// What closing now would make owed in writing, and why; nothing once the meeting is over.
    pub owed_on_closing: Vec<(Question, Reason)>,
    /// The mark of everything here, to tell whether it is still so.
    pub mark: Mark,
    /// When this was looked up, by the steady clock.
    pub now: DateTime<Utc>,
}

impl ChairList {
    fn expected_of(&self, id: QuestionId) -> TimeDelta {
        self.question(id)
            .map_or(forecast::ANSWER_ALLOWANCE, |listed| listed.expected)
    }

    /// A question on the list.
    pub fn question(&self, id: QuestionId) -> Option<&Listed> {
        self.listed.iter().find(|listed| listed.question.id == id)
    }

    /// How many questions were received for the meeting, whatever became of them; not those sent in somebody else's name (reading 6).
    pub fn received(&self) -> usize {
        self.listed.len()
            + self
                .unlisted
                .iter()
                .filter(|question| question.status != Status::Disowned)
                .count()
    }

    /// The questions that wait for a decision.
    pub fn undecided(&self) -> impl Iterator<Item = &Question> {
        self.unlisted
            .iter()
            .filter(|question| question.status == Status::Submitted)
    }

    /// The event that undo would take back.
    pub fn undoable(&self) -> Option<&Recorded> {
        let seq = self.state.undoable?;
        self.events.iter().find(|recorded| recorded.seq == seq)
    }

    /// When each question that waits is expected to be called at this pace.
    pub fn calls(&self, service: &Service) -> Vec<Call> {
        let figures = service.figures(self.meeting.meeting());
        self.state
            .calls(self.now, figures, |id| self.expected_of(id))
    }

    /// How many questions will be reached at this pace.
    pub fn forecast(&self, service: &Service) -> Forecast {
        let figures = service.figures(self.meeting.meeting());
        self.state
            .forecast(self.now, figures, |id| self.expected_of(id))
    }
}

/// A meeting's list in full, and what the papers are drawn from: for the chair of the board and the proper officer.
///
/// # Errors
/// [`ServiceError::SignedOut`], [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
pub fn open(service: &Service, acting: &Acting, id: MeetingId) -> Result<ChairList, ServiceError> {
    permission::staff(acting)?;
    service.store.read(|db| {
        let board = meetings::meeting(db, id)?.meeting.board_id;
        permission::chair_of(acting, board)?;
        look(service, db, id)
    })
}

/// A meeting's list in full, with the details of those who ask: for the proper officer alone.
///
/// # Errors
/// [`ServiceError::SignedOut`], [`ServiceError::Forbidden`], [`ServiceError::NotFound`] and those of the store.
pub fn open_with_questioners(
    service: &Service,
    acting: &Acting,
    id: MeetingId,
) -> Result<(ChairList, Vec<QuestionerDetails>), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.read(|db| {
        let list = look(service, db, id)?;
        Ok((list, questions::questioners_at(db, id)?))
    })
}

/// A meeting's list in full.
///
/// # Errors
/// [`ServiceError::NotFound`] and those of the store.
fn look(service: &Service, db: &mut Db, id: MeetingId) -> Result<ChairList, ServiceError> {
    let view = question_time::look(service, db, id)?;
    let figures = service.figures(view.meeting.meeting());
    let questioners = questions::questioners_at(db, id)?;
    let mut listed = Vec::new();
    for &entry in &view.state.entries {
        let Some(question) = view
            .questions
            .iter()
            .find(|question| question.id == entry.question)
        else {
            continue;
        };
        let key = question.id.to_string();
        let who = questioners.iter().find(|who| who.question_id == key);
        let minutes = questions::minutes(db, question.id)?;
        let response = responses::of_question(db, question.id)?;
        let dealt_with = minutes.dealt_with.and_then(|item| {
            view.meeting
                .agenda
                .iter()
                .find(|on_agenda| on_agenda.id == item)
        });
        listed.push(Listed {
            entry,
            matter: views::matter_words(question, view.meeting.published_agenda()),
            room_name: views::room_name(question, &view.meeting),
            under_18: who.is_some_and(|who| who.under_18),
            arranged: who.and_then(|who| who.arranged.clone()),
            expected: forecast::expected(&question.public_text, figures),
            dealt_with: dealt_with.cloned(),
            minutes,
            written: match &response {
                Some(response) => written(db, response)?,
                None => None,
            },
            response,
            question: question.clone(),
        });
    }
    let unlisted: Vec<Question> = questions::at_meeting(db, id)?
        .into_iter()
        .map(|question| visibility::question(question, Viewer::Chair))
        .filter(|question| view.state.entry(question.id).is_none())
        .collect();
    let mut never_decided = Vec::new();
    for question in unlisted.iter().filter(|asked| {
        asked.refusals.is_empty()
            && matches!(asked.status, Status::ResponseOwed | Status::Responded)
    }) {
        if let Some(response) = responses::of_question(db, question.id)? {
            never_decided.push((question.clone(), response));
        }
    }
    let mut kept = Vec::new();
    for question in unlisted.iter().filter(|asked| {
        !asked.refusals.is_empty()
            && matches!(asked.status, Status::ResponseOwed | Status::Responded)
    }) {
        if let Some(response) = responses::of_question(db, question.id)? {
            kept.push(KeptForResponse {
                matter: views::matter_words(question, &view.meeting.agenda),
                written: written(db, &response)?,
                question: question.clone(),
                response,
            });
        }
    }
    let owed_on_closing = match view.meeting.meeting().status {
        MeetingStatus::Scheduled => question_time::owed_on_closing(service, db, &view.meeting)?,
        MeetingStatus::Cancelled | MeetingStatus::Held => Vec::new(),
    };
    Ok(ChairList {
        owed_on_closing,
        meeting: view.meeting,
        state: view.state,
        events: view.events,
        listed,
        unlisted,
        never_decided,
        kept,
        mark: live::mark(db, id)?,
        now: service.steady_now(),
    })
}

/// The published version of a written response, as it was last sent.
fn written(db: &mut Db, response: &WrittenResponse) -> Result<Option<String>, ServiceError> {
    let replies = responses::sent_replies(db, response.id)?;
    Ok(replies
        .into_iter()
        .rev()
        .find_map(|sent| sent.published_body))
}

/// A meeting among those of a chair, with how many questions it has.
#[derive(Debug, Clone, PartialEq)]
pub struct ChairMeeting {
    /// The meeting.
    pub meeting: MeetingView,
    /// How many questions are on the list.
    pub listed: usize,
    /// How many wait for a decision.
    pub undecided: usize,
}

/// The meetings of somebody's boards.
#[derive(Debug, Clone, PartialEq)]
pub struct ChairMeetings {
    /// Today's.
    pub today: Vec<ChairMeeting>,
    /// Those to come, soonest first.
    pub coming: Vec<ChairMeeting>,
    /// Those that were, latest first.
    pub past: Vec<ChairMeeting>,
}

/// The meetings of the boards whose question time somebody may run.
///
/// # Errors
/// [`ServiceError::Forbidden`] for whoever has no board.
pub fn meetings(service: &Service, acting: &Acting) -> Result<ChairMeetings, ServiceError> {
    let member = permission::staff(acting)?;
    if !member.is_proper_officer() && !member.holds_anywhere(Role::Chair) {
        return Err(ServiceError::Forbidden(
            "Only the chair of a board or the Committee Services Manager can see this.",
        ));
    }
    service.store.read(|db| {
        let coming = views::coming_meetings(service, db)?;
        let past = views::past_meetings(service, db, PAST_MEETINGS)?;
        let mut counted = |found: Vec<MeetingView>| -> Result<Vec<ChairMeeting>, ServiceError> {
            found
                .into_iter()
                .filter(|meeting| member.may_run(meeting.board.id))
                .map(|meeting| {
                    let id = meeting.meeting().id;
                    let counts = questions::count_by_status(db, id)?;
                    let undecided = counts
                        .iter()
                        .find(|(status, _)| *status == Status::Submitted)
                        .map_or(0, |(_, count)| usize::try_from(*count).unwrap_or(0));
                    Ok(ChairMeeting {
                        listed: question_time::listed(db, id)?.len(),
                        undecided,
                        meeting,
                    })
                })
                .collect()
        };
        let today = local_time::london_date(service.now());
        let (today, coming) = counted(coming)?
            .into_iter()
            .partition(|listed| listed.meeting.meeting().date == today);
        Ok(ChairMeetings {
            today,
            coming,
            past: counted(past)?,
        })
    })
}
