//! Clause (ix), reading 15: written responses.

use std::num::NonZeroU16;

use chrono::TimeDelta;
use public_question_time::domain::{
    codes::Code,
    standing_order::{
        question_time::{Answer, Entry, Event, Outcome, QuestionTime, Recorded},
        written_response::{Ending, NotPossible, Reason, Reply, ResponseState, due_on, settled},
    },
    status::{Act, Status},
    working_days::{Coverage, NonWorkingDay, WorkingDays},
};
use rstest::rstest;

use crate::given::{day, figures, figures_with, instant, item_id, question_id};

use Reply::{Correction, Full, Holding};
use ResponseState::{Corrected, HoldingReplySent, Owed, Sent};

#[rstest]
#[case(Owed, Holding, Some(HoldingReplySent))]
#[case(Owed, Full, Some(Sent))]
#[case(Owed, Correction, None)]
#[case(HoldingReplySent, Holding, Some(HoldingReplySent))]
#[case(HoldingReplySent, Full, Some(Sent))]
#[case(HoldingReplySent, Correction, None)]
#[case(Sent, Holding, None)]
#[case(Sent, Full, None)]
#[case(Sent, Correction, Some(Corrected))]
#[case(Corrected, Holding, None)]
#[case(Corrected, Full, None)]
#[case(Corrected, Correction, Some(Corrected))]
fn the_states_of_a_response(
    #[case] from: ResponseState,
    #[case] reply: Reply,
    #[case] to: Option<ResponseState>,
) {
    assert_eq!(from.after(reply), to.ok_or(NotPossible { from, reply }));
    if let Err(why) = from.after(reply) {
        assert!(!why.to_string().is_empty());
    }
}

#[test]
fn an_owed_response_can_always_be_sent_and_a_sent_one_is_never_owed_again() {
    for &state in ResponseState::ALL {
        assert_eq!(state.is_owed(), state.after(Full).is_ok(), "{state}");
        assert!(!state.words().is_empty());
        for &reply in Reply::ALL {
            if let Ok(next) = state.after(reply) {
                assert!(state.is_owed() || !next.is_owed());
            }
        }
    }
}

#[test]
fn every_reason_follows_because() {
    for reason in Reason::ALL {
        for words in [reason.about_questioner(), reason.to_questioner()] {
            assert!(words.chars().next().unwrap().is_lowercase(), "{words}");
            assert!(!words.ends_with('.'), "{words}");
        }
        assert!(!reason.to_questioner().contains("questioner"), "{reason}");
        assert_eq!(
            reason.about_questioner().contains("absent"),
            *reason == Reason::Absent
        );
    }
    let mut words: Vec<_> = Reason::ALL.iter().map(|r| r.about_questioner()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Reason::ALL.len());
}

#[rstest]
#[case("not_reached", "it was not reached at the meeting")]
#[case("absent", "you were recorded as absent at the meeting")]
#[case("late_and_kept", "it was received after the deadline for the meeting")]
fn a_reason_stored_by_an_earlier_release_can_be_read(#[case] code: &str, #[case] words: &str) {
    assert_eq!(Reason::from_code(code).unwrap().to_questioner(), words);
}

/// England and Wales around two winters and an Easter.
fn calendar() -> WorkingDays {
    WorkingDays::new(
        [
            ("2023-12-25", "Christmas Day"),
            ("2023-12-26", "Boxing Day"),
            ("2024-01-01", "New Year’s Day"),
            ("2024-03-29", "Good Friday"),
            ("2024-04-01", "Easter Monday"),
        ]
        .map(|(date, title)| NonWorkingDay::bank_holiday(day(date), title)),
        2023..=2024,
    )
    .with([NonWorkingDay::closure(
        day("2023-12-27"),
        "Christmas closure",
    )])
}

#[rstest]
#[case::ten_days_over_two_weekends("2024-02-06", 10, "2024-02-20")]
#[case::from_a_friday("2024-02-09", 10, "2024-02-23")]
#[case::from_a_saturday("2024-02-10", 10, "2024-02-23")]
#[case::from_a_sunday("2024-02-11", 1, "2024-02-12")]
#[case::over_easter("2024-03-26", 5, "2024-04-04")]
#[case::over_christmas_and_the_closure("2023-12-21", 5, "2024-01-03")]
#[case::one_day("2024-02-06", 1, "2024-02-07")]
fn it_is_due_so_many_working_days_after(
    #[case] owed_from: &str,
    #[case] days: u16,
    #[case] due: &str,
) {
    let found = due_on(day(owed_from), NonZeroU16::new(days).unwrap(), &calendar()).unwrap();
    assert_eq!(found.date, day(due));
    assert_eq!(found.coverage, Coverage::Certain);
}

