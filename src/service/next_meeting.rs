//! The board's next meeting, for questions that a meeting refused and the council kept: what the questioner is told of it, and the letter
//! when it is announced.

use crate::{
    domain::{
        id::MeetingId,
        meeting::Meeting,
        refusal::{NextMeeting, Refusal},
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        letters::{About, Letter},
        views::{self, MeetingView},
    },
    store::{
        connection::Db,
        questions::{self, Question},
    },
};

/// Returns what is known of the next meeting to which a refused question could go, and that meeting.
///
/// # Errors
/// Those of the store.
pub fn known(
    service: &Service,
    db: &mut Db,
    question: &Question,
    meeting: &Meeting,
) -> Result<(NextMeeting, Option<MeetingView>), ServiceError> {
    if !question.refusals.iter().all(Refusal::may_be_sent_on) {
        return Ok((NextMeeting::Barred, None));
    }
    let next = views::next_meeting_of_board(service, db, meeting)?;
    let known = match &next {
        Some(next) => NextMeeting::On(next.meeting().date),
        None if questions::waits_for_next_meeting(db, question.id)? => NextMeeting::WillBeTold,
        None => NextMeeting::NotAnnounced,
    };
    Ok((known, next))
}

/// Writes to everybody whose refused question waits for the board's next meeting, once that takes questions. Each is told once.
///
/// # Errors
/// Those of the store.
pub(in crate::service) fn announce(
    service: &Service,
    db: &mut Db,
    id: MeetingId,
) -> Result<(), ServiceError> {
    let next = views::meeting(service, db, id)?;
    let now = service.now();
    if !next.takes_questions(now) {
        return Ok(());
    }
    let announced = next.meeting();
    for question in questions::waiting_for_next_meeting(db, announced.board_id, announced.date)? {
        let sendable = question.refusals.iter().all(Refusal::may_be_sent_on);
        if !sendable || questions::was_carried_on(db, question.id)? {
            continue;
        }
        let of = views::meeting(service, db, question.meeting_id)?;
        let matter = views::matter_words(&question, &of.agenda);
        let letter = Letter::NextMeeting {
            about: About::new(&question, &matter, &of.board, of.meeting()),
            date: announced.date,
            starts: announced.starts,
            venue: announced.venue.clone(),
            deadline: next.deadline.at,
        };
        let to = questions::questioner(db, question.id)?;
        service.write_letter(db, &Acting::system(), &question, to.as_ref(), &letter)?;
        questions::told_of_next_meeting(db, question.id, now)?;
    }
    Ok(())
}
