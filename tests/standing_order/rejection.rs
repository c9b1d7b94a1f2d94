//! Clauses (v) and (vi), reading 11: the grounds for rejection. Clauses (i) to (iii), reading 27: what the proper officer finds.

use public_question_time::domain::{
    codes::Code,
    refusal::Clause,
    standing_order::rejection::{DecidedBy, Ground},
    wording::Wording,
};
use rstest::rstest;

use crate::given::{figures, rule_names};

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
    assert_eq!((of(Clause::V), of(Clause::Vi)), (8, 3));
    assert_eq!(Ground::ALL.len(), 14);
}

#[rstest]
#[case::resident(Ground::NotResident, Clause::I, false)]
#[case::agenda(Ground::NotOnAgenda, Clause::Ii, true)]
#[case::second(Ground::AlreadyAsked, Clause::Iii, false)]
fn reading_27_the_proper_officer_alone_decides_on_clauses_i_to_iii(
    #[case] ground: Ground,
    #[case] clause: Clause,
    #[case] leaves_another: bool,
) {
    assert_eq!(ground.clause(), clause);
    assert_eq!(ground.decided_by(), DecidedBy::ProperOfficer);
    assert_eq!(ground.leaves_another(), leaves_another);
}

#[test]
fn the_chair_decides_on_clauses_v_and_vi() {
    for ground in Ground::ALL {
        let printed = matches!(ground.clause(), Clause::V | Clause::Vi);
        assert_eq!(
            ground.decided_by() == DecidedBy::ChairOrProperOfficer,
            printed,
            "{ground}"
        );
        assert!(!printed || ground.leaves_another(), "{ground}");
    }
}

#[test]
fn every_ground_has_words_of_its_own_and_a_next_step() {
    let (figures, names) = (figures(), rule_names());
    let wording = Wording {
        figures: &figures,
        names: &names,
    };
    for &ground in Ground::ALL {
        assert!(ground.words(&wording).starts_with("It "), "{ground}");
        assert!(
            ground.decided_by() == DecidedBy::ProperOfficer
                || ground
                    .proposed_reason(&wording)
                    .starts_with("Your question "),
            "{ground}"
        );
        assert!(ground.proposed_reason(&wording).ends_with('.'), "{ground}");
        for in_time in [true, false] {
            let next = ground.what_next(in_time);
            assert!(next.starts_with("You can ") || next.starts_with("If "));
            assert!(next.ends_with('.'), "{ground}");
        }
        assert!(
            !ground.what_next(false).contains("send it again"),
            "nothing more can be sent to this meeting"
        );
        assert_eq!(Ground::from_code(ground.code()), Some(ground));
        let json = serde_json::to_string(&ground).unwrap();
        assert_eq!(json, format!("\"{}\"", ground.code()));
        assert_eq!(serde_json::from_str::<Ground>(&json).unwrap(), ground);
        for said in [ground.words(&wording), ground.proposed_reason(&wording)] {
            assert!(!said.to_lowercase().contains("please"), "{said}");
        }
    }
    let mut words: Vec<_> = Ground::ALL.iter().map(|g| g.words(&wording)).collect();
    let mut reasons: Vec<_> = Ground::ALL
        .iter()
        .map(|g| g.proposed_reason(&wording))
        .collect();
    for said in [&mut words, &mut reasons] {
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), Ground::ALL.len());
    }
}
