//! How far the 30 minutes will go (clause (i)): what each question is expected to take, and how many will be reached.
//!
//! Before the first question is finished, a question takes as long as its words take to say, and an allowance for the answer.
//! From then on the meeting's own pace counts: the time that the finished questions took, on average.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{
    id::QuestionId,
    speaking_time::speaking_time,
    standing_order::{
        figures::Figures,
        question_time::{Outcome, QuestionTime},
    },
};

/// What an answer is expected to take. The standing order gives no figure: it is for the chair's planning alone.
pub const ANSWER_ALLOWANCE: TimeDelta = TimeDelta::minutes(2);

/// How long a question is expected to take with its answer: its words at the speed of the figures, at most the questioner's
/// 3 minutes (clause (viii)), and [`ANSWER_ALLOWANCE`].
pub fn expected(text: &str, figures: &Figures) -> TimeDelta {
    let spoken = speaking_time(text, u32::from(figures.speaking_words_per_minute()));
    let spoken = TimeDelta::from_std(spoken).unwrap_or(TimeDelta::MAX);
    spoken.min(figures.questioner_time()) + ANSWER_ALLOWANCE
}

/// How many of the questions that are to be put will be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// Those put, the one being put, and those that will be called before the time is over.
    pub reached: usize,
    /// Those put, the one being put, and all that wait.
    pub of: usize,
}

/// When a question that waits is expected to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The question.
    pub question: QuestionId,
    /// How long from now, while question time goes on without a break.
    pub after: TimeDelta,
    /// Whether that is before the time is over.
    pub reached: bool,
}

impl QuestionTime {
    /// When each question that waits is expected to be called, in calling order, if each takes the average of those finished, or
    /// what is expected of it before any is finished.
    ///
    /// A question is reached if it can be called before the 30 minutes are over: whoever then speaks may finish.
    pub fn calls(
        &self,
        now: DateTime<Utc>,
        figures: &Figures,
        expected: impl Fn(QuestionId) -> TimeDelta,
    ) -> Vec<Call> {
        let pace = i32::try_from(self.put())
            .ok()
            .filter(|put| *put > 0)
            .map(|put| self.finished_at / put);
        let takes = |question| pace.unwrap_or_else(|| expected(question));
        let elapsed = self.clock.elapsed(now);
        // the present question ends when its share is used up, and not before now
        let mut at = match &self.turn {
            Some(turn) => elapsed.max(self.finished_at + takes(turn.question)),
            None => elapsed,
        };
        self.entries
            .iter()
            .filter(|entry| entry.outcome == Outcome::Waiting)
            .map(|entry| {
                let call = Call {
                    question: entry.question,
                    after: at - elapsed,
                    reached: at < figures.question_time(),
                };
                at += takes(entry.question);
                call
            })
            .collect()
    }

    /// How many questions will be reached, by [`QuestionTime::calls`].
    pub fn forecast(
        &self,
        now: DateTime<Utc>,
        figures: &Figures,
        expected: impl Fn(QuestionId) -> TimeDelta,
    ) -> Forecast {
        let begun = self.put() + usize::from(self.turn.is_some());
        let calls = self.calls(now, figures, expected);
        Forecast {
            reached: begun + calls.iter().filter(|call| call.reached).count(),
            of: begun + calls.len(),
        }
    }

    fn put(&self) -> usize {
        self.entries
            .iter()
            .filter(|entry| matches!(entry.outcome, Outcome::Put { .. }))
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        id::uuid_v7,
        standing_order::{
            figures::UncheckedFigures,
            question_time::{Answer, Event, Recorded},
        },
    };

    fn figures() -> Figures {
        Figures::check(0, &UncheckedFigures::default()).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_707_246_000 + seconds, 0).unwrap()
    }

    fn questions(count: u8) -> Vec<QuestionId> {
        (0..count).map(|n| uuid_v7(at(0), [n; 10]).into()).collect()
    }

    fn fold(list: &[QuestionId], events: &[(i64, Event)]) -> QuestionTime {
        let recorded: Vec<Recorded> = (1..)
            .zip(events)
            .map(|(seq, (second, event))| Recorded {
                seq,
                at: at(*second),
                event: event.clone(),
            })
            .collect();
        QuestionTime::fold(list, &recorded, &figures())
    }

    fn turn(question: QuestionId, from: i64, to: i64) -> Vec<(i64, Event)> {
        vec![
            (from, Event::Called { question }),
            (from, Event::SpeakingStarted),
            (from + 30, Event::AnswerStarted),
            (
                to,
                Event::Finished {
                    answer: Answer::Given,
                    supplementary: None,
                },
            ),
        ]
    }

    #[test]
    fn a_question_takes_its_words_capped_at_three_minutes_and_an_answer() {
        let figures = figures();
        assert_eq!(expected("", &figures), TimeDelta::minutes(2));
        assert_eq!(
            expected(&"word ".repeat(150), &figures),
            TimeDelta::minutes(3)
        );
        assert_eq!(
            expected(&"word ".repeat(1500), &figures),
            TimeDelta::minutes(5)
        );
    }

    #[test]
    fn before_any_is_finished_what_is_expected_counts() {
        let list = questions(9);
        let of_five = |_| TimeDelta::minutes(5);
        let closed = fold(&list, &[]);
        // calls at 0, 5, … 25 minutes: six; at 30:00 nobody else can be called
        assert_eq!(
            closed.forecast(at(0), &figures(), of_five),
            Forecast { reached: 6, of: 9 }
        );
        let open = fold(&list, &[(0, Event::Opened)]);
        assert_eq!(open.forecast(at(26 * 60), &figures(), of_five).reached, 1);
        assert_eq!(open.forecast(at(30 * 60), &figures(), of_five).reached, 0);
    }

    #[test]
    fn afterwards_the_meetings_own_pace_counts() {
        let list = questions(9);
        let mut events = vec![(0, Event::Opened)];
        for (question, from) in list.iter().take(2).zip([0, 600]) {
            events.push((
                from,
                Event::Indicated {
                    question: *question,
                },
            ));
            events.extend(turn(*question, from, from + 600));
        }
        let state = fold(&list, &events);
        // ten minutes each: the third is called at 20 minutes, a fourth would be at 30
        let of_one = |_| TimeDelta::minutes(1);
        assert_eq!(
            state.forecast(at(1200), &figures(), of_one),
            Forecast { reached: 3, of: 9 }
        );
    }

    #[test]
    fn what_is_passed_over_is_not_counted() {
        let list = questions(3);
        let state = fold(&list, &[(0, Event::PassedOver { question: list[0] })]);
        assert_eq!(
            state.forecast(at(0), &figures(), |_| TimeDelta::minutes(5)),
            Forecast { reached: 2, of: 2 }
        );
    }

    #[test]
    fn a_question_moves_among_those_that_wait() {
        let list = questions(4);
        let state = fold(&list, &[(0, Event::PassedOver { question: list[1] })]);
        assert_eq!(
            state.moved(list[2], true),
            Some(vec![list[2], list[1], list[0], list[3]])
        );
        assert_eq!(
            state.moved(list[2], false),
            Some(vec![list[0], list[1], list[3], list[2]])
        );
        assert_eq!(state.moved(list[0], true), None);
        assert_eq!(state.moved(list[3], false), None);
        assert_eq!(state.moved(list[1], true), None, "passed over");
    }
}
