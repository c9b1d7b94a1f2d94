//! Clause (i), reading 8: residents of the borough.

use public_question_time::domain::{
    codes::Code,
    refusal::{Clause, NextMeeting, Refusal},
    standing_order::residents::{PostcodeCheck, check},
};
use rstest::rstest;

use crate::given::questioner;

#[rstest]
#[case::inside(true, PostcodeCheck::Inside, &[])]
#[case::unknown_is_accepted_and_left_to_the_officer(true, PostcodeCheck::Unknown, &[])]
#[case::outside(true, PostcodeCheck::Outside, &["outside-borough"])]
#[case::not_declared(false, PostcodeCheck::Inside, &["not-resident"])]
#[case::not_declared_and_unknown(false, PostcodeCheck::Unknown, &["not-resident"])]
#[case::both_are_said_together(false, PostcodeCheck::Outside, &["not-resident", "outside-borough"])]
fn residence_is_declared_and_the_postcode_looked_up(
    #[case] declared: bool,
    #[case] directory: PostcodeCheck,
    #[case] expected: &[&str],
) {
    let mut questioner = questioner("Ann Example", None, "wa8 7qf");
    questioner.resident = declared;
    let refusals = check(&questioner, directory);
    let kinds: Vec<_> = refusals.iter().map(Refusal::kind).collect();
    assert_eq!(kinds, expected);
    assert!(refusals.iter().all(|r| r.clause() == Clause::I));
}

#[test]
fn the_refusal_says_what_to_do_if_the_directory_is_wrong() {
    let refusals = check(
        &questioner("Ann Example", None, "ch1 1aa"),
        PostcodeCheck::Outside,
    );
    let [refusal] = refusals.as_slice() else {
        panic!("{refusals:?}")
    };
    assert!(
        !refusal.reason().contains("CH1 1AA"),
        "the private link opens no postcode"
    );
    assert!(refusal.reason().contains("outside the borough"));
    let remedy = refusal.remedy(NextMeeting::NotAnnounced);
    assert!(remedy.contains("contact the council"));
    assert!(remedy.contains("kept"));
}

#[test]
fn every_answer_of_the_directory_has_words_of_its_own() {
    let mut words: Vec<_> = PostcodeCheck::ALL.iter().map(|c| c.words()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), 3);
}
