//! Meetings at random against the plain model.

use chrono::TimeDelta;
use proptest::{prelude::*, sample::Index};
use public_question_time::domain::{
    standing_order::{
        question_time::{Answer, Outcome},
        written_response::{Ending, settled},
    },
    status,
};

use super::{Held, MINUTE};
use crate::given::{figures_with, item_id, millis};
use crate::plain_meeting::{About, Act, Plain, Played, every_act, waits, weight};

const QUESTIONS: usize = 4;

/// A meeting and its model, side by side.
struct Both {
    held: Held,
    played: Played,
    about: About,
}

impl Both {
    fn passes(&mut self, time: TimeDelta) {
        self.held.now += time;
        self.played.passes(time);
    }

    fn does(&mut self, act: Act) {
        let event = self.about.event(&act, self.played.last());
        self.held.does(event);
        self.played.takes(act);
    }

    /// Both stand alike, and allow alike.
    fn agree(&self) {
        let (plain, state) = (self.played.now(), self.held.state());
        let (now, figures) = (self.held.now, &self.held.figures);
        self.about.agree(&plain, &state, now, figures);
        assert_eq!(
            state.undoable.filter(|_| !plain.closed),
            self.undoable(&plain)
        );
        for act in every_act(QUESTIONS) {
            let may = plain.may(&act, self.played.last());
            let says = state.allow(&self.about.event(&act, self.played.last()), now, figures);
            assert_eq!(says.is_ok(), may.is_ok(), "{act:?}: {says:?}");
        }
    }

    fn undoable(&self, plain: &Plain) -> Option<i32> {
        self.played.last().filter(|_| !plain.closed)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_meeting_keeps_to_the_rule(
        answer_counts in any::<bool>(),
        plan in prop::collection::vec((waits(), any::<Index>()), 1..50),
    ) {
        let mut held = Held::with(QUESTIONS as u128);
        held.figures = figures_with(|f| f.answer_counts_against_questioner = answer_counts);
        let about = About { questions: held.list.clone(), item: item_id(5) };
        let mut both = Both { held, played: Played::new(QUESTIONS, answer_counts), about };
        for (wait, choice) in plan {
            both.passes(wait.time(&both.played.now()));
            both.agree();
            let plain = both.played.now();
            let state = both.held.state();
            let possible: Vec<Act> = every_act(QUESTIONS)
                .into_iter()
                .filter(|act| plain.may(act, both.played.last()).is_ok())
                .flat_map(|act| std::iter::repeat_n(act.clone(), weight(&act)))
                .collect();
            let act = choice.get(&possible).clone();
            both.does(act.clone());
            if act != Act::Undo {
                // an act and its undoing leave all as it was, save the revision
                let mut undone = both.held.clone();
                undone.undoes();
                let mut back = undone.state();
                back.revision = state.revision;
                prop_assert_eq!(back, state, "undoing {:?}", act);
            }
        }
        both.agree();

        // the chair brings it to an end
        if both.played.now().adjourned {
            both.does(Act::Resume);
        }
        if let Some(turn) = both.played.now().turn {
            both.does(match (turn.spoke, turn.supplementaries) {
                (false, _) => Act::PassOver(turn.question),
                (true, 0) => Act::Finish(Answer::Given, None),
                (true, _) => Act::Finish(Answer::Given, Some(Answer::Promised)),
            });
        }
        both.does(Act::Close);
        both.passes(millis(MINUTE));
        both.agree();
        let (plain, state) = (both.played.now(), both.held.state());
        let ending = if plain.left().is_zero() { Ending::TimeRanOut } else { Ending::Closed };
        prop_assert_eq!(state.ending(both.held.now, &both.held.figures), ending);
        for (n, question) in both.about.questions.iter().enumerate() {
            let entry = state.entry(*question).unwrap();
            let (act, reason) = settled(entry, ending, &both.held.figures);
            prop_assert_eq!(act == status::Act::Owe, reason.is_some());
            prop_assert_eq!(reason.is_some(), plain.owed(n), "{:?} is answered or owed, one of the two", entry);
            prop_assert!(entry.outcome != Outcome::Called);
        }
    }
}
