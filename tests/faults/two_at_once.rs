//! The chair and the clerk run one question time from two screens: one behind the other, and both at the same instant.
//!
//! What must come of it is said by the plain model, which shares nothing with the code.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use proptest::sample::Index;
use rstest::rstest;

use public_question_time::clock::FixedClock;
use public_question_time::domain::id::MeetingId;
use public_question_time::domain::standing_order::question_time::{Answer, Event, QuestionTime};
use public_question_time::domain::status::Status;
use public_question_time::service::actor::Acting;
use public_question_time::service::question_time::{self, ChairView};
use public_question_time::service::{Service, ServiceError};
use public_question_time::store::letters;
use public_question_time::store::questions;
use public_question_time::store::responses;

use crate::databases::{Database, each_database};
use crate::listed::list;
use crate::plain_meeting::{About, Act, No, Played, Press, Wait, every_act, waits, weight};
use crate::races::together;
use crate::service::{desk, node};

const QUESTIONS: usize = 4;

/// The evening of the meeting.
fn evening() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 2, 6, 18, 30, 0).unwrap()
}

/// A meeting whose question time two people run, and its model beside it.
struct Room {
    service: Service,
    clock: Arc<FixedClock>,
    meeting: MeetingId,
    about: About,
    /// The chair, and the clerk.
    people: [Acting; 2],
    /// The revision that each of them saw last.
    seen: [i32; 2],
    played: Played,
    /// How question time stood before each act, by the act's number.
    stood: HashMap<i32, QuestionTime>,
}

impl Room {
    /// On an empty database.
    fn on(database: &Database) -> Self {
        let desk = desk(database);
        let listed = list(&desk, QUESTIONS);
        desk.clock.set(evening());
        Self {
            service: desk.service,
            clock: desk.clock,
            meeting: desk.meeting,
            about: listed.about,
            people: [listed.chair, desk.officer],
            seen: [0; 2],
            played: Played::new(QUESTIONS, false),
            stood: HashMap::new(),
        }
    }