#[test]
fn the_council_gives_itself_ten_working_days() {
    assert_eq!(figures().written_response_working_days().get(), 10);
}

#[test]
fn a_due_date_beyond_the_calendar_is_provisional() {
    let found = due_on(day("2024-12-30"), NonZeroU16::new(10).unwrap(), &calendar()).unwrap();
    assert_eq!(found.coverage, Coverage::Provisional);
}

const GIVEN: Answer = Answer::Given;
const PROMISED: Answer = Answer::Promised;

/// Every outcome, with what becomes of the question: the reason is none where the ending gives it.
fn outcomes() -> Vec<(Outcome, Act, Option<Reason>)> {
    let put = |answer, supplementary| Outcome::Put {
        answer,
        supplementary,
    };
    let answer = Some(Reason::AnswerPromised);
    let supplementary = Some(Reason::SupplementaryPromised);
    vec![
        (Outcome::Waiting, Act::Owe, None),
        (Outcome::Called, Act::Owe, None),
        (Outcome::PassedOver, Act::Owe, Some(Reason::Absent)),
        (put(GIVEN, None), Act::Answer, None),
        (put(GIVEN, Some(GIVEN)), Act::Answer, None),
        (put(GIVEN, Some(PROMISED)), Act::Owe, supplementary),
        (put(PROMISED, None), Act::Owe, answer),
        (put(PROMISED, Some(GIVEN)), Act::Owe, answer),
        (put(PROMISED, Some(PROMISED)), Act::Owe, answer),
        (Outcome::DealtWith { item: item_id(1) }, Act::DealWith, None),
    ]
}

#[rstest]
#[case::closed_with_time_left(Ending::Closed, Reason::NotCalled)]
#[case::time_ran_out(Ending::TimeRanOut, Reason::TimeRanOut)]
#[case::nobody_closed_it(Ending::Unrecorded, Reason::NotRecorded)]
fn a_reason_is_what_was_recorded_or_what_the_clock_showed(
    #[case] ending: Ending,
    #[case] not_called: Reason,
    #[values(true, false)] indicated: bool,
) {
    let nothing_to_absent = figures_with(|f| f.absent_gets_written_response = false);
    for (outcome, act, reason) in outcomes() {
        let entry = Entry {
            question: question_id(1),
            indicated,
            outcome,
        };
        let reason = match act {
            Act::Owe => reason.or(Some(not_called)),
            _ => None,
        };
        assert_eq!(
            settled(&entry, ending, &figures()),
            (act, reason),
            "{outcome:?}, indicated: {indicated}"
        );
        assert!(Status::Approved.allows(act), "the table lets it");
        // where the council owes nothing to those who were absent, their questions lapse, and no other
        let expected = match reason {
            Some(Reason::Absent) => (Act::Lapse, None),
            _ => (act, reason),
        };
        assert_eq!(settled(&entry, ending, &nothing_to_absent), expected);
        assert!(Status::Approved.allows(expected.0));
    }
}

#[rstest]
#[case::at_once(0, false, Ending::Closed)]
#[case::a_millisecond_before_the_end(30 * 60_000 - 1, false, Ending::Closed)]
#[case::at_the_end(30 * 60_000, false, Ending::TimeRanOut)]
#[case::an_hour(60 * 60_000, false, Ending::TimeRanOut)]
#[case::an_hour_of_which_it_was_adjourned(60 * 60_000, true, Ending::Closed)]
fn time_ran_out_only_where_the_clock_says_so(
    #[case] after_ms: i64,
    #[case] adjourned: bool,
    #[case] ending: Ending,
) {
    let opened_at = instant("2024-02-06T18:40:00Z");
    let event = |seq, event| Recorded {
        seq,
        at: opened_at,
        event,
    };
    let mut events = vec![event(1, Event::Opened)];
    if adjourned {
        events.push(event(2, Event::Adjourned));
    }
    let closed_at = opened_at + TimeDelta::milliseconds(after_ms);
    let state = QuestionTime::fold(&[question_id(1)], &events, &figures());
    assert_eq!(state.ending(closed_at, &figures()), ending);
    // and it stays so, whenever it is asked for
    events.push(Recorded {
        seq: 3,
        at: closed_at,
        event: Event::Closed,
    });
    let state = QuestionTime::fold(&[question_id(1)], &events, &figures());
    let later = closed_at + TimeDelta::days(400);
    assert_eq!(state.ending(later, &figures()), ending);
}

#[test]
fn a_meeting_that_was_never_opened_has_not_run_out_of_time() {
    let state = QuestionTime::fold(&[question_id(1)], &[], &figures());
    let now = instant("2024-02-06T23:00:00Z");
    assert_eq!(state.ending(now, &figures()), Ending::Closed);
}
