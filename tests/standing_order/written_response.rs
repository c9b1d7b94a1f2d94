//! Clause (ix), reading 15: written responses.

use std::num::NonZeroU16;

use public_question_time::domain::{
    codes::Code,
    standing_order::{
        question_time::{Answer, Entry, Outcome},
        written_response::{NotPossible, Reason, Reply, ResponseState, due_on, settled},
    },
    status::{Act, Status},
    working_days::{Coverage, NonWorkingDay, WorkingDays},
};
use rstest::rstest;

use crate::given::{day, figures, figures_with, item_id, question_id};

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
    let mut words: Vec<_> = Reason::ALL.iter().map(|r| r.words()).collect();
    assert!(
        words
            .iter()
            .all(|w| w.chars().next().unwrap().is_lowercase() && !w.ends_with('.'))
    );
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Reason::ALL.len());
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

const OWE: Act = Act::Owe;

#[rstest]
#[case::not_reached(Outcome::Waiting, true, true, OWE, Some(Reason::NotReached))]
#[case::never_opened(Outcome::Waiting, false, false, OWE, Some(Reason::NotReached))]
#[case::did_not_come(Outcome::Waiting, false, true, OWE, Some(Reason::Absent))]
#[case::passed_over(Outcome::PassedOver, false, true, OWE, Some(Reason::Absent))]
#[case::passed_over_though_indicated(Outcome::PassedOver, true, true, OWE, Some(Reason::Absent))]
#[case::answered(Outcome::Put { answer: GIVEN, supplementary: None }, true, true, Act::Answer, None)]
#[case::both_answered(Outcome::Put { answer: GIVEN, supplementary: Some(GIVEN) }, true, true, Act::Answer, None)]
#[case::promised(Outcome::Put { answer: PROMISED, supplementary: None }, true, true, OWE, Some(Reason::AnswerPromised))]
#[case::supplementary_promised(Outcome::Put { answer: GIVEN, supplementary: Some(PROMISED) }, true, true, OWE, Some(Reason::SupplementaryPromised))]
#[case::first_promised(Outcome::Put { answer: PROMISED, supplementary: Some(GIVEN) }, true, true, OWE, Some(Reason::AnswerPromised))]
#[case::both_promised(Outcome::Put { answer: PROMISED, supplementary: Some(PROMISED) }, true, true, OWE, Some(Reason::AnswerPromised))]
#[case::under_an_item(Outcome::DealtWith { item: item_id(1) }, false, true, Act::DealWith, None)]
fn what_was_not_answered_at_the_meeting_is_owed(
    #[case] outcome: Outcome,
    #[case] indicated: bool,
    #[case] opened: bool,
    #[case] act: Act,
    #[case] reason: Option<Reason>,
) {
    let entry = Entry {
        question: question_id(1),
        indicated,
        outcome,
    };
    assert_eq!(settled(&entry, opened, &figures()), (act, reason));
    assert!(Status::Approved.allows(act), "the table lets it");
    // where the council owes nothing to those who were absent, their questions lapse, and no other
    let not_to_absent = figures_with(|f| f.absent_gets_written_response = false);
    let expected = match reason {
        Some(Reason::Absent) => (Act::Lapse, None),
        _ => (act, reason),
    };
    assert_eq!(settled(&entry, opened, &not_to_absent), expected);
    assert!(Status::Approved.allows(expected.0));
}
