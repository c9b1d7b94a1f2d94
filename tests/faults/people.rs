//! Who may be the same person is held in memory by each node, and follows what other nodes did: a question that comes, details that are
//! put right, details that are removed.

use chrono::TimeDelta;

use public_question_time::service::actor::Acting;
use public_question_time::service::typed_question::TypedQuestioner;
use public_question_time::service::{
    Service, contact_details, remove_personal_details, submit_question, your_question,
};
use public_question_time::store::questions::Question;

use crate::databases::each_database;
use crate::service::{Desk, desk, node, submission, typed};

fn received(desk: &Desk, service: &Service, number: usize, who: TypedQuestioner) -> Question {
    let mut submission = submission(desk, number);
    submission.typed.questioner = who;
    submit_question::submit(service, &Acting::questioner(None), &submission)
        .expect("a submission")
        .question
}

/// The questions whose questioners may be that of this one, as a node knows it.
fn alike(service: &Service, question: &Question) -> Vec<String> {
    let found = service
        .store
        .read(|db| {
            service
                .people
                .similar(db, &[(question.meeting_id, question.id)])
        })
        .expect("a look");
    found[0].iter().map(|found| found.id.to_string()).collect()
}

#[test]
fn a_node_follows_what_another_did_to_those_who_ask() {
    each_database(|database| {
        let desk = desk(database);
        let (here, there) = (&desk.service, node(database, &desk.clock));
        let anna = TypedQuestioner {
            name: "Anna Featherstone".to_owned(),
            postcode: "WA8 7QF".to_owned(),
            address: "1 Example Street\nWidnes".to_owned(),
            ..typed(1).questioner
        };
        let harold = TypedQuestioner {
            name: "Harold Ogden".to_owned(),
            postcode: "WA7 2AB".to_owned(),
            address: "90 Castle Rise\nRuncorn".to_owned(),
            ..typed(2).questioner
        };
        let first = received(&desk, here, 1, anna.clone());
        let second = received(&desk, here, 2, harold);
        assert!(alike(here, &first).is_empty());
        assert!(alike(&there, &first).is_empty());

        // a question that comes through the other node
        let again = TypedQuestioner {
            name: "A Featherstone".to_owned(),
            email: "another@example.org".to_owned(),
            ..anna.clone()
        };
        let third = received(&desk, &there, 3, again);
        assert_eq!(alike(here, &first), [third.id.to_string()]);

        // details that are put right through the other node
        let right = TypedQuestioner {
            name: "Annie Featherstone".to_owned(),
            email: "resident.2@example.org".to_owned(),
            ..anna
        };
        contact_details::correct_for(
            &there,
            &desk.officer,
            second.id,
            second.version,
            &right,
            "A slip.",
        )
        .expect("put right");
        assert!(alike(here, &first).contains(&second.id.to_string()));

        // details that the other node removes on schedule
        your_question::withdraw_for(&there, &desk.officer, third.id, third.version)
            .expect("withdrawn");
        assert!(alike(here, &first).contains(&third.id.to_string()));
        desk.clock.advance(TimeDelta::days(800));
        let removed = remove_personal_details::remove_what_is_due(&there).expect("a removal");
        assert_eq!(removed.questioners, 1);
        assert_eq!(alike(here, &first), [second.id.to_string()]);
    });
}
