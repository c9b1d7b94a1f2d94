//! Clauses (v) and (vi), reading 11: the grounds for rejection.

use chrono::TimeDelta;
use public_question_time::domain::{
    codes::Code,
    meeting::MeetingStatus,
    refusal::Clause,
    standing_order::rejection::{Ground, Rejection, may_be_reopened},
};
use rstest::rstest;

use crate::given::{instant, meeting, question_id};

/// The clauses as printed, word by word.
#[rstest]
#[case(
    "is not about a matter for which the local authority has a responsibility or which affects the Borough",
    Ground::NotCouncilMatter,
    Clause::V
)]
#[case("defamatory", Ground::Defamatory, Clause::V)]
#[case("frivolous", Ground::Frivolous, Clause::V)]
#[case("offensive", Ground::Offensive, Clause::V)]
#[case("abusive", Ground::Abusive, Clause::V)]
#[case("racist", Ground::Racist, Clause::V)]
#[case(
    "substantially the same as a question which has been put",
    Ground::SubstantiallyTheSame,
    Clause::V
)]
#[case(
    "requires the disclosure of confidential or exempt information",
    Ground::ConfidentialOrExempt,
    Clause::V
)]
#[case("a planning application", Ground::PlanningApplication, Clause::Vi)]
#[case("a licensing application", Ground::LicensingApplication, Clause::Vi)]
#[case(
    "any matter which is not dealt with in the public part of a meeting",
    Ground::PrivateMatter,
    Clause::Vi
)]
#[case(
    "on any matter relating to the agenda",
    Ground::NotOnAgenda,
    Clause::Ii
)]
fn every_ground_that_is_printed_is_there(
    #[case] printed: &str,
    #[case] ground: Ground,
    #[case] clause: Clause,
) {
    assert_eq!(ground.clause(), clause, "{printed}");
}

#[test]
fn there_is_no_other_ground() {
    let of = |clause| Ground::ALL.iter().filter(|g| g.clause() == clause).count();
    assert_eq!((of(Clause::V), of(Clause::Vi), of(Clause::Ii)), (8, 3, 1));
    assert_eq!(Ground::ALL.len(), 12);
}

#[test]
fn every_ground_has_words_of_its_own_and_a_next_step() {
    for &ground in Ground::ALL {
        assert!(ground.words().starts_with("It "), "{ground}");
        assert!(
            ground.proposed_reason().starts_with("Your question "),
            "{ground}"
        );
        assert!(ground.proposed_reason().ends_with('.'), "{ground}");
        assert!(
            ground.what_next().starts_with("You can ") || ground.what_next().starts_with("If ")
        );
        assert!(ground.what_next().ends_with('.'), "{ground}");
        assert_eq!(Ground::from_code(ground.code()), Some(ground));
        let json = serde_json::to_string(&ground).unwrap();
        assert_eq!(json, format!("\"{}\"", ground.code()));
        assert_eq!(serde_json::from_str::<Ground>(&json).unwrap(), ground);
        for said in [ground.words(), ground.proposed_reason(), ground.what_next()] {
            assert!(!said.to_lowercase().contains("please"), "{said}");
        }
    }
    let mut words: Vec<_> = Ground::ALL.iter().map(|g| g.words()).collect();
    let mut reasons: Vec<_> = Ground::ALL.iter().map(|g| g.proposed_reason()).collect();
    for said in [&mut words, &mut reasons] {
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), Ground::ALL.len());
    }
}

#[test]
fn a_rejection_names_its_grounds_once_and_gives_a_reason() {
    let rejection = Rejection::new(
        &[Ground::Racist, Ground::Offensive, Ground::Racist],
        "  Your question uses\r\noffensive words.  ",
        None,
    )
    .unwrap();
    assert_eq!(rejection.grounds(), [Ground::Racist, Ground::Offensive]);
    assert_eq!(rejection.reason(), "Your question uses\noffensive words.");
    assert_eq!(rejection.repeats(), None);
}

#[rstest]
#[case::nothing_at_all(&[], "", None, &["grounds", "reason"])]
#[case::no_ground(&[], "Because.", None, &["grounds"])]
#[case::no_reason(&[Ground::Frivolous], " \u{200B} ", None, &["reason"])]
#[case::control(&[Ground::Frivolous], "No\0", None, &["reason"])]
#[case::too_long(&[Ground::Frivolous], &"a".repeat(4_001), None, &["reason"])]
#[case::repetition_of_what(&[Ground::SubstantiallyTheSame], "Because.", None, &["repeats"])]
#[case::repetition_among_others(&[Ground::Frivolous, Ground::SubstantiallyTheSame], "", None, &["reason", "repeats"])]
#[case::repetition_without_the_ground(&[Ground::Frivolous], "Because.", Some(1), &["repeats"])]
fn a_rejection_without_ground_or_reason_or_the_earlier_question_is_none(
    #[case] grounds: &[Ground],
    #[case] reason: &str,
    #[case] repeats: Option<u128>,
    #[case] wrong: &[&str],
) {
    let problems = Rejection::new(grounds, reason, repeats.map(question_id)).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, wrong);
    assert!(problems.iter().all(|(_, why)| !why.message.is_empty()));
}

#[test]
fn a_rejection_for_repetition_names_the_earlier_question() {
    let rejection = Rejection::new(
        &[Ground::SubstantiallyTheSame],
        Ground::SubstantiallyTheSame.proposed_reason(),
        Some(question_id(1)),
    )
    .unwrap();
    assert_eq!(rejection.repeats(), Some(question_id(1)));
}

#[test]
fn a_rejection_can_be_reopened_until_the_meeting() {
    let starts = instant("2024-02-06T18:30:00Z");
    let meeting = meeting();
    assert!(may_be_reopened(&meeting, starts - TimeDelta::days(9)));
    assert!(may_be_reopened(
        &meeting,
        starts - TimeDelta::milliseconds(1)
    ));
    assert!(!may_be_reopened(&meeting, starts));
    assert!(!may_be_reopened(&meeting, starts + TimeDelta::days(1)));
    for status in [MeetingStatus::Cancelled, MeetingStatus::Held] {
        let mut meeting = meeting.clone();
        meeting.status = status;
        assert!(!may_be_reopened(&meeting, starts - TimeDelta::days(9)));
    }
}