    /// On a copy of a database that was made once, for many meetings one after the other.
    fn on_a_copy(database: &Database) -> Self {
        struct Made {
            files: Vec<(PathBuf, Vec<u8>)>,
            meeting: MeetingId,
            about: About,
            people: [Acting; 2],
        }
        static MADE: OnceLock<Made> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let database = Database::sqlite();
            let Self {
                service,
                meeting,
                about,
                people,
                ..
            } = Self::on(&database);
            drop(service);
            let file = database.file().expect("a file");
            let beside = file.parent().expect("a directory");
            let files = std::fs::read_dir(beside)
                .expect("the directory")
                .map(|entry| entry.expect("a file"))
                // what the processes share in memory is made anew
                .filter(|entry| !entry.file_name().to_string_lossy().ends_with("-shm"))
                .map(|entry| {
                    let bytes = std::fs::read(entry.path()).expect("its bytes");
                    (entry.file_name().into(), bytes)
                })
                .collect();
            Made {
                files,
                meeting,
                about,
                people,
            }
        });
        let file = database.file().expect("a file");
        let beside = file.parent().expect("a directory");
        std::fs::create_dir_all(beside).expect("the directory");
        for (name, bytes) in &made.files {
            std::fs::write(beside.join(name), bytes).expect("a copy");
        }
        let clock = Arc::new(FixedClock::at(evening()));
        Self {
            service: node(database, &clock),
            clock,
            meeting: made.meeting,
            about: made.about.clone(),
            people: made.people.clone(),
            seen: [0; 2],
            played: Played::new(QUESTIONS, false),
            stood: HashMap::new(),
        }
    }

    fn passes(&mut self, time: TimeDelta) {
        self.clock.advance(time);
        self.played.passes(time);
    }

    fn look(&self) -> ChairView {
        self.service
            .store
            .read(|db| question_time::look(&self.service, db, self.meeting))
            .expect("the list")
    }

    /// The service and the model stand alike, and the events are numbered without gaps.
    fn agree(&self) -> ChairView {
        let view = self.look();
        let figures = self.service.figures(view.meeting.meeting());
        let now = self.service.now();
        self.about
            .agree(&self.played.now(), &view.state, now, figures);
        assert_eq!(view.state.revision, self.played.revision());
        let numbers: Vec<i32> = view.events.iter().map(|recorded| recorded.seq).collect();
        assert_eq!(numbers, (1..=self.played.revision()).collect::<Vec<_>>());
        view
    }

    /// One of the two presses, having seen this revision.
    fn presses(&mut self, who: usize, seen: i32, act: &Act) -> Press {
        let was = self.look();
        let expected = self.played.press(seen, act);
        let takes_back = self.played.last_at(seen);
        let done = pressed(
            &self.service,
            &self.people[who],
            self.meeting,
            &self.about,
            seen,
            act,
        );
        match (expected, done) {
            (Press::Counts, Ok(view)) => {
                self.played.takes(act.clone());
                let revision = self.played.revision();
                let event = self.about.event(act, takes_back);
                assert_eq!(view.events.last().map(|last| &last.event), Some(&event));
                if let (Act::Undo, Some(seq)) = (act, takes_back) {
                    let mut stood = self.stood[&seq].clone();
                    stood.revision = revision;
                    assert_eq!(view.state, stood, "as it stood before {seq}");
                } else {
                    self.stood.insert(revision, was.state);
                }
            }
            (Press::CountedAlready, Ok(view)) => assert_eq!(view, was, "{act:?} once more"),
            (Press::Not(No::Clause), Err(ServiceError::Refused(_)))
            | (Press::Not(No::Senseless), Err(ServiceError::Conflict(_))) => {
                assert_eq!(self.look(), was, "what is refused changes nothing");
            }
            (expected, done) => {
                let done = done.map(|view| view.state.revision);
                panic!("{act:?}: {expected:?} expected, {done:?}")
            }
        }
        self.agree();
        self.seen[who] = self.played.revision();
        expected
    }

    /// The chair brings it to an end, and everyone is accounted for.
    fn ends(&mut self) {
        let fresh = |room: &mut Self, act: Act| {
            let seen = room.played.revision();
            assert_eq!(room.presses(0, seen, &act), Press::Counts, "{act:?}");
        };
        let plain = self.played.now();
        if plain.adjourned {
            fresh(self, Act::Resume);
        }
        if let Some(turn) = plain.turn {
            let supplementary = (turn.supplementaries > 0).then_some(Answer::Promised);
            fresh(
                self,
                match turn.spoke {
                    false => Act::PassOver(turn.question),
                    true => Act::Finish(Answer::Given, supplementary),
                },
            );
        }
        fresh(self, Act::Close);
        self.everyone_is_accounted_for();
        // whoever is behind does nothing more, whatever they press
        for act in every_act(QUESTIONS) {
            let seen = self.seen[1];
            let came_to = self.presses(1, seen, &act);
            assert_ne!(came_to, Press::Counts, "{act:?} after the close");
        }
    }

    /// Each question is answered, dealt with, or owed one written response of which one letter tells.
    fn everyone_is_accounted_for(&self) {
        let plain = self.played.now();
        for (n, &id) in self.about.questions.iter().enumerate() {
            let (question, owed, written) = self
                .service
                .store
                .read(|db| {
                    Ok::<_, ServiceError>((
                        questions::question(db, id)?,
                        responses::of_question(db, id)?,
                        letters::of_question(db, id)?,
                    ))
                })
                .expect("the question");
            let told = written
                .iter()
                .filter(|letter| letter.kind == "response_owed")
                .count();
            assert_eq!(owed.is_some(), plain.owed(n), "question {n}");
            assert_eq!(told, usize::from(plain.owed(n)), "question {n}");
            let settled = matches!(question.status, Status::Answered | Status::DealtWith);
            assert_eq!(settled, !plain.owed(n), "{:?}", question.status);
            assert_eq!(question.status == Status::ResponseOwed, plain.owed(n));
        }
    }
}

/// A press of a button on a screen that shows this revision.
fn pressed(
    service: &Service,
    who: &Acting,
    meeting: MeetingId,
    about: &About,
    seen: i32,
    act: &Act,
) -> Result<ChairView, ServiceError> {
    question_time::act_on_seen(service, who, meeting, seen, |then| {
        Ok(about.event(act, then.undoable))
    })
}

/// Which list a person acts on.
#[derive(Debug, Clone)]
enum Sight {
    /// They have just looked.
    Fresh,
    /// As after their own last press, whatever the other did since.
    Theirs,
    /// A page that was left open.
    Old(Index),
}

fn sights() -> impl Strategy<Value = Sight> {
    prop_oneof![
        4 => Just(Sight::Fresh),
        4 => Just(Sight::Theirs),
        1 => any::<Index>().prop_map(Sight::Old),
    ]
}

#[derive(Debug, Clone)]
struct Plan {
    wait: Wait,
    who: usize,
    sight: Sight,
    choice: Index,
    /// Whether any button is pressed, or one that makes sense by the list that they see.
    any: bool,
    /// Whether the press is sent twice.
    twice: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let chance = |one_in: u32| prop::bool::weighted(1.0 / f64::from(one_in));
    (
        waits(),
        0usize..2,
        sights(),
        any::<Index>(),
        chance(8),
        chance(5),
    )
        .prop_map(|(wait, who, sight, choice, any, twice)| Plan {
            wait,
            who,
            sight,
            choice,
            any,
            twice,
        })
}

