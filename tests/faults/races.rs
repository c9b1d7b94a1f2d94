//! Many people at once, on two nodes that share nothing but the database.

use std::sync::{Arc, Barrier};
use std::thread;

use chrono::TimeDelta;

use public_question_time::domain::codes::Code;
use public_question_time::domain::refusal::{Allowance, Refusal};
use public_question_time::domain::standing_order::question_time::Event;
use public_question_time::domain::standing_order::rejection::Ground;
use public_question_time::domain::status::Status;
use public_question_time::service::actor::Acting;
use public_question_time::service::reject_question::{self, Rejection};
use public_question_time::service::replace_question::InPlace;
use public_question_time::service::submit_question::{Submission, Submitted, submit};
use public_question_time::service::{
    Service, ServiceError, approve_question, draft_space::Owner, drafts, question_time,
    replace_question, your_question,
};
use public_question_time::store::letters::{self, LetterState};
use public_question_time::store::questions;

use crate::databases::each_database;
use crate::service::{desk, node, submission};

/// Runs `act` in so many threads that begin together, on two nodes in turn.
pub fn together<T: Send + 'static>(
    nodes: &[Service],
    threads: usize,
    act: impl Fn(&Service, usize) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let act = Arc::new(act);
    let gate = Arc::new(Barrier::new(threads));
    let running: Vec<_> = (0..threads)
        .map(|number| {
            let service = nodes[number % nodes.len()].clone();
            let (act, gate) = (Arc::clone(&act), Arc::clone(&gate));
            thread::spawn(move || {
                gate.wait();
                act(&service, number)
            })
        })
        .collect();
    running
        .into_iter()
        .map(|thread| thread.join().expect("no panic"))
        .collect()
}

#[test]
fn of_those_who_are_not_named_each_gets_a_number_however_many_come_at_once() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let requests: Vec<_> = (0..24)
            .map(|number| {
                let mut submission = submission(&desk, number);
                "no".clone_into(&mut submission.typed.questioner.publish_name);
                submission
            })
            .collect();
        let mut numbers = together(&nodes, 24, move |service, number| {
            let received = submit(service, &Acting::questioner(None), &requests[number]);
            received.expect("received").question.room_number
        });
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=24).map(Some).collect::<Vec<_>>());
    });
}

#[test]
fn fifty_at_once_from_one_person_leave_exactly_one_standing() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        for round in 0..3 {
            let request: Submission = submission(&desk, round);
            let results = together(&nodes, 50, move |service, _| {
                submit(service, &Acting::questioner(None), &request)
            });
            let standing: Vec<Submitted> = results
                .into_iter()
                .map(|result| result.expect("kept"))
                .collect();
            let admitted = standing
                .iter()
                .filter(|done| done.question.status == Status::Submitted)
                .count();
            assert_eq!(admitted, 1, "round {round}");
            for done in standing
                .iter()
                .filter(|done| done.question.status == Status::Refused)
            {
                assert_eq!(
                    done.question.refusals,
                    [Refusal::SecondQuestion {
                        by: Allowance::Person,
                        allowed: 1,
                    }]
                );
            }
            // every one of them is kept, under a reference of its own
            let mut references: Vec<_> = standing
                .iter()
                .map(|done| done.question.reference.clone())
                .collect();
            references.sort();
            references.dedup();
            assert_eq!(references.len(), 50);
        }
    });
}

#[test]
fn fifty_copies_of_one_draft_make_one_question_and_one_letter() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let request = submission(&desk, 1);
        let owner = Owner {
            browser: "a visitor".to_owned(),
            client: "an address".to_owned(),
        };
        let draft = drafts::begin(&desk.service, &owner, desk.meeting, &request.typed).unwrap();
        let results = together(&nodes, 50, move |service, _| {
            let copy = Submission {
                draft: Some(draft),
                ..request.clone()
            };
            submit(service, &Acting::questioner(None), &copy).expect("the first result, again")
        });
        let first = &results[0].question;
        assert!(
            results
                .iter()
                .all(|done| done.question.id == first.id
                    && done.question.status == Status::Submitted)
        );
        assert_eq!(results.iter().filter(|done| !done.repeated).count(), 1);
        let letters = desk
            .service
            .store
            .read(|db| letters::of_question(db, first.id))
            .unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].state, LetterState::Waiting);
    });
}

#[test]
fn an_idempotency_key_stands_for_one_request_only() {
    each_database(|database| {
        let desk = desk(database);
        let request = Submission {
            idempotency_key: Some("key".to_owned()),
            ..submission(&desk, 1)
        };
        let nobody = Acting::questioner(None);
        let first = submit(&desk.service, &nobody, &request).unwrap();
        // the answer was lost, and the program tries again a little later
        desk.clock.advance(TimeDelta::seconds(5));
        let again = submit(
            &desk.service,
            &nobody,
            &Submission {
                received_at: desk.service.now(),
                ..request.clone()
            },
        )
        .unwrap();
        assert!(again.repeated);
        assert_eq!(again.question, first.question);
        let mut other = request;
        other.typed.text.question.push_str(" And lamp 2?");
        assert!(matches!(
            submit(&desk.service, &nobody, &other),
            Err(ServiceError::Conflict(_))
        ));
    });
}

