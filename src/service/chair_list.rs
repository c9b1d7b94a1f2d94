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
        standing_order::question_time::{
            Entry, QuestionTime, Recorded,
            forecast::{self, Call, Forecast},
        },
        status::Status,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        permission,
        question_time::{self, OwedOnClosing},
        views::{self, MeetingView},
        visibility::{self, Viewer},
    },
    store::{
        connection::Db,
        live::{self, Mark},
        meetings,
        questions::{self, Minutes, Question, QuestionerDetails, Waiting},
        responses::{self, WrittenResponse},
        staff::Role,
    },
};

/// How many past meetings a chair is shown.
const PAST_MEETINGS: i64 = 100;

/// How many of the questions that are not on the list are named; the others are counted.
const NAMED: i64 = 20;

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
    /// How many questions at the meeting stand in each status, on the list or not.
    pub counts: Vec<(Status, i64)>,
    /// The first of the questions that wait for a decision.
    pub undecided: Vec<Question>,
    /// The first of those that nobody decided on before question time was over, with the written responses to them.
    pub never_decided: Vec<(Question, WrittenResponse)>,
    /// Those that the rule refused and that are answered in writing.
    pub kept: Vec<KeptForResponse>,
    /// Every event so far.
    pub events: Vec<Recorded>,
    /// What closing now would make owed in writing, and why; nothing once the meeting is over.
    pub owed_on_closing: OwedOnClosing,
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

    /// How many questions at the meeting stand in a status, on the list or not.
    pub fn count(&self, of: Status) -> usize {
        let counted = self.counts.iter().find(|(status, _)| *status == of);
        counted.map_or(0, |(_, count)| usize::try_from(*count).unwrap_or(0))
    }

    /// How many questions were received for the meeting, whatever became of them; not those sent in somebody else's name (reading 6).
    pub fn received(&self) -> usize {
        Status::all()
            .iter()
            .filter(|status| **status != Status::Disowned)
            .map(|status| self.count(*status))
            .sum()
    }

    /// How many questions wait for a decision.
    pub fn undecided_count(&self) -> usize {
        self.count(Status::Submitted)
    }

    /// How many questions are answered in writing because nobody decided on them before question time was over.
    pub fn never_decided_count(&self) -> usize {
        let in_writing = |status| matches!(status, Status::ResponseOwed | Status::Responded);
        let listed = self
            .listed
            .iter()
            .filter(|listed| in_writing(listed.question.status))
            .count();
        (self.count(Status::ResponseOwed) + self.count(Status::Responded))
            .saturating_sub(listed + self.kept.len())
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
) -> Result<WithQuestioners, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.read(|db| {
        let list = look(service, db, id)?;
        let ids: Vec<QuestionId> = list
            .listed
            .iter()
            .map(|listed| listed.question.id)
            .collect();
        Ok(WithQuestioners {
            questioners: questions::questioners_of(db, &ids)?,
            late: questions::count_refused_as_late(db, id)?,
            list,
        })
    })
}

/// A meeting's list with what the officer's copy of the papers says besides.
#[derive(Debug, Clone, PartialEq)]
pub struct WithQuestioners {
    /// The list.
    pub list: ChairList,
    /// The details of those who ask.
    pub questioners: Vec<QuestionerDetails>,
    /// How many questions the rule refused because they were late.
    pub late: usize,
}

/// A meeting's list in full.
///
/// # Errors
/// [`ServiceError::NotFound`] and those of the store.
fn look(service: &Service, db: &mut Db, id: MeetingId) -> Result<ChairList, ServiceError> {
    let view = question_time::look(service, db, id)?;
    let figures = service.figures(view.meeting.meeting());
    let ids: Vec<QuestionId> = view.questions.iter().map(|question| question.id).collect();
    let questioners = questions::questioners_of(db, &ids)?;
    let mut all_minutes = questions::minutes_of(db, &ids)?;
    let mut all_responses = responses::of_questions(db, &ids)?;
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
        let minutes = all_minutes.remove(&question.id).unwrap_or_default();
        let response = all_responses.remove(&question.id);
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
    let counts = questions::count_by_status(db, id)?;
    let as_chair = |found: Vec<Question>| -> Vec<Question> {
        found
            .into_iter()
            .map(|question| visibility::question(question, Viewer::Chair))
            .collect()
    };
    let undecided = as_chair(questions::waiting(db, id, Waiting::Submitted, None, NAMED)?);
    let never_decided = as_chair(questions::never_decided(db, id, NAMED)?);
    let never_decided = with_responses(db, never_decided)?;
    let answered_in_writing = as_chair(questions::kept_for_response(db, id)?);
    let mut kept = Vec::new();
    for (question, response) in with_responses(db, answered_in_writing)? {
        kept.push(KeptForResponse {
            matter: views::matter_words(&question, &view.meeting.agenda),
            written: written(db, &response)?,
            question,
            response,
        });
    }
    let owed_on_closing = match view.meeting.meeting().status {
        MeetingStatus::Scheduled => {
            question_time::owed_on_closing(service, db, &view.meeting, NAMED)?
        }
        MeetingStatus::Cancelled | MeetingStatus::Held => OwedOnClosing::default(),
    };
    Ok(ChairList {
        owed_on_closing,
        meeting: view.meeting,
        state: view.state,
        events: view.events,
        listed,
        counts,
        undecided,
        never_decided,
        kept,
        mark: live::mark(db, id)?,
        now: service.steady_now(),
    })
}

/// Questions with the written responses to them; those without one are left out.
fn with_responses(
    db: &mut Db,
    found: Vec<Question>,
) -> Result<Vec<(Question, WrittenResponse)>, ServiceError> {
    let ids: Vec<QuestionId> = found.iter().map(|question| question.id).collect();
    let mut all = responses::of_questions(db, &ids)?;
    Ok(found
        .into_iter()
        .filter_map(|question| {
            let response = all.remove(&question.id)?;
            Some((question, response))
        })
        .collect())
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
        let mut counted = |mut found: Vec<MeetingView>| -> Result<Vec<ChairMeeting>, ServiceError> {
            found.retain(|meeting| member.may_run(meeting.board.id));
            let ids: Vec<MeetingId> = found.iter().map(|view| view.meeting().id).collect();
            let counts = questions::counts(db, &ids, &[Status::Submitted])?;
            let listed = questions::counts_on_list(db, &ids)?;
            let whole = |count: i64| usize::try_from(count).unwrap_or(0);
            Ok(found
                .into_iter()
                .map(|meeting| {
                    let id = meeting.meeting().id;
                    ChairMeeting {
                        listed: whole(listed.get(&id).copied().unwrap_or(0)),
                        undecided: whole(counts.of(id, Status::Submitted)),
                        meeting,
                    }
                })
                .collect())
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