/// What somebody may press who sees this revision, more often what brings a meeting on.
fn buttons(played: &Played, seen: i32, any: bool) -> Vec<Act> {
    let then = played.at(seen);
    every_act(QUESTIONS)
        .into_iter()
        .filter(|act| *act != Act::Close)
        .filter(|act| any || then.may(act, played.last_at(seen)).is_ok())
        .flat_map(|act| std::iter::repeat_n(act.clone(), weight(&act)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn a_chair_and_a_clerk_behind_each_other_keep_to_the_rule(
        plan in prop::collection::vec(plans(), 1..40),
        undone in 0usize..6,
    ) {
        let database = Database::sqlite();
        let mut room = Room::on_a_copy(&database);
        for step in plan {
            room.passes(step.wait.time(&room.played.now()));
            room.agree();
            let revision = room.played.revision();
            let seen = match step.sight {
                Sight::Fresh => revision,
                Sight::Theirs => room.seen[step.who],
                Sight::Old(index) => {
                    i32::try_from(index.index(revision.unsigned_abs() as usize + 1)).unwrap()
                }
            };
            let act = step.choice.get(&buttons(&room.played, seen, step.any)).clone();
            let came_to = room.presses(step.who, seen, &act);
            if step.twice {
                let again = room.presses(step.who, seen, &act);
                if came_to == Press::Counts && seen == revision {
                    prop_assert_eq!(again, Press::CountedAlready, "{:?}", act);
                }
            }
        }
        // several deep, each time as it stood before
        for _ in 0..undone {
            if room.played.last().is_some() {
                let seen = room.played.revision();
                prop_assert_eq!(room.presses(1, seen, &Act::Undo), Press::Counts);
            }
        }
        room.ends();
    }
}

#[test]
fn a_press_that_was_somebody_elses_and_has_been_changed_back_is_too_late() {
    let database = Database::sqlite();
    let mut room = Room::on_a_copy(&database);
    let mut at_once = |who: usize, act: Act| {
        let seen = room.played.revision();
        assert_eq!(room.presses(who, seen, &act), Press::Counts, "{act:?}");
        seen
    };
    for act in [Act::Indicate(0), Act::Open, Act::Call(0), Act::Speak] {
        at_once(0, act);
    }
    // the clerk stops the speaker and lets them go on; the chair, whose page shows neither, presses "Stop the speaker"
    let seen = at_once(1, Act::Stop);
    at_once(1, Act::Speak);
    assert_eq!(room.presses(0, seen, &Act::Stop), Press::Not(No::Senseless));
    // who looks again can stop the speaker
    let seen = room.played.revision();
    assert_eq!(room.presses(0, seen, &Act::Stop), Press::Counts);
    assert_eq!(room.presses(0, seen, &Act::Stop), Press::CountedAlready);
}

/// What came of two presses: the events recorded, and what each was told.
type Outcome = (Vec<Event>, [Option<No>; 2]);

/// What must come of two presses on the same list, the first of them served first.
fn one_after_the_other(
    played: &Played,
    about: &About,
    acts: &[Act; 2],
    first: usize,
) -> (Outcome, Played) {
    let seen = played.revision();
    let mut played = played.clone();
    let (mut events, mut told) = (Vec::new(), [None; 2]);
    for who in [first, 1 - first] {
        match played.press(seen, &acts[who]) {
            Press::Counts => {
                events.push(about.event(&acts[who], played.last_at(seen)));
                played.takes(acts[who].clone());
            }
            Press::CountedAlready => {}
            Press::Not(no) => told[who] = Some(no),
        }
    }
    ((events, told), played)
}

/// Both press at the same instant, each on a node of their own. Returns whose press was served first where that can be told.
fn at_once(room: &mut Room, other: &Service, acts: &[Act; 2]) -> Option<usize> {
    let seen = room.played.revision();
    let nodes = [room.service.clone(), other.clone()];
    let (people, meeting, about) = (room.people.clone(), room.meeting, room.about.clone());
    let pressing = acts.clone();
    let results = together(&nodes, 2, move |service, who| {
        pressed(service, &people[who], meeting, &about, seen, &pressing[who]).map(drop)
    });
    let told: Vec<Option<No>> = results
        .iter()
        .map(|result| match result {
            Ok(()) => None,
            Err(ServiceError::Refused(_)) => Some(No::Clause),
            Err(ServiceError::Conflict(_)) => Some(No::Senseless),
            Err(other) => panic!("{acts:?}: {other:?}"),
        })
        .collect();
    let recorded: Vec<Event> = room
        .look()
        .events
        .into_iter()
        .filter(|recorded| recorded.seq > seen)
        .map(|recorded| recorded.event)
        .collect();
    let happened: Outcome = (recorded, [told[0], told[1]]);
    let orders = [0, 1].map(|first| one_after_the_other(&room.played, &room.about, acts, first));
    let matching: Vec<usize> = (0..2).filter(|&n| orders[n].0 == happened).collect();
    let Some(&first) = matching.first() else {
        panic!("{acts:?}: {happened:?}, but one after the other: {orders:?}");
    };
    room.played = orders[first].1.clone();
    room.agree();
    (matching.len() == 1).then_some(first)
}

/// How often each pair is pressed, on each database.
const ROUNDS: usize = 12;

#[rstest]
#[case::the_same_button(&[Act::Call(0)], [Act::Speak, Act::Speak])]
#[case::call_against_the_same_call(&[], [Act::Call(0), Act::Call(0)])]
#[case::call_against_call(&[], [Act::Call(0), Act::Call(1)])]
#[case::two_buttons(&[Act::Call(0), Act::Speak], [Act::Stop, Act::Answer])]
#[case::undo_against_finish(
    &[Act::Call(0), Act::Speak, Act::Answer],
    [Act::Undo, Act::Finish(Answer::Given, None)],
)]
#[case::undo_against_undo(&[Act::Call(0), Act::Speak], [Act::Undo, Act::Undo])]
#[case::indicate_against_call(&[], [Act::Indicate(2), Act::Call(2)])]
#[case::adjourn_against_the_supplementary(
    &[Act::Call(0), Act::Speak, Act::Answer],
    [Act::Adjourn, Act::Supplement],
)]
#[case::two_orders(&[], [Act::Order(vec![3, 1]), Act::Order(vec![2, 0])])]
#[case::pass_over_against_call(&[], [Act::PassOver(0), Act::Call(0)])]
fn two_presses_at_the_same_instant_come_one_after_the_other(
    #[case] before: &[Act],
    #[case] acts: [Act; 2],
) {
    each_database(|database| {
        let mut room = Room::on(database);
        let other = node(database, &room.clock);
        for act in [Act::Indicate(0), Act::Indicate(1), Act::Open] {
            let seen = room.played.revision();
            room.presses(0, seen, &act);
        }
        let stood = room.played.last();
        let mut first = [0; 2];
        for _ in 0..ROUNDS {
            for act in before {
                let seen = room.played.revision();
                assert_eq!(room.presses(0, seen, act), Press::Counts);
            }
            if let Some(who) = at_once(&mut room, &other, &acts) {
                first[who] += 1;
            }
            // back to where it began, for the next round
            while room.played.last() != stood {
                let view = room.look();
                let seen = room.played.revision();
                let takes_back = view.state.undoable;
                assert_eq!(takes_back, room.played.last());
                pressed(
                    &room.service,
                    &room.people[1],
                    room.meeting,
                    &room.about,
                    seen,
                    &Act::Undo,
                )
                .expect("undone");
                room.played.takes(Act::Undo);
            }
            room.agree();
        }
        println!("{}: {acts:?}: first {first:?}", database.name);
    });
}

