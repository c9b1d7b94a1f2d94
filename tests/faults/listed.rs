//! A meeting with questions on the chair's list, for tests of question time.

use chrono::TimeDelta;

use public_question_time::domain::agenda::{ItemKind, Part};
use public_question_time::domain::id::StaffId;
use public_question_time::domain::reference::Reference;
use public_question_time::service::actor::{Acting, Who};
use public_question_time::service::approve_question;
use public_question_time::service::meetings::{self, ItemParticulars};
use public_question_time::service::submit_question::submit;
use public_question_time::store::meetings as stored;
use public_question_time::store::staff::{self, HeldRole, Role, StaffMember};

use crate::plain_meeting::About;
use crate::service::{Desk, submission};

/// What a meeting's question time is about, and who runs it beside the officer.
pub struct Listed {
    /// The questions on the list, and an item of the agenda.
    pub about: About,
    /// Their references, in the same order.
    pub references: Vec<Reference>,
    /// The chair of the board.
    pub chair: Acting,
}

/// Takes so many questions, approves them, and finds the board a chair.
pub fn list(desk: &Desk, questions: usize) -> Listed {
    let service = &desk.service;
    let taken: Vec<_> = (0..questions)
        .map(|number| {
            // one after the other, so that their order of receipt is certain
            desk.clock.advance(TimeDelta::seconds(1));
            let request = submission(desk, number);
            let taken = submit(service, &Acting::questioner(None), &request)
                .expect("taken")
                .question;
            approve_question::approve(
                service,
                &desk.officer,
                taken.id,
                taken.version,
                "It is about another lamp.",
            )
            .expect("approved")
        })
        .collect();
    let item = meetings::add_item(
        service,
        &desk.officer,
        desk.meeting,
        &ItemParticulars {
            position: 1,
            title: "Street lighting in Example Street".to_owned(),
            minute_number: String::new(),
            part: Part::Public,
            kind: ItemKind::Ordinary,
        },
    )
    .expect("an item");
    Listed {
        about: About {
            questions: taken.iter().map(|question| question.id).collect(),
            item: item.id,
        },
        references: taken.into_iter().map(|q| q.reference).collect(),
        chair: chair(desk),
    }
}

fn chair(desk: &Desk) -> Acting {
    let service = &desk.service;
    let id: StaffId = service.new_id();
    let member = service
        .store
        .write(|db| {
            let board = stored::meeting(db, desk.meeting)?.meeting.board_id;
            let member = StaffMember {
                id,
                email: "chair@example.org".to_owned(),
                name: "Sample Chair".to_owned(),
                password_hash: "never used to sign in".to_owned(),
                password_issued_at: None,
                active: true,
                roles: vec![HeldRole {
                    role: Role::Chair,
                    board: Some(board),
                }],
                version: 1,
            };
            let roles = [service.new_id::<uuid::Uuid>().to_string()];
            staff::insert(db, &member, &roles, service.now())?;
            Ok::<_, public_question_time::service::ServiceError>(member)
        })
        .expect("the chair's account");
    Acting {
        who: Who::Staff(member),
        request_id: None,
    }
}