#[test]
fn two_officers_at_once_decide_once() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let question = submit(
            &desk.service,
            &Acting::questioner(None),
            &submission(&desk, 1),
        )
        .unwrap()
        .question;
        let officer = desk.officer.clone();
        let results = together(&nodes, 8, move |service, number| {
            if number % 2 == 0 {
                approve_question::approve(service, &officer, question.id, question.version, "")
            } else {
                let rejection = Rejection {
                    grounds: vec![Ground::Frivolous],
                    reason: "It does not raise a matter for the board.".to_owned(),
                    earlier: String::new(),
                    other: String::new(),
                };
                reject_question::reject(
                    service,
                    &officer,
                    question.id,
                    question.version,
                    &rejection,
                )
            }
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(
            results
                .iter()
                .filter_map(|result| result.as_ref().err())
                .all(|error| matches!(error, ServiceError::Conflict(_))),
            "{results:?}"
        );
        let decisions = desk
            .service
            .store
            .read(|db| questions::decisions(db, question.id))
            .unwrap();
        assert_eq!(decisions.len(), 1);
    });
}

#[test]
fn in_its_place_at_once_with_a_disowning_and_a_new_question_leaves_one() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let nobody = Acting::questioner(None);
        for round in 0..5 {
            let submit_one = || {
                submit(&desk.service, &nobody, &submission(&desk, round))
                    .unwrap()
                    .question
            };
            let (first, second) = (submit_one(), submit_one());
            assert_eq!(second.status, Status::Refused);
            let token = desk.service.link_token(first.id, first.link_version);
            let another = submission(&desk, round);
            let (officer, meeting) = (desk.officer.clone(), desk.meeting);
            let done = together(&nodes, 6, move |service, number| match number {
                0 | 1 => {
                    let wanted = InPlace {
                        holder: first.id,
                        holder_version: first.version,
                        respond: number == 0,
                        reason: "The second one is meant.".to_owned(),
                    };
                    match replace_question::admit_in_place(
                        service,
                        &officer,
                        second.id,
                        second.version,
                        &wanted,
                    ) {
                        Ok(_) => true,
                        Err(ServiceError::Conflict(_)) => false,
                        Err(other) => panic!("{other:?}"),
                    }
                }
                2 => your_question::disown(service, &Acting::questioner(None), &token).is_ok(),
                _ => {
                    submit(service, &Acting::questioner(None), &another).expect("kept");
                    false
                }
            });
            assert!(!(done[0] && done[1]), "it was done twice");
            let name = format!("Sample Resident {round}");
            let live = desk
                .service
                .store
                .read(|db| {
                    let mut live = 0;
                    for question in questions::at_meeting(db, meeting)? {
                        let details = questions::questioner(db, question.id)?;
                        if question.status.is_live()
                            && details.is_some_and(|details| details.name == name)
                        {
                            assert!(questions::holds_allowance(db, question.id)?);
                            live += 1;
                        }
                    }
                    Ok::<_, ServiceError>(live)
                })
                .unwrap();
            assert!(live <= 1, "round {round}: {live} live");
        }
    });
}

#[test]
fn a_withdrawal_and_another_question_at_once_never_leave_two() {
    each_database(|database| {
        let desk = desk(database);
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let nobody = Acting::questioner(None);
        for round in 0..5 {
            let first = submit(&desk.service, &nobody, &submission(&desk, round))
                .unwrap()
                .question;
            let token = desk.service.link_token(first.id, first.link_version);
            let another = submission(&desk, round);
            let meeting = desk.meeting;
            together(&nodes, 6, move |service, number| {
                if number == 0 {
                    your_question::withdraw(service, &Acting::questioner(None), &token)
                        .expect("withdrawn");
                } else {
                    submit(service, &Acting::questioner(None), &another).expect("kept");
                }
            });
            let name = format!("Sample Resident {round}");
            let live = desk
                .service
                .store
                .read(|db| {
                    let mut live = 0;
                    for question in questions::at_meeting(db, meeting)? {
                        let details = questions::questioner(db, question.id)?;
                        if question.status.is_live()
                            && details.is_some_and(|details| details.name == name)
                        {
                            live += 1;
                        }
                    }
                    Ok::<_, ServiceError>(live)
                })
                .unwrap();
            assert!(
                live <= 1,
                "round {round}: {live} live questions of one person"
            );
        }
    });
}

#[test]
fn a_double_press_of_the_chair_opens_once() {
    each_database(|database| {
        let desk = desk(database);
        desk.clock.advance(TimeDelta::days(1)); // the day of the meeting
        let nodes = [desk.service.clone(), node(database, &desk.clock)];
        let (officer, meeting) = (desk.officer.clone(), desk.meeting);
        let results = together(&nodes, 12, move |service, _| {
            question_time::act(service, &officer, meeting, &Event::Opened)
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(
            results
                .iter()
                .filter_map(|result| result.as_ref().err())
                .all(|error| matches!(error, ServiceError::Conflict(_))),
            "{results:?}"
        );
        let view = desk
            .service
            .store
            .read(|db| question_time::look(&desk.service, db, meeting))
            .unwrap();
        assert_eq!(view.events.len(), 1);
        assert_eq!(view.state.phase.code(), "open");
    });
}