#[test]
fn two_people_pressing_at_the_same_instant_all_evening_keep_to_the_rule() {
    each_database(|database| {
        let mut room = Room::on(database);
        let other = node(database, &room.clock);
        let mut first = [0; 2];
        for _ in 0..120 {
            room.passes(TimeDelta::milliseconds(rand::random_range(0..20_000)));
            let buttons = buttons(&room.played, room.played.revision(), false);
            let acts = [0, 1].map(|_| buttons[rand::random_range(0..buttons.len())].clone());
            if let Some(who) = at_once(&mut room, &other, &acts) {
                first[who] += 1;
            }
        }
        room.seen = [room.played.revision(); 2];
        room.ends();
        println!(
            "{}: 120 pairs, {} events, first {first:?}",
            database.name,
            room.played.revision()
        );
    });
}

#[rstest]
#[case::the_same_button([Act::Close, Act::Close])]
#[case::close_against_call([Act::Close, Act::Call(0)])]
#[case::close_against_indicate([Act::Close, Act::Indicate(2)])]
#[case::close_against_undo([Act::Close, Act::Undo])]
fn a_press_at_the_instant_of_closing_comes_before_it_or_not_at_all(#[case] acts: [Act; 2]) {
    each_database(|database| {
        let mut room = Room::on(database);
        let other = node(database, &room.clock);
        for act in [Act::Indicate(0), Act::Open] {
            let seen = room.played.revision();
            room.presses(0, seen, &act);
        }
        at_once(&mut room, &other, &acts);
        if room.played.now().closed {
            room.everyone_is_accounted_for();
        } else {
            room.ends();
        }
    });
}
