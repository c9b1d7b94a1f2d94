//! The state table: what may happen to a question, and that nothing is left hanging.

use std::collections::BTreeSet;

use public_question_time::domain::{
    codes::Code,
    standing_order::one_question::releases_allowance,
    status::{Act, FINAL, NotPossible, Status, TRANSITIONS},
};

use crate::given::instant;
use proptest::prelude::*;
use rstest::rstest;

#[test]
fn the_table_names_each_case_once() {
    let cases: BTreeSet<_> = TRANSITIONS
        .iter()
        .map(|(from, act, _)| (from, act))
        .collect();
    assert_eq!(cases.len(), TRANSITIONS.len());
}

#[test]
fn after_says_what_the_table_says_for_every_pair() {
    for &from in Status::ALL {
        for &act in Act::ALL {
            let rows: Vec<_> = TRANSITIONS
                .iter()
                .filter(|row| (row.0, row.1) == (from, act))
                .map(|row| row.2)
                .collect();
            let expected = rows.first().copied().ok_or(NotPossible { from, act });
            assert_eq!(from.after(act), expected, "{from} {act}");
            assert_eq!(from.allows(act), !rows.is_empty());
        }
    }
}

#[test]
fn there_are_no_dead_ends() {
    for &status in Status::ALL {
        let reachable = status.reachable();
        assert!(reachable.contains(&status));
        assert!(
            reachable.iter().any(|to| FINAL.contains(to)),
            "{status} reaches no end"
        );
        let out = TRANSITIONS
            .iter()
            .any(|(from, _, to)| *from == status && *to != status);
        assert!(out || FINAL.contains(&status), "{status} has no way out");
    }
}

#[test]
fn the_ends_are_deliberate() {
    let ends: BTreeSet<_> = FINAL.iter().copied().collect();
    assert_eq!(ends.len(), FINAL.len());
    let waiting: Vec<_> = Status::ALL.iter().filter(|s| !ends.contains(s)).collect();
    // whoever asked waits for the council in these three, and in no other
    assert_eq!(
        waiting,
        [&Status::Submitted, &Status::Approved, &Status::ResponseOwed]
    );
}

#[test]
fn every_status_and_act_is_of_use() {
    for &status in Status::ALL {
        let start = matches!(status, Status::Refused | Status::Submitted);
        assert!(
            start || TRANSITIONS.iter().any(|(_, _, to)| *to == status),
            "{status}"
        );
        assert!(!status.words().is_empty());
        assert_eq!(Status::from_code(status.code()), Some(status));
    }
    for &act in Act::ALL {
        assert!(TRANSITIONS.iter().any(|(_, by, _)| *by == act), "{act}");
        assert_eq!(Act::from_code(act.code()), Some(act));
    }
    assert_eq!(Status::from_code("lost"), None);
}

#[rstest]
#[case::reading_4_late_is_answered_in_writing(Status::Refused, &[Act::Owe, Act::Respond], Status::Responded)]
#[case::reading_4_late_by_exception(Status::Refused, &[Act::Admit, Act::Approve, Act::Answer], Status::Answered)]
#[case::reading_6_disowned(Status::Approved, &[Act::Disown], Status::Disowned)]
#[case::reading_6_disowned_when_rejected(Status::Rejected, &[Act::Disown], Status::Disowned)]
#[case::reading_6_contested_and_disowned(Status::Refused, &[Act::Disown], Status::Disowned)]
#[case::reading_7_withdrawn(Status::Submitted, &[Act::Withdraw], Status::Withdrawn)]
#[case::reading_11_rejected_at_the_meeting(Status::Approved, &[Act::Reject], Status::Rejected)]
#[case::reading_11_reopened(Status::Submitted, &[Act::Reject, Act::Reopen, Act::Approve], Status::Approved)]
#[case::reading_26_replaced_and_back(Status::Approved, &[Act::Replace, Act::Admit, Act::Approve], Status::Approved)]
#[case::reading_26_replaced_and_answered_in_writing(Status::Submitted, &[Act::Replace, Act::Owe, Act::Respond], Status::Responded)]
#[case::reading_13_absent_and_nothing_owed(Status::Approved, &[Act::Lapse], Status::NotPut)]
#[case::reading_15_not_reached(Status::Approved, &[Act::Owe, Act::Respond, Act::Correct, Act::Correct], Status::Responded)]
#[case::reading_15_not_decided(Status::Submitted, &[Act::Owe], Status::ResponseOwed)]
#[case::reading_17_dealt_with(Status::Approved, &[Act::DealWith], Status::DealtWith)]
fn the_readings_have_their_way_through_the_table(
    #[case] from: Status,
    #[case] acts: &[Act],
    #[case] to: Status,
) {
    let end = acts.iter().try_fold(from, |status, &act| status.after(act));
    assert_eq!(end, Ok(to));
}

#[rstest]
#[case::replaced_after_it_was_put(Status::Answered, Act::Replace)]
#[case::answered_without_approval(Status::Submitted, Act::Answer)]
#[case::approved_without_admission(Status::Refused, Act::Approve)]
#[case::approved_while_rejected(Status::Rejected, Act::Approve)]
#[case::withdrawn_after_it_was_put(Status::Answered, Act::Withdraw)]
#[case::rejected_after_it_was_put(Status::Answered, Act::Reject)]
#[case::back_from_withdrawal(Status::Withdrawn, Act::Reopen)]
#[case::back_from_disowning(Status::Disowned, Act::Admit)]
#[case::twice_the_response(Status::Responded, Act::Respond)]
#[case::corrected_before_it_was_sent(Status::ResponseOwed, Act::Correct)]
fn what_must_not_happen_is_not_in_the_table(#[case] from: Status, #[case] act: Act) {
    let why = from.after(act).unwrap_err();
    assert_eq!(why, NotPossible { from, act });
    assert!(why.to_string().contains(from.words()));
}

#[test]
fn a_question_that_gives_its_allowance_back_is_no_longer_live() {
    let at = instant("2024-02-05T12:00:00Z");
    for &(from, act, to) in TRANSITIONS {
        if releases_allowance(act, at, at) {
            assert!(!to.is_live(), "{from} {act}");
        }
    }
    let live: Vec<_> = Status::ALL.iter().filter(|s| s.is_live()).collect();
    assert_eq!(live, [&Status::Submitted, &Status::Approved]);
}

proptest! {
    /// Whatever is done to a question, it can still be brought to an end, and what ended for good stays ended.
    #[test]
    fn any_walk_can_be_ended(
        start in prop::sample::select(vec![Status::Refused, Status::Submitted]),
        acts in prop::collection::vec(prop::sample::select(Act::ALL), 0..20),
    ) {
        let mut status = start;
        for act in acts {
            if let Ok(next) = status.after(act) {
                prop_assert!(status.reachable().contains(&next));
                prop_assert!(!matches!(status, Status::Withdrawn | Status::Disowned | Status::Answered | Status::DealtWith | Status::NotPut));
                status = next;
            }
        }
        prop_assert!(status.reachable().iter().any(|s| FINAL.contains(s)));
    }
}
